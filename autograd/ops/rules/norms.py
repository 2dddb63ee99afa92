"""Norms of vectors and matrices of every order of NumPy, made of ops."""

import math
from numbers import Real
from typing import Any

from autograd.ops.rules.arithmetic import abs, power, sign
from autograd.ops.rules.axes import Shape, array_function, normalize_axes, reduced_shape, shape_of
from autograd.ops.rules.comparisons import equal, isinf
from autograd.ops.rules.decompositions import singular_triplets
from autograd.ops.rules.reductions import euclidean_norm, max, min, sum
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import moveaxis, reshape


@array_function
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors along one axis, of matrices in two, or of all entries if `axis` is None.

        ord None   √Σ x²             any axes
        ord p      (Σ |x|ᵖ)^(1/p)    a vector;   p = ±1: largest or smallest Σ |x| of a column, a matrix
        ord 0      count of x ≠ 0    a vector
        ord 2      √Σ x²             a vector;   largest singular value, a matrix; −2: the smallest
        ord ±inf   max or min |x|    a vector;   largest or smallest Σ |x| of a row, a matrix
        ord "fro"  √Σ x²             a matrix
        ord "nuc"  Σ s               a matrix, of its singular values

    At kinks, the derivative is 0 with respect to zeros, and is shared equally by those that are equal.

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises:
        ValueError: For another `ord`, or another number of axes

    >>> float(norm([3.0, 4.0])), float(norm([3.0, -4.0], 1)), float(norm([3.0, -4.0], float("inf")))
    (5.0, 7.0, 4.0)
    """
    shape = shape_of(x)
    axes = normalize_axes("norm", axis, shape)
    if ord is None or (len(axes), ord) in ((1, 2), (2, "fro")):
        return euclidean_norm(x, axes, keepdims)
    if len(axes) == 1 and isinstance(ord, Real):
        return _vector_norm(x, float(ord), axes, keepdims)
    if len(axes) == 2 and ord in (1, -1, 2, -2, math.inf, -math.inf, "nuc"):
        return reshape(_matrix_norm(x, ord, axes), reduced_shape(shape, axes, keepdims))
    raise ValueError(
        f"norm: ord must be None or a number for one axis, and None, 'fro', 'nuc', ±1, ±2 or ±inf for two, got {ord!r} for "
        f"{len(axes)} axes of shape {shape}"
    )


def _vector_norm(x: Any, p: float, axes: Shape, keepdims: bool) -> Any:
    if math.isinf(p):
        return (max if p > 0 else min)(abs(x), axes, keepdims)
    if p == 0:
        return sum(where(equal(x, 0), sign(x), 1.0), axes, keepdims)
    if p == 1:
        return sum(abs(x), axes, keepdims)
    zero = equal(x, 0) if p < 1 else False  # a cusp: |x|ᵖ has the derivative 0, as |x|
    base = x if p % 2 == 0 else abs(x)
    total = sum(where(zero, 0.0 if p > 0 else math.inf, power(where(zero, 1.0, base), p)), axes, keepdims)
    is_zero, is_infinite = equal(total, 0), isinf(total)
    root = power(where(is_zero | is_infinite, 1.0, total), 1.0 / p)
    return where(is_zero, 0.0 if p > 0 else math.inf, where(is_infinite, math.inf if p > 0 else 0.0, root))


def _matrix_norm(x: Any, ord: Any, axes: Shape) -> Any:
    if ord in (2, -2, "nuc"):
        rows = shape_of(x)[axes[0]]
        s = singular_triplets(moveaxis(x, axes, (-2, -1)))[..., rows, :]
        return {2: max, -2: min, "nuc": sum}[ord](s, -1)
    summed, chosen = axes if ord in (1, -1) else axes[::-1]
    return (max if ord > 0 else min)(sum(abs(x), summed, keepdims=True), chosen, keepdims=True)
