"""Numbers that NumPy does not compute: SciPy's special functions on demand, and the derivatives of sinc."""

import math
from typing import Any

import numpy as np


def from_scipy(name: str) -> Any:
    """The function of that name in scipy.special.

    Raises  ImportError  if SciPy is not installed; names the extra that brings it
    """
    try:
        import scipy.special
    except ImportError:
        raise ImportError(f"{name} needs SciPy: pip install 'glassgrad[special]'") from None
    return getattr(scipy.special, name)


@np.errstate(all="ignore")  # a float's tail overflows in silence too
def sinc_derivative(x: Any, n: int) -> Any:
    """The n-th derivative of sin(πx)/(πx), to full relative accuracy of its larger terms.

    Away from 0 by the recurrence that comes of differentiating x·sinc(x) = sin(πx)/π n times,

        x f⁽ⁿ⁾ = πⁿ⁻¹ sin(πx + nπ/2) − n f⁽ⁿ⁻¹⁾,

    near 0, where that cancels, by the Taylor series Σ (−1)ᵏ (πx)²ᵏ / (2k + 1)!, differentiated term by term.

    >>> float(sinc_derivative(0.5, 0)) == 2 / np.pi
    True
    """
    x = np.asarray(x)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    x = x.astype(dtype)
    near = np.abs(x) * math.pi < n + 1
    away = np.where(near | ~np.isfinite(x), 1.0, x).astype(dtype)
    f = _sin_pi(away, 0) / (math.pi * away)
    for k in range(1, n + 1):
        f = (math.pi ** (k - 1) * _sin_pi(away, k) - k * f) / away
    f = np.where(np.isinf(x), 0.0, np.where(np.isnan(x), x, f))
    return np.where(near, _sinc_series(np.where(near, x, 0.0), n), f).astype(dtype)[()]


def _sin_pi(x: Any, quarter_turns: int) -> Any:
    """sin(πx + kπ/2), with x reduced by whole half-turns first, which is exact."""
    whole = np.rint(x)
    rest = x - whole  # in [−½, ½], exactly
    sine, cosine = np.sin(math.pi * rest), np.sin(math.pi * (0.5 - np.abs(rest)))
    sign = 1.0 - 2.0 * np.mod(whole, 2.0)
    return sign * (sine, cosine, -sine, -cosine)[quarter_turns % 4]


def _sinc_series(x: Any, n: int) -> Any:
    total = np.zeros_like(x)
    for k in range((n + 1) // 2, (n + 1) // 2 + 12 + 2 * n):
        power = 2 * k - n
        term = math.perm(2 * k, n) * (-1.0) ** k * math.pi ** (2 * k) / math.factorial(2 * k + 1)
        total = total + term * x**power
    return total
