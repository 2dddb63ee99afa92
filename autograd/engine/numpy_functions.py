"""NumPy functions on tensors: `np.sum(t)` is `autograd.sum(t)`; functions that would lose a gradient raise."""

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.base.grad_mode import is_recording
from autograd.base.trace_state import is_traced
from autograd.engine import numpy_compositions, numpy_differences, numpy_linalg, numpy_statistics
from autograd.engine.node import Node
from autograd.engine.numpy_signatures import call_with_signature
from autograd.ops.rules import (
    cumulative,
    indexing,
    joining,
    linalg,
    norms,
    padding,
    products,
    rearranging,
    reductions,
    rounding,
    selection,
    shape,
    sorting,
    special,
)
from autograd.ops.rules.indexing import plain_array
from autograd.support.alternatives import alternative

_LIKE_NUMPY: tuple[Callable[..., Any], ...] = (
    products.convolve, products.dot, products.inner, products.outer, products.tensordot, selection.clip, selection.where,
    linalg.diag, linalg.diagonal, linalg.trace, linalg.tril, linalg.triu, rearranging.flip,
    rearranging.repeat, sorting.sort, indexing.take, indexing.take_along_axis, joining.concatenate, joining.split,
    joining.stack, shape.expand_dims, shape.moveaxis, shape.ravel, shape.squeeze, shape.swapaxes, rearranging.tile,
    shape.astype, shape.broadcast_to, reductions.mean, shape.reshape, rearranging.roll, reductions.sum, shape.transpose,
    padding.pad, reductions.max, reductions.min, reductions.prod, rounding.round, cumulative.cumprod, cumulative.cumsum,
    special.sinc, reductions.std, reductions.var,
)  # fmt: skip
_LIKE_LINALG: tuple[Callable[..., Any], ...] = (linalg.det, linalg.inv, linalg.slogdet, linalg.solve, norms.norm)


#: Functions made of ops that have NumPy's name only; those of `np.linalg`.
_COMPOSED_OF_MATRICES = "cholesky cond eigh eigvalsh lstsq matrix_norm matrix_power multi_dot pinv qr svd svdvals vector_norm"
_COMPOSED: dict[ModuleType, str] = {
    numpy_compositions: "append array_split atleast_1d atleast_2d atleast_3d block column_stack copy cross dstack einsum "
    "hstack kron meshgrid nan_to_num select vdot vstack",
    numpy_differences: "diff gradient interp linspace trapezoid",
    numpy_statistics: "average cov median nanmax nanmean nanmin nanprod nanstd nansum nanvar percentile ptp quantile",
}


#: Function of autograd for each NumPy function.
_OURS: dict[Any, Callable[..., Any]] = {
    **{getattr(np, f.__name__): f for f in _LIKE_NUMPY if hasattr(np, f.__name__)},
    **{getattr(np.linalg, f.__name__): f for f in _LIKE_LINALG},
    **{getattr(np, name): getattr(module, name) for module, names in _COMPOSED.items() for name in names.split()},
    **{getattr(np.linalg, name): getattr(numpy_linalg, name) for name in _COMPOSED_OF_MATRICES.split()},
    np.amax: reductions.max,
    np.amin: reductions.min,
    np.around: rounding.round,
    np.full_like: lambda a, fill_value, **kwargs: np.full_like(plain_array(a), fill_value, **kwargs),
}

#: Functions whose results have no gradient.
_PREDICATES: set[Any] = {
    np.allclose, np.argpartition, np.argwhere, np.array2string, np.array_equal, np.array_equiv, np.array_repr, np.array_str,
    np.can_cast, np.count_nonzero, np.digitize, np.einsum_path, np.empty_like, np.flatnonzero, np.isclose, np.iscomplex,
    np.iscomplexobj, np.isin, np.isneginf, np.isposinf, np.isreal, np.isrealobj, np.lexsort, np.may_share_memory,
    np.nanargmax, np.nanargmin, np.ndim, np.nonzero, np.ones_like, np.result_type, np.searchsorted, np.shape,
    np.shares_memory, np.size, np.tril_indices_from, np.triu_indices_from, np.zeros_like,
}  # fmt: skip


#: Functions with plain results, and their ops, which a tape follows.
_POSITIONS: dict[Any, Callable[..., Any]] = {
    np.all: reductions.all,
    np.any: reductions.any,
    np.argmax: sorting.argmax,
    np.argmin: sorting.argmin,
    np.argsort: lambda a, axis=-1, kind=None, stable=None: sorting.argsort(a, axis),
}
_PREDICATES |= _POSITIONS.keys()


def cure_in_numpy(name: str) -> str:
    """Call to write for a function that is reached through NumPy alone; "" if NumPy has none of this name for nodes."""
    found = [f for f in _OURS if f.__name__ == name]
    return f"write {found[0].__module__}.{name}(…), which takes nodes".replace("numpy", "np") if found else ""


def dispatch(function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any) -> Any:
    """Result of a NumPy function on tensors: `__array_function__` of NumPy's NEP 18."""
    if not all(issubclass(t, Node | np.ndarray) for t in types):
        return NotImplemented
    if function in _OURS or (function in _POSITIONS and any(map(_is_traced, tree.leaves([args, kwargs])))):
        return call(function, *args, **kwargs)
    if function not in _PREDICATES and is_recording() and any(_has_gradient(x) for x in tree.leaves([args, kwargs])):
        cure = alternative(function.__name__, "write it with ops of autograd, or declare it by autograd.custom_op")
        raise TypeError(
            f"{function.__module__}.{function.__name__} would lose the gradient of a node: {cure}, or use x.detach().numpy() "
            "for plain numbers"
        )
    data = _raw_data if function in _SHAPE_QUERIES else _checked_data
    return function(*tree.map(data, args), **tree.map(data, kwargs))


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Result of autograd's function for a NumPy function, with the arguments of the latter."""
    return call_with_signature(function, _OURS.get(function) or _POSITIONS[function], args, kwargs)


def _is_traced(x: Any) -> bool:
    return isinstance(x, Node) and is_traced(x)


def _has_gradient(x: Any) -> bool:
    return isinstance(x, Node) and x.requires_grad


#: The subset of `_PREDICATES` that reads shape and dtype only.
_SHAPE_QUERIES: set[Any] = {
    np.can_cast, np.einsum_path, np.empty_like, np.iscomplexobj, np.isrealobj, np.ndim, np.ones_like, np.result_type,
    np.shape, np.size, np.zeros_like,
}  # fmt: skip


def _raw_data(x: Any) -> Any:
    return x._data if isinstance(x, Node) else x


def _checked_data(x: Any) -> Any:
    if not isinstance(x, Node):
        return x
    return plain_array(x) if hasattr(x, "numpy") else x.item()
