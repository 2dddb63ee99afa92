"""Shape, axis order and dtype: linear ops A whose pullback is the transpose, ⟨w, A x⟩ = ⟨Aᵀ w, x⟩."""

import math
from typing import TYPE_CHECKING, Any

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
from autograd.support.lazy_numpy import np

if TYPE_CHECKING:
    from autograd.ops import signatures


def _prepare_broadcast_to(x: Any, shape: Any) -> PreparedCall:
    shape, smaller = normalize_shape("broadcast_to", shape), shape_of(x)
    added = len(shape) - len(smaller)
    if added < 0 or any(n not in (1, m) for n, m in zip(smaller, shape[added:], strict=True)):
        raise ValueError(f"broadcast_to: shape {smaller} does not broadcast to {shape}")
    return (x,), {"shape": shape}


@linear(lambda g, y, x, shape: sum_to(g, shape_of(x)), prepare=_prepare_broadcast_to, kinds={"shape": "broadcast"})
def broadcast_to(xp: Any, x: Any, *, shape: Shape) -> Any:
    """x broadcast to `shape`: repeated along new axes and axes of length 1.

        y = B x

    Raises:
        ValueError: If the shape of x does not broadcast to `shape`

    >>> broadcast_to([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    return xp.broadcast_to(x, shape)


def _prepare_sum_to(x: Any, shape: Any) -> PreparedCall:
    shape, larger = normalize_shape("sum_to", shape), shape_of(x)
    added = len(larger) - len(shape)
    if added >= 0 and larger[added:] == shape:  # fast path for a bias
        return (x,), {"shape": shape, "axis": tuple(range(added))}
    if added < 0 or any(n not in (1, m) for n, m in zip(shape, larger[added:], strict=True)):
        raise ValueError(f"sum_to: shape {larger} cannot be summed to {shape}, which does not broadcast to it")
    spread = tuple(i for i, m in enumerate(larger) if i < added or (shape[i - added] == 1 and m != 1))
    return (x,), {"shape": shape, "axis": spread}


@linear(
    lambda g, y, x, shape, axis: broadcast_to(g, shape_of(x)),
    prepare=_prepare_sum_to,
    kinds={"shape": "broadcast", "axis": "axis"},
)
def sum_to(xp: Any, x: Any, *, shape: Shape, axis: Shape) -> Any:
    """x summed to `shape`, the transpose of broadcasting from `shape` to the shape of x.

        y = Bᵀ x,  B = broadcast_to

    Raises:
        ValueError: If `shape` does not broadcast to the shape of x

    >>> sum_to([[1.0, 2.0], [3.0, 4.0]], (2,)).tolist()
    [4.0, 6.0]
    """
    return xp.sum(x, axis=axis, keepdims=False).reshape(shape)


def _prepare_reshape(x: Any, shape: Any) -> PreparedCall:
    new, old = normalize_shape("reshape", shape), shape_of(x)
    size = math.prod(old)
    rest = math.prod(n for n in new if n != -1)
    if new.count(-1) == 1 and rest:  # without entries, any length would do
        new = tuple(size // rest if n == -1 else n for n in new)
    if math.prod(new) != size or any(n < 0 for n in new):
        raise ValueError(f"reshape: shape {old} with {size} entries cannot be reshaped to {shape!r}")
    return (x,), {"shape": new}


@linear(lambda g, y, x, shape: reshape(g, shape_of(x)), prepare=_prepare_reshape, kinds={"shape": "shape"})
def reshape(xp: Any, x: Any, *, shape: Shape) -> Any:
    """x in another shape with the same order of entries; one length may be −1 and is inferred.

        y = x,  entry by entry in row-major order

    Raises:
        ValueError: If the numbers of entries differ

    >>> reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return xp.reshape(x, shape)


def _prepare_transpose(x: Any, axes: Any = None) -> PreparedCall:
    shape = shape_of(x)
    order = tuple(reversed(range(len(shape)))) if axes is None else normalize_axes("transpose", axes, shape)
    if len(order) != len(shape):
        raise ValueError(f"transpose: axes must contain each axis of shape {shape} once, got {axes!r}")
    return (x,), {"axes": order}


@linear(
    lambda g, y, x, axes: transpose(g, tuple(axes.index(i) for i in range(len(axes)))),
    symbol="ᵀ",
    prepare=_prepare_transpose,
    kinds={"axes": "order"},
)
def transpose(xp: Any, x: Any, *, axes: Shape) -> Any:
    """x with its axes in the order `axes`, or reversed if None.

        y[i, j] = x[j, i]

    Raises:
        ValueError: If `axes` does not contain each axis once

    >>> transpose([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    return xp.transpose(x, axes)


def _prepare_astype(x: Any, dtype: Any) -> PreparedCall:
    if np.dtype(dtype).kind not in "fiub":
        raise TypeError(f"astype: dtype must be one of real numbers, got {np.dtype(dtype)}; join nodes with autograd.stack")
    return (np.asarray(x) if isinstance(x, int | float) else x,), {"dtype": np.dtype(dtype)}


@linear(lambda g, y, x, dtype: astype(g, x.dtype), prepare=_prepare_astype, kinds={})
def astype(xp: Any, x: Any, *, dtype: Any) -> Any:
    """x converted to another floating-point dtype.

        y = x, rounded to dtype

    >>> astype(np.ones(1), "float32").dtype
    dtype('float32')
    """
    return x.astype(dtype)


@linear(lambda g, y, x, dtype: lower(g), symbol="()", kinds={})
def lift(xp: Any, x: Any, *, dtype: Any) -> Any:
    """Number as an array without axes.

        y = x, rounded to dtype

    >>> lift(2.0, dtype="float32").dtype
    dtype('float32')
    """
    return xp.asarray(x, dtype)


@linear(lambda g, y, x: lift(g, dtype=x.dtype), symbol="float")
def lower(xp: Any, x: Any) -> Any:
    """Array without axes as a number, the adjoint of `lift`.

        y = x

    >>> lower(lift(2.0, dtype=float))
    np.float64(2.0)
    """
    return xp.asarray(x)[()]


@array_function
def ravel(x: Any) -> Any:
    """x flattened in row-major order.

    Shapes:
        (…) -> (N,)

    >>> ravel([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    return reshape(x, -1)


@array_function
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes interchanged.

        y[…, j, …, i, …] = x[…, i, …, j, …]

    >>> swapaxes([[1.0, 2.0]], 0, 1).tolist()
    [[1.0], [2.0]]
    """
    shape = shape_of(x)
    i, j = normalize_axis("swapaxes", axis1, shape), normalize_axis("swapaxes", axis2, shape)
    order = list(range(len(shape)))
    order[i], order[j] = j, i
    return transpose(x, order)


@array_function
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """x with the axes `source` moved to the positions `destination`; the others keep their order.

    Raises:
        ValueError: If the numbers of positions and axes differ

    >>> moveaxis([[[1.0, 2.0]]], -1, 0).shape
    (2, 1, 1)
    """
    shape = shape_of(x)
    old, new = normalize_axes("moveaxis", source, shape), normalize_axes("moveaxis", destination, shape)
    if len(old) != len(new):
        raise ValueError(f"moveaxis: source and destination must have equal lengths, got {source!r} and {destination!r}")
    order = [i for i in range(len(shape)) if i not in old]
    for position, i in sorted(zip(new, old, strict=True)):
        order.insert(position, i)
    return transpose(x, order)


@array_function
def squeeze(x: Any, axis: Any = None) -> Any:
    """x without the axes `axis`, which must have length 1, or without all such axes if None.

    Raises:
        ValueError: If one of them has another length

    >>> squeeze([[[1.0, 2.0]]]).shape
    (2,)
    """
    shape = shape_of(x)
    axis = None if is_axis_of_number(axis, shape) else axis
    axes = tuple(i for i, n in enumerate(shape) if n == 1) if axis is None else normalize_axes("squeeze", axis, shape)
    for i in axes:
        if shape[i] != 1:
            raise ValueError(f"squeeze: axis {i} of shape {shape} must have length 1, got {shape[i]}")
    return reshape(x, tuple(n for i, n in enumerate(shape) if i not in axes))


@array_function
def expand_dims(x: Any, axis: Any) -> Any:
    """x with new axes of length 1 at the positions `axis` of the result.

    >>> expand_dims([1.0, 2.0], -1).shape
    (2, 1)
    """
    shape = shape_of(x)
    new = normalize_axes("expand_dims", axis, shape + (1,) * len(normalize_shape("expand_dims", axis)))
    lengths = iter(shape)
    return reshape(x, tuple(1 if i in new else next(lengths) for i in range(len(shape) + len(new))))


def prepare_along_axis(name: str, default: int | None, of_numbers: bool = False) -> "signatures.PrepareAlongAxis":
    """`prepare` of an op along one axis, `name(x, axis=default)`; None flattens x first, as axis 0 of a number if allowed."""

    def prepare(x: Any, axis: Any = default) -> PreparedCall:
        if axis is None or (of_numbers and is_axis_of_number(axis, shape_of(x))):
            return (reshape(x, -1),), {"axis": 0}
        return (x,), {"axis": normalize_axis(name, axis, shape_of(x))}

    return prepare
