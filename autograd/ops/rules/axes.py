"""Normalise axis and shape arguments before an op is recorded."""

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from autograd.base.numerics import regular_array
from autograd.ops.recorder import Recorder, stack_nodes
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np

if TYPE_CHECKING:
    from autograd.ops import signatures

P = ParamSpec("P")

Shape = tuple[int, ...]

#: Result of `prepare`: the inputs of the op and its parameters.
PreparedCall = tuple[tuple[Any, ...], dict[str, Any]]


def array_function(f: Callable[Concatenate[Any, P], Any]) -> "signatures.ArrayFunction[P]":
    """f, a function of ops that returns a Tensor for a Tensor; it explains calls with a wrong argument name."""
    g: Any = explained_arguments()(f)
    return g


def shape_of(x: Any) -> Shape:
    """Shape of a node, an array or a number."""
    shape = getattr(x, "shape", None)
    if shape is not None:
        return shape
    if isinstance(x, float | int | Recorder):
        return ()
    x = stack_nodes(x)
    return x.shape if hasattr(x, "shape") else regular_array(x).shape


def normalize_axes(op: str, axis: Any, shape: Shape) -> Shape:
    """Normalise `axis` to a tuple of distinct non-negative integers; None means all axes.

    >>> normalize_axes("sum", -1, (2, 3)), normalize_axes("sum", None, (2, 3))
    ((1,), (0, 1))
    """
    ndim = len(shape)
    if axis is None:
        return tuple(range(ndim))
    try:
        indices = (operator.index(axis),) if not isinstance(axis, tuple | list) else tuple(map(operator.index, axis))
    except TypeError:
        raise TypeError(f"{op}: axis must be an integer, a tuple of integers or None, got {axis!r}") from None
    for a in indices:
        if not -ndim <= a < ndim:
            raise ValueError(f"{op}: axis {a} is out of range for shape {shape}, which has {ndim} axes")
    axes = tuple(a % ndim for a in indices)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{op}: axis {axis!r} repeats an axis of shape {shape}")
    return axes


def normalize_axis(op: str, axis: Any, shape: Shape) -> int:
    """Normalise one axis to a non-negative integer.

    >>> normalize_axis("sort", -1, (2, 3))
    1
    """
    if axis is None or isinstance(axis, tuple | list):
        raise TypeError(f"{op}: axis must be one integer, got {axis!r}")
    return normalize_axes(op, axis, shape)[0]


def is_axis_of_number(axis: Any, shape: Shape) -> bool:
    """True for the axes 0 and -1 of a number, which some functions of NumPy accept."""
    return shape == () and isinstance(axis, int | np.integer) and axis in (0, -1)


def normalize_shape(op: str, shape: Any) -> Shape:
    """Normalise a shape, one integer or a sequence of integers, to a tuple."""
    try:
        return (operator.index(shape),) if not isinstance(shape, tuple | list) else tuple(map(operator.index, shape))
    except TypeError:
        raise TypeError(f"{op}: shape must be an integer or a tuple of integers, got {shape!r}") from None


def reduced_shape(shape: Shape, axes: Shape, keepdims: bool = True) -> Shape:
    """Shape after a reduction over `axes`, which it keeps with length 1 or drops.

    >>> reduced_shape((2, 3), (1,)), reduced_shape((2, 3), (1,), keepdims=False)
    ((2, 1), (2,))
    """
    return tuple(1 if i in axes else n for i, n in enumerate(shape) if keepdims or i not in axes)


def entry_count(shape: Shape, axes: Shape) -> int:
    """Number of entries that a reduction over `axes` combines."""
    return math.prod(shape[i] for i in axes)


def prepare_reduction(name: str, of_numbers: bool = False, nonempty: bool = False) -> "signatures.PrepareReduction":
    """`prepare` of a reduction with signature `name(x, axis=None, keepdims=False)`.

    Args:
        of_numbers: True if a number may have the axes 0 and -1, as in NumPy's reductions by a ufunc
        nonempty: True if the reduction is undefined for no entries
    """

    def prepare(x: Any, axis: Any = None, keepdims: bool = False) -> PreparedCall:
        shape = shape_of(x)
        axes = () if of_numbers and is_axis_of_number(axis, shape) else normalize_axes(name, axis, shape)
        if nonempty and not entry_count(shape, axes):
            raise ValueError(f"{name}: x must have entries along axis {axis!r}, got shape {shape}")
        return (x,), {"axis": axes, "keepdims": bool(keepdims)}

    return prepare
