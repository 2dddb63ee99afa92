"""Functions of operators that are more than one op, `divmod`, or ask for truth values, `&`, `|`, `^` and `~`."""

from collections.abc import Callable
from typing import Any

from autograd.ops.op import OPS
from autograd.ops.operators import Operator
from autograd.ops.rules import arithmetic
from autograd.support.lazy_numpy import np


def floor_and_remainder(a: Any, b: Any) -> tuple[Any, Any]:
    """Quotient and remainder, as `divmod`."""
    return arithmetic.floor_divide(a, b), arithmetic.remainder(a, b)


def logical_function(operator: Operator) -> Callable[..., Any]:
    """Op of a logical operator, for truth values only: on integers NumPy's operator is bitwise, which has no op."""
    op = OPS[operator.op]

    def apply(*operands: Any) -> Any:
        for x in operands:
            if not _is_truth(x):
                raise TypeError(
                    f"{operator.sign} takes truth values, such as x > 0, got {x!r}: "
                    f"use autograd.{op.name} for numbers, where 0 is false"
                )
        return op(*operands)

    return apply


def _is_truth(x: Any) -> bool:
    """True for a bool, a boolean array or Tensor, and a Value that a comparison made while a tape is recorded."""
    dtype = getattr(np.asarray(x) if isinstance(x, list) else x, "dtype", None)
    if dtype is not None:
        return bool(dtype.kind == "b")
    return isinstance(x, bool) or getattr(x, "op", None) in _PREDICATE_OPS


_PREDICATE_OPS = {op for op in OPS.values() if op.forward.__module__.endswith(".comparisons")}
