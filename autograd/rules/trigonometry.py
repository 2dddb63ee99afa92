"""Circular and hyperbolic functions, entry by entry."""

from typing import Any

from autograd.op import elementwise


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
