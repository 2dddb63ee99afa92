"""Reductions over axes: sum, mean, max, min, product, variance, standard deviation, Euclidean norm."""

import builtins
import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate

from autograd.ops.namespaces import is_half, widen
from autograd.ops.op import general, linear
from autograd.ops.rules.arithmetic import divide, square
from autograd.ops.rules.axes import (
    P,
    PreparedCall,
    Shape,
    array_function,
    entry_count,
    normalize_axes,
    prepare_reduction,
    reduced_shape,
    shape_of,
)  # fmt: skip
from autograd.ops.rules.cumulative import cumprod, shift_entries
from autograd.ops.rules.rearranging import flip
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import astype, broadcast_to, reshape, transpose

if TYPE_CHECKING:
    from autograd.ops import signatures


def restore_axes(y: Any, x: Any, axis: Shape) -> Any:
    """Result of a reduction of x over `axis`, or its cotangent, with the reduced axes restored with length 1."""
    return reshape(y, reduced_shape(shape_of(x), axis))


@linear(
    lambda g, y, x, axis, keepdims: broadcast_to(restore_axes(g, x, axis), shape_of(x)),
    symbol="Σ",
    prepare=prepare_reduction("sum", of_numbers=True),
    kinds={"axis": "axis"},
)
def sum(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Sum over `axis` (an integer, a tuple of them, or None for all).

        y = Σ x

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises:
        ValueError: If `axis` is out of range; names the axis and the shape

    >>> float(sum([1.0, 2.0, 3.0]))
    6.0
    """
    return xp.sum(x, axis=axis, keepdims=keepdims)


@linear(
    lambda g, y, x, axis, keepdims: broadcast_to(restore_axes(g, x, axis) / entry_count(shape_of(x), axis), shape_of(x)),
    prepare=prepare_reduction("mean"),
    kinds={"axis": "axis"},
)
def mean(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Arithmetic mean over `axis`; NaN over no entries.

        y = (1/n) Σ x

    Shapes:
        as `sum`

    >>> float(mean([1.0, 2.0, 6.0]))
    3.0
    """
    return xp.sum(x, axis=axis, keepdims=keepdims) / entry_count(shape_of(x), axis)


@general(None, prepare=prepare_reduction("any", of_numbers=True), kinds={"axis": "axis"})
def any(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """True if at least one entry over `axis` is non-zero; False over no entries.

        y = [Σ [x ≠ 0] > 0]

    Shapes:
        as `sum`

    >>> bool(any([0.0, 2.0]))
    True
    """
    return xp.sum(x != 0, axis=axis, keepdims=keepdims) > 0


@general(None, prepare=prepare_reduction("all", of_numbers=True), kinds={"axis": "axis"})
def all(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """True if no entry over `axis` is 0; True over no entries.

        y = [Σ [x = 0] = 0]

    Shapes:
        as `sum`

    >>> bool(all([0.0, 2.0]))
    False
    """
    return xp.sum(x == 0, axis=axis, keepdims=keepdims) == 0


def _extremum_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ at the entries equal to y, divided equally between ties, or at the NaNs if y is NaN."""
    chosen = (x == restore_axes(y, x, axis)) | (x != x)
    return restore_axes(g, x, axis) * (chosen / sum(chosen, axis, keepdims=True))


@general(_extremum_pullback, prepare=prepare_reduction("max", of_numbers=True, nonempty=True), kinds={"axis": "axis"})
def max(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Largest entry over `axis`; NaN if one is NaN. Ties share the derivative equally.

        y = max x

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises:
        ValueError: If x has no entries

    >>> float(max([1.0, 3.0, 3.0]))
    3.0
    """
    return xp.max(x, axis=axis, keepdims=keepdims)


@general(_extremum_pullback, prepare=prepare_reduction("min", of_numbers=True, nonempty=True), kinds={"axis": "axis"})
def min(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Smallest entry over `axis`; NaN if one is NaN. Ties share the derivative equally.

        y = min x

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises:
        ValueError: If x has no entries

    >>> float(min([1.0, 3.0, 1.0]))
    1.0
    """
    return xp.min(x, axis=axis, keepdims=keepdims)


def _prod_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ times the product of the other entries, without y/x, which fails at zeros."""
    shape = shape_of(x)
    order = (*(i for i in range(len(shape)) if i not in axis), *axis)
    lengths = tuple(shape[i] for i in order)
    rows = reshape(transpose(x, order), (*lengths[: len(shape) - len(axis)], entry_count(shape, axis)))
    others = transpose(reshape(products_of_others(rows), lengths), [order.index(i) for i in range(len(shape))])
    return restore_axes(g, x, axis) * others


def products_of_others(x: Any) -> Any:
    """Product of all other entries along the last axis, for each entry: of those before it times those after it.

        y[i] = Π_{j ≠ i} x[j]

    >>> products_of_others([0.0, 2.0, 3.0]).tolist()
    [6.0, 0.0, 0.0]
    """
    last = len(shape_of(x)) - 1
    before = shift_entries(cumprod(x, last), 1, 1, last)
    after = flip(shift_entries(cumprod(flip(x, last), last), 1, 1, last), last)
    return before * after


@general(_prod_pullback, symbol="Π", prepare=prepare_reduction("prod", of_numbers=True), kinds={"axis": "axis"})
def prod(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Product over `axis`; 1 over no entries. The derivative is exact at zeros too.

        y = Π x

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims

    >>> float(prod([2.0, 3.0, 4.0]))
    24.0
    """
    return xp.prod(x, axis=axis, keepdims=keepdims)


def _prepare_deviations(x: Any, axis: Any = None) -> PreparedCall:
    return (x,), {"axis": normalize_axes("deviations", axis, shape_of(x))}


@linear(lambda g, y, x, axis: deviations(g, axis), prepare=_prepare_deviations, kinds={"axis": "axis"})
def deviations(xp: Any, x: Any, *, axis: Shape) -> Any:
    """Deviations of x from its mean over `axis` (an integer, a tuple, or None for all); exactly 0 for constant x.

        y = x − m,   m the mean, corrected by the mean of the rounding errors

    Shapes:
        x (…) -> y (…)

    >>> deviations([1.0, 2.0, 6.0]).tolist()
    [-2.0, -1.0, 3.0]
    """
    n = entry_count(shape_of(x), axis)
    m = xp.sum(x, axis=axis, keepdims=True) / n
    m = m + xp.sum(x - m, axis=axis, keepdims=True) / n
    return x - m


def in_single_precision(f: Callable[Concatenate[Any, P], Any]) -> "signatures.ArrayFunction[P]":
    """Function made of ops that computes 16-bit floats in float32 and rounds its result once."""

    @functools.wraps(f)
    def compute(x: Any, *args: P.args, **options: P.kwargs) -> Any:
        return astype(f(widen(x), *args, **options), x.dtype) if is_half(x) else f(x, *args, **options)

    function: Any = compute
    return array_function(function)


@in_single_precision
def var(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis`, in two passes; NaN over at most `ddof` equal entries.

        y = Σ (x − m)² / (n − ddof)

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Source:
        Chan, Golub & LeVeque, Am. Stat. 37(3), 1983

    >>> float(var([1e8, 1e8 + 1, 1e8 + 2]))
    0.6666666666666666
    """
    n = _degrees_of_freedom("var", x, axis, ddof)
    return divide(sum(square(deviations(x, axis)), axis, keepdims), n)


@in_single_precision
def std(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Standard deviation over `axis`; its derivative is 0 where all entries are equal.

        y = ‖x − m‖ / √(n − ddof)

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims

    >>> float(std([1.0, 3.0]))
    1.0
    """
    n = _degrees_of_freedom("std", x, axis, ddof)
    return divide(euclidean_norm(deviations(x, axis), axis, keepdims), math.sqrt(n))


def _degrees_of_freedom(op: str, x: Any, axis: Any, ddof: float) -> float:
    """Degrees of freedom, n − ddof, at least 0."""
    return builtins.max(entry_count(shape_of(x), normalize_axes(op, axis, shape_of(x))) - ddof, 0.0)


def _euclidean_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ x/y; 0, the subgradient of least norm, where y is 0, with derivatives of 0."""
    y = restore_axes(y, x, axis)
    return restore_axes(g, x, axis) * (x / where(y == 0, math.inf, y))


@general(_euclidean_pullback, symbol="‖·‖", prepare=prepare_reduction("euclidean_norm"), kinds={"axis": "axis"})
def euclidean_norm(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Euclidean norm over `axis`, without overflow; its derivative at 0 is 0.

        y = s √Σ (x/s)²,   s the largest power of two up to max |x|

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims

    >>> float(euclidean_norm([1e200, 0.0]))
    1e+200
    """
    largest = xp.max(xp.abs(x), axis=axis, keepdims=True, initial=0)
    scale = xp.ldexp(xp.ones_like(largest), xp.frexp(largest)[1] - 1)  # dividing by a power of two is exact
    y = scale * xp.sqrt(xp.sum(xp.square(x / scale), axis=axis, keepdims=True))
    return y if keepdims else xp.squeeze(y, axis=axis)[()]
