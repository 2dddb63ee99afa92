"""A contestant that cannot share our environment, or our process: it runs in one of its own, which times itself."""

import os
import pickle
import subprocess
import sys
import threading
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.timing import NotHereError

#: Seconds that a program may take for what it is asked.
LIMIT = 300


class Process:
    """A program that reads its arguments, says "" if it can run with them or else why not, and then reads numbers of runs.

    Raises:
        NotHereError: if it says why not
        RuntimeError: if it ends, or takes longer than LIMIT for one thing
    """

    def __init__(self, command: list[Any], environment: dict[str, str], folder: str | Path, *args: Any) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=folder)
        pickle.dump(args, self._process.stdin)
        self._process.stdin.flush()
        if why := self._heard():
            self.close()
            raise NotHereError(why)

    def __call__(self) -> list[Any]:
        return self._asked(1)[1]

    def seconds(self, runs: int) -> float:
        """How long so many runs took there."""
        return self._asked(runs)[0]

    def busy(self, runs: int) -> float:
        """How many seconds all processors together were busy with so many runs, if the program tells that."""
        return self._asked(runs)[2]

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _asked(self, runs: int) -> tuple[Any, ...]:
        self._process.stdin.write(f"{runs}\n".encode())
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        """What it says next; if that takes too long, it is killed."""
        timer = threading.Timer(LIMIT, self._process.kill)
        timer.start()
        try:
            return pickle.load(self._process.stdout)
        except EOFError:
            self.close()
            raise RuntimeError(f"{self._process.args} said nothing in {LIMIT} s, or ended: see what it printed") from None
        finally:
            timer.cancel()


class Outside(Process):
    """A program of this folder in an environment with one package.

    Raises:
        ImportError: if the environment cannot be made
    """

    def __init__(self, requirement: str, program: str, *args: Any) -> None:
        try:
            python = _environment(requirement)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ImportError(f"an environment with {requirement} could not be made: {error}") from None
        file = Path(__file__).with_name(program)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        super().__init__([python, "-P", file], environment, file.anchor, *args)


def _environment(requirement: str) -> Path:
    """The Python of an environment with the package and our NumPy, made in the user's cache folder when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassgrad" / "peers"
    folder = cache / f"{requirement.replace('==', '-')}-{sys.version_info[0]}.{sys.version_info[1]}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "--quiet", requirement, f"numpy=={version('numpy')}"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        done.touch()
    return python
