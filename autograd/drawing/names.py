"""Names for nodes, and words for what they hold, as the text of a gradient needs them."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from autograd.drawing.text import fold, number, visible
from autograd.engine.graph import GraphNode
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor

#: Longest name, in characters.
LONGEST = 24


def names_of(own: Mapping[Node, str], outputs: Sequence[Node]) -> dict[Node, str]:
    """A name for every node, in the order of `own`: its own, unless that is taken, or v1, v2, …

    A constant's is its number, and that of a single output, if it is free, y.
    """
    own = {node: short(name) for node, name in own.items()}
    if len(outputs) == 1 and "y" not in own.values():
        own[outputs[0]] = own[outputs[0]] or "y"
    known, taken, names = set(own.values()), set[str](), dict[Node, str]()
    for i, (node, name) in enumerate(own.items(), start=1):
        if not name and literal(node):
            names[node] = literal(node)
            continue
        if not name or name in taken:
            name = next(v for v in map("v{}".format, count(i)) if v not in known)
        names[node] = name
        known.add(name)
        taken.add(name)
    return names


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


def shown(node: GraphNode, format: str) -> str:
    """What a node holds: its number, or type and shape."""
    array = node.value
    if isinstance(array, np.ndarray) and array.size != 1:
        return f"{array.dtype} of shape {array.shape}"
    return number(array.item() if isinstance(array, np.ndarray) else array, format)


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
