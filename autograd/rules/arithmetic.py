"""Arithmetic, entry by entry: + − × ÷ and what is made of them."""

from typing import Any

from autograd.domain import NONZERO, REALS, Domain
from autograd.op import elementwise
from autograd.rules.choices import where


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


@elementwise(lambda g, y, x: g * 2.0 * x, symbol="²")
def square(xp: Any, x: Any) -> Any:
    """The number times itself.

        y = x²

    >>> square(3.0)
    9.0
    """
    return xp.square(x)


@elementwise(lambda g, y, x: -g * y * y, symbol="1/·", smooth_on=NONZERO)
def reciprocal(xp: Any, x: Any) -> Any:
    """One divided by the number; ±∞ at ±0.

        y = 1 / x

    >>> reciprocal(4.0)
    0.25
    """
    return 1.0 / x


@elementwise(
    lambda g, y, a, b: where(y == 0, 0.0, g * (a / y)),
    lambda g, y, a, b: where(y == 0, 0.0, g * (b / y)),
    smooth_on=Domain((NONZERO, NONZERO)),
)
def hypot(xp: Any, a: Any, b: Any) -> Any:
    """The longest side of a right-angled triangle, without overflow; the derivatives at (0, 0) are 0.

        y = √(a² + b²)

    >>> hypot(3.0, 4.0)
    5.0
    """
    return xp.hypot(a, b)
