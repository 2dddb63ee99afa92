"""Conversion between numbers and arrays without axes, for a number that meets an array."""

from typing import Any

from autograd.ops.op import linear


@linear(lambda g, y, x, dtype: lower(g), symbol="()")
def lift(xp: Any, x: Any, *, dtype: Any) -> Any:
    """Number as an array without axes.

        y = x, rounded to dtype

    >>> lift(2.0, dtype="float32").dtype
    dtype('float32')
    """
    return xp.asarray(x, dtype)


@linear(lambda g, y, x: lift(g, dtype=x.dtype), symbol="float")
def lower(xp: Any, x: Any) -> Any:
    """Array without axes as a number, the adjoint of `lift`.

        y = x

    >>> lower(lift(2.0, dtype=float))
    np.float64(2.0)
    """
    return xp.asarray(x, float)[()]
