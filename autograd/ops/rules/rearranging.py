"""Roll, flip, tile and repeat entries along axes."""

import operator
from typing import Any

from autograd.ops.op import linear
from autograd.ops.rules.axes import (
    PreparedCall,
    Shape,
    array_function,
    is_axis_of_number,
    normalize_axes,
    normalize_axis,
    normalize_shape,
    shape_of,
)
from autograd.ops.rules.indexing import getitem, index_array, take
from autograd.ops.rules.shape import broadcast_to, reshape
from autograd.support.lazy_numpy import np


def _prepare_roll(x: Any, shift: Any, axis: Any = None) -> PreparedCall:
    try:
        pairs = [(operator.index(s), operator.index(a)) for s, a in np.broadcast(shift, 0 if axis is None else axis)]
    except (TypeError, ValueError):
        raise ValueError(f"roll: shift must be an integer, or one for each of the axes {axis!r}, got {shift!r}") from None
    axes = None if axis is None else normalize_axes("roll", [a for _, a in pairs], shape_of(x))
    shifts = tuple(s for s, _ in pairs)
    return (x,), {"shift": shifts if axes else (sum(shifts),), "axis": axes}


@linear(lambda g, y, x, shift, axis: roll(g, tuple(-s for s in shift), axis), prepare=_prepare_roll, kinds={"axis": "axis"})
def roll(xp: Any, x: Any, *, shift: Shape, axis: Shape | None) -> Any:
    """x shifted cyclically by `shift` places along `axis`; as if flattened if it is None.

        y[(i + shift) mod n] = x[i]

    Raises:
        ValueError: If `axis` is out of range, or the numbers of shifts and axes differ

    >>> roll([1.0, 2.0, 3.0], 1).tolist()
    [3.0, 1.0, 2.0]
    """
    return xp.roll(x, shift, axis)


@array_function
def flip(x: Any, axis: Any = None) -> Any:
    """x reversed along `axis` (an integer, a tuple of them, or None for all).

        y[i] = x[n − 1 − i]

    >>> flip([1.0, 2.0, 3.0]).tolist()
    [3.0, 2.0, 1.0]
    """
    shape = shape_of(x)
    axes = normalize_axes("flip", axis, shape)
    return getitem(x, tuple(slice(None, None, -1 if i in axes else None) for i in range(len(shape))))


@array_function
def tile(x: Any, reps: Any) -> Any:
    """x repeated as a whole, `reps` times along each of the last axes.

        y[i] = x[i mod n]

    >>> tile([1.0, 2.0], 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    times, shape = normalize_shape("tile", reps), shape_of(x)
    if any(t < 0 for t in times):
        raise ValueError(f"tile: reps must not be negative, got {reps!r}")
    ndim = max(len(times), len(shape))
    times, shape = (1,) * (ndim - len(times)) + times, (1,) * (ndim - len(shape)) + shape
    pairs = tuple(n for length in shape for n in (1, length))
    copies = tuple(n for t, length in zip(times, shape, strict=True) for n in (t, length))
    tiled = tuple(t * length for t, length in zip(times, shape, strict=True))
    return reshape(broadcast_to(reshape(x, pairs), copies), tiled)


@array_function
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Entries of x, or slices along `axis`, repeated in a row: `repeats` is one number for all or one for each.

        y = (x₀, x₀, …, x₁, x₁, …)

    Raises:
        ValueError: If `repeats` is negative, or has another length than the axis

    >>> repeat([1.0, 2.0], 2).tolist(), repeat([1.0, 2.0], [1, 2]).tolist()
    ([1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 2.0])
    """
    if axis is None or is_axis_of_number(axis, shape_of(x)):
        x, axis = reshape(x, -1), 0
    shape, times = shape_of(x), np.asarray(index_array(repeats))
    position = normalize_axis("repeat", axis, shape)
    n = shape[position]
    if times.dtype.kind not in "iu" or times.shape not in ((), (1,), (n,)) or (times < 0).any():
        raise ValueError(
            f"repeat: repeats must be a non-negative integer, or {n} of them for axis {axis} of shape {shape}, got {repeats!r}"
        )
    if times.size != 1:
        return take(x, np.repeat(np.arange(n), times), position)
    before, after = shape[: position + 1], shape[position + 1 :]
    spread = broadcast_to(reshape(x, (*before, 1, *after)), (*before, int(times.item()), *after))
    return reshape(spread, (*before[:-1], n * int(times.item()), *after))
