"""The nodes from which a number was computed."""

from collections.abc import Iterable
from typing import Any

from autograd import Tensor, Value


def ancestry(node: Tensor | Value) -> list[Any]:
    """The node and all from which it was computed, the oldest first.

    >>> x = Value(2.0)
    >>> [n.data for n in ancestry(x * x + 1.0)][::2]
    [2.0, 5.0]
    """
    found: dict[int, Any] = {}
    pending: list[Any] = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, Tensor | Value) and node.serial not in found:
            found[node.serial] = node
            pending += node.inputs
    return [found[serial] for serial in sorted(found)]


def reached(loss: Tensor | Value, parameters: Iterable[Tensor | Value]) -> list[bool]:
    """Which parameters `loss.backward()` gives a gradient: those that require one, and that the loss depends on.

    >>> x, y = Value(2.0), Value(3.0)
    >>> reached(x * x, [x, y])
    [True, False]
    """
    there = {id(node) for node in ancestry(loss) if node.requires_grad}
    return [id(p) in there for p in parameters]
