"""Floats on their way into a graph: what counts as a real number, and what to write instead of what does not."""

from numbers import Real
from typing import Any

import numpy as np

from autograd.node import Node
from autograd.op import Op


def real_number(x: Any) -> float:
    """x as a float, if it is a real number."""
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x.item()
    if isinstance(x, Real) and not isinstance(x, bool | np.bool_):
        return float(x)
    if isinstance(x, Node):
        raise TypeError(f"Value(…) takes a number, not {x!r}: use it as it is, or its number, .item()")
    if isinstance(x, bool | np.bool_):
        raise TypeError(f"Value(…) takes a number, not the truth value {x}: write Value({float(x)})")
    if isinstance(x, np.ndarray):
        raise TypeError(f"Value(…) takes one number, not an array of shape {x.shape}: use Tensor")
    raise TypeError(f"Value(…) takes a real number, not {x!r} of type {type(x).__name__}: convert it with float(…) first")


def number_operand(op: Op, x: Any) -> float:
    """A constant operand as a float; a truth value counts, as the condition of `where` is one."""
    if isinstance(x, Node):
        raise TypeError(
            f"{op.name}: a Value and a {type(x).__name__} do not mix; make the Value a Tensor, or take the "
            f"{type(x).__name__} apart into Values"
        )
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError(f"{op.name}: a Value and an array of shape {x.shape} do not mix; use Tensor for arrays")
    return float(x) if isinstance(x, bool | np.bool_) else real_number(x)
