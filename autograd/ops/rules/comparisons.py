"""Questions about numbers, answered entry by entry: 1 or 0 for floats, truth values for arrays. Their derivatives are zero.

Python's operators on nodes answer with plain truth values instead, except while a tape is recorded: there the question must
be asked again at every replay, so it is one of these.
"""

from typing import Any

from autograd.base.domain import DISTINCT, NONZERO
from autograd.ops.op import elementwise


@elementwise(None, None, symbol="<", smooth_on=DISTINCT)
def less(xp: Any, a: Any, b: Any) -> Any:
    """Whether a is less than b.

        y = [a < b]

    >>> less(1.0, 2.0)
    1.0
    """
    return a < b


@elementwise(None, None, symbol="≤", smooth_on=DISTINCT)
def less_equal(xp: Any, a: Any, b: Any) -> Any:
    """Whether a is at most b.

        y = [a ≤ b]

    >>> less_equal(2.0, 2.0)
    1.0
    """
    return a <= b


@elementwise(None, None, symbol=">", smooth_on=DISTINCT)
def greater(xp: Any, a: Any, b: Any) -> Any:
    """Whether a is greater than b.

        y = [a > b]

    >>> greater(1.0, 2.0)
    0.0
    """
    return a > b


@elementwise(None, None, symbol="≥", smooth_on=DISTINCT)
def greater_equal(xp: Any, a: Any, b: Any) -> Any:
    """Whether a is at least b.

        y = [a ≥ b]

    >>> greater_equal(1.0, 2.0)
    0.0
    """
    return a >= b


@elementwise(None, None, symbol="=", smooth_on=DISTINCT)
def equal(xp: Any, a: Any, b: Any) -> Any:
    """Whether two numbers are equal; NaN equals nothing.

        y = [a = b]

    >>> equal(0.0, -0.0)
    1.0
    """
    return a == b


@elementwise(None, None, symbol="≠", smooth_on=DISTINCT)
def not_equal(xp: Any, a: Any, b: Any) -> Any:
    """Whether two numbers differ; NaN differs from everything.

        y = [a ≠ b]

    >>> not_equal(1.0, 2.0)
    1.0
    """
    return a != b


@elementwise(None, None, symbol="∧", smooth_on=NONZERO)
def logical_and(xp: Any, a: Any, b: Any) -> Any:
    """Whether neither is 0.

        y = [a ≠ 0 ∧ b ≠ 0]

    >>> logical_and(1.0, 0.0)
    0.0
    """
    return (a != 0) & (b != 0)


@elementwise(None, None, symbol="∨", smooth_on=NONZERO)
def logical_or(xp: Any, a: Any, b: Any) -> Any:
    """Whether at least one is not 0.

        y = [a ≠ 0 ∨ b ≠ 0]

    >>> logical_or(1.0, 0.0)
    1.0
    """
    return (a != 0) | (b != 0)


@elementwise(None, symbol="¬", smooth_on=NONZERO)
def logical_not(xp: Any, x: Any) -> Any:
    """Whether it is 0.

        y = [x = 0]

    >>> logical_not(0.0)
    1.0
    """
    return x == 0
