"""Names of nodes in formulas, and short texts of their values and gradients."""

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
    """A unique name for every node, in the order of `own`: its own name if free, else v1, v2, …

    A constant is named by its number, and a single output by y if that is free.
    """
    own = {node: short_name(name) for node, name in own.items()}
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
    """The number of a plain constant as text in a formula, or "" for other nodes."""
    if node.op is not None or node.requires_grad or getattr(node, "size", 1) != 1:
        return ""
    text = f"{float(node._data.item() if isinstance(node, Tensor) else node._data):g}"
    return f"({text.replace('-', '−', 1)})" if text.startswith("-") else text


def short_name(name: str) -> str:
    """A name shortened for formulas; a path keeps its end.

    >>> short_name("layers.1.inner.layers.0.weight"), short_name("the mean of all that was seen")
    ('…1.inner.layers.0.weight', 'the mean of all that wa…')
    """
    text = visible(name)
    return f"…{text[1 - LONGEST :]}" if len(text) > LONGEST and "." in text and " " not in text else fold(text, LONGEST)


def value_text(node: GraphNode, format: str) -> str:
    """The value of a node as text: its number, or dtype and shape."""
    array = node.value
    if isinstance(array, np.ndarray) and array.size != 1:
        return f"{array.dtype} of shape {array.shape}"
    return number(array.item() if isinstance(array, np.ndarray) else array, format)


def short_gradient_text(gradient: Any, format: str) -> str:
    """A gradient as text in a box: its number, or its largest absolute entry."""
    array = np.asarray(gradient)
    return number(float(array.item()), format) if array.size == 1 else f"up to {number(size_of(array), format)}"


def gradient_text(gradient: Any, format: str) -> str:
    """A gradient as text: its number, or its shape and its largest absolute entry."""
    array = np.asarray(gradient)
    return ("" if array.size == 1 else f"array of shape {array.shape}, ") + short_gradient_text(array, format)


def size_of(gradient: Any) -> float:
    """The largest absolute entry of a gradient."""
    array = np.abs(np.asarray(gradient, dtype=float))
    return float(array.max()) if array.size else 0.0
