"""NumPy's differences, slopes, integrals and interpolation made of ops, in NumPy's signatures."""

import operator
from typing import Any

import numpy as np

from autograd.engine.numpy_compositions import as_operand, check_plain, dtype_of, entries, to_dtype
from autograd.ops.rules.arithmetic import remainder, subtract
from autograd.ops.rules.axes import normalize_axes, normalize_axis, shape_of
from autograd.ops.rules.comparisons import equal, greater, less
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.reductions import sum
from autograd.ops.rules.selection import clip, maximum, minimum, where
from autograd.ops.rules.shape import broadcast_to, moveaxis, reshape
from autograd.ops.rules.sorting import argsort


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, axis: int = 0) -> Any:
    """`num` numbers from `start` to `stop` with equal differences, computed as in NumPy."""
    if (num := operator.index(num)) < 0:
        raise ValueError(f"np.linspace: num must be at least 0, got {num}")
    start, stop = as_operand(start), as_operand(stop)
    steps = num - 1 if endpoint else num
    width = subtract(stop, start)
    places = np.arange(num, dtype=dtype_of(start, stop)).reshape(-1, *(1,) * len(shape_of(width)))
    step = width / steps if steps > 0 else np.nan
    y = start + places * (step if steps > 0 else width)
    if endpoint and steps > 0:
        y = where(places == steps, stop, y)
    y = y if axis == 0 else moveaxis(y, 0, axis)
    return (y, step) if retstep else y


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours along `axis`, `n` times."""
    if n < 0:
        raise ValueError(f"np.diff: n must be at least 0, got {n}")
    if n == 0:
        return a
    shape = shape_of(a)
    axis = normalize_axis("np.diff", axis, shape)
    ends = [x if x is None else as_operand(x) for x in (prepend, append)]
    line = (*shape[:axis], 1, *shape[axis + 1 :])
    before, after = ([] if x is None else [broadcast_to(x, line) if shape_of(x) == () else x] for x in ends)
    a = concatenate([*before, a, *after], axis) if before or after else a
    for _ in range(n):
        a = entries(a, axis, slice(1, None)) - entries(a, axis, slice(None, -1))
    return a


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integral by the trapezoidal rule along `axis`, at the places x or at distances dx."""
    shape = shape_of(y := as_operand(y))
    axis = normalize_axis("np.trapezoid", axis, shape)
    width = as_operand(dx)
    if x is not None:
        x = as_operand(x)
        on_line = len(shape_of(x)) == 1
        width = diff(x) if on_line else diff(x, axis=axis)
        width = reshape(width, tuple(-1 if i == axis else 1 for i in range(len(shape)))) if on_line else width
    return sum(width * (entries(y, axis, slice(1, None)) + entries(y, axis, slice(None, -1))) / 2.0, axis)


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes of f along each axis: central differences inside, of order `edge_order` at the edges."""
    shape = shape_of(f)
    axes = normalize_axes("np.gradient", axis, shape)
    spacings = [1.0] * len(axes) if not varargs else list(varargs) * (len(axes) if len(varargs) == 1 else 1)
    if len(spacings) != len(axes) or edge_order not in (1, 2):
        raise TypeError(
            f"np.gradient: 1 or {len(axes)} spacings and edge_order 1 or 2 are required, got {len(varargs)} and {edge_order}"
        )
    slopes = [to_dtype(_slope(f, i, as_operand(h), edge_order), dtype_of(f)) for i, h in zip(axes, spacings, strict=True)]
    return slopes[0] if len(axes) == 1 else tuple(slopes)


def _slope(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    """Slope along one axis by the secants of neighbours; `spacing` is a number or the coordinates."""
    n, ndim = shape_of(f)[axis], len(shape_of(f))
    if n <= edge_order:
        raise ValueError(f"np.gradient: shape {shape_of(f)} must have at least {edge_order + 1} entries along axis {axis}")
    if shape_of(spacing) not in ((), (n,)):
        raise ValueError(f"np.gradient: coordinates must have shape ({n},), got {shape_of(spacing)}")
    lengths = tuple(-1 if i == axis else 1 for i in range(ndim))
    is_uniform = shape_of(spacing) == ()
    widths = spacing if is_uniform else reshape(diff(spacing), lengths)
    secants = diff(f, axis=axis) / widths

    def at(x: Any, start: int | None, stop: int | None) -> Any:
        return x if shape_of(x) == () else entries(x, axis, slice(start, stop))

    before, after = at(widths, None, -1), at(widths, 1, None)  # a mean of secants, weighted by the width of the other one
    if is_uniform:
        inside = (entries(f, axis, slice(2, None)) - entries(f, axis, slice(None, -2))) / (2.0 * spacing)
    else:
        inside = (after * at(secants, None, -1) + before * at(secants, 1, None)) / (before + after)
    first, last = at(secants, None, 1), at(secants, -1, None)
    if edge_order == 2:
        share = at(widths, None, 1) / (at(widths, None, 1) + at(widths, 1, 2))
        first = first - share * (at(secants, 1, 2) - first)
        share = at(widths, -1, None) / (at(widths, -1, None) + at(widths, -2, -1))
        last = last + share * (last - at(secants, -2, -1))
    return concatenate([first, inside, last], axis)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Piecewise linear interpolation, in float64; at a knot, the slope nearest to 0 between those of both sides."""
    x, xp, fp = as_operand(x), as_operand(xp), as_operand(fp)
    if len(shape_of(xp)) != 1 or shape_of(xp) != shape_of(fp) or not shape_of(xp)[0]:
        text = f"np.interp: xp and fp must be non-empty vectors of one length, got shapes {shape_of(xp)} and {shape_of(fp)}"
        raise ValueError(text)
    if period is not None:
        if period == 0:
            raise ValueError("np.interp: period must not be 0")
        period = np.abs(check_plain("interp", "period", period))
        x, xp, left, right = remainder(x, period), remainder(xp, period), None, None
        order = argsort(xp)
        xp, fp = getitem(xp, order), getitem(fp, order)
        xp = concatenate([getitem(xp, slice(-1, None)) - period, xp, getitem(xp, slice(0, 1)) + period])
        fp = concatenate([getitem(fp, slice(-1, None)), fp, getitem(fp, slice(0, 1))])
    n = shape_of(xp)[0]
    widths = diff(xp)
    slopes = concatenate([np.zeros(1), diff(fp) / where(equal(widths, 0.0), np.inf, widths), np.zeros(1)])
    count = _count_up_to(xp, x)
    knot = clip(count - 1, 0, n - 1)
    x0, after, before = getitem(xp, knot), getitem(slopes, count), getitem(slopes, knot)
    flattest = maximum(minimum(before, after), 0.0) + minimum(maximum(before, after), 0.0)
    below, above = less(x, getitem(xp, 0)), greater(x, getitem(xp, n - 1))
    distance = where(below, 0.0, where(above, 0.0, subtract(x, x0)))
    y = getitem(fp, knot) + where(equal(x, x0), flattest, after) * distance
    y = y if left is None else where(below, as_operand(left), y)
    return to_dtype(y if right is None else where(above, as_operand(right), y), np.dtype(float))


def _count_up_to(knots: Any, x: Any) -> Any:
    """Number of knots up to each entry of x, by stable sorts, which a tape follows."""
    places = reshape(x, (-1,))
    ranks = argsort(argsort(concatenate([knots, places])))
    counts = getitem(ranks, slice(shape_of(knots)[0], None)) - argsort(argsort(places))
    return reshape(counts, shape_of(x))
