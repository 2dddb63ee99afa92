"""Normal distribution: densities, distribution functions and their logarithms at x, with mean `loc` and deviation `scale`."""

import math
from typing import Any

import numpy as np

import autograd as ag

from .. import special

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    return np.subtract(x, loc) / scale


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Logarithm of the density.

    >>> bool(logpdf(1.0) == -0.5 - 0.5 * np.log(2 * np.pi))
    True
    """
    return -0.5 * _standard(x, loc, scale) ** 2 - _HALF_LOG_TWO_PI - np.log(scale)


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Density."""
    return np.exp(logpdf(x, loc, scale))


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Probability of at most x."""
    return 0.5 * ag.erfc(-math.sqrt(0.5) * _standard(x, loc, scale))


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Probability of more than x."""
    return 0.5 * ag.erfc(math.sqrt(0.5) * _standard(x, loc, scale))


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Logarithm of `cdf`, also where that underflows."""
    return special.log_ndtr(_standard(x, loc, scale))


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Logarithm of `sf`, also where that underflows."""
    return special.log_ndtr(-_standard(x, loc, scale))
