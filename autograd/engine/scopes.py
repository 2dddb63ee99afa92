"""Scopes: the part of a program that made a node, for drawings.

Nodes do not store their scope. Instead, each of the last scopes stores the serial numbers between which it was open, from
which a drawing finds the scopes of its nodes. So scopes cost no time in arithmetic and keep no nodes alive.
"""

import weakref
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import get_ident
from typing import Any

from autograd.engine.node import Node, next_serial
from autograd.engine.node_texts import NodeTexts
from autograd.support.blocks import BlockDecorator

#: Number of scopes stored, enough for the last few training steps of a large model.
MAX_SPANS = 2**15

#: Longer descriptions of modules are replaced by the name of the type.
MAX_DESCRIPTION = 24


@dataclass(slots=True, eq=False)
class Span:
    """Scope that was open from serial number `first` to `last`; `owner` is its name or a weak reference to its module."""

    owner: Any
    first: int
    last: int
    thread: int

    @property
    def is_call(self) -> bool:
        """True for the call of a module."""
        return not isinstance(self.owner, str)


#: Fields of the last spans; making tuples takes less time.
_spans: deque[tuple[Any, int, int, int]] = deque(maxlen=MAX_SPANS)

#: Titles of modules that are gone, with the weak reference of their spans, by its `id`.
_gone: dict[int, tuple[Any, str]] = {}

#: Paths of parameters in modules that are gone.
_paths = NodeTexts("")


class scope(BlockDecorator):  # noqa: N801 - a context manager, named like a function
    """Context manager and decorator whose ops are drawn in a frame with this name.

    Raises:
        TypeError: If the name is not a string

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

    @staticmethod
    def call(module: Any, f: Callable[..., Any], inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Result of f in the scope of a module, as `with scope(module): return f(*inputs, **options)`, but faster."""
        first = next_serial()
        try:
            return f(*inputs, **options)
        finally:
            _spans.append((weakref.ref(module), first, next_serial(), get_ident()))

    @staticmethod
    def forget(module: Any, parts: Iterable[tuple[str, Any]]) -> None:
        """Keep the names of a module that ends, and of its parts, for drawings of results that outlive it."""
        if not weakref.getweakrefcount(module) or id(weakref.ref(module)) in _gone:
            return  # it was not called, or it is a part of a module that is gone
        for path, part in parts:
            if isinstance(part, Node):
                _paths.set(part, _paths.get(part) or path)
            elif hasattr(part, "scope_paths") and weakref.getweakrefcount(part):
                _gone.setdefault(id(weakref.ref(part)), (weakref.ref(part), _title(part, path)))
        while len(_gone) > MAX_SPANS:
            _gone.pop(next(iter(_gone)), None)

    def _recreate_cm(self) -> "scope":
        copy = scope.__new__(scope)
        copy._owner = self._owner
        return copy

    def __enter__(self) -> "scope":
        self._first = next_serial()
        return self

    def __exit__(self, *error: object) -> None:
        _spans.append((self._owner, self._first, next_serial(), get_ident()))


class Scopes:
    """Stored scopes of some nodes, and paths of parameters; a node made while several threads had scopes has none."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        serials = sorted(node.serial for node in nodes)
        self._spans = _spans_between(serials[0], serials[-1]) if serials else []
        self._paths: dict[int, str] = {}
        for span in self._spans:
            owner = _owner(span)
            if owner is not None and not isinstance(owner, str) and id(owner) not in self._paths:
                self._paths = owner.scope_paths() | self._paths
        self._names = {span: self._name(span) for span in self._spans}
        self._around = dict(self._scopes_by_serial(serials))

    def _scopes_by_serial(self, serials: list[int]) -> Iterable[tuple[int, tuple[Span, ...]]]:
        """Scopes around each serial number, outermost first."""
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
        """Scopes in which a node was made, outermost first."""
        return self._around.get(getattr(node, "serial", -1), ())

    def name(self, span: Span) -> str:
        """Name of a scope, or path and description of the module that was called."""
        return self._names[span]

    def _name(self, span: Span) -> str:
        owner = _owner(span)
        if owner is None:
            return _gone.get(id(span.owner), (None, ""))[1]
        return owner if isinstance(owner, str) else _title(owner, self._paths.get(id(owner), ""))

    def path(self, part: Any) -> str:
        """Path of a parameter in the outermost module that was called, such as "layers.0.weight"."""
        return self._paths.get(id(part)) or _paths.get(part)


def _title(module: Any, path: str) -> str:
    text = repr(module)
    text = text if len(text) <= MAX_DESCRIPTION else type(module).__name__
    return f"{path}: {text}" if path else text


def _spans_between(low: int, high: int) -> list[Span]:
    spans = [Span(*fields) for fields in list(_spans) if fields[1] < high and fields[2] > low]
    return sorted(spans, key=lambda s: (s.first, -s.last))


def _owner(span: Span) -> Any:
    return span.owner if isinstance(span.owner, str) else span.owner()
