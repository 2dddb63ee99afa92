"""Elementwise special functions; arrays are faster with SciPy, an extra, and some need it."""

import math
from typing import Any

from autograd.base.domain import ABOVE_MINUS_ONE, POSITIVE, REALS, UNIT, UNIT_INTERVAL, Domain
from autograd.ops.op import elementwise
from autograd.ops.rules.arithmetic import divide_or_zero, interval_product
from autograd.ops.rules.exponential import exp, log, log1p

_TWO_OVER_ROOT_PI, _ROOT_TWO_PI = 2.0 / math.sqrt(math.pi), math.sqrt(2.0 * math.pi)


@elementwise(lambda g, y, x: g * _TWO_OVER_ROOT_PI * exp(-x * x))
def erf(xp: Any, x: Any) -> Any:
    """Error function.

        y = 2/√π ∫₀ˣ exp(−t²) dt

    >>> erf(0.0)
    0.0
    """
    return xp.erf(x)


@elementwise(lambda g, y, x: -g * _TWO_OVER_ROOT_PI * exp(-x * x))
def erfc(xp: Any, x: Any) -> Any:
    """Complementary error function, accurate in its tail.

        y = 1 − erf x

    >>> erfc(0.0)
    1.0
    """
    return xp.erfc(x)


@elementwise(lambda g, y, x: g * (exp(y * y) / _TWO_OVER_ROOT_PI), smooth_on=UNIT)
def erfinv(xp: Any, x: Any) -> Any:
    """Inverse of the error function.

        erf y = x

    >>> erfinv(0.0)
    0.0
    """
    return xp.erfinv(x)


@elementwise(lambda g, y, x: g * (_ROOT_TWO_PI * exp(0.5 * y * y)), symbol="Φ⁻¹", smooth_on=UNIT_INTERVAL)
def ndtri(xp: Any, x: Any) -> Any:
    """Quantile function of the standard normal distribution, the inverse of its distribution function Φ.

        Φ(y) = x

    >>> ndtri(0.5)
    0.0
    """
    return xp.ndtri(x)


@elementwise(lambda g, y, x: g * digamma(x), smooth_on=POSITIVE)
def gammaln(xp: Any, x: Any) -> Any:
    """Logarithm of the absolute value of the gamma function.

        y = log |Γ(x)|

    Raises:
        ImportError: For arrays and for gradients, if SciPy is not installed

    >>> gammaln(1.0)
    0.0
    """
    return xp.gammaln(x)


@elementwise(lambda g, y, x: g * polygamma(x, n=1), symbol="ψ", smooth_on=POSITIVE)
def digamma(xp: Any, x: Any) -> Any:
    """Digamma function, the derivative of log Γ.

        y = ψ(x) = Γ′(x) / Γ(x)

    Raises:
        ImportError: If SciPy is not installed

    >>> abs(digamma(1.0) + 0.5772156649015329) < 1e-15  # minus Euler's constant
    True
    """
    return xp.digamma(x)


@elementwise(lambda g, y, x, n: g * polygamma(x, n=n + 1), symbol="ψ⁽ⁿ⁾", smooth_on=POSITIVE)
def polygamma(xp: Any, x: Any, *, n: int) -> Any:
    """Polygamma function, the n-th derivative of digamma.

        y = ψ⁽ⁿ⁾(x)

    Raises:
        ImportError: If SciPy is not installed

    >>> abs(polygamma(1.0, n=1) - 1.6449340668482264) < 1e-15  # π² / 6
    True
    """
    return xp.polygamma(n, x)


@elementwise(lambda g, y, x, a: g * gamma_term(x, p=a - 1.0, k=-math.lgamma(a)), smooth_on=POSITIVE)
def gammainc(xp: Any, x: Any, *, a: float) -> Any:
    """Regularised lower incomplete gamma function, for a number a > 0.

        y = 1/Γ(a) ∫₀ˣ tᵃ⁻¹ exp(−t) dt

    >>> abs(gammainc(1.0, a=1.0) - (1.0 - math.exp(-1.0))) < 1e-15
    True
    """
    return xp.gammainc(a, x)


@elementwise(lambda g, y, x, a: -g * gamma_term(x, p=a - 1.0, k=-math.lgamma(a)), smooth_on=POSITIVE)
def gammaincc(xp: Any, x: Any, *, a: float) -> Any:
    """Regularised upper incomplete gamma function, 1 − `gammainc`, accurate in its tail.

        y = 1/Γ(a) ∫ₓ tᵃ⁻¹ exp(−t) dt, to ∞

    >>> abs(gammaincc(2.0, a=1.0) - math.exp(-2.0)) < 1e-15
    True
    """
    return xp.gammaincc(a, x)


@elementwise(
    lambda g, y, x, p, k: g * ((p - x) * gamma_term(x, p=p - 1.0, k=k) if p else -gamma_term(x, p=0.0, k=k)), smooth_on=POSITIVE
)
def gamma_term(xp: Any, x: Any, *, p: float, k: float) -> Any:
    """Integrand of the incomplete gamma functions; its derivative is accurate where that is 0.

        y = xᵖ exp(k − x)

    >>> gamma_term(0.0, p=1.0, k=0.0), gamma_term(0.0, p=0.0, k=0.0)
    (0.0, 1.0)
    """
    return xp.exp(p * xp.log(x) - x + k) if p else xp.exp(k - x)


@elementwise(
    lambda g, y, x, a, b: g * beta_term(x, p=a - 1.0, q=b - 1.0, k=math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)),
    smooth_on=UNIT_INTERVAL,
)
def betainc(xp: Any, x: Any, *, a: float, b: float) -> Any:
    """Regularised incomplete beta function, for numbers a, b > 0.

        y = 1/B(a, b) ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt

    >>> abs(betainc(0.25, a=2.0, b=1.0) - 0.0625) < 1e-15
    True
    """
    return xp.betainc(a, b, x)


def _beta_slope(g: Any, y: Any, x: Any, p: float, q: float, k: float) -> Any:
    if p and q:
        return g * ((p - (p + q) * x) * beta_term(x, p=p - 1.0, q=q - 1.0, k=k))
    return g * (p * beta_term(x, p=p - 1.0, q=0.0, k=k) if p else -q * beta_term(x, p=0.0, q=q - 1.0, k=k) if q else 0.0 * x)


@elementwise(_beta_slope, smooth_on=UNIT_INTERVAL)
def beta_term(xp: Any, x: Any, *, p: float, q: float, k: float) -> Any:
    """Integrand of the incomplete beta function.

        y = xᵖ (1 − x)^q exp(k)

    >>> beta_term(0.0, p=1.0, q=2.0, k=0.0), beta_term(0.5, p=0.0, q=0.0, k=0.0)
    (0.0, 1.0)
    """
    exponent = p * xp.log(x) + k if p else k + 0.0 * x
    return xp.exp(exponent + q * xp.log1p(-x) if q else exponent)


@elementwise(lambda g, y, x: g * sinc_derivative(x, n=1))
def sinc(xp: Any, x: Any) -> Any:
    """Normalised cardinal sine; 1 at 0.

        y = sin(π x) / (π x)

    >>> sinc(0.0)
    1.0
    """
    return xp.sinc_derivative(x, 0)


@elementwise(lambda g, y, x, n: g * sinc_derivative(x, n=n + 1), symbol="sinc⁽ⁿ⁾")
def sinc_derivative(xp: Any, x: Any, *, n: int) -> Any:
    """n-th derivative of sinc.

        y = dⁿ/dxⁿ sin(π x) / (π x)

    >>> sinc_derivative(0.0, n=1)
    0.0
    """
    return xp.sinc_derivative(x, n)


@elementwise(lambda g, y, a, b: g * log(b), lambda g, y, a, b: g * divide_or_zero(a, b), smooth_on=Domain((REALS, POSITIVE)))
def xlogy(xp: Any, a: Any, b: Any) -> Any:
    """Entropy term a log b; 0 where a is 0.

        y = a log b,   0 log 0 = 0

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return xp.where((a == 0) & (b == b), 0.0, a * xp.log(b))


@elementwise(
    lambda g, y, a, b: g * log1p(b),
    lambda g, y, a, b: g * divide_or_zero(a, 1.0 + b),
    smooth_on=Domain((REALS, ABOVE_MINUS_ONE)),
)
def xlog1py(xp: Any, a: Any, b: Any) -> Any:
    """Entropy term a log(1 + b), exact for small b; 0 where a is 0.

        y = a log(1 + b),   0 log 0 = 0

    >>> xlog1py(0.0, -1.0)
    0.0
    """
    return xp.where((a == 0) & (b == b), 0.0, a * xp.log1p(b))


@elementwise(lambda g, y, x: g / interval_product(x, low=0.0, high=1.0), smooth_on=UNIT_INTERVAL)
def logit(xp: Any, x: Any) -> Any:
    """Log-odds, the inverse of the sigmoid, accurate near ½ too.

        y = log(x / (1 − x))

    >>> logit(0.5)
    0.0
    """
    # In the branch not taken, the argument of arctanh is replaced: at ±1 it is infinite and `math` raises.
    near = xp.abs(x - 0.5) < 0.25
    return xp.where(near, 2.0 * xp.arctanh(2.0 * xp.where(near, x, 0.5) - 1.0), xp.log(x) - xp.log1p(-x))
