"""What is in a box: numbers, shapes, and arrays in the small."""

from typing import Any

import numpy as np

from autograd.drawing.text import number
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value

#: Ways to show the numbers of an array.
ARRAYS = ("shape", "stats", "heat")
#: Most rows and columns of a heat map.
CELLS = 8


def contents(x: Any, format: str, arrays: str = "shape") -> list[str]:
    """What x holds, as fields: a number, or the shape and type of an array, and what is asked for of its numbers."""
    if isinstance(x, Value):
        return [f"data {number(x.data, format)}"]
    if isinstance(x, Tensor | np.ndarray):
        array = np.asarray(x.numpy() if isinstance(x, Tensor) else x)
        one = [f"data {number(array.item(), format)}"] if array.size == 1 else []
        many = statistics(array, format) if array.size > 1 and arrays == "stats" else []
        return [f"{array.shape} {array.dtype}", *one, *many]
    return [number(x, format)]


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
    array = x.numpy() if isinstance(x, Tensor) else x
    if not isinstance(array, np.ndarray) or array.size < 2 or array.dtype.kind not in "fiub":
        return []
    rows = array.astype(float).reshape(-1, array.shape[-1])
    finite = np.abs(rows[np.isfinite(rows)])
    largest = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    blocks = [np.array_split(part, min(CELLS, rows.shape[1]), axis=1) for part in np.array_split(rows, min(CELLS, len(rows)))]
    means = [[float(block.mean()) for block in row] for row in blocks]
    return [[m / largest if np.isfinite(m) else None for m in row] for row in means]


def not_finite(x: Any) -> str:
    """ "NaN" or "∞" if x holds one, else nothing."""
    array = np.asarray(x.numpy() if isinstance(x, Tensor) else x.data if isinstance(x, Value) else x)
    if array.dtype.kind != "f":
        return ""
    return "NaN" if np.isnan(array).any() else "∞" if np.isinf(array).any() else ""
