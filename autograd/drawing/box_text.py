"""Contents of boxes: numbers, shapes, statistics and heat maps."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from autograd.drawing.formulas import expression
from autograd.drawing.names import short_gradient_text
from autograd.drawing.text import number
from autograd.engine.graph import Graph, GraphNode

#: Ways to show the numbers of an array.
Arrays = Literal["shape", "stats", "heat"]
#: Most rows and columns of a heat map.
CELLS = 8


class Box(NamedTuple):
    """The content of a box: its role, which decides the style, its fields, and a heat map.

    Attributes:
        alarm: "alarm" if the number is not finite, "grad-alarm" if its gradient is not
    """

    role: str
    fields: list[str]
    heat: Sequence[Sequence[float | None]] = ()
    alarm: str = ""


def box_of(graph: Graph, node: GraphNode, format: str, arrays: str) -> Box:
    """The box of a node: label, value, gradient, and a mark if NaN or ∞ begins here."""
    fields = [node.label] * bool(node.label)
    belongs_to = node.source if isinstance(node.source, GraphNode) else None
    if belongs_to is not None and belongs_to.op is not None:
        fields.append(f"{belongs_to.name} = {expression(belongs_to)}")
    bare = belongs_to is not None or (node.raw and not isinstance(node.value, np.ndarray))
    fields += [*value_fields(node.value, format, arrays, "" if bare else "data "), *node.notes]
    gradient = graph.gradient(node)
    if gradient is not None:
        fields.append(f"grad {short_gradient_text(gradient, format)}")
    alarm, where = _alarm(graph, node)
    return Box(node.role, fields + [where] * bool(where), heat_map(node.value) if arrays == "heat" else [], alarm)


def _alarm(graph: Graph, node: GraphNode) -> tuple[str, str]:
    """(alarm of a number or gradient that is not finite, text if it begins here); empty for a raw constant."""
    gradient = graph.gradient(node)
    if node.raw:
        return "", ""
    if trouble := nonfinite_kind(node.value):
        return "alarm", "" if any(nonfinite_kind(x.value) for x in node.inputs) else f"! {trouble} begins here"
    if gradient is None or not (trouble := nonfinite_kind(gradient)):
        return "", ""
    earlier = any(nonfinite_kind(user.value) or nonfinite_kind(graph.gradient(user)) for user in graph.users.get(node, ()))
    return "grad-alarm", "" if earlier else f"! grad {trouble} begins here"


def value_fields(x: Any, format: str, arrays: str, word: str) -> list[str]:
    """The fields of a value: a number after `word`, or the shape and dtype of an array, with statistics if requested."""
    if x is None:
        return []
    if isinstance(x, np.ndarray):
        one = [f"{word}{number(x.item(), format)}"] if x.size == 1 else []
        many = statistics(x, format) if x.size > 1 and arrays == "stats" else []
        return [f"{x.shape} {x.dtype}", *one, *many]
    return [f"{word}{number(x, format)}"]


def statistics(array: np.ndarray[Any, Any], format: str) -> list[str]:
    """The minimum, mean and maximum of the finite entries of an array."""
    if array.dtype.kind not in "fiub":
        return []
    finite = array[np.isfinite(array)].astype(float)
    if not finite.size:
        return ["no finite number"]
    return [f"{name} {number(float(x), format)}" for name, x in
            [("min", finite.min()), ("mean", finite.mean()), ("max", finite.max())]]  # fmt: skip


def heat_map(x: Any) -> list[list[float | None]]:
    """Block means of an array, relative to its largest absolute entry; None for blocks that are not finite.

    >>> heat_map(np.array([[1.0, -2.0], [0.0, np.inf]]))
    [[0.5, -1.0], [0.0, None]]
    """
    if not isinstance(x, np.ndarray) or x.size < 2 or x.dtype.kind not in "fiub":
        return []
    rows = x.astype(float).reshape(-1, x.shape[-1])
    finite = np.abs(rows[np.isfinite(rows)])
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    blocks = [np.array_split(part, min(CELLS, rows.shape[1]), axis=1) for part in np.array_split(rows, min(CELLS, len(rows)))]
    means = [[float(block.mean()) for block in row] for row in blocks]
    return [[m / largest if np.isfinite(m) else None for m in row] for row in means]


def nonfinite_kind(x: Any) -> str:
    """ "NaN" or "∞" if x contains one, else ""."""
    array = np.asarray(x)
    if array.dtype.kind != "f":
        return ""
    return "NaN" if np.isnan(array).any() else "∞" if np.isinf(array).any() else ""
