"""Powers, roots, exponentials and logarithms, entry by entry."""

from typing import Any

from autograd.domain import POSITIVE, REALS, Domain
from autograd.op import elementwise
from autograd.rules.arithmetic import where


@elementwise(
    # The two `where` are limits: x⁰ is constant, and 0ᵇ stays 0 when b > 0 moves a little.
    lambda g, y, a, b: where(b == 0, 0.0, g * b * power(a, b - 1)),
    lambda g, y, a, b: where((a == 0) & (b >= 0), 0.0, g * y * log(a)),
    symbol="^",
    smooth_on=Domain((POSITIVE, REALS)),
)
def power(xp: Any, a: Any, b: Any) -> Any:
    """a raised to the power b; NaN, never a complex number, for a negative base and a fractional exponent.

        y = aᵇ

    >>> power(2.0, 3.0)
    8.0
    """
    return xp.power(a, b)


@elementwise(lambda g, y, x: g * y)
def exp(xp: Any, x: Any) -> Any:
    """e to the power x; ∞ above 709.78, where a float ends.

        y = eˣ

    >>> exp(0.0)
    1.0
    """
    return xp.exp(x)


@elementwise(lambda g, y, x: g / x, smooth_on=POSITIVE)
def log(xp: Any, x: Any) -> Any:
    """Natural logarithm: −∞ at 0 and NaN below.

        y = log x

    >>> log(1.0)
    0.0
    """
    return xp.log(x)


@elementwise(lambda g, y, x: g * 0.5 / y, symbol="√", smooth_on=POSITIVE)
def sqrt(xp: Any, x: Any) -> Any:
    """Square root; its derivative at 0 is the limit, ∞.

        y = √x

    >>> sqrt(4.0)
    2.0
    """
    return xp.sqrt(x)
