"""Elementwise rounding; the derivative is zero between the jumps."""

from typing import Any

from autograd.base.domain import NON_HALVES, NON_INTEGERS
from autograd.ops.op import elementwise


@elementwise(None, symbol="⌊·⌋", smooth_on=NON_INTEGERS)
def floor(xp: Any, x: Any) -> Any:
    """Largest integer not above x.

        y = ⌊x⌋

    >>> floor(-1.5)
    -2.0
    """
    return xp.floor(x)


@elementwise(None, symbol="⌈·⌉", smooth_on=NON_INTEGERS)
def ceil(xp: Any, x: Any) -> Any:
    """Smallest integer not below x.

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
    """x rounded to `decimals` decimals; halves round to the even neighbour.

        y = 10⁻ᵈ ⌊10ᵈ x⌉

    >>> round(2.5)
    2.0
    """
    return xp.round(x, decimals)
