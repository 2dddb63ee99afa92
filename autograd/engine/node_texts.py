"""Texts about nodes, such as labels: few nodes have one, so it is stored outside of them."""

import weakref
from typing import Any


class NodeTexts:
    """Text of each node that has one; it is forgotten with the node.

    >>> from autograd import Value
    >>> texts, x = NodeTexts(), Value(2.0)
    >>> texts.set(x, "weight")
    >>> texts.get(x), texts.get(Value(3.0))
    ('weight', '')
    """

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}  # by id, since `==` of nodes compares numbers

    def get(self, node: Any) -> str:
        """Text of a node, or ""."""
        return self._texts.get(id(node), "")

    def set(self, node: Any, text: str) -> None:
        """Store the text of a node."""
        if id(node) not in self._texts:
            weakref.finalize(node, self._texts.pop, id(node), None).atexit = False
        self._texts[id(node)] = text
