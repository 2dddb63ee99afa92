"""NumPy ufuncs and their methods on nodes: calls of the corresponding op, and errors for ufuncs without one."""

import sys
from collections.abc import Callable
from itertools import accumulate
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
from autograd.ops.rules.axes import normalize_axis, shape_of
from autograd.ops.rules.joining import stack
from autograd.ops.rules.shape import expand_dims, moveaxis, reshape
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
#: Ops along an axis that equal the methods `reduce` and `accumulate` of a ufunc; others are one op after the other.
_METHOD_OPS: dict[tuple[np.ufunc, str], Callable[..., Any]] = {
    (np.add, "reduce"): OPS["sum"], (np.add, "accumulate"): OPS["cumsum"], (np.logaddexp, "reduce"): OPS["logsumexp"],
    (np.multiply, "reduce"): OPS["prod"], (np.multiply, "accumulate"): OPS["cumprod"],
    (np.maximum, "reduce"): OPS["max"], (np.minimum, "reduce"): OPS["min"],
    (np.logical_and, "reduce"): OPS["all"], (np.logical_or, "reduce"): OPS["any"],
}  # fmt: skip
_METHOD_CURES = {"at": "add autograd.put(values, index, x.shape)", "reduceat": "stack the results for slices of x"}
_PREDICATES = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite}
_PREDICATES |= {np.signbit, np.logical_and, np.logical_or, np.logical_xor, np.logical_not}


def call_ufunc(type_name: str, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Result of a ufunc on nodes: plain truth values of predicates, else the result of the op."""
    op = _OPS.get(ufunc) or _scipy_op(ufunc)
    kwargs = {name: x for name, x in kwargs.items() if x is not None or name == "axis"}
    if not kwargs or (method in ("reduce", "accumulate") and kwargs.keys() <= {"axis", "keepdims"}):
        if ufunc in _PREDICATES and (op is None or current_trace() is None):
            return getattr(ufunc, method)(*[_data(x, ufunc) for x in inputs], **kwargs)
        if op is not None and method not in _METHOD_CURES:
            return op(*inputs) if method == "__call__" else _call_method(ufunc, method, op, *inputs, **kwargs)
    is_numpys = getattr(np, ufunc.__name__, None) is ufunc
    module = "np." if is_numpys else "scipy.special." if _is_of_scipy(ufunc) else "the ufunc "
    call = module + ufunc.__name__ + (f".{method}" if method != "__call__" else "")
    call += f"(…, {', '.join(kwargs)}=…)" if kwargs else ""
    if op is not None and method in _METHOD_CURES:
        cure = _METHOD_CURES[method]
    elif op is not None:
        same = op if method == "__call__" else _METHOD_OPS.get((ufunc, method))
        cure = f"use autograd.{same.__name__}" if same and same.__module__ == "autograd" else "leave them out"
    else:
        cure = alternative(ufunc.__name__)
    raise TypeError(f"{call} has no derivative here for a {type_name}: {cure}; x.data has the plain numbers")


def _call_method(ufunc: np.ufunc, method: str, op: Callable[..., Any], x: Any, *others: Any, **options: Any) -> Any:
    """Result of `outer`, `reduce` or `accumulate`, along axis 0 by default, as in NumPy."""
    if method == "outer":
        ones = (1,) * len(shape_of(others[0]))
        return op(reshape(x, (*shape_of(x), *ones)) if ones and shape_of(x) else x, *others)
    options = {"axis": 0, **options}
    if (ufunc, method) in _METHOD_OPS:
        return _METHOD_OPS[ufunc, method](x, **options)
    call = f"np.{ufunc.__name__}.{method}"
    axis = normalize_axis(call, options["axis"], shape_of(x))
    if not shape_of(x)[axis]:
        raise ValueError(f"{call}: x must have entries along axis {axis}, got shape {shape_of(x)}")
    results = list(accumulate(moveaxis(x, axis, 0), op))
    if method == "accumulate":
        return stack(results, axis)
    return expand_dims(results[-1], axis) if options.get("keepdims") else results[-1]


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
