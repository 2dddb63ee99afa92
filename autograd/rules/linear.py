"""Linear ops: each moves, copies or adds up entries, and its pullback is its transpose Aᵀ, ⟨w, A x⟩ = ⟨Aᵀ w, x⟩."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.op import linear
from autograd.rules.shapes import Call, Shape, axes_of, axis_of, count, kept, over_axes, shape_from, shape_of


def unreduced(y: Any, x: Any, axis: Shape) -> Any:
    """The result of a reduction of x over `axis`, or its cotangent, with those axes kept, of length 1."""
    return reshape(y, kept(shape_of(x), axis))


def in_line(name: str, default: int | None) -> Callable[..., Call]:
    """The call of an op that works along one axis, `name(x, axis=default)`; None flattens x first."""

    def prepare(x: Any, axis: int | None = default) -> Call:
        if axis is None:
            return (reshape(x, -1),), {"axis": 0}
        return (x,), {"axis": axis_of(name, axis, shape_of(x))}

    return prepare


@linear(
    lambda g, y, x, axis, keepdims: broadcast_to(unreduced(g, x, axis), shape_of(x)),
    symbol="Σ",
    prepare=over_axes("sum"),
)
def sum(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Sum over `axis` (an integer, a tuple of them, or None for all).

        y = Σ x

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises  ValueError  if `axis` is out of range; names the axis and the shape
    >>> float(sum([1.0, 2.0, 3.0]))
    6.0
    """
    return xp.sum(x, axis=axis, keepdims=keepdims)


@linear(
    lambda g, y, x, axis, keepdims: broadcast_to(unreduced(g, x, axis) / count(shape_of(x), axis), shape_of(x)),
    prepare=over_axes("mean"),
)
def mean(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Arithmetic mean over `axis`; NaN over no entries.

        y = (1/n) Σ x

    Shapes  as `sum`
    >>> float(mean([1.0, 2.0, 6.0]))
    3.0
    """
    return xp.sum(x, axis=axis, keepdims=keepdims) / count(shape_of(x), axis)


def _to_shape(x: Any, shape: Any) -> Call:
    shape, smaller = shape_from("broadcast_to", shape), shape_of(x)
    added = len(shape) - len(smaller)
    if added < 0 or any(n not in (1, m) for n, m in zip(smaller, shape[added:], strict=True)):
        raise ValueError(f"broadcast_to: shape {smaller} cannot be repeated to {shape}")
    return (x,), {"shape": shape}


@linear(lambda g, y, x, shape: sum_to(g, shape_of(x)), prepare=_to_shape)
def broadcast_to(xp: Any, x: Any, *, shape: Shape) -> Any:
    """x repeated along new axes and axes of length 1, until it has `shape`.

        y = B x

    Raises  ValueError  if x's shape does not broadcast to `shape`
    >>> broadcast_to([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    return xp.broadcast_to(x, shape)


def _down_to_shape(x: Any, shape: Any) -> Call:
    shape, larger = shape_from("sum_to", shape), shape_of(x)
    added = len(larger) - len(shape)
    if added >= 0 and larger[added:] == shape:  # the usual case, a bias
        return (x,), {"shape": shape, "axis": tuple(range(added))}
    if added < 0 or any(n not in (1, m) for n, m in zip(shape, larger[added:], strict=True)):
        raise ValueError(f"sum_to: shape {shape} does not broadcast to {larger}, so {larger} cannot be summed to it")
    spread = tuple(i for i, m in enumerate(larger) if i < added or (shape[i - added] == 1 and m != 1))
    return (x,), {"shape": shape, "axis": spread}


@linear(lambda g, y, x, shape, axis: broadcast_to(g, shape_of(x)), prepare=_down_to_shape)
def sum_to(xp: Any, x: Any, *, shape: Shape, axis: Shape) -> Any:
    """x summed over the axes along which something of `shape` would be repeated to x's shape.

        y = Bᵀ x,  B = broadcast_to

    Raises  ValueError  if `shape` does not broadcast to x's shape
    >>> sum_to([[1.0, 2.0], [3.0, 4.0]], (2,)).tolist()
    [4.0, 6.0]
    """
    return xp.sum(x, axis=axis, keepdims=False).reshape(shape)


def _reshaped(x: Any, shape: Any) -> Call:
    new, old = shape_from("reshape", shape), shape_of(x)
    size = math.prod(old)
    if new.count(-1) == 1:
        rest = math.prod(n for n in new if n != -1)
        new = tuple((size // rest if rest else 0) if n == -1 else n for n in new)
    if math.prod(new) != size or any(n < 0 for n in new):
        raise ValueError(f"reshape: shape {old} has {size} entries, which cannot be laid out as {shape!r}")
    return (x,), {"shape": new}


@linear(lambda g, y, x, shape: reshape(g, shape_of(x)), prepare=_reshaped)
def reshape(xp: Any, x: Any, *, shape: Shape) -> Any:
    """The same entries in the same order, laid out in `shape`; one length may be −1 and is worked out.

        y = x,  entry by entry in row-major order

    Raises  ValueError  if the number of entries differs
    >>> reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return xp.reshape(x, shape)


def _permuted(x: Any, axes: Any = None) -> Call:
    shape = shape_of(x)
    order = tuple(reversed(range(len(shape)))) if axes is None else axes_of("transpose", axes, shape)
    if len(order) != len(shape):
        raise ValueError(f"transpose: axes {axes!r} do not name every axis of shape {shape} once")
    return (x,), {"axes": order}


@linear(
    lambda g, y, x, axes: transpose(g, tuple(axes.index(i) for i in range(len(axes)))),
    symbol="ᵀ",
    prepare=_permuted,
)
def transpose(xp: Any, x: Any, *, axes: Shape) -> Any:
    """x with its axes in the order `axes`, reversed if None.

        y[i, j] = x[j, i]

    Raises  ValueError  if `axes` does not name every axis once
    >>> transpose([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    return xp.transpose(x, axes)


def _rolled(x: Any, shift: Any, axis: Any = None) -> Call:
    try:
        pairs = [(operator.index(s), operator.index(a)) for s, a in np.broadcast(shift, 0 if axis is None else axis)]
    except (TypeError, ValueError):
        raise ValueError(f"roll: shift {shift!r} must be an integer, or one for each of the axes {axis!r}") from None
    axes = None if axis is None else axes_of("roll", [a for _, a in pairs], shape_of(x))
    return (x,), {"shift": tuple(s for s, _ in pairs), "axis": axes}


@linear(lambda g, y, x, shift, axis: roll(g, tuple(-s for s in shift), axis), prepare=_rolled)
def roll(xp: Any, x: Any, *, shift: Shape, axis: Shape | None) -> Any:
    """x moved `shift` places along `axis`, what falls off one end coming back at the other; flattened to move if it is None.

        y[(i + shift) mod n] = x[i]

    Raises  ValueError  if `axis` is out of range, or is given another number of shifts than axes
    >>> roll([1.0, 2.0, 3.0], 1).tolist()
    [3.0, 1.0, 2.0]
    """
    return xp.roll(x, shift, axis)


def _typed(x: Any, dtype: Any) -> Call:
    return (np.asarray(x) if isinstance(x, int | float) else x,), {"dtype": np.dtype(dtype)}


@linear(lambda g, y, x, dtype: astype(g, x.dtype), prepare=_typed)
def astype(xp: Any, x: Any, *, dtype: Any) -> Any:
    """x in another floating-point type.

        y = x, rounded to dtype

    >>> astype(np.ones(1), "float32").dtype
    dtype('float32')
    """
    return x.astype(dtype)
