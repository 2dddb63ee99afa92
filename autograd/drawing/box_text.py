"""Contents of boxes: numbers, shapes, statistics and heat maps."""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from autograd.drawing.formulas import expression
from autograd.drawing.names import size_of
from autograd.drawing.text import FIGURE_SPACE, FORMAT, number
from autograd.engine.graph import Graph, GraphNode
from autograd.support.lazy_numpy import np

#: Ways to show the numbers of an array.
Arrays = Literal["shape", "stats", "heat"]
#: Most rows and columns of a heat map, and of an array whose numbers are shown.
CELLS = 8


HeatMap = list[list[tuple[float | None, str]]]


class Box(NamedTuple):
    """The content of a box: its role, which decides the style, its fields in a column, and heat maps of value and gradient.

    Attributes:
        kinds: A letter for each field: "l" for the label, "g" for the gradient, "d" for others
        alarm: "alarm" if the number is not finite, "grad-alarm" if its gradient is not
    """

    role: str
    fields: list[str]
    kinds: str
    heat: Sequence[HeatMap] = ()
    alarm: str = ""


def box_of(graph: Graph, node: GraphNode, format: str, arrays: str) -> Box:
    """The box of a node: label, value, gradient, and a mark if NaN or ∞ begins here."""
    label = [node.label] * bool(node.label)
    belongs_to = node.source if isinstance(node.source, GraphNode) else None
    fields = []
    if belongs_to is not None and belongs_to.op is not None:
        fields.append(f"{belongs_to.name} = {expression(belongs_to)}")
    fields += [*value_fields(node.value, format, arrays), *node.notes]
    gradient = graph.gradient(node)
    slopes = [] if gradient is None else gradient_fields(gradient, format)
    alarm, where = _alarm(graph, node)
    end = [where] * bool(where)
    kinds = "l" * len(label) + "d" * len(fields) + "g" * len(slopes) + "d" * len(end)
    heat = [found for x in (node.value, gradient) if arrays == "heat" and (found := heat_map(x, format))]
    return Box(node.role, label + fields + slopes + end, kinds, heat, alarm)


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
    return "grad-alarm", "" if earlier else f"! gradient {trouble} begins here"


def value_fields(x: Any, format: str, arrays: str) -> list[str]:
    """The fields of a value: a number, or shape, dtype and rows of an array, with statistics if requested."""
    if x is None:
        return []
    if isinstance(x, np.ndarray):
        kind = [f"{x.shape}", f"{x.dtype}"] if x.shape else [f"() {x.dtype}"]
        return [*kind, *rows(x, format), *(statistics(x, format) if x.size > 1 and arrays == "stats" else [])]
    return [number(x, format)]


def gradient_fields(gradient: Any, format: str) -> list[str]:
    """The fields of a gradient: its number; or, marked by ∂, the rows of a small array or the largest absolute entry."""
    if not isinstance(gradient, np.ndarray):
        return [number(float(gradient), format)]
    return [f"∂ {text}" for text in rows(gradient, format) or [f"up to {number(size_of(gradient), format)}"]]


def rows(array: np.ndarray[Any, Any], format: str) -> list[str]:
    r"""The rows of a small array as text, with numbers of equal width; empty for other arrays.

    >>> rows(np.array([[1.5, -2.0], [10.0, 0.0]]), ".1f")
    ['\u20071.5 −2.0', '10.0 \u20070.0']
    """
    if not array.size or array.ndim > 2 or max(array.shape, default=1) > CELLS or array.dtype.kind not in "fiub":
        return []
    texts = [[number(x, format) for x in row] for row in np.atleast_2d(array).tolist()]
    if array.size == 1:
        return texts[0]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [" ".join(x.replace("-", "−").rjust(n, FIGURE_SPACE) for x, n in zip(row, widths, strict=True)) for row in texts]


def statistics(array: np.ndarray[Any, Any], format: str) -> list[str]:
    """The minimum, mean and maximum of the finite entries of an array."""
    if array.dtype.kind not in "fiub":
        return []
    finite = array[np.isfinite(array)].astype(float)
    if not finite.size:
        return ["no finite number"]
    return [f"{name} {number(float(x), format)}" for name, x in
            [("min", finite.min()), ("mean", finite.mean()), ("max", finite.max())]]  # fmt: skip


def heat_map(x: Any, format: str = FORMAT) -> HeatMap:
    """Block means of an array as (share of the largest absolute entry, text); no share for blocks that are not finite.

    >>> heat_map(np.array([[1.0, -2.0], [0.0, np.inf]]), ".1f")
    [[(0.5, '1.0'), (-1.0, '-2.0')], [(0.0, '0.0'), (None, 'inf')]]
    """
    if not isinstance(x, np.ndarray) or x.size < 2 or x.dtype.kind not in "fiub":
        return []
    rows = x.astype(float).reshape(-1, x.shape[-1])
    finite = np.abs(rows[np.isfinite(rows)])
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    blocks = [np.array_split(part, min(CELLS, rows.shape[1]), axis=1) for part in np.array_split(rows, min(CELLS, len(rows)))]
    means = [[float(block.mean()) for block in row] for row in blocks]
    return [[(m / largest if np.isfinite(m) else None, number(m, format)) for m in row] for row in means]


def nonfinite_kind(x: Any) -> str:
    """ "NaN" or "∞" if x contains one, else ""."""
    if isinstance(x, float):
        return "NaN" if math.isnan(x) else "∞" if math.isinf(x) else ""
    array = np.asarray(x)
    if array.dtype.kind != "f":
        return ""
    return "NaN" if np.isnan(array).any() else "∞" if np.isinf(array).any() else ""
