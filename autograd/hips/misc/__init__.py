"""Flat vectors of containers, optimizers and fixed points."""

from .flatten import flatten

__all__ = ["flatten"]
