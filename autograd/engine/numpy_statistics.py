"""NumPy's statistics made of ops, in NumPy's signatures: averages, quantiles, covariance, and reductions without NaN."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.engine.numpy_compositions import (
    append,
    as_operand,
    atleast_2d,
    check_plain,
    dtype_of,
    entries,
    holds_integers,
    to_dtype,
)
from autograd.ops.recorder import Recorder
from autograd.ops.rules import reductions
from autograd.ops.rules.arithmetic import divide, square, subtract
from autograd.ops.rules.axes import Shape, is_axis_of_number, normalize_axes, reduced_shape, shape_of
from autograd.ops.rules.comparisons import greater, isnan
from autograd.ops.rules.products import matmul
from autograd.ops.rules.reductions import deviations, euclidean_norm, in_single_precision, mean, sum
from autograd.ops.rules.selection import maximum, where
from autograd.ops.rules.shape import broadcast_to, reshape, squeeze, transpose
from autograd.ops.rules.sorting import sort


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """Mean over `axis`, weighted by `weights` of the shape of a or of its `axis`; with the sum of weights if `returned`."""
    a = as_operand(a)
    shape = shape_of(a)
    axes = normalize_axes("np.average", axis, shape)
    if weights is None:
        y = mean(a, axes, keepdims)
        total = np.full(shape_of(y), math.prod(shape[i] for i in axes), dtype_of(y))
        return (y, total) if returned else y
    weights = as_operand(weights)
    if shape_of(weights) != shape:
        if axis is None or shape_of(weights) != tuple(shape[i] for i in axes):
            text = f"np.average: weights of shape {shape_of(weights)} must have the shape {shape} of a, or that of its axis"
            raise (TypeError if axis is None else ValueError)(f"{text}, got axis {axis!r}")
        weights = transpose(weights, tuple(int(i) for i in np.argsort(axes)))
        weights = reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(shape)))
    total = to_dtype(sum(broadcast_to(weights, shape), axes, keepdims), dtype_of(a, weights))
    if not isinstance(total, Recorder) and not np.all(total):
        raise ZeroDivisionError("np.average: the sum of weights must not be 0")
    y = divide(sum(a * weights, axes, keepdims), total)
    return (y, total) if returned else y


def ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Difference between the largest and the smallest entry over `axis`."""
    return reductions.max(a, axis, keepdims) - reductions.min(a, axis, keepdims)


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """Covariance matrix of the rows, or columns, of m and y; `fweights` count observations, `aweights` weigh them."""

    def rows(x: Any) -> Any:
        x = as_operand(x)
        if len(shape_of(x)) > 2:
            raise ValueError(f"np.cov: observations must have at most 2 axes, got shape {shape_of(x)}")
        return transpose(x) if not rowvar and len(shape_of(x)) == 2 else atleast_2d(x)

    x = rows(m) if y is None else append(rows(m), rows(y), 0)
    x = to_dtype(x, np.result_type(dtype_of(x), float))
    correction = (0 if bias else 1) if ddof is None else operator.index(ddof)
    if fweights is None and aweights is None:
        centred = deviations(x, 1)
        products, n = matmul(centred, transpose(centred)), shape_of(x)[1] - correction
    else:
        repeats = 1.0 if fweights is None else np.asarray(check_plain("cov", "fweights", fweights))
        if np.any(np.less(repeats, 0)) or np.any(np.not_equal(repeats, np.rint(repeats))):
            raise ValueError(f"np.cov: fweights must be non-negative integers, got {fweights!r}: pass others as aweights")
        shares = 1.0 if aweights is None else as_operand(aweights)
        weights = repeats * shares
        total = sum(weights)
        centred = x - divide(sum(x * weights, 1, keepdims=True), total)
        products = matmul(centred, transpose(centred * weights))
        n = total - correction * (1.0 if aweights is None else divide(sum(weights * shares), total))
    return squeeze(divide(products, maximum(n, 0.0)))


# Quantiles. A quantile is a sum of two sorted entries with constant weights, so its derivative is that of `sort`.


def _sorted_lines(name: str, a: Any, axis: Any) -> tuple[Any, Shape]:
    """Entries of a sorted over `axis`, as one last axis, and the axes that it replaces."""
    shape = shape_of(a)
    axes = normalize_axes(name, axis, shape)
    kept = tuple(i for i in range(len(shape)) if i not in axes)
    lines = (*(shape[i] for i in kept), math.prod(shape[i] for i in axes))
    return sort(reshape(transpose(a, (*kept, *axes)), lines), -1), axes


def _shares(name: str, q: Any, total: int) -> Any:
    """q, plain numbers from 0 to `total`."""
    if not np.all(np.less_equal(0, check_plain(name, "q", q)) & np.less_equal(q, total)):
        raise ValueError(f"np.{name}: q must be from 0 to {total}, got {q!r}")
    return q


def _with_nan(y: Any, lines: Any) -> Any:
    """y, or NaN for the lines that contain one, which is their last entry."""
    last = entries(lines, len(shape_of(lines)) - 1, -1)
    return where(isnan(last), last, y)


def median(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Middle entry over `axis`, or the mean of the two middle ones; NaN over no entries, or if one is NaN."""
    a = as_operand(a)
    lines, axes = _sorted_lines("np.median", a, axis)
    n, last = shape_of(lines)[-1], len(shape_of(lines)) - 1
    if not n:
        return mean(a, axis, keepdims)
    y = _with_nan(mean(entries(lines, last, slice((n - 1) // 2, n // 2 + 1)), last), lines)
    return reshape(y, reduced_shape(shape_of(a), axes, keepdims))


def quantile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: bool = False) -> Any:
    """Quantiles over `axis`: sorted entries at the places that NumPy's `method` gives, interpolated."""
    a, q = as_operand(a), _shares("quantile", q, 1)
    lines, axes = _sorted_lines("np.quantile", a, axis)
    shape = shape_of(lines)
    n, last = shape[-1], len(shape) - 1
    if not n:
        raise IndexError(f"np.quantile: shape {shape_of(a)} has no entries along axis {axis!r}")
    places = np.asarray(np.quantile(np.arange(float(n)), q, method=method))
    dtype = np.quantile(np.zeros(1, dtype_of(a)), q, method=method).dtype
    low = places.astype(int)
    share = (places - low).astype(dtype)
    y, above = entries(lines, last, low), entries(lines, last, np.minimum(low + 1, n - 1))
    y = y + where(share == 0, 0.0, (above - y) * share)
    parts = (*shape[:-1], *(1,) * low.ndim)
    y = where(isnan(reshape(entries(lines, last, -1), parts)), np.nan, y)
    y = transpose(y, (*range(last, last + low.ndim), *range(last)))
    return to_dtype(reshape(y, low.shape + reduced_shape(shape_of(a), axes, keepdims)), dtype)


def percentile(a: Any, q: Any, axis: Any = None, *, method: Any = "linear", keepdims: bool = False) -> Any:
    """Quantiles over `axis` at percentages q."""
    q = _shares("percentile", q, 100)
    shares = q / 100.0 if isinstance(q, int | float) else np.true_divide(q, 100.0)
    return quantile(a, shares, axis, method=method, keepdims=keepdims)


# Reductions of the entries that are not NaN.


def _without_nan(f: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    def reduce(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Reduction over `axis` of the entries that are not NaN, whose derivative is 0 at a NaN."""
        return f(a if holds_integers(a) else where(isnan(a), neutral, a), axis, keepdims)

    return reduce


def _extremum_without_nan(f: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    reduce = _without_nan(f, neutral)

    def extremum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        """Extremum over `axis` of the entries that are not NaN; NaN if there is none."""
        y = reduce(a, axis, keepdims=keepdims)
        return y if holds_integers(a) else where(reductions.all(isnan(a), axis, keepdims), math.nan, y)

    return extremum


nansum, nanprod = _without_nan(sum, 0.0), _without_nan(reductions.prod, 1.0)
nanmax, nanmin = _extremum_without_nan(reductions.max, -math.inf), _extremum_without_nan(reductions.min, math.inf)


def _count(a: Any, axis: Any, keepdims: bool) -> Any:
    """Number of entries over `axis` that are not NaN, in the dtype of a."""
    return sum(where(isnan(a), np.zeros(shape_of(a), dtype_of(a)), np.ones(shape_of(a), dtype_of(a))), axis, keepdims)


@in_single_precision
def nanmean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Mean over `axis` of the entries that are not NaN; NaN if there is none."""
    return divide(nansum(a, axis, keepdims=keepdims), _count(a, axis, keepdims))


def _deviations(a: Any, axis: Any, ddof: float, keepdims: bool) -> tuple[Any, Any]:
    """Deviations from the mean without NaN, 0 at a NaN, and the degrees of freedom, NaN if there are none."""
    count = _count(a, axis, keepdims)
    centred = where(isnan(a), 0.0, subtract(a, nanmean(a, axis, keepdims=True)))
    return centred, where(greater(count, ddof), count - ddof, math.nan)


@in_single_precision
def nanvar(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis` of the entries that are not NaN; NaN over at most `ddof` of them."""
    centred, n = _deviations(a, axis, ddof, keepdims)
    return divide(sum(square(centred), axis, keepdims), n)


@in_single_precision
def nanstd(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Standard deviation over `axis` of the entries that are not NaN; its derivative is 0 where they are equal."""
    axis = None if is_axis_of_number(axis, shape_of(a)) else axis
    centred, n = _deviations(a, axis, ddof, keepdims)
    return divide(euclidean_norm(centred, axis, keepdims), n**0.5)
