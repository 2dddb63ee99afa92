"""What is said of a training that is ended where no exception can be raised: killed, or aborted by a library.

A lost host does that to the others: what sums over the network ends the whole process from a thread of its own. So a second,
tiny process listens to the training, and speaks when it falls silent.
"""

import subprocess
import sys
from types import TracebackType

_LISTENER = "import sys; heard = sys.stdin.read(); heard.endswith('\\0') or sys.stderr.write(heard)"


class LastWords:
    """A block, of which these words are printed to stderr if the process ends within it."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __enter__(self) -> None:
        self.listener = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LISTENER], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.listener.stdin is not None
        self.listener.stdin.write(f"{self.words}\n")
        self.listener.stdin.flush()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.listener.communicate("\0")
