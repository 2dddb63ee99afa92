"""Open sets on which ops are smooth, declared in op rules and read by tests and the gradient checker.

A `Domain` is a product of unions of open intervals, one union per argument, without the diagonals where arguments
must differ. The complement holds kinks, poles and points where the op is undefined.
"""

from autograd.base.domain import (
    ABOVE_ONE,
    DISTINCT,
    NON_HALVES,
    NON_INTEGERS,
    NONZERO,
    POSITIVE,
    REALS,
    UNIT,
    UNIT_INTERVAL,
    Domain,
    OpenSet,
    reals_without,
)
from autograd.support.public import publish

__all__ = [
    "ABOVE_ONE", "DISTINCT", "NONZERO", "NON_HALVES", "NON_INTEGERS", "POSITIVE", "REALS", "UNIT",
    "UNIT_INTERVAL", "Domain", "OpenSet", "reals_without",
]  # fmt: skip

publish(globals())
