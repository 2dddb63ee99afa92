"""Powers, roots, exponentials and logarithms, entry by entry."""

import math
from typing import Any

from autograd.domain import NONZERO, POSITIVE, REALS, Domain, OpenSet
from autograd.op import elementwise
from autograd.rules.choices import where


@elementwise(
    # The two `where` are limits: x⁰ is constant, also where 1/x overflows, and 0ᵇ stays 0 when b > 0 moves a little.
    lambda g, y, a, b: where((b == 0) & (a * a == 0), 0.0, g * b * power(a, b - 1)),
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


@elementwise(lambda g, y, x: g * 0.5 / y, symbol="√", smooth_on=POSITIVE)
def sqrt(xp: Any, x: Any) -> Any:
    """Square root; its derivative at 0 is the limit, ∞.

        y = √x

    >>> sqrt(4.0)
    2.0
    """
    return xp.sqrt(x)


@elementwise(lambda g, y, x: g / 3.0 / y / y, symbol="∛", smooth_on=NONZERO)
def cbrt(xp: Any, x: Any) -> Any:
    """Cube root, of negative numbers too; its derivative at 0 is the limit, ∞.

        y = ∛x

    >>> cbrt(-8.0)
    -2.0
    """
    return xp.cbrt(x)


@elementwise(lambda g, y, x: g * y)
def exp(xp: Any, x: Any) -> Any:
    """e to the power x; ∞ above 709.78, where a float ends.

        y = eˣ

    >>> exp(0.0)
    1.0
    """
    return xp.exp(x)


@elementwise(lambda g, y, x: g * y * math.log(2))
def exp2(xp: Any, x: Any) -> Any:
    """2 to the power x.

        y = 2ˣ

    >>> exp2(3.0)
    8.0
    """
    return xp.exp2(x)


@elementwise(lambda g, y, x: g * exp(x))  # y + 1 would lose digits far left
def expm1(xp: Any, x: Any) -> Any:
    """eˣ − 1, exact for small x.

        y = eˣ − 1

    >>> expm1(1e-20)
    1e-20
    """
    return xp.expm1(x)


@elementwise(lambda g, y, x: g / x, smooth_on=POSITIVE)
def log(xp: Any, x: Any) -> Any:
    """Natural logarithm: −∞ at 0 and NaN below.

        y = log x

    >>> log(1.0)
    0.0
    """
    return xp.log(x)


@elementwise(lambda g, y, x: g / x / math.log(2), smooth_on=POSITIVE)
def log2(xp: Any, x: Any) -> Any:
    """Logarithm to base 2.

        y = log x / log 2

    >>> log2(8.0)
    3.0
    """
    return xp.log2(x)


@elementwise(lambda g, y, x: g / x / math.log(10), smooth_on=POSITIVE)
def log10(xp: Any, x: Any) -> Any:
    """Logarithm to base 10.

        y = log x / log 10

    >>> log10(1000.0)
    3.0
    """
    return xp.log10(x)


@elementwise(lambda g, y, x: g / (1.0 + x), smooth_on=OpenSet("x > −1", ((-1.0, math.inf),)))
def log1p(xp: Any, x: Any) -> Any:
    """log(1 + x), exact for small x.

        y = log(1 + x)

    >>> log1p(1e-20)
    1e-20
    """
    return xp.log1p(x)


@elementwise(lambda g, y, a, b: g * sigmoid(a - b), lambda g, y, a, b: g * sigmoid(b - a))
def logaddexp(xp: Any, a: Any, b: Any) -> Any:
    """log(eᵃ + eᵇ), without overflow: a smooth maximum.

        y = m + log(1 + e^(−|a − b|)),   m = max(a, b)

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """
    return xp.logaddexp(a, b)


@elementwise(
    lambda g, y, a, b: g * log(b),
    lambda g, y, a, b: where(a == 0, 0.0, g * a / b),
    smooth_on=Domain((NONZERO, POSITIVE)),
)
def xlogy(xp: Any, a: Any, b: Any) -> Any:
    """a log b, and 0 where a is 0: a term of an entropy.

        y = a log b,   0 log 0 = 0

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return xp.where((a == 0) & (b == b), 0.0, a * xp.log(b))


@elementwise(lambda g, y, x: g * y * sigmoid(-x), symbol="σ")  # σ(−x) = 1 − σ(x), to full relative accuracy
def sigmoid(xp: Any, x: Any) -> Any:
    """The logistic function, a probability from log-odds.

        y = σ(x) = 1 / (1 + e⁻ˣ)

    >>> sigmoid(0.0)
    0.5
    """
    return 1.0 / (1.0 + xp.exp(-x))
