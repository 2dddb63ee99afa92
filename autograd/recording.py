"""Whether arithmetic on nodes is recorded: on by default, off inside `no_grad()`, per thread and per task."""

import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])

_on: ContextVar[bool] = ContextVar("autograd_recording", default=True)


class _State:
    """How many `no_grad()` blocks are open anywhere: while it is 0, nobody needs to ask the context variable."""

    def __init__(self) -> None:
        self.paused = 0
        self.lock = threading.Lock()


state = _State()


def is_recording() -> bool:
    """Whether an operation on a node that requires a gradient would be recorded here and now."""
    return not state.paused or _on.get()


class Recording(ContextDecorator):
    """A block, or a function, in which recording is on or off; it ends as it was, whatever happens inside."""

    def __init__(self, on: bool) -> None:
        self._value = on
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        with state.lock:
            state.paused += not self._value
        self._tokens.append(_on.set(self._value))

    def __exit__(self, *error: object) -> None:
        _on.reset(self._tokens.pop())
        with state.lock:
            state.paused -= not self._value

    def _recreate_cm(self) -> "Recording":  # a decorated function may run in many threads: one block each
        return Recording(self._value)


@overload
def no_grad() -> Recording: ...
@overload
def no_grad(function: F) -> F: ...
def no_grad(function: Any = None) -> Any:
    """A block, or a decorated function, in which nothing is recorded: results are constants.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    return Recording(False) if function is None else Recording(False)(function)
