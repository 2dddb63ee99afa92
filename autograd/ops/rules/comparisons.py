"""Elementwise comparisons: 1 or 0 for floats, truth values for arrays. Their derivatives are zero.

Python's operators on nodes return plain truth values instead. While a tape is recorded they call these ops, because each
replay must compare again.
"""

import math
from typing import Any

from autograd.base.domain import DISTINCT, NONZERO
from autograd.ops.op import elementwise


@elementwise(None, None, symbol="<", smooth_on=DISTINCT)
def less(xp: Any, a: Any, b: Any) -> Any:
    """True if a is less than b.

        y = [a < b]

    >>> less(1.0, 2.0)
    1.0
    """
    return a < b


@elementwise(None, None, symbol="≤", smooth_on=DISTINCT)
def less_equal(xp: Any, a: Any, b: Any) -> Any:
    """True if a is less than or equal to b.

        y = [a ≤ b]

    >>> less_equal(2.0, 2.0)
    1.0
    """
    return a <= b


@elementwise(None, None, symbol=">", smooth_on=DISTINCT)
def greater(xp: Any, a: Any, b: Any) -> Any:
    """True if a is greater than b.

        y = [a > b]

    >>> greater(1.0, 2.0)
    0.0
    """
    return a > b


@elementwise(None, None, symbol="≥", smooth_on=DISTINCT)
def greater_equal(xp: Any, a: Any, b: Any) -> Any:
    """True if a is greater than or equal to b.

        y = [a ≥ b]

    >>> greater_equal(1.0, 2.0)
    0.0
    """
    return a >= b


@elementwise(None, None, symbol="=", smooth_on=DISTINCT)
def equal(xp: Any, a: Any, b: Any) -> Any:
    """True if two numbers are equal; NaN equals no number.

        y = [a = b]

    >>> equal(0.0, -0.0)
    1.0
    """
    return a == b


@elementwise(None, None, symbol="≠", smooth_on=DISTINCT)
def not_equal(xp: Any, a: Any, b: Any) -> Any:
    """True if two numbers differ; NaN differs from every number.

        y = [a ≠ b]

    >>> not_equal(1.0, 2.0)
    1.0
    """
    return a != b


@elementwise(None, None, symbol="∧", smooth_on=NONZERO)
def logical_and(xp: Any, a: Any, b: Any) -> Any:
    """True if both are non-zero.

        y = [a ≠ 0 ∧ b ≠ 0]

    >>> logical_and(1.0, 0.0)
    0.0
    """
    return (a != 0) & (b != 0)


@elementwise(None, None, symbol="∨", smooth_on=NONZERO)
def logical_or(xp: Any, a: Any, b: Any) -> Any:
    """True if at least one is non-zero.

        y = [a ≠ 0 ∨ b ≠ 0]

    >>> logical_or(1.0, 0.0)
    1.0
    """
    return (a != 0) | (b != 0)


@elementwise(None, None, symbol="⊻", smooth_on=NONZERO)
def logical_xor(xp: Any, a: Any, b: Any) -> Any:
    """True if exactly one is non-zero.

        y = [a ≠ 0 ⊻ b ≠ 0]

    >>> logical_xor(1.0, 2.0)
    0.0
    """
    return (a != 0) ^ (b != 0)


@elementwise(None, symbol="¬", smooth_on=NONZERO)
def logical_not(xp: Any, x: Any) -> Any:
    """True if x is 0.

        y = [x = 0]

    >>> logical_not(0.0)
    1.0
    """
    return x == 0


@elementwise(None)
def isnan(xp: Any, x: Any) -> Any:
    """True if x is NaN.

        y = [x ≠ x]

    >>> isnan(float("nan"))
    1.0
    """
    return x != x


@elementwise(None)
def isfinite(xp: Any, x: Any) -> Any:
    """True if x is neither infinite nor NaN.

        y = [|x| < ∞]

    >>> isfinite(-float("inf"))
    0.0
    """
    return xp.abs(x) < math.inf


@elementwise(None)
def isinf(xp: Any, x: Any) -> Any:
    """True if x is ∞ or −∞.

        y = [|x| = ∞]

    >>> isinf(-float("inf"))
    1.0
    """
    return xp.abs(x) == math.inf


@elementwise(None, smooth_on=NONZERO)
def signbit(xp: Any, x: Any) -> Any:
    """True if the sign of x is minus, also for −0.

        y = [x < 0 ∨ 1/x = −∞]

    >>> signbit(-0.0)
    1.0
    """
    return xp.copysign(1.0, x) < 0
