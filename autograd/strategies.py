"""Hypothesis strategies for numbers, tensors, containers, expressions and programs, which shrink to minimal examples.

    reals(-2, 2), reals(domain=POSITIVE)     floats of an interval, or of the set on which an op is smooth
    values, tensors, broadcastable           Values, Tensors, and tensors whose shapes broadcast
    containers                               dicts, lists and tuples
    expressions, programs                    random functions, printed as Python that runs

Hypothesis is an optional dependency: `pip install 'glassgrad[check]'`.
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
