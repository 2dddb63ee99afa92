"""Indexing, and its transpose, which adds entries at an index."""

from typing import Any

import numpy as np

from autograd.base.numerics import immutable_array
from autograd.ops.op import Recorder, linear
from autograd.ops.rules.axes import PreparedCall, Shape, is_axis_of_number, normalize_axis, normalize_shape, shape_of
from autograd.ops.rules.shape import reshape


def plain_array(x: Any) -> Any:
    """Data of x as a NumPy array."""
    return x.numpy() if hasattr(x, "numpy") else np.asarray(x)


def constant_index(index: Any) -> Any:
    """Copy of `index` with nodes and lists converted to arrays, and all arrays immutable."""
    if isinstance(index, tuple):
        return tuple(map(constant_index, index))
    if isinstance(index, list):
        index = np.asarray(index, dtype=None if len(index) else int)
    elif isinstance(index, Recorder):
        index = np.asarray(index)
    return immutable_array(index) if isinstance(index, np.ndarray) else index


def _prepare_getitem(x: Any, index: Any) -> PreparedCall:
    return (x,), {"index": constant_index(index)}


@linear(lambda g, y, x, index: put(g, index, shape_of(x)), symbol="[·]", prepare=_prepare_getitem, kinds={"index": "index"})
def getitem(xp: Any, x: Any, *, index: Any) -> Any:
    """Entries of x at `index`, as in NumPy: integers, slices, None, Ellipsis, arrays, masks.

        y = x[index]

    Raises:
        IndexError: If `index` is out of range for the shape of x

    >>> getitem([1.0, 2.0, 3.0], [0, 0, 2]).tolist()
    [1.0, 1.0, 3.0]
    """
    return x[index]


def _prepare_put(x: Any, index: Any, shape: Any) -> PreparedCall:
    return (x,), {"index": constant_index(index), "shape": normalize_shape("put", shape)}


@linear(
    lambda g, y, x, index, shape: getitem(g, index),
    symbol="put",
    prepare=_prepare_put,
    kinds={"index": "index", "shape": "shape"},
)
def put(xp: Any, x: Any, *, index: Any, shape: Shape) -> Any:
    """Zeros of `shape` with the entries of x added at `index`.

        y = Gᵀ x,  G = getitem(·, index)

    >>> put([1.0, 2.0, 3.0], [0, 0, 2], 3).tolist()
    [3.0, 0.0, 3.0]
    """
    return xp.put(x, index, shape)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Entries of x at `indices` along `axis`, or of x flattened if `axis` is None.

        y = x[:, …, indices, …]

    Raises:
        IndexError: If an index is out of range

    >>> take([[1.0, 2.0], [3.0, 4.0]], [1, 0], axis=1).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    if axis is None or is_axis_of_number(axis, shape_of(x)):
        return getitem(reshape(x, -1), indices)
    position = normalize_axis("take", axis, shape_of(x))
    return getitem(x, (slice(None),) * position + (indices,))


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """Entries of x at `indices` along `axis`, line by line; of x flattened if `axis` is None.

        y[i, j] = x[i, indices[i, j]]

    Shapes:
        x (…, n, …), indices (…, m, …) -> y (…, m, …)
    Raises:
        ValueError: If x and `indices` have different numbers of axes
        IndexError: If an index is out of range

    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[0], [1]], axis=1).tolist()
    [[1.0], [4.0]]
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    shape, along = shape_of(x), plain_array(indices)
    position = normalize_axis("take_along_axis", axis, shape)
    if along.ndim != len(shape):
        raise ValueError(f"take_along_axis: indices of shape {along.shape} must have {len(shape)} axes, as x of shape {shape}")
    lines = [np.arange(n).reshape([-1 if d == i else 1 for d in range(len(shape))]) for i, n in enumerate(shape)]
    return getitem(x, tuple(along if i == position else line for i, line in enumerate(lines)))
