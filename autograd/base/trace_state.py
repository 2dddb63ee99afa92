"""What is watched while a tape is recorded: decisions taken on data, which become guards, and data read, which is refused.

Arithmetic needs no watching, since nodes remember it. What they cannot remember is data that leaves them: through `bool()` a
branch is taken, which the replay must check; through `float()`, `.data` and the like a number becomes a constant of the
program, which the replay would silently keep.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn


class Trace:
    """A recording in progress.

    Attributes:
        start: the serial number of its beginning: a node that is older was made outside
        inputs: the nodes that stand for the arguments
        guards: (node, the truth value that it had) for each decision, in order
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.inputs: set[Any] = set()
        self.guards: list[tuple[Any, bool]] = []

    def record_guard(self, node: Any, outcome: bool) -> bool:
        """The truth value of `node`, on which the program takes a branch."""
        if not self.is_constant(node):
            self.guards.append((node, outcome))
        return outcome

    def is_constant(self, node: Any) -> bool:
        """Whether `node` is a constant of the program: a leaf that it made itself."""
        return node.op is None and node.serial > self.start and node not in self.inputs


class _State:
    def __init__(self) -> None:
        self.traces = 0
        self.lock = threading.Lock()


_state = _State()
_trace: ContextVar[Trace | None] = ContextVar("autograd_trace", default=None)


def current_trace() -> Trace | None:
    """The recording of a tape that is in progress here and now, if any."""
    return _trace.get() if _state.traces else None


@contextmanager
def tracing(trace: Trace) -> Iterator[Trace]:
    """A block whose operations are recorded for a tape."""
    with _state.lock:
        _state.traces += 1
    token = _trace.set(trace)
    try:
        yield trace
    finally:
        _trace.reset(token)
        with _state.lock:
            _state.traces -= 1


def check_not_frozen(node: Any, reading: str) -> None:
    """Raise if `node`'s data, read by `reading`, would become a constant of the tape that is being recorded."""
    trace = current_trace()
    if trace is not None and not trace.is_constant(node):
        _refuse(node, reading)


def _refuse(node: Any, reading: str) -> NoReturn:
    raise TypeError(
        f"{reading} of {node!r} while a tape is recorded would make a constant of a number that changes from call to call: use "
        "the node itself; stop_gradient(x) for its value without a gradient, where, maximum and minimum in place of a choice"
    )
