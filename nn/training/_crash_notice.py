"""Message printed if the process is killed during training, or aborted by a library, where no exception can be raised.

If a host is lost, the communication library of the others ends their processes from a thread. Therefore a second process
reads from a pipe, and prints the message when the pipe closes.
"""

import subprocess
import sys

_LISTENER = "import sys; heard = sys.stdin.read(); heard.endswith('\\0') or sys.stderr.write(heard)"


class CrashNotice:
    """Message that is printed to stderr when the process ends, unless it is cancelled."""

    def __init__(self, message: str) -> None:
        command = [sys.executable, "-I", "-S", "-c", _LISTENER]
        self.listener = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
        assert self.listener.stdin is not None
        self.listener.stdin.write(f"{message}\n")
        self.listener.stdin.flush()

    def show(self) -> None:
        """Print the message now."""
        self._end("")

    def cancel(self) -> None:
        """Cancel the message; no effect if it was printed."""
        self._end("\0")

    def _end(self, sign: str) -> None:
        if self.listener.returncode is None:
            self.listener.communicate(sign)
