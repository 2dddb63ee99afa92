"""Contestants in another process or environment, which time themselves."""

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

#: Seconds until a program must answer.
LIMIT = 300


class Process:
    """A program that reads its arguments, answers "" or the reason why it cannot run, then reads numbers of runs.

    Raises:
        NotHereError: If it cannot run
        RuntimeError: If it ends, or takes longer than LIMIT to answer
    """

    def __init__(self, command: list[Any], environment: dict[str, str], folder: str | Path, *args: Any) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=folder)
        pickle.dump(args, self._process.stdin)
        self._process.stdin.flush()
        if why := self._read():
            self.close()
            raise NotHereError(why)

    def __call__(self) -> list[Any]:
        return self._ask(1)[1]

    def seconds(self, runs: int) -> float:
        """The time of that many runs in the program, in seconds."""
        return self._ask(runs)[0]

    def busy(self, runs: int) -> float:
        """The processor time of that many runs in seconds, if the program measures it."""
        return self._ask(runs)[2]

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, runs: int) -> tuple[Any, ...]:
        self._process.stdin.write(f"{runs}\n".encode())
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        """The next answer; a program that exceeds LIMIT is killed."""
        timer = threading.Timer(LIMIT, self._process.kill)
        timer.start()
        try:
            return pickle.load(self._process.stdout)
        except EOFError:
            self.close()
            raise RuntimeError(f"{self._process.args} gave no answer in {LIMIT} s, or ended: see its output") from None
        finally:
            timer.cancel()


class Outside(Process):
    """A program of this folder in an environment with one package.

    Raises:
        ImportError: If the environment cannot be created
    """

    def __init__(self, requirement: str, program: str, *args: Any) -> None:
        try:
            python = _environment(requirement)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ImportError(f"an environment with {requirement} could not be created: {error}") from None
        file = Path(__file__).with_name(program)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        super().__init__([python, "-P", file], environment, file.anchor, *args)


def _environment(requirement: str) -> Path:
    """The Python of an environment with the package and our NumPy, created in the user's cache folder if missing."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassgrad" / "peers"
    folder = cache / f"{requirement.replace('==', '-')}-{sys.version_info[0]}.{sys.version_info[1]}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "--quiet", requirement, f"numpy=={version('numpy')}"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        done.touch()
    return python
