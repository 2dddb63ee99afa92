"""Arguments in NumPy's signatures, by position or by name, converted to those of a function of autograd.

NumPy's required arguments go to the first parameters of the function, the others to the parameters of their names. Arguments
that equal NumPy's default are left out. `dtype` and `order` become ops before and after. All others are refused by name.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from autograd.ops.rules.axes import normalize_shape
from autograd.ops.rules.shape import astype, transpose
from autograd.support.arguments import cure_of_name

#: Functions with a dtype to compute in; those of the second line subtract a mean first, in the wider dtype.
_SUMS = (np.sum, np.prod, np.mean, np.cumsum, np.cumprod, np.trace, np.nansum, np.nanprod, np.nanmean)
_SPREADS = (np.std, np.var, np.nanstd, np.nanvar)

#: Alternatives to arguments without a counterpart.
_CURES = {
    "out": "use the tensor that it returns",
    "where": "replace the other entries first, with np.where(mask, x, fill), or select with x[mask]",
    "initial": "combine it with the result: y + initial, y * initial or np.maximum(y, initial)",
    "dtype": "convert the result, with .astype(dtype), to a floating-point dtype",
    "casting": "convert the result, with .astype(dtype)",
    "order": "the order of entries must be 'C', or 'F' in reshape and ravel",
    "mode": "convert the indices first, with np.clip(indices, 0, n - 1) or indices % n",
    "upper": "transpose the result, with .mT",
    "subok": "a tensor is never a subclass: leave it out",
    "weights": "repeat the entries, with np.repeat(x, counts)",
    "overwrite_input": "a tensor is never overwritten: leave it out",
    "mean": "the mean is part of the derivative: leave it out",
    "kind": "every sort is stable: leave it out",
    "descending": "flip the result, with np.flip(y, axis)",
}


def call_with_signature(function: Callable[..., Any], ours: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Result of `ours` for arguments in the signature of the NumPy function `function`."""
    inputs, options = _bind(function, args, kwargs)
    if not options:
        return ours(*inputs)
    dtype = _take_dtype(function, options)
    if function in (np.reshape, np.ravel) and options.get("order") == "F":
        del options["order"]
        ours = _in_column_order(ours)
    elif function is np.einsum and _is_product_order(options.get("optimize")):
        del options["optimize"]  # the order of products, which does not change the result
    elif function in _SPREADS and "ddof" not in options and "correction" in options:
        options["ddof"] = options.pop("correction")
    known = _parameters(ours)
    for name in options:
        if name not in known and "kwargs" not in known:
            raise _refusal(function, ours, name, options[name])
    if dtype is None:
        return ours(*inputs, **options)
    x = inputs[0] if hasattr(inputs[0], "dtype") else np.asarray(inputs[0])
    y = ours(_converted(x, dtype if function in _SUMS else np.result_type(x.dtype, dtype)), *inputs[1:], **options)
    return _converted(y, dtype)


def _bind(function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    """(required arguments in order, others that differ from their default by name); NumPy has checked that all are present."""
    names, required, defaults = _plan(function)
    if len(args) > len(names) > 0:
        raise TypeError(f"np.{function.__name__} takes at most {len(names)} positional arguments, got {len(args)}")
    given = dict(zip(names, args, strict=False)) | kwargs
    inputs = [given.pop(name) for name in required if name in given] if names else list(args)
    return inputs, {name: x for name, x in given.items() if not (name in defaults and _is_default(x, defaults[name]))}


@cache
def _plan(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]]:
    """(names of arguments by position, those that are required, defaults of the others); no names for any number of inputs."""
    parameters = _parameters(function).values()
    names = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    required = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_ONLY or (p.default is p.empty and p.name in names))
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        names = ()
    return names, required, {p.name: p.default for p in parameters if p.default is not p.empty and p.name not in required}


def _is_product_order(x: Any) -> bool:
    return isinstance(x, bool | list | tuple) or x in ("greedy", "optimal")


def _is_default(x: Any, default: Any) -> bool:
    return x is default or (type(x) is type(default) and isinstance(x, str | int) and x == default)


def _take_dtype(function: Callable[..., Any], options: dict[str, Any]) -> np.dtype[Any] | None:
    """Floating-point dtype of the result, removed from `options` if the function has one."""
    if function not in (*_SUMS, *_SPREADS) or isinstance(options.get("dtype", True), bool):
        return None
    return np.dtype(options.pop("dtype")) if np.dtype(options["dtype"]).kind == "f" else None


def _in_column_order(ours: Callable[..., Any]) -> Callable[..., Any]:
    """`reshape` or `ravel` with the first index changing fastest: between transposes."""

    def apply(x: Any, *shape: Any) -> Any:
        return transpose(ours(transpose(x), *[normalize_shape("reshape", s)[::-1] for s in shape]))

    return apply


def _converted(x: Any, dtype: np.dtype[Any]) -> Any:
    return x if x.dtype == dtype else astype(x, dtype)


def _refusal(function: Callable[..., Any], ours: Callable[..., Any], name: str, x: Any) -> TypeError:
    if isinstance(x, bool) and name in ("dtype", "out"):
        cure = f"write keepdims={x}"
    elif name in _CURES or name in _parameters(function):
        cure = _CURES.get(name, "leave it out")
    else:
        cure = cure_of_name(name, list(_parameters(ours)))
    called = f"{function.__module__}.{function.__name__}".replace("numpy", "np")
    counterpart = f"is autograd.{ours.__name__}" if ours.__module__ == "autograd" else "takes "
    bare = [p.replace(annotation=p.empty) for p in _parameters(ours).values()]
    signature = inspect.Signature(bare)
    return TypeError(f"{called} of a tensor {counterpart}{signature}, without {name!r}: {cure}")


@cache
def _signature(f: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(f)
    except ValueError:  # a function written in C, before NumPy 2.4
        return inspect.signature(_IN_C[f.__name__])


#: Signatures of NumPy's functions that are written in C.
_IN_C: dict[str, Callable[..., Any]] = {
    "concatenate": lambda arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind": None,
    "dot": lambda a, b, out=None: None,
    "inner": lambda a, b, /: None,
    "vdot": lambda a, b, /: None,
    "where": lambda condition, x=None, y=None, /: None,
}


def _parameters(f: Callable[..., Any]) -> Any:
    return _signature(f).parameters
