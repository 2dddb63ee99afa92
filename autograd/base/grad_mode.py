"""How arithmetic on nodes is recorded: on by default, off inside `no_grad()`, watched inside `detect_anomaly()`,
and with the lines that made it inside `remember_lines()`.

Each is a context variable, so that it holds per thread and per task. `state.blocks` counts the open blocks of any kind,
anywhere: while it is 0, the common case, nobody needs to ask the context variables.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from contextvars import ContextVar, Token
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


class _State:
    def __init__(self) -> None:
        self.blocks = 0
        self.lock = threading.Lock()


state = _State()
_on: ContextVar[bool] = ContextVar("autograd_recording", default=True)
_watched: ContextVar[bool] = ContextVar("autograd_watched", default=False)
_lines: ContextVar[bool] = ContextVar("autograd_lines", default=False)


def is_recording() -> bool:
    """Whether an operation on a node that requires a gradient would be recorded here and now."""
    return not state.blocks or _on.get()


def is_detecting_anomaly() -> bool:
    """Whether every value and gradient is to be finite here and now."""
    return bool(state.blocks) and _watched.get()


def is_remembering_lines() -> bool:
    """Whether the line of the program that makes a node is kept, here and now."""
    return bool(state.blocks) and (_lines.get() or _watched.get())


class Block(ContextDecorator):
    """A block, or a function, in which a context variable has a value; it ends as it was, whatever happens inside."""

    def __init__(self, variable: ContextVar[bool], value: bool) -> None:
        self._variable = variable
        self._value = value
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        with state.lock:
            state.blocks += 1
        self._tokens.append(self._variable.set(self._value))

    def __exit__(self, *error: object) -> None:
        try:
            self._variable.reset(self._tokens.pop())
        finally:  # it raises where a generator ends in another context than it began in
            with state.lock:
                state.blocks -= 1

    def _recreate_cm(self) -> "Block":  # a decorated function may run in many threads: one block each
        return Block(self._variable, self._value)


def recording() -> AbstractContextManager[Any]:
    """A block in which recording is on, whatever is around it."""
    return nullcontext() if is_recording() else Block(_on, True)  # an open block would keep Values off their fast path


@overload
def no_grad() -> Block: ...
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
    return Block(_on, False) if function is None else Block(_on, False)(function)


def remember_lines() -> Block:
    """A block, or a decorator, in which every node keeps the line of the program that made it, for the page that shows it.

    A line costs some microseconds a node.

    >>> from autograd import Value
    >>> with remember_lines():
    ...     y = Value(3.0) * 2.0
    """
    return Block(_lines, True)


def detect_anomaly() -> Block:
    """A block, or a decorator, in which the first value or gradient that is NaN or infinite is an error.

    The error names the op, the line of the program that called it, and the ranges of its inputs.

    Raises:
        FloatingPointError: inside the block

    >>> from autograd import Value
    >>> with detect_anomaly():
    ...     Value(-1.0).log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gave nan, from 1 input: -1.0...
    """
    return Block(_watched, True)
