"""What is in a box: numbers, shapes, and arrays in the small."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.drawing.formulas import expression
from autograd.drawing.names import brief
from autograd.drawing.text import number
from autograd.engine.graph import Graph, GraphNode

#: Ways to show the numbers of an array.
ARRAYS = ("shape", "stats", "heat")
#: Most rows and columns of a heat map.
CELLS = 8


class Box(NamedTuple):
    """A number as it is drawn: its role, which decides the style, the text of its fields, and an array in the small.

    Attributes:
        alarm: "alarm" if the number is not finite, "grad-alarm" if its gradient is not
    """

    role: str
    fields: list[str]
    heat: Sequence[Sequence[float | None]] = ()
    alarm: str = ""


def box_of(graph: Graph, node: GraphNode, format: str, arrays: str) -> Box:
    """The box of a node: its label, what it holds, its gradient, and where what is not finite begins."""
    fields = [node.label] * bool(node.label)
    belongs_to = node.source if isinstance(node.source, GraphNode) else None
    if belongs_to is not None and belongs_to.op is not None:
        fields.append(f"{belongs_to.name} = {expression(belongs_to)}")
    bare = belongs_to is not None or (node.raw and not isinstance(node.value, np.ndarray))
    fields += [*contents(node.value, format, arrays, "" if bare else "data "), *node.notes]
    gradient = graph.gradient(node)
    if gradient is not None:
        fields.append(f"grad {brief(gradient, format)}")
    alarm, where = _alarm(graph, node)
    return Box(node.role, fields + [where] * bool(where), heat(node.value) if arrays == "heat" else [], alarm)


def _alarm(graph: Graph, node: GraphNode) -> tuple[str, str]:
    """The alarm of a number or gradient that is not finite, and a text if it begins here; nothing for a raw constant."""
    gradient = graph.gradient(node)
    if node.raw:
        return "", ""
    if trouble := not_finite(node.value):
        return "alarm", "" if any(not_finite(x.value) for x in node.inputs) else f"! {trouble} begins here"
    if gradient is None or not (trouble := not_finite(gradient)):
        return "", ""
    earlier = any(not_finite(user.value) or not_finite(graph.gradient(user)) for user in graph.users.get(node, ()))
    return "grad-alarm", "" if earlier else f"! grad {trouble} begins here"


def contents(x: Any, format: str, arrays: str, word: str) -> list[str]:
    """The fields for what x holds: a number after a word; of an array shape and type, and what is asked for of its numbers."""
    if x is None:
        return []
    if isinstance(x, np.ndarray):
        one = [f"{word}{number(x.item(), format)}"] if x.size == 1 else []
        many = statistics(x, format) if x.size > 1 and arrays == "stats" else []
        return [f"{x.shape} {x.dtype}", *one, *many]
    return [f"{word}{number(x, format)}"]


def statistics(array: np.ndarray[Any, Any], format: str) -> list[str]:
    """The least number, the mean and the largest of an array, without those that are not finite."""
    if array.dtype.kind not in "fiub":
        return []
    finite = array[np.isfinite(array)].astype(float)
    if not finite.size:
        return ["no finite number"]
    return [f"{name} {number(float(x), format)}" for name, x in
            [("min", finite.min()), ("mean", finite.mean()), ("max", finite.max())]]  # fmt: skip


def heat(x: Any) -> list[list[float | None]]:
    """An array as few rows of numbers from −1 to 1, in units of its largest: means over blocks; None where one is not finite.

    >>> heat(np.array([[1.0, -2.0], [0.0, np.inf]]))
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


def not_finite(x: Any) -> str:
    """ "NaN" or "∞" if x holds one, else nothing."""
    array = np.asarray(x)
    if array.dtype.kind != "f":
        return ""
    return "NaN" if np.isnan(array).any() else "∞" if np.isinf(array).any() else ""
