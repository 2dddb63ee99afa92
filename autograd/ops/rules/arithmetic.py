"""Elementwise arithmetic: sums, products, quotients, powers, remainders."""

import math
from typing import Any

from autograd.base.domain import ABOVE_ONE, NONZERO, POSITIVE, REALS, UNIT_INTERVAL, Domain
from autograd.ops.op import elementwise
from autograd.ops.rules.rounding import round


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
    lambda g, y, a, b, n: divide_or_zero(g, b, n=n),
    lambda g, y, a, b, n: -g * n * divide_or_zero(a, b, n=n + 1),
    smooth_on=Domain((REALS, NONZERO)),
)
def divide_or_zero(xp: Any, a: Any, b: Any, *, n: int = 1) -> Any:
    """Quotient by a power, with 0/0 = 0: the derivative of a log b with 0 log 0 = 0.

        y = a / bⁿ,   0 / 0 = 0

    >>> divide_or_zero(0.0, 0.0)
    0.0
    """
    y = a
    for _ in range(n):
        y = y / b
    return xp.where((a == 0) & (b == 0), 0.0, y)


@elementwise(lambda g, y, x, low, high: g * (low + high - 2.0 * x))
def interval_product(xp: Any, x: Any, *, low: float, high: float) -> Any:
    """Product of the distances to two bounds, accurate near both; its derivative is accurate at the midpoint.

        y = (x − low) (high − x)

    >>> interval_product(0.5, low=-1.0, high=1.0)
    0.75
    """
    return (x - low) * (high - x)


@elementwise(
    lambda g, y, a, b: g * power_derivative(a, b, i=1, j=0),
    lambda g, y, a, b: g * power_derivative(a, b, i=0, j=1),
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


@elementwise(
    lambda g, y, a, b, i, j: g * power_derivative(a, b, i=i + 1, j=j),
    lambda g, y, a, b, i, j: g * power_derivative(a, b, i=i, j=j + 1),
    symbol="∂ⁱ⁺ʲ^",
    smooth_on=Domain((POSITIVE, REALS)),
)
def power_derivative(xp: Any, a: Any, b: Any, *, i: int, j: int) -> Any:
    """Derivatives of aᵇ of every order, exact at a = 0 too: x⁰ and 0ᵇ are constant, x¹ is linear, and so on.

        y = ∂ⁱ⁺ʲ aᵇ / ∂aⁱ ∂bʲ = aᵇ⁻ⁱ Σₖ C(j, k) (log a)ʲ⁻ᵏ dᵏ/dbᵏ b (b − 1) … (b − i + 1)

    >>> power_derivative(0.0, 2.0, i=2, j=0)
    2.0
    """
    p = xp.power(a, b - i) if i else xp.power(a, b)
    if not i:
        for _ in range(j):
            p = p * xp.log(a)
        return xp.where((a == 0) & (b >= 0), 0.0, p) if j else p
    first, *others = falling_factorial(b, i, j)
    s = first
    for k, factor in enumerate(others, 1):  # Horner's rule; 0 log 0 = 0
        s = xp.where((s == 0) & (a >= 0), 0.0, s * xp.log(a)) + math.comb(j, k) * factor
    return xp.where((s == 0) | (p == 0) & (s == s), 0.0, s * p) if j else xp.where(s == 0, 0.0, s * p)


def falling_factorial(b: Any, i: int, j: int = 0) -> list[Any]:
    """Falling factorial b (b − 1) … (b − i + 1), for i ≥ 1, and its derivatives of orders 1 to j."""
    found = [b, 1.0, *[0.0] * j][: j + 1]
    for m in range(1, i):
        found = [found[k] * (b - m) + (k * found[k - 1] if k else 0.0) for k in range(j + 1)]
    return found


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
