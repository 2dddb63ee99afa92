"""Elementwise roots, exponentials and logarithms."""

import math
from typing import Any

from autograd.base.domain import ABOVE_MINUS_ONE, NONZERO, POSITIVE
from autograd.ops.op import elementwise


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
    """Cube root, also of negative numbers; its derivative at 0 is the limit, ∞.

        y = ∛x

    >>> cbrt(-8.0)
    -2.0
    """
    return xp.cbrt(x)


@elementwise(lambda g, y, x: g * y)
def exp(xp: Any, x: Any) -> Any:
    """Exponential; ∞ above 709.78, where float64 overflows.

        y = eˣ

    >>> exp(0.0)
    1.0
    """
    return xp.exp(x)


@elementwise(lambda g, y, x: g * y * math.log(2))
def exp2(xp: Any, x: Any) -> Any:
    """Power of 2.

        y = 2ˣ

    >>> exp2(3.0)
    8.0
    """
    return xp.exp2(x)


@elementwise(lambda g, y, x: g * exp(x))  # y + 1 would lose digits for large negative x
def expm1(xp: Any, x: Any) -> Any:
    """eˣ − 1, exact for small x.

        y = eˣ − 1

    >>> expm1(1e-20)
    1e-20
    """
    return xp.expm1(x)


@elementwise(lambda g, y, x: g / x, smooth_on=POSITIVE)
def log(xp: Any, x: Any) -> Any:
    """Natural logarithm; −∞ at 0 and NaN below.

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


@elementwise(lambda g, y, x: g / (1.0 + x), smooth_on=ABOVE_MINUS_ONE)
def log1p(xp: Any, x: Any) -> Any:
    """log(1 + x), exact for small x.

        y = log(1 + x)

    >>> log1p(1e-20)
    1e-20
    """
    return xp.log1p(x)
