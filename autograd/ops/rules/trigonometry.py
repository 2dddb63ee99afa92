"""Elementwise trigonometric and hyperbolic functions and their inverses."""

import math
from typing import Any

from autograd.base.domain import ABOVE_ONE, NONZERO, REALS, UNIT, Domain, OpenSet
from autograd.ops.op import elementwise
from autograd.ops.rules.arithmetic import interval_product, square
from autograd.ops.rules.exponential import sqrt
from autograd.ops.rules.selection import where


@elementwise(lambda g, y, x: g * cos(x))
def sin(xp: Any, x: Any) -> Any:
    """Sine.

        y = sin x

    Units:
        x in radians

    >>> sin(0.0)
    0.0
    """
    return xp.sin(x)


@elementwise(lambda g, y, x: -g * sin(x))
def cos(xp: Any, x: Any) -> Any:
    """Cosine.

        y = cos x

    Units:
        x in radians

    >>> cos(0.0)
    1.0
    """
    return xp.cos(x)


@elementwise(lambda g, y, x: g * (1.0 + y * y), smooth_on=OpenSet("|x| < π/2, and so on", ((-math.pi / 2, math.pi / 2),)))
def tan(xp: Any, x: Any) -> Any:
    """Tangent.

        y = tan x = sin x / cos x

    Units:
        x in radians

    >>> tan(0.0)
    0.0
    """
    return xp.tan(x)


@elementwise(
    lambda g, y, x: g / sqrt(interval_product(x, low=-1.0, high=1.0)),  # 1 − x² loses digits near ±1
    textbook=(lambda g, y, x: g / sqrt(1.0 - square(x)),),
    smooth_on=UNIT,
)
def arcsin(xp: Any, x: Any) -> Any:
    """Inverse sine; NaN outside [−1, 1].

        y = sin⁻¹ x

    Units:
        y in radians

    >>> arcsin(0.0)
    0.0
    """
    return xp.arcsin(x)


@elementwise(
    lambda g, y, x: -g / sqrt(interval_product(x, low=-1.0, high=1.0)),
    textbook=(lambda g, y, x: -g / sqrt(1.0 - square(x)),),
    smooth_on=UNIT,
)
def arccos(xp: Any, x: Any) -> Any:
    """Inverse cosine; NaN outside [−1, 1].

        y = cos⁻¹ x

    Units:
        y in radians

    >>> arccos(1.0)
    0.0
    """
    return xp.arccos(x)


@elementwise(lambda g, y, x: g / (1.0 + x * x))
def arctan(xp: Any, x: Any) -> Any:
    """Inverse tangent.

        y = tan⁻¹ x

    Units:
        y in radians

    >>> arctan(0.0)
    0.0
    """
    return xp.arctan(x)


def _radius(y: Any) -> Any:
    """y, or ∞ where y is 0: a quotient by it and all its derivatives are then 0."""
    return where(y == 0, math.inf, y)


@elementwise(
    lambda g, y, a, b: g * (b / _radius(hypot(a, b))) / _radius(hypot(a, b)),
    lambda g, y, a, b: -g * (a / _radius(hypot(a, b))) / _radius(hypot(a, b)),
    textbook=(lambda g, y, a, b: g * b / (square(a) + square(b)), lambda g, y, a, b: -g * a / (square(a) + square(b))),
    smooth_on=Domain((NONZERO, REALS)),
)
def arctan2(xp: Any, a: Any, b: Any) -> Any:
    """Angle of the point (b, a) from the positive first axis; the derivatives at (0, 0) are 0.

        y = the angle with a = r sin y,  b = r cos y

    Units:
        y in radians, in (−π, π]

    >>> arctan2(0.0, -1.0)
    3.141592653589793
    """
    return xp.arctan2(a, b)


@elementwise(lambda g, y, x: g * cosh(x))
def sinh(xp: Any, x: Any) -> Any:
    """Hyperbolic sine.

        y = (eˣ − e⁻ˣ) / 2

    >>> sinh(0.0)
    0.0
    """
    return xp.sinh(x)


@elementwise(lambda g, y, x: g * sinh(x))
def cosh(xp: Any, x: Any) -> Any:
    """Hyperbolic cosine.

        y = (eˣ + e⁻ˣ) / 2

    >>> cosh(0.0)
    1.0
    """
    return xp.cosh(x)


@elementwise(
    lambda g, y, x: g * square(sech(x)),  # 1 − y² loses all digits at x = 19
    textbook=(lambda g, y, x: g * (1.0 - square(y)),),
)
def tanh(xp: Any, x: Any) -> Any:
    """Hyperbolic tangent.

        y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)

    >>> tanh(0.0)
    0.0
    """
    return xp.tanh(x)


@elementwise(lambda g, y, x: -g * y * tanh(x))
def sech(xp: Any, x: Any) -> Any:
    """Hyperbolic secant; the derivative of tanh is its square.

        y = 1 / cosh x = 2 / (eˣ + e⁻ˣ)

    >>> sech(0.0)
    1.0
    """
    return 1.0 / xp.cosh(x)


@elementwise(
    lambda g, y, x: g / hypot(x, 1.0),  # √(x² + 1) would overflow above 1e154
    textbook=(lambda g, y, x: g / sqrt(square(x) + 1.0),),
)
def arcsinh(xp: Any, x: Any) -> Any:
    """Inverse hyperbolic sine.

        y = log(x + √(x² + 1))

    >>> arcsinh(0.0)
    0.0
    """
    return xp.arcsinh(x)


@elementwise(
    lambda g, y, x: g / sqrt(x - 1.0) / sqrt(x + 1.0),
    textbook=(lambda g, y, x: g / sqrt(square(x) - 1.0),),
    smooth_on=ABOVE_ONE,
)
def arccosh(xp: Any, x: Any) -> Any:
    """Inverse hyperbolic cosine, non-negative; NaN below 1.

        y = log(x + √(x² − 1))

    >>> arccosh(1.0)
    0.0
    """
    return xp.arccosh(x)


@elementwise(
    lambda g, y, x: g / interval_product(x, low=-1.0, high=1.0),
    textbook=(lambda g, y, x: g / (1.0 - square(x)),),
    smooth_on=UNIT,
)
def arctanh(xp: Any, x: Any) -> Any:
    """Inverse hyperbolic tangent; ±∞ at ±1 and NaN beyond.

        y = ½ log((1 + x) / (1 − x))

    >>> arctanh(0.0)
    0.0
    """
    return xp.arctanh(x)


@elementwise(
    lambda g, y, a, b: g * (a / _radius(y)),
    lambda g, y, a, b: g * (b / _radius(y)),
    textbook=(lambda g, y, a, b: g * (a / y), lambda g, y, a, b: g * (b / y)),
    smooth_on=Domain((NONZERO, NONZERO)),
)
def hypot(xp: Any, a: Any, b: Any) -> Any:
    """Hypotenuse of a right triangle, without overflow; the derivatives at (0, 0) are 0.

        y = √(a² + b²)

    >>> hypot(3.0, 4.0)
    5.0
    """
    return xp.hypot(a, b)
