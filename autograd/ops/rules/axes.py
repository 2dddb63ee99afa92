"""Axes and shapes, settled before an op is recorded: NumPy's many spellings become one."""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.ops.op import Recorder

Shape = tuple[int, ...]

#: What `prepare` makes of a call: the inputs of the op, and its parameters.
PreparedCall = tuple[tuple[Any, ...], dict[str, Any]]


def shape_of(x: Any) -> Shape:
    """The shape of a node, an array or a number."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


def normalize_axes(op: str, axis: Any, shape: Shape) -> Shape:
    """`axis` as a tuple of distinct non-negative integers; None means every axis.

    >>> normalize_axes("sum", -1, (2, 3)), normalize_axes("sum", None, (2, 3))
    ((1,), (0, 1))
    """
    ndim = len(shape)
    if axis is None:
        return tuple(range(ndim))
    try:
        given = (operator.index(axis),) if not isinstance(axis, tuple | list) else tuple(map(operator.index, axis))
    except TypeError:
        raise TypeError(f"{op}: axis must be an integer, a tuple of integers or None, not {axis!r}") from None
    for a in given:
        if not -ndim <= a < ndim:
            raise ValueError(f"{op}: axis {a} is out of range for shape {shape}, which has {ndim} axes")
    axes = tuple(a % ndim for a in given)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{op}: axis {axis!r} names an axis of shape {shape} twice")
    return axes


def normalize_axis(op: str, axis: Any, shape: Shape) -> int:
    """One axis, as a non-negative integer.

    >>> normalize_axis("sort", -1, (2, 3))
    1
    """
    if axis is None or isinstance(axis, tuple | list):
        raise TypeError(f"{op}: axis must be one integer, not {axis!r}")
    return normalize_axes(op, axis, shape)[0]


def normalize_shape(op: str, shape: Any) -> Shape:
    """A shape given as an integer or a sequence of them, as a tuple."""
    try:
        return (operator.index(shape),) if not isinstance(shape, tuple | list) else tuple(map(operator.index, shape))
    except TypeError:
        raise TypeError(f"{op}: a shape is an integer or a tuple of integers, not {shape!r}") from None


def reduced_shape(shape: Shape, axes: Shape) -> Shape:
    """`shape` after a reduction over `axes` that keeps them, with length 1.

    >>> reduced_shape((2, 3), (1,))
    (2, 1)
    """
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def entry_count(shape: Shape, axes: Shape) -> int:
    """How many entries a reduction over `axes` takes together."""
    return math.prod(shape[i] for i in axes)


def prepare_reduction(name: str) -> Callable[..., PreparedCall]:
    """The call of a reduction, `name(x, axis=None, keepdims=False)`."""

    def prepare(x: Any, axis: Any = None, keepdims: bool = False) -> PreparedCall:
        return (x,), {"axis": normalize_axes(name, axis, shape_of(x)), "keepdims": bool(keepdims)}

    return prepare


def match_dtypes(arrays: Iterable[Any]) -> list[Any]:
    """Arrays to join: beside a node a lone number takes the type of the others, as in arithmetic."""
    parts = list(arrays)
    types = [p.dtype for p in parts if hasattr(p, "dtype") and (isinstance(p, Recorder) or shape_of(p))]
    if not types or not any(isinstance(p, Recorder) for p in parts):
        return parts
    lone = [not isinstance(p, Recorder) and shape_of(p) == () for p in parts]
    numbers = [np.asarray(p).item() if alone else p for p, alone in zip(parts, lone, strict=True)]
    return [np.asarray(p, np.result_type(*types, p)) if alone else p for p, alone in zip(numbers, lone, strict=True)]
