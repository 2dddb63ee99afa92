"""How far apart entries lie: deviations from the mean, variance, standard deviation."""

import math
from typing import Any

from autograd.op import linear
from autograd.rules.arithmetic import divide, square
from autograd.rules.linear import sum
from autograd.rules.norms import euclidean_norm
from autograd.rules.shapes import Call, Shape, axes_of, count, shape_of


def _about_mean(x: Any, axis: Any = None) -> Call:
    return (x,), {"axis": axes_of("deviations", axis, shape_of(x))}


@linear(lambda g, y, x, axis: deviations(g, axis), prepare=_about_mean)
def deviations(xp: Any, x: Any, *, axis: Shape) -> Any:
    """x minus its mean over `axis` (an integer, a tuple of them, or None for all); exactly 0 where x is constant.

        y = x − m,   m the mean, computed once more from what the first rounding left

    Shapes  x (…) -> y (…)
    >>> deviations([1.0, 2.0, 6.0]).tolist()
    [-2.0, -1.0, 3.0]
    """
    n = count(shape_of(x), axis)
    m = xp.sum(x, axis=axis, keepdims=True) / n
    m = m + xp.sum(x - m, axis=axis, keepdims=True) / n
    return x - m


def var(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Variance over `axis`, in two passes; NaN over no more than `ddof` equal entries.

        y = Σ (x − m)² / (n − ddof)

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Source  Chan, Golub & LeVeque, Am. Stat. 37(3), 1983
    >>> float(var([1e8, 1e8 + 1, 1e8 + 2]))
    0.6666666666666666
    """
    n = _freedom("var", x, axis, ddof)
    return divide(sum(square(deviations(x, axis)), axis, keepdims), n)


def std(x: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
    """Standard deviation over `axis`; its derivative where all entries are equal is 0.

        y = ‖x − m‖ / √(n − ddof)

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    >>> float(std([1.0, 3.0]))
    1.0
    """
    n = _freedom("std", x, axis, ddof)
    return divide(euclidean_norm(deviations(x, axis), axis, keepdims), math.sqrt(n))


def _freedom(op: str, x: Any, axis: Any, ddof: float) -> float:
    """The degrees of freedom, n − ddof, or 0."""
    shape = shape_of(x)
    return max(count(shape, axes_of(op, axis, shape)) - ddof, 0.0)
