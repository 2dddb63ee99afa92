"""Distributions: modules with the names and arguments of SciPy's."""

from . import multivariate_normal, norm, t

__all__ = ["multivariate_normal", "norm", "t"]
