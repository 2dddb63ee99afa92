"""Rounding and remainders, entry by entry: steps, whose derivative is zero between the jumps."""

from typing import Any

from autograd.domain import ABOVE_ONE, NON_HALVES, NON_INTEGERS, UNIT_INTERVAL, Domain
from autograd.op import elementwise


@elementwise(None, symbol="⌊·⌋", smooth_on=NON_INTEGERS)
def floor(xp: Any, x: Any) -> Any:
    """The largest integer not above x.

        y = ⌊x⌋

    >>> floor(-1.5)
    -2.0
    """
    return xp.floor(x)


@elementwise(None, symbol="⌈·⌉", smooth_on=NON_INTEGERS)
def ceil(xp: Any, x: Any) -> Any:
    """The smallest integer not below x.

        y = ⌈x⌉

    >>> ceil(1.5)
    2.0
    """
    return xp.ceil(x)


@elementwise(None, smooth_on=NON_INTEGERS)
def trunc(xp: Any, x: Any) -> Any:
    """x without its fractional part.

        y = sign(x) ⌊|x|⌋

    >>> trunc(-1.5)
    -1.0
    """
    return xp.trunc(x)


@elementwise(None, smooth_on=NON_HALVES)
def round(xp: Any, x: Any, *, decimals: int = 0) -> Any:
    """x rounded to so many decimals; a half goes to the even neighbour.

        y = 10⁻ᵈ ⌊10ᵈ x⌉

    >>> round(2.5)
    2.0
    """
    return xp.round(x, decimals)


_A_BELOW_B = Domain((UNIT_INTERVAL, ABOVE_ONE))  # one of the cells between the jumps

# Both remainders are a − n b with n an integer; n is (a − y) / b, rounded so that it is one exactly.


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g * round((a - y) / b), symbol="mod", smooth_on=_A_BELOW_B)
def remainder(xp: Any, a: Any, b: Any) -> Any:
    """What is left of a after division by b, with the sign of b: Python's %.

        y = a − b ⌊a / b⌋

    >>> remainder(-1.0, 3.0)
    2.0
    """
    return xp.remainder(a, b)


@elementwise(lambda g, y, a, b: g, lambda g, y, a, b: -g * round((a - y) / b), smooth_on=_A_BELOW_B)
def fmod(xp: Any, a: Any, b: Any) -> Any:
    """What is left of a after division by b, with the sign of a: C's fmod.

        y = a − b trunc(a / b)

    >>> fmod(-1.0, 3.0)
    -1.0
    """
    return xp.fmod(a, b)
