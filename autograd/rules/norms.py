"""Lengths of vectors and sizes of matrices."""

import math
from typing import Any

from autograd.op import general
from autograd.rules.arithmetic import abs
from autograd.rules.choices import where
from autograd.rules.linear import reshape, sum, unreduced
from autograd.rules.reductions import max
from autograd.rules.shapes import Shape, axes_of, kept, over_axes, shape_of


def _euclidean_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ x/y; where y is 0 the subgradient of least norm, 0."""
    y = unreduced(y, x, axis)
    return unreduced(g, x, axis) * where(y == 0, 0.0, x / y)


@general(_euclidean_pullback, symbol="‖·‖", prepare=over_axes("euclidean_norm"))
def euclidean_norm(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """The root of the sum of squares over `axis`, without overflow; its derivative at 0 is 0.

        y = s √Σ (x/s)²,   s the power of two below max |x|

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    >>> float(euclidean_norm([1e200, 0.0]))
    1e+200
    """
    largest = xp.max(xp.abs(x), axis=axis, keepdims=True, initial=0)
    scale = xp.ldexp(xp.ones_like(largest), xp.frexp(largest)[1] - 1)  # dividing by a power of two is exact
    y = scale * xp.sqrt(xp.sum(xp.square(x / scale), axis=axis, keepdims=True))
    return y if keepdims else xp.squeeze(y, axis=axis)[()]


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors along one axis, of matrices in two, or of all entries if `axis` is None.

        ord None   √Σ x²             any axes
        ord 1      Σ |x|             a vector;   max over columns of Σ |x| down one, a matrix
        ord 2      √Σ x²             a vector
        ord inf    max |x|           a vector;   max over rows of Σ |x| along one, a matrix
        ord "fro"  √Σ x²             a matrix

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Raises  ValueError  for another `ord`, or another number of axes
    >>> float(norm([3.0, 4.0])), float(norm([3.0, -4.0], 1)), float(norm([3.0, -4.0], float("inf")))
    (5.0, 7.0, 4.0)
    """
    shape = shape_of(x)
    axes = axes_of("norm", axis, shape)
    if ord is None or (ord == 2 and len(axes) == 1) or (ord == "fro" and len(axes) == 2):
        return euclidean_norm(x, axes, keepdims)
    if ord == 1 and len(axes) == 1:
        return sum(abs(x), axes, keepdims)
    if ord == math.inf and len(axes) == 1:
        return max(abs(x), axes, keepdims)
    if ord in (1, math.inf) and len(axes) == 2:
        down, across = axes if ord == 1 else axes[::-1]
        y = max(sum(abs(x), down, keepdims=True), across, keepdims=True)
        return reshape(y, kept(shape, axes) if keepdims else tuple(n for i, n in enumerate(shape) if i not in axes))
    raise ValueError(
        f"norm: ord {ord!r} over {len(axes)} axes of shape {shape}: vectors (one axis) have ord None, 1, 2 and inf, "
        "matrices (two axes) None, 'fro', 1 and inf"
    )
