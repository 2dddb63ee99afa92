"""NumPy ufuncs on nodes: calls of the corresponding op, and errors for ufuncs without one."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.base.trace_state import check_not_frozen, current_trace
from autograd.engine.numpy_compositions import copysign, deg2rad, rad2deg
from autograd.engine.operator_functions import floor_and_remainder, logical_function
from autograd.engine.scipy_special import FUNCTIONS
from autograd.ops.op import OPS
from autograd.ops.operators import OPERATORS
from autograd.ops.recorder import Recorder
from autograd.ops.rules import arithmetic, rounding
from autograd.support.alternatives import alternative

#: Op of each NumPy ufunc, by identity: another package may have a ufunc of the same name.
_OPS: dict[np.ufunc, Callable[..., Any]] = {
    **{getattr(np, name): op for name, op in OPS.items() if isinstance(getattr(np, name, None), np.ufunc)},
    **{row.ufunc: logical_function(row) if row.is_logical else OPS[row.op] for row in OPERATORS},
    np.divmod: floor_and_remainder, np.fabs: arithmetic.abs, np.rint: rounding.round, np.copysign: copysign,
    np.conjugate: arithmetic.positive,
    np.deg2rad: deg2rad, np.radians: deg2rad, np.rad2deg: rad2deg, np.degrees: rad2deg,
}  # fmt: skip
#: Ops with another name in `scipy.special`.
_SCIPY_NAMES = {"expit": "sigmoid", "log_expit": "log_sigmoid", "psi": "digamma"}
_METHOD_OPS: dict[tuple[np.ufunc, str], str] = {
    (np.add, "reduce"): "sum", (np.multiply, "reduce"): "prod", (np.maximum, "reduce"): "max",
    (np.minimum, "reduce"): "min", (np.add, "accumulate"): "cumsum", (np.multiply, "accumulate"): "cumprod",
}  # fmt: skip
_PREDICATES = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite}
_PREDICATES |= {np.signbit, np.logical_and, np.logical_or, np.logical_xor, np.logical_not}


def call_ufunc(type_name: str, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Result of a ufunc on nodes: plain truth values of predicates, else the result of the op."""
    op = _OPS.get(ufunc) or _scipy_op(ufunc)
    if method == "__call__" and not kwargs:
        if ufunc in _PREDICATES and (op is None or current_trace() is None):
            return ufunc(*[_data(x, ufunc) for x in inputs])
        if op is not None:
            return op(*inputs)
    call = f"{'scipy.special' if _is_of_scipy(ufunc) else 'np'}.{ufunc.__name__}" + (
        f".{method}" if method != "__call__" else ""
    )
    call += f"(…, {', '.join(kwargs)}=…)" if kwargs else ""
    if op is not None and method == "__call__":
        cure = f"use autograd.{op.__name__}" if op.__module__ == "autograd" else "leave them out"
    else:
        same = _METHOD_OPS.get((ufunc, method))
        cure = f"use autograd.{same}" if same else alternative(ufunc.__name__)
    raise TypeError(f"{call} has no derivative here for a {type_name}: {cure}; x.data has the plain numbers")


def _data(x: Any, ufunc: np.ufunc) -> Any:
    if not isinstance(x, Recorder):
        return x
    check_not_frozen(x, f"np.{ufunc.__name__}")
    return x._data  # type: ignore[attr-defined]


def _is_of_scipy(ufunc: np.ufunc) -> bool:
    """True if `scipy.special` is loaded and contains this ufunc."""
    special = sys.modules.get("scipy.special")
    return special is not None and any(getattr(special, n, None) is ufunc for n in (ufunc.__name__, *_SCIPY_NAMES))


def _scipy_op(ufunc: np.ufunc) -> Callable[..., Any] | None:
    """Op, or function made of ops, for a ufunc of SciPy."""
    if not _is_of_scipy(ufunc):
        return None
    name = _SCIPY_NAMES.get(ufunc.__name__, ufunc.__name__)
    op = OPS.get(name)
    return FUNCTIONS.get(name) or (None if op is None or op.is_custom else op)  # a custom op may have any name
