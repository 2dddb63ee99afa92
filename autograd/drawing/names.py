"""Names for nodes, and words for what they hold, as the story of a gradient needs them."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from autograd.drawing.math_notation import factor
from autograd.drawing.text import fold, number, visible
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.scopes import Scopes
from autograd.engine.tensor import Tensor

#: Longest name, in characters.
LONGEST = 24


class Names(dict[Node, str]):
    """A name for every node behind some outputs: its own, which is its label or its path in a module if not `given`, or v1, v2,
    …; a constant's is its number, and a single output's, if it is free, y.
    """

    def __init__(self, outputs: Sequence[Node], given: Callable[[Node], str] | None = None) -> None:
        super().__init__()
        nodes = list(reversed(newest_first(outputs)))
        paths = Scopes(nodes).path if given is None else given
        own = {node: short(node.label or paths(node)) for node in nodes}
        labels, taken = set(own.values()), set[str]()
        if len(outputs) == 1 and "y" not in labels:
            own[outputs[0]] = own[outputs[0]] or "y"
        for i, node in enumerate(nodes, start=1):
            free = (v for v in map("v{}".format, count(i)) if v not in labels and v not in taken)
            if not own[node] and literal(node):
                self[node] = literal(node)
                continue
            self[node] = own[node] if own[node] and own[node] not in taken else next(free)
            taken.add(self[node])


def literal(node: Node) -> str:
    """The number of a constant, as it stands in a formula, or "" if there is more to say of the node."""
    if node.op is not None or node.requires_grad or getattr(node, "size", 1) != 1:
        return ""
    text = f"{float(node._data.item() if isinstance(node, Tensor) else node._data):g}"
    return f"({text.replace('-', '−', 1)})" if text.startswith("-") else text


def short(name: str) -> str:
    """A name, made fit for a formula; of a path the end is kept, which tells most.

    >>> short("layers.1.inner.layers.0.weight"), short("the mean of all that was seen")
    ('…1.inner.layers.0.weight', 'the mean of all that wa…')
    """
    text = visible(name)
    return f"…{text[1 - LONGEST :]}" if len(text) > LONGEST and "." in text and " " not in text else fold(text, LONGEST)


def shown(node: Node, format: str) -> str:
    """What a node holds: its number, or type and shape."""
    if isinstance(node, Tensor):
        return number(node.item(), format) if node.size == 1 else f"{node.dtype} of shape {node.shape}"
    return number(node._data, format)


def brief(gradient: Any, format: str) -> str:
    """A gradient in a box: its number, or its largest entry in size."""
    array = np.asarray(gradient)
    return number(float(array.item()), format) if array.size == 1 else f"up to {number(size_of(array), format)}"


def sized(gradient: Any, format: str) -> str:
    """A gradient in few words: its number, or its shape and its largest entry in size."""
    array = np.asarray(gradient)
    return ("" if array.size == 1 else f"array of shape {array.shape}, ") + brief(array, format)


def size_of(gradient: Any) -> float:
    """The largest entry of a gradient, in size."""
    array = np.abs(np.asarray(gradient, dtype=float))
    return float(array.max()) if array.size else 0.0


def product(gradient: str, formula: str, user: str, node: str) -> str:
    """The gradient of the user of a node, times the local derivative; without a formula that is written ∂user/∂node."""
    if not formula:
        return f"{gradient} · ∂{user}/∂{node}"
    return f"{gradient} × {factor(formula)}"
