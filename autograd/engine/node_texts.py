"""Data about nodes, such as labels: few nodes have some, so they are stored outside of them."""

import weakref
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class NodeTexts(Generic[T]):
    """Text, or other data, of each node that has one; it is forgotten with the node.

    >>> from autograd import Value
    >>> texts, x = NodeTexts(""), Value(2.0)
    >>> texts.set(x, "weight")
    >>> texts.get(x), texts.get(Value(3.0))
    ('weight', '')
    """

    def __init__(self, missing: T) -> None:
        self._missing = missing
        self._texts: dict[int, T] = {}  # by id, since `==` of nodes compares numbers

    def get(self, node: Any) -> T:
        """Text of a node, or what a node without one has."""
        return self._texts.get(id(node), self._missing)

    def set(self, node: Any, text: T) -> None:
        """Store the text of a node."""
        if id(node) not in self._texts:
            weakref.finalize(node, self._texts.pop, id(node), None).atexit = False
        self._texts[id(node)] = text
