"""Grad modes: recording (`no_grad` turns it off), anomaly detection, and source lines of nodes.

Each mode is a context variable, so it holds per thread and per task. `state.blocks` counts the open blocks of all kinds
in all threads: while it is 0, the common case, the context variables need not be read.
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
_recording: ContextVar[bool] = ContextVar("autograd_recording", default=True)
_anomaly: ContextVar[bool] = ContextVar("autograd_anomaly", default=False)
_lines: ContextVar[bool] = ContextVar("autograd_lines", default=False)


def is_recording() -> bool:
    """True if ops on nodes that require a gradient are recorded in the current context."""
    return not state.blocks or _recording.get()


def is_detecting_anomaly() -> bool:
    """True if values and gradients are checked for NaN and infinity in the current context."""
    return bool(state.blocks) and _anomaly.get()


def is_remembering_lines() -> bool:
    """True if nodes store the source line that made them in the current context."""
    return bool(state.blocks) and (_lines.get() or _anomaly.get())


class Block(ContextDecorator):
    """Context manager and decorator that sets a context variable and restores it at the end."""

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
        finally:  # `reset` raises if a generator ends in another context than it began in
            with state.lock:
                state.blocks -= 1

    def _recreate_cm(self) -> "Block":  # one block per call: a decorated function may run in many threads
        return Block(self._variable, self._value)


def recording() -> AbstractContextManager[Any]:
    """Context manager that enables recording, also inside `no_grad()`."""
    return nullcontext() if is_recording() else Block(_recording, True)  # an open block disables the fast path of Values


@overload
def no_grad() -> Block: ...
@overload
def no_grad(function: F) -> F: ...
def no_grad(function: Any = None) -> Any:
    """Context manager and decorator that disables graph recording: results are constants.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    return Block(_recording, False) if function is None else Block(_recording, False)(function)


def remember_lines() -> Block:
    """Context manager and decorator that stores, for drawings, the source line that made each node.

    It costs some microseconds per node.

    >>> from autograd import Value
    >>> with remember_lines():
    ...     y = Value(3.0) * 2.0
    """
    return Block(_lines, True)


def detect_anomaly() -> Block:
    """Context manager and decorator that raises at the first value or gradient that is NaN or infinite.

    The error names the op, the source line that called it, and the ranges of its inputs.

    Raises:
        FloatingPointError: Inside the block

    >>> from autograd import Value
    >>> with detect_anomaly():
    ...     Value(-1.0).log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gave nan, from 1 input: -1.0...
    """
    return Block(_anomaly, True)
