"""Student's t distribution with `df` degrees of freedom: density and its logarithm."""

import math
from typing import Any

import numpy as np

import autograd as ag


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Logarithm of the density."""
    z = np.subtract(x, loc) / scale
    factor = ag.gammaln(0.5 * (df + 1.0)) - ag.gammaln(0.5 * df) - 0.5 * np.log(math.pi * df) - np.log(scale)
    return factor - 0.5 * (df + 1.0) * np.log1p(z**2 / df)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Density."""
    return np.exp(logpdf(x, df, loc, scale))
