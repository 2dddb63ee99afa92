"""Elementwise activation functions of neural networks.

Kinks are excluded from `smooth_on`; the derivative at a kink is the least-norm element between the two sides.
"""

import math
from typing import Any, Literal

from autograd.base.domain import NONZERO, reals_without
from autograd.ops.op import elementwise
from autograd.ops.rules.arithmetic import abs, square
from autograd.ops.rules.exponential import exp
from autograd.ops.rules.selection import clip, where
from autograd.ops.rules.special import erfc
from autograd.ops.rules.trigonometry import sech, tanh

_ROOT_HALF = math.sqrt(0.5)
_ROOT_TWO_OVER_PI = math.sqrt(2.0 / math.pi)
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


@elementwise(
    lambda g, y, x: g * (0.25 * square(sech(0.5 * x))),  # y σ(−x) has an inaccurate derivative near 0
    textbook=(lambda g, y, x: g * y * (1.0 - y),),
    symbol="σ",
)
def sigmoid(xp: Any, x: Any) -> Any:
    """Logistic function: probability from log-odds.

        y = σ(x) = 1 / (1 + e⁻ˣ)

    >>> sigmoid(0.0)
    0.5
    """
    return 1.0 / (1.0 + xp.exp(-x))


@elementwise(lambda g, y, x: g * (y > 0), textbook=(lambda g, y, x: g * (x > 0),), symbol="ReLU", smooth_on=NONZERO)
def relu(xp: Any, x: Any) -> Any:
    """Rectified linear unit; its derivative at the kink is 0.

        y = max(x, 0)

    Source:
        Nair & Hinton, ICML 2010

    >>> relu(-2.0)
    0.0
    """
    return xp.maximum(x, 0.0)


@elementwise(lambda g, y, x, slope: where(x > 0, g, slope * g), symbol="LeakyReLU", smooth_on=NONZERO)
def leaky_relu(xp: Any, x: Any, *, slope: float = 0.01) -> Any:
    """Leaky rectified linear unit; its derivative at 0 is the slope.

        y = x if x > 0 else slope · x

    >>> leaky_relu(-2.0)
    -0.02
    """
    return xp.where(x > 0, x, slope * x)


@elementwise(lambda g, y, x: g * ((x > 0) & (x < 6)), symbol="ReLU6", smooth_on=reals_without(0.0, 6.0))
def relu6(xp: Any, x: Any) -> Any:
    """Rectified linear unit with maximum 6.

        y = min(max(x, 0), 6)

    >>> relu6(8.0)
    6.0
    """
    return xp.minimum(xp.maximum(x, 0.0), 6.0)


@elementwise(
    # The inner `where` keeps eˣ finite in the branch not taken, for derivatives of every order.
    lambda g, y, x, alpha: where(x > 0, g, g * alpha * exp(where(x > 0, 0.0, x))),
    symbol="ELU",
    smooth_on=NONZERO,
)
def elu(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    """Exponential linear unit.

        y = x if x > 0 else α (eˣ − 1)

    Source:
        Clevert, Unterthiner & Hochreiter, ICLR 2016

    >>> elu(0.0)
    0.0
    """
    return xp.where(x > 0, x, alpha * xp.expm1(x))


@elementwise(
    lambda g, y, x: where(x > 0, g * _SELU_SCALE, g * (_SELU_SCALE * _SELU_ALPHA) * exp(where(x > 0, 0.0, x))),
    symbol="SELU",
    smooth_on=NONZERO,
)
def selu(xp: Any, x: Any) -> Any:
    """Scaled exponential linear unit: preserves mean 0 and variance 1 of activations across layers.

        y = λ x if x > 0 else λ α (eˣ − 1),   λ = 1.0507…, α = 1.6733…

    Source:
        Klambauer, Unterthiner, Mayr & Hochreiter, NeurIPS 2017

    >>> selu(1.0)
    1.0507009873554805
    """
    return _SELU_SCALE * xp.where(x > 0, x, _SELU_ALPHA * xp.expm1(x))


@elementwise(lambda g, y, x, alpha: g * exp(where(x > 0, 0.0, x / alpha)), symbol="CELU", smooth_on=NONZERO)
def celu(xp: Any, x: Any, *, alpha: float = 1.0) -> Any:
    """Continuously differentiable exponential linear unit, for every α.

        y = x if x > 0 else α (exp(x/α) − 1)

    Source:
        Barron, arXiv:1704.07483

    >>> celu(1.0)
    1.0
    """
    return xp.where(x > 0, x, alpha * xp.expm1(x / alpha))


def _gelu_slope(g: Any, y: Any, x: Any, approximate: str) -> Any:
    """Φ(x) + x φ(x), or the same for the approximation of Φ."""
    if approximate == "none":
        return g * (0.5 * erfc(-_ROOT_HALF * x) + x * (0.5 * _ROOT_TWO_OVER_PI) * exp(-0.5 * x * x))
    u = 2.0 * _ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x)
    slope = 2.0 * _ROOT_TWO_OVER_PI * (1.0 + 3.0 * 0.044715 * x * x)
    return g * sigmoid(u) * (1.0 + x * slope * sigmoid(-u))


def _gelu_pullback(g: Any, y: Any, x: Any, approximate: str) -> Any:
    """The slope with powers of x clipped where φ(x) underflows to 0."""
    return _gelu_slope(g, y, clip(x, -40.0, 40.0), approximate)


def _prepare_gelu(x: Any, approximate: Literal["none", "tanh"] = "none") -> tuple[tuple[Any, ...], dict[str, Any]]:
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    return (x,), {"approximate": approximate}


@elementwise(_gelu_pullback, textbook=(_gelu_slope,), symbol="GELU", prepare=_prepare_gelu)
def gelu(xp: Any, x: Any, *, approximate: str) -> Any:
    """Gaussian error linear unit: x times the standard normal distribution function.

        y = x Φ(x),   or with approximate="tanh"   y = x σ(2 √(2/π) (x + 0.044715 x³))

    Raises:
        ValueError: If `approximate` is neither "none" nor "tanh"
    Source:
        Hendrycks & Gimpel, arXiv:1606.08415

    >>> gelu(0.0)
    0.0
    """
    if approximate == "none":
        return 0.5 * x * xp.erfc(-_ROOT_HALF * x)
    return x / (1.0 + xp.exp(-2.0 * _ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x)))


@elementwise(lambda g, y, x: g * (sigmoid(x) + y * sigmoid(-x)), symbol="SiLU")
def silu(xp: Any, x: Any) -> Any:
    """Sigmoid linear unit, also called swish.

        y = x σ(x)

    Source:
        Elfwing, Uchibe & Doya, Neural Networks 107, 2018

    >>> silu(0.0)
    0.0
    """
    return x / (1.0 + xp.exp(-x))


@elementwise(lambda g, y, x: g * (tanh(softplus(x)) + x * sigmoid(x) * square(sech(softplus(x)))))
def mish(xp: Any, x: Any) -> Any:
    """Mish activation, smooth and non-monotonic.

        y = x tanh(softplus(x))

    Source:
        Misra, arXiv:1908.08681

    >>> mish(0.0)
    0.0
    """
    return x * xp.tanh(xp.logaddexp(x, 0.0))


@elementwise(lambda g, y, x: g * sigmoid(x))
def softplus(xp: Any, x: Any) -> Any:
    """Smooth maximum of x and 0.

        y = log(1 + eˣ)

    >>> softplus(0.0)
    0.6931471805599453
    """
    return xp.logaddexp(x, 0.0)


@elementwise(lambda g, y, x: g / (1.0 + abs(x)) / (1.0 + abs(x)), smooth_on=NONZERO)
def softsign(xp: Any, x: Any) -> Any:
    """Softsign: maps x to (−1, 1), with tails like 1/x.

        y = x / (1 + |x|)

    >>> softsign(1.0)
    0.5
    """
    return x / (1.0 + xp.abs(x))


@elementwise(lambda g, y, x: g * sigmoid(-x), symbol="log σ")
def log_sigmoid(xp: Any, x: Any) -> Any:
    """Logarithm of the logistic function, without underflow.

        y = log σ(x) = −log(1 + e⁻ˣ)

    >>> log_sigmoid(-1000.0)
    -1000.0
    """
    return -xp.logaddexp(-x, 0.0)


@elementwise(lambda g, y, x, low, high: g * ((x > low) & (x < high)), symbol="hardtanh", smooth_on=reals_without(-1.0, 1.0))
def hardtanh(xp: Any, x: Any, *, low: float = -1.0, high: float = 1.0) -> Any:
    """x clipped to two bounds.

        y = min(max(x, low), high)

    >>> hardtanh(2.0)
    1.0
    """
    return xp.minimum(xp.maximum(x, low), high)


@elementwise(lambda g, y, x: g * ((x > -3) & (x < 3)) / 6.0, symbol="hard σ", smooth_on=reals_without(-3.0, 3.0))
def hardsigmoid(xp: Any, x: Any) -> Any:
    """Piecewise linear approximation of the logistic function.

        y = min(max(x/6 + ½, 0), 1)

    >>> hardsigmoid(0.0)
    0.5
    """
    return xp.minimum(xp.maximum(x / 6.0 + 0.5, 0.0), 1.0)


@elementwise(
    lambda g, y, x: where(x <= -3, 0.0, where(x >= 3, g, g * (x / 3.0 + 0.5))),
    symbol="hardswish",
    smooth_on=reals_without(-3.0, 3.0),
)
def hardswish(xp: Any, x: Any) -> Any:
    """x times hardsigmoid(x).

        y = x min(max(x/6 + ½, 0), 1)

    Source:
        Howard et al., ICCV 2019

    >>> hardswish(3.0)
    3.0
    """
    return x * xp.minimum(xp.maximum(x / 6.0 + 0.5, 0.0), 1.0)
