"""Open sets on which an op is smooth: facts for its row, read by the tests and by the gradient checker.

A `Domain` is a product of unions of open intervals, one union per argument, with the diagonals cut out where
arguments must differ. Anything outside is a kink, a pole or the edge of what the op is defined for.
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
