"""Elementwise arithmetic: sums, products, quotients, powers, remainders."""

from typing import Any

from autograd.base.domain import ABOVE_ONE, NONZERO, POSITIVE, REALS, UNIT_INTERVAL, Domain
from autograd.ops.op import elementwise
from autograd.ops.rules.exponential import log
from autograd.ops.rules.rounding import round
from autograd.ops.rules.selection import where


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: g, symbol="+")
def add(xp: Any, a: Any, b: Any) -> Any:
    """Elementwise sum.

        y = a + b

    >>> add(1.0, 2.0)
    3.0
    """
    return a + b


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g, symbol="−")
def subtract(xp: Any, a: Any, b: Any) -> Any:
    """Elementwise difference.

        y = a − b

    >>> subtract(1.0, 2.0)
    -1.0
    """
    return a - b


@elementwise(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, symbol="×")
def multiply(xp: Any, a: Any, b: Any) -> Any:
    """Elementwise product.

        y = a b

    >>> multiply(2.0, 3.0)
    6.0
    """
    return a * b


@elementwise(
    lambda g, y, a, b: g / b,
    lambda g, y, a, b: -g * y / b,  # y / b instead of a / b²: b² may overflow, and 0/0 must stay NaN
    symbol="÷",
    smooth_on=Domain((REALS, NONZERO)),
)
def divide(xp: Any, a: Any, b: Any) -> Any:
    """Elementwise quotient by IEEE 754, also for floats: a/0 is ±∞ and 0/0 is NaN.

        y = a / b

    >>> divide(1.0, 0.0)
    inf
    """
    return a / b


@elementwise(lambda g, y, x: -g, symbol="−")
def negative(xp: Any, x: Any) -> Any:
    """Elementwise negation.

        y = −x

    >>> negative(2.0)
    -2.0
    """
    return -x


@elementwise(lambda g, y, x: g, symbol="=")
def positive(xp: Any, x: Any) -> Any:
    """Copy of x as a new node.

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
    """Sign of x: −1, 0 or 1.

        y = x / |x|,  0 at 0

    >>> sign(-2.0)
    -1.0
    """
    return xp.sign(x)


@elementwise(lambda g, y, x: g * 2.0 * x, symbol="²")
def square(xp: Any, x: Any) -> Any:
    """Elementwise square.

        y = x²

    >>> square(3.0)
    9.0
    """
    return xp.square(x)


@elementwise(lambda g, y, x: -g * y * y, symbol="1/·", smooth_on=NONZERO)
def reciprocal(xp: Any, x: Any) -> Any:
    """Elementwise reciprocal; ±∞ at ±0.

        y = 1 / x

    >>> reciprocal(4.0)
    0.25
    """
    return 1.0 / x


@elementwise(
    # Both `where` are limits: x⁰ is constant, also where 1/x overflows, and 0ᵇ is constant in b > 0.
    lambda g, y, a, b: where((b == 0) & (a * a == 0), 0.0, g * b * power(a, b - 1)),
    lambda g, y, a, b: where((a == 0) & (b >= 0), 0.0, g * y * log(a)),
    symbol="^",
    smooth_on=Domain((POSITIVE, REALS)),
)
def power(xp: Any, a: Any, b: Any) -> Any:
    """a raised to the power b; NaN for a negative base and a fractional exponent.

        y = aᵇ

    >>> power(2.0, 3.0)
    8.0
    """
    return xp.power(a, b)


_A_BELOW_B = Domain((UNIT_INTERVAL, ABOVE_ONE))  # one of the cells between the jumps

# Both remainders are a − n b with an integer n = (a − y) / b, rounded to be exact.


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g * round((a - y) / b), symbol="mod", smooth_on=_A_BELOW_B)
def remainder(xp: Any, a: Any, b: Any) -> Any:
    """Remainder of a / b with the sign of b: Python's %.

        y = a − b ⌊a / b⌋

    >>> remainder(-1.0, 3.0)
    2.0
    """
    return xp.remainder(a, b)


@elementwise(None, None, symbol="⌊÷⌋", smooth_on=_A_BELOW_B)
def floor_divide(xp: Any, a: Any, b: Any) -> Any:
    """Largest integer not above a / b: Python's //.

        y = ⌊a / b⌋

    >>> floor_divide(-1.0, 3.0)
    -1.0
    """
    return xp.floor_divide(a, b)


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g * round((a - y) / b), smooth_on=_A_BELOW_B)
def fmod(xp: Any, a: Any, b: Any) -> Any:
    """Remainder of a / b with the sign of a: C's fmod.

        y = a − b trunc(a / b)

    >>> fmod(-1.0, 3.0)
    -1.0
    """
    return xp.fmod(a, b)
