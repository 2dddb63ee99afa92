"""Ops that act on each entry alone: y = f(a, b, …), with one local derivative per argument.

Where a map has a kink, the value of its derivative there is chosen in this order: the least-norm subgradient if it is locally
convex, the least-norm supergradient if it is locally concave, the limit if it is defined by continuity, else NaN.
"""

from typing import Any

from autograd.domain import DISTINCT, NONZERO, POSITIVE, REALS, Domain
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


@elementwise(lambda g, y, x: g * cos(x))
def sin(xp: Any, x: Any) -> Any:
    """Sine.

        y = sin x

    Units  x in radians
    >>> sin(0.0)
    0.0
    """
    return xp.sin(x)


@elementwise(lambda g, y, x: -g * sin(x))
def cos(xp: Any, x: Any) -> Any:
    """Cosine.

        y = cos x

    Units  x in radians
    >>> cos(0.0)
    1.0
    """
    return xp.cos(x)


@elementwise(lambda g, y, x: g * sech(x) * sech(x))  # 1 − tanh² would lose every digit by x = 19
def tanh(xp: Any, x: Any) -> Any:
    """Hyperbolic tangent.

        y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

    >>> tanh(0.0)
    0.0
    """
    return xp.tanh(x)


@elementwise(lambda g, y, x: -g * y * tanh(x))
def sech(xp: Any, x: Any) -> Any:
    """Hyperbolic secant, the derivative of tanh being its square.

        y = 1 / cosh x = 2 / (eˣ + e⁻ˣ)

    >>> sech(0.0)
    1.0
    """
    return 1.0 / xp.cosh(x)


@elementwise(lambda g, y, x: g * y * sigmoid(-x), symbol="σ")  # σ(−x) = 1 − σ(x), to full relative accuracy
def sigmoid(xp: Any, x: Any) -> Any:
    """The logistic function, a probability from log-odds.

        y = σ(x) = 1 / (1 + e⁻ˣ)

    >>> sigmoid(0.0)
    0.5
    """
    return 1.0 / (1.0 + xp.exp(-x))


@elementwise(lambda g, y, x: g * (x > 0), symbol="ReLU", smooth_on=NONZERO)
def relu(xp: Any, x: Any) -> Any:
    """Rectified linear unit; its derivative at the kink is 0.

        y = max(x, 0)

    >>> relu(-2.0)
    0.0
    """
    return xp.maximum(x, 0.0)


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
