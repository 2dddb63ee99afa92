"""Scopes: which part of a program made a node, for pictures.

A node remembers nothing of its scope. What is remembered, for the last scopes only, is between which serial numbers each was
open; a picture finds the scopes of its nodes from that. Arithmetic pays nothing, and training keeps nothing alive.
"""

import weakref
from collections import deque
from collections.abc import Iterable
from contextlib import ContextDecorator
from dataclasses import dataclass
from threading import get_ident
from typing import Any

from autograd.engine.node import Node, next_serial

#: Scopes that are remembered: those of the last few steps of a large program.
MAX_SPANS = 2**15

#: A longer description of a module is left out, and its type stands there.
MAX_DESCRIPTION = 24


@dataclass(slots=True, eq=False)
class Span:
    """A scope that was open from serial number `first` to `last`; it is equal to itself alone.

    Attributes:
        owner: gives the name, or a weak reference to the object that was called, which may be gone
    """

    owner: Any
    first: int
    last: int
    thread: int


_spans: deque[Span] = deque(maxlen=MAX_SPANS)


class scope(ContextDecorator):  # noqa: N801 - a context manager, named like a function
    """A block, or a function, whose operations belong together: a picture draws them in a frame with this name.

    Raises:
        TypeError: if the name is no text

    >>> from autograd import Value, draw
    >>> x = Value(3.0)
    >>> with scope("square"):
    ...     y = x * x
    >>> "square" in draw(y + 1.0).dot
    True
    """

    __slots__ = ("_first", "_owner")

    def __init__(self, name: Any) -> None:
        if isinstance(name, str):
            self._owner: Any = name
        elif hasattr(name, "scope_paths"):
            self._owner = weakref.ref(name)
        else:
            raise TypeError(f"scope takes a name, such as scope('attention'), not {name!r} of type {type(name).__name__}")

    def _recreate_cm(self) -> "scope":
        again = scope.__new__(scope)
        again._owner = self._owner
        return again

    def __enter__(self) -> "scope":
        self._first = next_serial()
        return self

    def __exit__(self, *error: object) -> None:
        _spans.append(Span(self._owner, self._first, next_serial(), get_ident()))


class Scopes:
    """The scopes of some nodes, as far as they are remembered, and the names of the parts they belong to.

    A node that was made while scopes were open in several threads is taken to be in none.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        serials = sorted(node.serial for node in nodes)
        low, high = (serials[0], serials[-1]) if serials else (0, -1)
        self._spans = sorted((s for s in list(_spans) if s.first < high and s.last > low), key=lambda s: (s.first, -s.last))
        self._paths: dict[int, str] = {}
        for span in self._spans:
            owner = _owner(span)
            if owner is not None and not isinstance(owner, str) and id(owner) not in self._paths:
                self._paths |= {key: path for key, path in owner.scope_paths().items() if key not in self._paths}
        self._names = {span: self._name(span) for span in self._spans}
        self._around = dict(self._sweep(serials))

    def _sweep(self, serials: list[int]) -> Iterable[tuple[int, tuple[Span, ...]]]:
        """For each serial number the scopes around it, outermost first."""
        stack: list[Span] = []
        spans = iter([*self._spans, None])
        upcoming = next(spans)
        for serial in serials:
            while upcoming is not None and upcoming.first < serial:
                stack.append(upcoming)
                upcoming = next(spans)
            stack = [span for span in stack if span.last > serial]
            one_thread = len({span.thread for span in stack}) == 1
            yield serial, tuple(stack) if one_thread else ()

    def of(self, node: Any) -> tuple[Span, ...]:
        """The scopes in which a node was made, outermost first."""
        return self._around.get(getattr(node, "serial", -1), ())

    def name(self, span: Span) -> str:
        """What a scope is called: its name, or the path and the description of the module that was called, if it was there."""
        return self._names[span]

    def _name(self, span: Span) -> str:
        owner = _owner(span)
        if owner is None or isinstance(owner, str):
            return owner or ""
        path, what = self._paths.get(id(owner), ""), repr(owner)
        what = what if len(what) <= MAX_DESCRIPTION else type(owner).__name__
        return f"{path}: {what}" if path else what

    def path(self, part: Any) -> str:
        """Where a parameter stands in the outermost module that was called, such as "layers.0.weight"."""
        return self._paths.get(id(part), "")


def _owner(span: Span) -> Any:
    return span.owner if isinstance(span.owner, str) else span.owner()
