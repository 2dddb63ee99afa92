"""The same entries in another arrangement: what is made of `reshape`, `transpose` and `broadcast_to`."""

from typing import Any

from autograd.rules.linear import broadcast_to, reshape, transpose
from autograd.rules.shapes import axes_of, axis_of, shape_from, shape_of


def ravel(x: Any) -> Any:
    """The entries of x in a row, in row-major order.

    Shapes  (…) -> (N,)
    >>> ravel([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    return reshape(x, -1)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes interchanged.

        y[…, j, …, i, …] = x[…, i, …, j, …]

    >>> swapaxes([[1.0, 2.0]], 0, 1).tolist()
    [[1.0], [2.0]]
    """
    shape = shape_of(x)
    i, j = axis_of("swapaxes", axis1, shape), axis_of("swapaxes", axis2, shape)
    order = list(range(len(shape)))
    order[i], order[j] = j, i
    return transpose(x, order)


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """x with the axes at `source` brought to the positions `destination`, the others in their order.

    Raises  ValueError  if there are not as many positions as axes
    >>> moveaxis([[[1.0, 2.0]]], -1, 0).shape
    (2, 1, 1)
    """
    shape = shape_of(x)
    old, new = axes_of("moveaxis", source, shape), axes_of("moveaxis", destination, shape)
    if len(old) != len(new):
        raise ValueError(f"moveaxis: axes {source!r} cannot go to positions {destination!r}: there must be as many of both")
    order = [i for i in range(len(shape)) if i not in old]
    for position, i in sorted(zip(new, old, strict=True)):
        order.insert(position, i)
    return transpose(x, order)


def squeeze(x: Any, axis: Any = None) -> Any:
    """x without the axes `axis`, which have length 1; without every such axis if it is None.

    Raises  ValueError  if one of them has another length
    >>> squeeze([[[1.0, 2.0]]]).shape
    (2,)
    """
    shape = shape_of(x)
    axes = tuple(i for i, n in enumerate(shape) if n == 1) if axis is None else axes_of("squeeze", axis, shape)
    for i in axes:
        if shape[i] != 1:
            raise ValueError(f"squeeze: axis {i} of shape {shape} has length {shape[i]}, and only 1 can go")
    return reshape(x, tuple(n for i, n in enumerate(shape) if i not in axes))


def expand_dims(x: Any, axis: Any) -> Any:
    """x with new axes of length 1, which stand at `axis` in the result.

    >>> expand_dims([1.0, 2.0], -1).shape
    (2, 1)
    """
    shape = shape_of(x)
    new = axes_of("expand_dims", axis, shape + (1,) * len(shape_from("expand_dims", axis)))
    lengths = iter(shape)
    return reshape(x, tuple(1 if i in new else next(lengths) for i in range(len(shape) + len(new))))


def tile(x: Any, reps: Any) -> Any:
    """x laid side by side `reps` times, so often along each of the last axes.

        y[i] = x[i mod n]

    >>> tile([1.0, 2.0], 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    times, shape = shape_from("tile", reps), shape_of(x)
    if any(t < 0 for t in times):
        raise ValueError(f"tile: reps {reps!r} must not be negative")
    ndim = max(len(times), len(shape))
    times, shape = (1,) * (ndim - len(times)) + times, (1,) * (ndim - len(shape)) + shape
    apart = tuple(n for length in shape for n in (1, length))
    copies = tuple(n for t, length in zip(times, shape, strict=True) for n in (t, length))
    return reshape(broadcast_to(reshape(x, apart), copies), tuple(t * length for t, length in zip(times, shape, strict=True)))
