"""NumPy's namespace, in which `array`, `asarray` and `full` take nodes; its other functions take nodes by NumPy's protocols."""

import sys
from typing import Any

import numpy as _numpy

import autograd as _ag
from autograd.base import tree as _tree

__all__ = _numpy.__all__

for _name in ("fft", "linalg", "random"):  # NumPy's own modules, also by `import autograd.numpy.linalg`
    sys.modules[f"{__name__}.{_name}"] = getattr(_numpy, _name)


def __getattr__(name: str) -> Any:
    return getattr(_numpy, name)


def array(object: Any, dtype: Any = None, **options: Any) -> Any:
    """Array of numbers, as `numpy.array`, or the node of a node or of nested lists that hold nodes.

    >>> from autograd import grad
    >>> grad(lambda x: array([x, x**2])[1])(3.0)
    6.0
    """
    if not _holds_node(object):
        return _numpy.array(object, dtype, **options)
    return _with_options(_ag.positive(object), dtype, **options)


def asarray(a: Any, dtype: Any = None, **options: Any) -> Any:
    """Array of numbers, as `numpy.asarray`, or the node of a node or of nested lists that hold nodes."""
    return array(a, dtype, **options) if _holds_node(a) else _numpy.asarray(a, dtype, **options)


def full(shape: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """Array of one number, as `numpy.full`, or a node of the entries of `fill_value`, broadcast to `shape`.

    >>> from autograd import grad
    >>> grad(lambda x: full((2, 3), x).sum())(1.0)
    6.0
    """
    if not _holds_node(fill_value):
        return _numpy.full(shape, fill_value, dtype, **options)
    return _ag.broadcast_to(_with_options(_ag.positive(fill_value), dtype, **options), shape)


def _holds_node(x: Any) -> bool:
    return any(isinstance(leaf, _ag.Value | _ag.Tensor) for leaf in _tree.leaves(x))


def _with_options(node: Any, dtype: Any, order: Any = "K", copy: Any = True, ndmin: int = 0, **options: Any) -> Any:
    """Node in another floating-point dtype, with at least `ndmin` axes."""
    if options:
        raise TypeError(f"an array of nodes takes dtype and ndmin, got {', '.join(options)}: leave it out")
    node = node if dtype is None else _ag.astype(node, dtype)
    missing = ndmin - _numpy.ndim(node)
    return node[(None,) * missing] if missing > 0 else node
