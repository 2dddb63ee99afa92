"""Names of nodes in formulas, and short texts of their values and gradients."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from autograd.drawing.text import constant, fold, isolate, number, visible
from autograd.engine.graph import GraphNode
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.support.lazy_numpy import np

#: Longest name, in characters.
LONGEST = 24
#: Most entries of an array in a formula.
ENTRIES = 6


def names_of(own: Mapping[Node, str], outputs: Sequence[Node]) -> dict[Node, str]:
    """A unique name for every node in formulas, in the order of `own`: its own name if free, else v1, v2, …

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
    return constant_operand(node._data.reshape(())[()] if isinstance(node, Tensor) else node._data)


def constant_operand(x: Any) -> str:
    """A constant as an operand: in parentheses if it is negative."""
    text = constant(x)
    return f"({text})" if text.startswith("−") else text


def array_text(array: Any) -> str:
    """An array without a name in a formula: its numbers if they are few and short, or its shape.

    >>> array_text(np.array([1.0, 0.5])), array_text(np.eye(2)), array_text(np.ones((5, 2)))
    ('[1 0.5]', '[[1 0] [0 1]]', 'array[5×2]')
    """
    if np.size(array) <= ENTRIES and len(text := _rows_text(np.asarray(array))) <= LONGEST:
        return text
    return f"array[{'×'.join(map(str, np.shape(array)))}]"


def _rows_text(array: Any) -> str:
    if array.ndim == 0:
        return str(array) if array.dtype == bool else constant(array)
    return f"[{' '.join(map(_rows_text, array))}]"


#: Names that stay together beside any sign, without their combining marks: a word or path, also with an index or arguments.
_ATOM = re.compile(r"(…[\w.]|[^\W\d])[\w.'′…]*(\[[^][]*\]|\([^()]*\))*|\([^()]*\)|")


def short_name(name: str) -> str:
    """A name for formulas: shortened, where a path keeps its end, and in parentheses if it is an expression.

    >>> short_name("layers.1.inner.layers.0.weight"), short_name("the mean of all that was seen"), short_name("x1*w1")
    ('…1.inner.layers.0.weight', '(the mean of all that wa…)', '(x1*w1)')
    """
    is_path = len(name) > LONGEST and "." in name and " " not in name
    text = visible(f"…{name[1 - LONGEST :]}" if is_path else fold(name, LONGEST))
    letters = "".join(c for c in text if not unicodedata.combining(c))
    raised = any(unicodedata.decomposition(c).startswith("<super>") for c in text)
    return isolate(text if _ATOM.fullmatch(letters) and not raised else f"({text})")


def value_text(node: GraphNode, format: str) -> str:
    """The value of a node as text: its number, or dtype and shape."""
    array = node.value
    if isinstance(array, np.ndarray) and array.size != 1:
        return f"{array.dtype} of shape {array.shape}"
    return number(array.item() if isinstance(array, np.ndarray) else array, format)


def short_gradient_text(gradient: Any, format: str) -> str:
    """A gradient as text in a box: its number, or its largest absolute entry."""
    if isinstance(gradient, float):
        return number(gradient, format)
    array = np.asarray(gradient)
    return number(float(array.item()), format) if array.size == 1 else f"up to {number(size_of(array), format)}"


def gradient_text(gradient: Any, format: str) -> str:
    """A gradient as text: its number, or its shape and its largest absolute entry."""
    shape = "" if getattr(gradient, "size", 1) == 1 else f"array of shape {gradient.shape}, "
    return shape + short_gradient_text(gradient, format)


def size_of(gradient: Any) -> float:
    """The largest absolute entry of a gradient."""
    array = np.abs(np.asarray(gradient, dtype=float))
    return float(array.max()) if array.size else 0.0
