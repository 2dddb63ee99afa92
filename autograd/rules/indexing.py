"""Entries picked out by an index, the transpose that puts them back, and what is made of the two."""

from typing import Any

import numpy as np

from autograd.op import Recorder, general, linear
from autograd.rules.linear import broadcast_to, in_line, reshape
from autograd.rules.shapes import Call, Shape, axes_of, axis_of, shape_from, shape_of


def plain(x: Any) -> Any:
    """The numbers that x holds, as an array."""
    return x.numpy() if hasattr(x, "numpy") else np.asarray(x)


def constant_index(index: Any) -> Any:
    """`index` with nodes and lists read as arrays, and every array in nobody else's power to change."""
    if isinstance(index, tuple):
        return tuple(map(constant_index, index))
    if isinstance(index, list):
        index = np.asarray(index, dtype=None if len(index) else int)
    elif isinstance(index, Recorder):
        index = np.asarray(index)
    if isinstance(index, np.ndarray) and (index.flags.writeable or index.base is not None):
        index = index.copy()
        index.flags.writeable = False
    return index


def _indexed(x: Any, index: Any) -> Call:
    return (x,), {"index": constant_index(index)}


@linear(lambda g, y, x, index: put(g, index, shape_of(x)), symbol="[·]", prepare=_indexed)
def getitem(xp: Any, x: Any, *, index: Any) -> Any:
    """The entries of x that `index` names, as NumPy indexes: integers, slices, None, Ellipsis, arrays, masks.

        y = x[index]

    Raises  IndexError  if `index` is out of range for x's shape
    >>> getitem([1.0, 2.0, 3.0], [0, 0, 2]).tolist()
    [1.0, 1.0, 3.0]
    """
    return x[index]


def _placed(x: Any, index: Any, shape: Any) -> Call:
    return (x,), {"index": constant_index(index), "shape": shape_from("put", shape)}


@linear(lambda g, y, x, index, shape: getitem(g, index), symbol="put", prepare=_placed)
def put(xp: Any, x: Any, *, index: Any, shape: Shape) -> Any:
    """Zeros of `shape` with the entries of x added in where `index` names them.

        y = Gᵀ x,  G = getitem(·, index)

    >>> put([1.0, 2.0, 3.0], [0, 0, 2], 3).tolist()
    [3.0, 0.0, 3.0]
    """
    return xp.put(x, index, shape)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The entries of x at `indices` along `axis`, or of x flattened if `axis` is None.

        y = x[:, …, indices, …]

    Raises  IndexError  if an index is out of range
    >>> take([[1.0, 2.0], [3.0, 4.0]], [1, 0], axis=1).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    if axis is None:
        return getitem(reshape(x, -1), indices)
    position = axis_of("take", axis, shape_of(x))
    return getitem(x, (slice(None),) * position + (indices,))


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """The entries of x at `indices` along `axis`, one index for each line of x; of x flattened if `axis` is None.

        y[i, j] = x[i, indices[i, j]]

    Shapes  x (…, n, …), indices (…, m, …) -> y (…, m, …)
    Raises  ValueError  if x and `indices` have not as many axes
            IndexError  if an index is out of range
    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[0], [1]], axis=1).tolist()
    [[1.0], [4.0]]
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    shape, along = shape_of(x), plain(indices)
    position = axis_of("take_along_axis", axis, shape)
    if along.ndim != len(shape):
        raise ValueError(f"take_along_axis: indices of shape {along.shape} need as many axes as the shape {shape}")
    lines = [np.arange(n).reshape([-1 if d == i else 1 for d in range(len(shape))]) for i, n in enumerate(shape)]
    return getitem(x, tuple(along if i == position else line for i, line in enumerate(lines)))


def flip(x: Any, axis: Any = None) -> Any:
    """x in reverse order along `axis` (an integer, a tuple of them, or None for all).

        y[i] = x[n − 1 − i]

    >>> flip([1.0, 2.0, 3.0]).tolist()
    [3.0, 2.0, 1.0]
    """
    shape = shape_of(x)
    axes = axes_of("flip", axis, shape)
    return getitem(x, tuple(slice(None, None, -1 if i in axes else None) for i in range(len(shape))))


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each entry of x, or each slice along `axis`, so many times in a row: as many for all, or a number for each.

        y = (x₀, x₀, …, x₁, x₁, …)

    Raises  ValueError  if `repeats` is negative, or has another length than the axis
    >>> repeat([1.0, 2.0], 2).tolist(), repeat([1.0, 2.0], [1, 2]).tolist()
    ([1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 2.0])
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    shape, times = shape_of(x), np.asarray(constant_index(repeats))
    position = axis_of("repeat", axis, shape)
    n = shape[position]
    if times.dtype.kind not in "iu" or times.shape not in ((), (1,), (n,)) or (times < 0).any():
        raise ValueError(
            f"repeat: repeats {repeats!r} must be a whole number, not negative, or {n} of them, one for each entry along "
            f"axis {axis} of shape {shape}"
        )
    if times.size != 1:
        return take(x, np.repeat(np.arange(n), times), position)
    before, after = shape[: position + 1], shape[position + 1 :]
    spread = broadcast_to(reshape(x, (*before, 1, *after)), (*before, int(times.item()), *after))
    return reshape(spread, (*before[:-1], n * int(times.item()), *after))


def _sort_pullback(g: Any, y: Any, x: Any, axis: int) -> Any:
    """Every entry of ȳ back to where it came from: through the inverse of the permutation that sorts x."""
    return permute(g, argsort(argsort(x, axis), axis), axis)


@general(None, prepare=in_line("argsort", -1))
def argsort(xp: Any, x: Any, *, axis: int) -> Any:
    """The positions of x's entries in increasing order along `axis`, or flattened if it is None; equal ones keep theirs.

        y = argsort x,   x[y₀] ≤ x[y₁] ≤ …

    Shapes  x (…, n, …) -> y the same, integers; (N,) if `axis` is None
    >>> argsort([3.0, 1.0, 2.0]).tolist()
    [1, 2, 0]
    """
    return xp.argsort(x, axis=axis, stable=True)


@general(
    lambda g, y, x, order, axis: permute(g, argsort(order, axis), axis),
    None,
    symbol="P",
    prepare=lambda x, order, axis: ((x, order), {"axis": axis_of("permute", axis, shape_of(x))}),
)
def permute(xp: Any, x: Any, order: Any, *, axis: int) -> Any:
    """Along `axis`, the entries of x in another order: one permutation for each line of x.

        y[i, j] = x[i, order[i, j]]

    Shapes  x and order (…, n, …) -> y the same
    >>> permute([5.0, 6.0, 7.0], [2, 0, 1], 0).tolist()
    [7.0, 5.0, 6.0]
    """
    return xp.take_along_axis(x, order, axis)


@general(_sort_pullback, prepare=in_line("sort", -1))
def sort(xp: Any, x: Any, *, axis: int) -> Any:
    """x in increasing order along `axis`, or flattened and sorted if it is None; equal entries keep their order.

        y = P x,  P a permutation

    Shapes  x (…, n, …) -> y the same; (N,) if `axis` is None
    >>> sort([3.0, 1.0, 2.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    return xp.sort(x, axis=axis, stable=True)
