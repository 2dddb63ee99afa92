"""Elementwise selection: where, maximum, minimum, clip.

The derivative at a kink is the least-norm subgradient if the function is locally convex, the least-norm supergradient if
it is locally concave, the limit if it is defined by continuity, else NaN.
"""

from typing import Any

from autograd.base.domain import DISTINCT, NONZERO, REALS, Domain
from autograd.ops.op import elementwise


@elementwise(
    None,
    lambda g, y, condition, a, b: where(condition, g, 0.0),
    lambda g, y, condition, a, b: where(condition, 0.0, g),
    symbol="?:",
    smooth_on=Domain((NONZERO, REALS, REALS)),
)
def where(xp: Any, condition: Any, a: Any, b: Any) -> Any:
    """Elementwise choice: a where the condition holds, else b.

        y = a if condition else b

    Both branches and both derivatives are computed: an infinite derivative in the branch not taken gives 0·∞ = NaN.
    `where(x > 0, log(x), 0.0)` has gradient NaN at 0. With a safe argument,
    `where(x > 0, log(where(x > 0, x, 1.0)), 0.0)`, the gradient is 0.

    >>> where(True, 1.0, 2.0)
    1.0
    """
    return xp.where(condition, a, b)


def _if_larger(g: Any, a: Any, b: Any) -> Any:
    """g where a is larger than b, half of it at a tie, else 0."""
    return where(a == b, 0.5 * g, g * (a > b))


@elementwise(lambda g, y, a, b: _if_larger(g, a, b), lambda g, y, a, b: _if_larger(g, b, a), symbol="max", smooth_on=DISTINCT)
def maximum(xp: Any, a: Any, b: Any) -> Any:
    """Larger of two numbers; NaN if either is NaN. At a tie each derivative is ½.

        y = max(a, b)

    >>> maximum(1.0, 2.0)
    2.0
    """
    return xp.maximum(a, b)


@elementwise(lambda g, y, a, b: _if_larger(g, b, a), lambda g, y, a, b: _if_larger(g, a, b), symbol="min", smooth_on=DISTINCT)
def minimum(xp: Any, a: Any, b: Any) -> Any:
    """Smaller of two numbers; NaN if either is NaN. At a tie each derivative is ½.

        y = min(a, b)

    >>> minimum(1.0, 2.0)
    1.0
    """
    return xp.minimum(a, b)


@elementwise(
    lambda g, y, a, b: where(a == b, 0.5 * g, g * ((a > b) | (b != b))),
    lambda g, y, a, b: where(a == b, 0.5 * g, g * ((b > a) | ((a != a) & (b == b)))),
    symbol="fmax",
    smooth_on=DISTINCT,
)
def fmax(xp: Any, a: Any, b: Any) -> Any:
    """Larger of two numbers, or the one that is not NaN. At a tie each derivative is ½.

        y = max(a, b)

    >>> fmax(1.0, float("nan"))
    1.0
    """
    return xp.fmax(a, b)


@elementwise(
    lambda g, y, a, b: where(a == b, 0.5 * g, g * ((a < b) | (b != b))),
    lambda g, y, a, b: where(a == b, 0.5 * g, g * ((b < a) | ((a != a) & (b == b)))),
    symbol="fmin",
    smooth_on=DISTINCT,
)
def fmin(xp: Any, a: Any, b: Any) -> Any:
    """Smaller of two numbers, or the one that is not NaN. At a tie each derivative is ½.

        y = min(a, b)

    >>> fmin(1.0, float("nan"))
    1.0
    """
    return xp.fmin(a, b)


def _prepare_clip(
    x: Any, min: Any = None, max: Any = None, *, a_min: Any = None, a_max: Any = None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if (min is not None or max is not None) and (a_min is not None or a_max is not None):
        raise TypeError("clip: bounds must be min and max, or a_min and a_max, got both: write clip(x, min, max)")
    min, max = a_min if min is None else min, a_max if max is None else max  # NumPy has both names
    if min is None and max is None:
        raise TypeError("clip: min and max must not both be None: pass at least one, as in clip(x, 0.0)")
    return (x, float("-inf") if min is None else min, float("inf") if max is None else max), {}


@elementwise(
    lambda g, y, x, low, high: g * ((low <= x) & (x <= high) & (low != high)),
    lambda g, y, x, low, high: g * ((x < low) & (low <= high)),
    lambda g, y, x, low, high: g * ((x > high) | (low > high) | ((low == high) & (x == high))),
    smooth_on=DISTINCT,
    prepare=_prepare_clip,
)
def clip(xp: Any, x: Any, low: Any, high: Any) -> Any:
    """x clipped to two bounds, one of which may be None; the derivative on a bound is 1.

        y = min(max(x, low), high)

    Raises:
        TypeError: If both bounds are None

    >>> clip(2.0, 0.0, 1.0)
    1.0
    """
    return xp.minimum(xp.maximum(x, low), high)
