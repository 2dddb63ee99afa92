"""Arithmetic, entry by entry: + − × ÷, and the choices between two numbers.

Where a map has a kink, the value of its derivative there is chosen in this order: the least-norm subgradient if it is
locally convex, the least-norm supergradient if it is locally concave, the limit if it is defined by continuity, else NaN.
"""

from typing import Any

from autograd.domain import DISTINCT, NONZERO, REALS, Domain
from autograd.op import elementwise


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: g, symbol="+")
def add(xp: Any, a: Any, b: Any) -> Any:
    """Sum of two numbers, entry by entry.

        y = a + b

    >>> add(1.0, 2.0)
    3.0
    """
    return a + b


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g, symbol="−")
def subtract(xp: Any, a: Any, b: Any) -> Any:
    """Difference, entry by entry.

        y = a − b

    >>> subtract(1.0, 2.0)
    -1.0
    """
    return a - b


@elementwise(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, symbol="×")
def multiply(xp: Any, a: Any, b: Any) -> Any:
    """Product, entry by entry.

        y = a b

    >>> multiply(2.0, 3.0)
    6.0
    """
    return a * b


@elementwise(
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,  # y / b rather than a / b²: b² may overflow, and 0/0 stays NaN
    symbol="÷",
    smooth_on=Domain((REALS, NONZERO)),
)
def divide(xp: Any, a: Any, b: Any) -> Any:
    """Quotient, entry by entry; a/0 is ±∞ and 0/0 is NaN, as IEEE 754 has it, for floats too.

        y = a / b

    >>> divide(1.0, 0.0)
    inf
    """
    return a / b


@elementwise(lambda g, y, x: -g, symbol="−")
def negative(xp: Any, x: Any) -> Any:
    """The number with its sign changed.

        y = −x

    >>> negative(2.0)
    -2.0
    """
    return -x


@elementwise(lambda g, y, x: g, symbol="=")
def positive(xp: Any, x: Any) -> Any:
    """The same number, as a node of its own.

        y = x

    >>> positive(2.0)
    2.0
    """
    return +x


@elementwise(lambda g, y, x: g * sign(x), symbol="|·|", smooth_on=NONZERO)
def abs(xp: Any, x: Any) -> Any:
    """Absolute value; its derivative at 0 is 0.

        y = |x|

    >>> abs(-2.0)
    2.0
    """
    return xp.abs(x)


@elementwise(None, smooth_on=NONZERO)
def sign(xp: Any, x: Any) -> Any:
    """−1, 0 or 1 by the sign of x.

        y = x / |x|,  0 at 0

    >>> sign(-2.0)
    -1.0
    """
    return xp.sign(x)


@elementwise(
    lambda g, y, a, b: where(a == b, 0.5 * g, g * (a > b)),
    lambda g, y, a, b: where(a == b, 0.5 * g, g * (b > a)),
    symbol="max",
    smooth_on=DISTINCT,
)
def maximum(xp: Any, a: Any, b: Any) -> Any:
    """The larger of two numbers, entry by entry; NaN if either is. A tie shares its derivative, half each.

        y = max(a, b)

    >>> maximum(1.0, 2.0)
    2.0
    """
    return xp.maximum(a, b)


@elementwise(
    lambda g, y, a, b: where(a == b, 0.5 * g, g * (a < b)),
    lambda g, y, a, b: where(a == b, 0.5 * g, g * (b < a)),
    symbol="min",
    smooth_on=DISTINCT,
)
def minimum(xp: Any, a: Any, b: Any) -> Any:
    """The smaller of two numbers, entry by entry; NaN if either is. A tie shares its derivative, half each.

        y = min(a, b)

    >>> minimum(1.0, 2.0)
    1.0
    """
    return xp.minimum(a, b)


@elementwise(
    None,
    lambda g, y, condition, a, b: where(condition, g, 0.0),
    lambda g, y, condition, a, b: where(condition, 0.0, g),
    symbol="?:",
)
def where(xp: Any, condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b, entry by entry.

        y = a if condition else b

    Both branches are computed, and so are both derivatives: an infinite derivative in the branch not taken gives 0·∞ = NaN.
    `where(x > 0, log(x), 0.0)` has gradient NaN at 0; keep the argument safe as well, with
    `where(x > 0, log(where(x > 0, x, 1.0)), 0.0)`, and it is 0.

    >>> where(True, 1.0, 2.0)
    1.0
    """
    return xp.where(condition, a, b)
