"""Hypothesis strategies: numbers, tensors, containers, expressions and whole programs, which shrink to the smallest that fail.

    reals(-2, 2), reals(domain=POSITIVE)     floats of an interval, or of the set on which an op is smooth
    values, tensors, broadcastable           Values, Tensors, and arrays whose shapes broadcast
    containers                               dicts, lists and tuples of anything
    expressions, programs                    random functions, printed as Python that runs

Hypothesis is not among the dependencies: `pip install 'glassgrad[check]'`.
"""

from autograd.support.public import publish
from autograd.testing.strategies import (
    Expression,
    arrays,
    broadcastable,
    containers,
    expressions,
    programs,
    reals,
    tensors,
    values,
)

__all__ = ["Expression", "arrays", "broadcastable", "containers", "expressions", "programs", "reals", "tensors", "values"]

publish(globals())
