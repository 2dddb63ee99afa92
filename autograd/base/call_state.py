"""State that a call can reach, saved so that a later call sees it again.

Containers, attributes, captured variables, globals and random generators are saved by reference to what they hold. Arrays are
not copied: a later call must not write to them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pickle import dumps
from types import FunctionType
from typing import Any

from autograd.base.reachable import (
    GENERATORS,
    generator_state,
    global_names,
    instance_slots,
    reachable_objects,
    set_generator_state,
    shared_generators,
)
from autograd.support.lazy_numpy import np
from autograd.support.locks import at_fork, new_lock

#: (function that reads a part of the state, function that writes what was read).
Access = tuple[Callable[[], Any], Callable[[Any], None]]

_EMPTY = object()

#: Held while a saved state is restored, so that two threads do not mix theirs.
_lock = new_lock()

#: Functions that undo what threads have restored or made read-only.
_undo: list[Callable[[], None]] = []


def _undo_in_child() -> None:
    """Undo, in a forked process, what another thread had restored."""
    while _undo and not _lock._is_owned():
        _undo.pop()()


at_fork(after_in_child=_undo_in_child)


@contextmanager
def _undone(undo: Callable[[], None]) -> Iterator[None]:
    """Context manager that calls undo() at its end, and in a process that is forked meanwhile."""
    _undo.append(undo)
    try:
        yield
    finally:
        undo()
        if undo in _undo:  # not in a forked process
            _undo.remove(undo)


class CallState:
    """State that a function can reach from some objects, as it is now.

    Attributes:
        objects: Objects that can be reached, nearest first
        arrays: The arrays among them
    """

    def __init__(self, *roots: Any) -> None:
        self.objects = reachable_objects(*roots)
        self.arrays = [x for x in self.objects if issubclass(type(x), np.ndarray)]
        self._saved = [(access, access[0]()) for x in self.objects for access in _accesses(x)]
        generators = [*shared_generators(), *(x for x in self.objects if issubclass(type(x), GENERATORS))]
        self._generators = [(g, generator_state(g)) for g in generators]

    def forget_unused_generators(self) -> None:
        """Leave the generators alone that still have the saved state: the call did not draw from them."""
        self._generators = [(g, saved) for g, saved in self._generators if dumps(saved) != dumps(generator_state(g))]

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Context manager that returns to the saved state, with read-only arrays, and undoes all changes at its end."""
        with _lock:
            now = [(access, access[0]()) for access, _ in self._saved]
            drawn = [(g, generator_state(g)) for g, _ in self._generators]
            with _undone(lambda: _write(now, drawn)):
                _write(self._saved, self._generators)
                with self.read_only():
                    yield

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Context manager in which the arrays cannot be written to."""
        arrays = sorted(filter(_can_be_locked, self.arrays), key=_depth)

        def set_writeable(writeable: bool) -> None:
            for x in arrays:  # the owners of memory first: their views depend on them
                x.flags.writeable = writeable

        with _undone(lambda: set_writeable(True)):
            set_writeable(False)
            yield

    def restore(self) -> None:
        """Return to the saved state."""
        with _lock:
            _write(self._saved, self._generators)


def _can_be_locked(x: Any) -> bool:
    """True for a writeable array that can be made so again: NumPy asks the owner of its memory, such as bytes of a pickle."""
    while isinstance(x, np.ndarray):
        if not x.flags.writeable:
            return False
        x = x.base
    try:
        return x is None or not memoryview(x).readonly
    except TypeError:
        return False


def _depth(x: Any) -> int:
    """Number of objects on which the memory of an array depends."""
    return 1 + _depth(x.base) if isinstance(x, np.ndarray) else 0


def _write(parts: list[tuple[Access, Any]], generators: list[tuple[Any, Any]]) -> None:
    for (read, write), saved in parts:
        if not _is_same(read(), saved):
            write(saved)
    for generator, state in generators:
        set_generator_state(generator, state)


def _is_same(a: Any, b: Any) -> bool:
    """True if two saved parts hold the same objects."""
    if a is b:
        return True
    if type(a) is dict and type(b) is dict:
        return list(a) == list(b) and all(x is y for x, y in zip(a.values(), b.values(), strict=True))
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))
    return False


def _accesses(x: Any) -> Iterator[Access]:
    """Access to each part of the state that x holds itself."""
    kind = type(x)
    if issubclass(kind, dict):
        yield lambda: dict(dict.items(x)), lambda saved: _refill(x, x.update, saved)
    elif issubclass(kind, set):
        yield lambda: list(set.copy(x)), lambda saved: _refill(x, x.update, saved)
    elif issubclass(kind, list | deque):
        yield lambda: list(x), lambda saved: _refill(x, x.extend, saved)
    elif issubclass(kind, GENERATORS):
        return
    elif issubclass(kind, FunctionType):
        for cell in x.__closure__ or ():
            yield partial(_value, partial(getattr, cell, "cell_contents")), partial(_set_cell, cell)
        names, namespace = global_names(x), x.__globals__
        yield lambda: {n: namespace[n] for n in names if n in namespace}, namespace.update
    else:
        for slot in instance_slots(x):
            if "__slots__" not in vars(slot.__objclass__):  # a member of a type written in C
                continue
            yield partial(_value, partial(slot.__get__, x)), partial(_set_slot, slot, x)


def _refill(x: Any, fill: Callable[[Any], None], saved: Any) -> None:
    x.clear()
    fill(saved)


def _value(read: Callable[[], Any]) -> Any:
    """Result of read(), or a marker if a slot or cell is empty."""
    try:
        return read()
    except (AttributeError, ValueError):
        return _EMPTY


def _set_cell(cell: Any, saved: Any) -> None:
    if saved is _EMPTY:
        del cell.cell_contents
    else:
        cell.cell_contents = saved


def _set_slot(slot: Any, x: Any, saved: Any) -> None:
    if saved is _EMPTY:
        slot.__delete__(x)
    else:
        slot.__set__(x, saved)
