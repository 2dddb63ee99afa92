"""Multivariate normal distribution: density, its logarithm, and entropy."""

import math
from typing import Any

import numpy as np

import autograd as ag


def logpdf(x: Any, mean: Any, cov: Any) -> Any:
    """Logarithm of the density at x, a point or one point a row.

    Args:
        cov: Covariance matrix, its diagonal, or one variance for all entries

    Raises:
        LinAlgError: If the covariance is not positive definite
    """
    factor = _cholesky(np.size(mean), cov)
    difference = np.subtract(x, mean)
    points = difference.reshape((-1, np.size(mean)))
    scaled = np.linalg.solve(factor, np.transpose(points))
    logdet = 2.0 * np.sum(np.log(np.diag(factor)))
    density = -0.5 * (np.size(mean) * math.log(2.0 * math.pi) + logdet + np.sum(scaled**2, axis=0))
    shape = np.shape(difference) if np.size(mean) == 1 and np.ndim(x) < 2 else np.shape(difference)[:-1]
    return np.reshape(density, shape)[()]


def pdf(x: Any, mean: Any, cov: Any) -> Any:
    """Density at x, a point or one point a row."""
    return np.exp(logpdf(x, mean, cov))


def entropy(mean: Any, cov: Any) -> Any:
    """Differential entropy in nats."""
    n = np.size(mean)
    return 0.5 * n * (1.0 + math.log(2.0 * math.pi)) + np.sum(np.log(np.diag(_cholesky(n, cov))))


def _cholesky(n: int, cov: Any) -> Any:
    """Cholesky factor of a covariance of n variables."""
    return ag.cholesky(cov if np.ndim(cov) == 2 else cov * np.eye(n))
