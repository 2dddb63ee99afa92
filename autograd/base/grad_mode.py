"""Grad modes: recording (`no_grad` turns it off), anomaly detection, and source lines of nodes.

Each mode is a variable for each thread and task. `blocks` holds the open blocks of all kinds in all threads, `watching` those
of anomaly detection and source lines: while a set is empty, the common case, the variables need not be read.
"""

from collections.abc import Callable
from threading import get_ident
from typing import Any, TypeVar, overload

from autograd.support.blocks import Blocks, Variable, VariableBlock
from autograd.support.locks import at_fork

F = TypeVar("F", bound=Callable[..., Any])

#: Weak references to the settings that a context holds, which remove themselves: no counter that an interrupt could spoil.
blocks: set[Any] = set()
watching: set[Any] = set()

_recording = Variable("autograd_recording", True, blocks)
_anomaly = Variable("autograd_anomaly", False, blocks, watching)
_lines = Variable("autograd_lines", False, blocks, watching)
_entry = _recording.entry


def _forget_other_threads() -> None:
    """Remove, in a forked process, the blocks of threads that it does not have."""
    here = _recording.entry().chain() | _anomaly.entry().chain() | _lines.entry().chain()
    for reference in [*blocks, *watching]:
        entry = reference()
        if entry not in here and entry is not None and entry.thread != get_ident():
            blocks.discard(reference)
            watching.discard(reference)


at_fork(after_in_child=_forget_other_threads)


def is_recording() -> bool:
    """True if ops on nodes that require a gradient are recorded in the current context."""
    return not blocks or _entry().value


def is_detecting_anomaly() -> bool:
    """True if values and gradients are checked for NaN and infinity in the current context."""
    return bool(watching) and _anomaly.get()


def is_remembering_lines() -> bool:
    """True if nodes store the source line that made them in the current context."""
    return bool(watching) and (_lines.get() or _anomaly.get())


def recording() -> Blocks | VariableBlock:
    """Context manager that enables recording, also inside `no_grad()`."""
    return Blocks() if is_recording() else _recording.set(True)  # an open block disables the fast path of Values


@overload
def no_grad() -> VariableBlock: ...
@overload
def no_grad(function: F) -> F: ...
def no_grad(function: Any = None) -> Any:
    """Context manager and decorator that disables graph recording: results are constants.

    It holds for one thread or task. A decorated generator or coroutine does not record in its body only, while a block inside a
    generator is open between two steps for the caller too.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    block = _recording.set(False)
    return block if function is None else block(function)


def remember_lines() -> VariableBlock:
    """Context manager and decorator that stores, for drawings, the source line of each node and of each comparison.

    It costs some microseconds per node.

    >>> from autograd import Value
    >>> with remember_lines():
    ...     y = Value(3.0) * 2.0
    """
    return _lines.set(True)


def detect_anomaly() -> VariableBlock:
    """Context manager and decorator that raises at the first value or gradient that is NaN or infinite.

    The error names the op, the source line that called it, and the ranges of its inputs. At each replay of a compiled function
    or a tape, the function itself runs as well, so that the same error is raised.

    Raises:
        FloatingPointError: Inside the block

    >>> from autograd import Value
    >>> with detect_anomaly():
    ...     Value(-1.0).log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log gave nan, from 1 input: -1.0...
    """
    return _anomaly.set(True)


def ignore_anomaly() -> Blocks | VariableBlock:
    """Block without the checks of `detect_anomaly()` around it."""
    return _anomaly.set(False) if is_detecting_anomaly() else Blocks()  # an open block disables the fast path of Values
