"""Ufuncs of `scipy.special` made of ops: normal distribution, entropies, incomplete gamma and beta functions."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.engine.numpy_compositions import dtype_of, to_dtype
from autograd.ops.recorder import Recorder
from autograd.ops.rules import special
from autograd.ops.rules.comparisons import equal, greater, less, logical_and, logical_or
from autograd.ops.rules.exponential import log, log1p
from autograd.ops.rules.selection import where
from autograd.ops.rules.special import erfc, ndtri, xlog1py, xlogy

_ROOT_TWO = math.sqrt(2.0)


def erfcinv(x: Any) -> Any:
    """Inverse of erfc."""
    return ndtri(0.5 * x) / -_ROOT_TWO


def ndtr(x: Any) -> Any:
    """Distribution function of the standard normal distribution."""
    return 0.5 * erfc(x / -_ROOT_TWO)


def log_ndtr(x: Any) -> Any:
    """Logarithm of `ndtr`: below −12 by the asymptotic series, whose 15 terms leave an error of 3e-17.

    Source:
        Abramowitz & Stegun, Handbook of Mathematical Functions, 26.2.12
    """
    is_low, is_high = less(x, -12.0), greater(x, 0.0)
    low, high = where(is_low, x, -12.0), where(is_high, x, 0.0)
    squares, terms = low * low, 0.0
    for k in range(15, 0, -1):
        terms = (1.0 - 2.0 * k) / squares * (1.0 + terms)
    tail = -0.5 * squares - log(-low) - 0.5 * math.log(2.0 * math.pi) + log1p(terms)
    middle = log(ndtr(where(logical_or(is_low, is_high), 0.0, x)))
    return where(is_low, tail, where(is_high, log1p(-ndtr(-high)), middle))


def gammainc(a: Any, x: Any) -> Any:
    """Lower incomplete gamma function, with a derivative with respect to x."""
    return special.gammainc(x, a=_number("gammainc", "a", a))


def gammaincc(a: Any, x: Any) -> Any:
    """Upper incomplete gamma function, with a derivative with respect to x."""
    return special.gammaincc(x, a=_number("gammaincc", "a", a))


def betainc(a: Any, b: Any, x: Any) -> Any:
    """Incomplete beta function, with a derivative with respect to x."""
    return special.betainc(x, a=_number("betainc", "a", a), b=_number("betainc", "b", b))


def _number(function: str, name: str, a: Any) -> float:
    """A shape parameter as a float, which has no derivative."""
    if isinstance(a, Recorder):
        raise TypeError(f"{function} has no derivative with respect to {name}, got {a!r:.80}: pass a number, x.item()")
    if np.ndim(a) or not np.real(a) > 0:
        raise ValueError(f"{function}: {name} must be one number above 0, got {a!r:.80}: call it for each number")
    return float(a)


def entr(x: Any) -> Any:
    """Entropy term −x log x; −∞ for x < 0."""
    is_negative = less(x, 0.0)
    x = where(is_negative, 1.0, x)
    return where(is_negative, -math.inf, -xlogy(x, x))


def rel_entr(x: Any, y: Any) -> Any:
    """Term x log(x / y) of a relative entropy, accurate for x near y too; 0 for x = 0, and ∞ outside of its domain."""
    dtype = dtype_of(x, y)
    is_outside = logical_or(less(x, 0.0), logical_or(less(y, 0.0), logical_and(equal(y, 0.0), greater(x, 0.0))))
    x, y = where(is_outside, 1.0, x), where(logical_or(is_outside, equal(y, 0.0)), 1.0, y)
    is_near = greater(x, 0.5 * y)
    near, far = xlog1py(x, where(is_near, (x - y) / y, 0.0)), xlogy(x, where(is_near, 1.0, x / y))
    return to_dtype(where(is_outside, math.inf, where(is_near, near, far)), dtype)


def kl_div(x: Any, y: Any) -> Any:
    """Term x log(x / y) − x + y of a Kullback–Leibler divergence."""
    return rel_entr(x, y) - x + y


#: Functions of this chapter by SciPy's name.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f for f in (betainc, entr, erfcinv, gammainc, gammaincc, kl_div, log_ndtr, ndtr, rel_entr)
}
