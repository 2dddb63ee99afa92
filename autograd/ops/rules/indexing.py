"""Indexing, and its transpose, which adds entries at an index."""

import math
from collections.abc import Sequence
from typing import Any

from autograd.base.numerics import immutable_array
from autograd.base.trace_state import current_captures, current_trace
from autograd.ops.op import linear
from autograd.ops.recorder import Recorder, stack_nodes
from autograd.ops.rules.axes import (
    PreparedCall,
    Shape,
    array_function,
    is_axis_of_number,
    normalize_axis,
    normalize_shape,
    shape_of,
)
from autograd.ops.rules.shape import reshape, sum_to
from autograd.support.lazy_numpy import np

#: Mark in an index for an array that is an input of the op; an index itself has no strings.
INPUT = "input"

_INTEGER = frozenset({int})
_PLAIN = frozenset({int, bool, slice, type(None), type(Ellipsis)})


def plain_array(x: Any) -> Any:
    """Data of x as a NumPy array."""
    return x.numpy() if hasattr(x, "numpy") else np.asarray(x)


def index_array(x: Any) -> Any:
    """Part of an index: a node, also of lists that hold nodes, an immutable array, or a number or slice itself.

    While a tape is recorded, arrays to which other code may write are nodes.
    """
    if type(x) in _PLAIN or isinstance(x, np.generic):
        return x
    if (captures := current_captures()) is not None:
        x = captures.operand(x, as_number=False)
    kind = type(x)
    if kind is not np.ndarray or x.dtype.hasobject:
        stacked = x if kind is list and _INTEGER.issuperset(map(type, x)) else stack_nodes(x)
        if isinstance(stacked, Recorder):
            return stacked
        x = np.asarray(stacked)
        x = x if x.size or kind is np.ndarray else x.astype(int)
    return immutable_array(x)


def is_mask(x: Any) -> bool:
    """True for a truth value, or an array or node of them."""
    return isinstance(x, bool | np.bool_) or getattr(x, "dtype", None) == np.dtype(bool)


def split_index(index: Any) -> tuple[Any, tuple[Any, ...]]:
    """(index with INPUT for each node in it, these nodes); all arrays are immutable."""
    if not isinstance(index, tuple):
        part = index_array(index)
        return ((INPUT,), (part,)) if isinstance(part, Recorder) else (part, ())
    if _PLAIN.issuperset(map(type, index)):
        return index, ()
    parts = tuple(map(index_array, index))
    places = tuple([p for p in parts if isinstance(p, Recorder)])
    return tuple([INPUT if isinstance(p, Recorder) else p for p in parts]), places


def fill_index(index: Any, places: Sequence[Any]) -> Any:
    """Index with `places` in the positions of INPUT."""
    rest = iter(places)
    return tuple([next(rest) if isinstance(p, str) else p for p in index]) if places else index


def _fix_count(mask: Any) -> None:
    """Record a guard on the number of entries that a mask selects, which is a length of the result."""
    if current_trace() is not None and is_mask(mask):
        bool(sum_to(mask, ()) == int(mask._data.sum()))


def _prepare_getitem(x: Any, index: Any) -> PreparedCall:
    index, places = split_index(index)
    for place in places:
        _fix_count(place)
    return (x, *places), {"index": index}


@linear(
    lambda g, y, x, *places, index: put(g, fill_index(index, places) if places else index, shape_of(x)),
    None,
    symbol="[·]",
    prepare=_prepare_getitem,
    kinds={"index": "index"},
)
def getitem(xp: Any, x: Any, *places: Any, index: Any) -> Any:
    """Entries of x at `index`, as in NumPy: integers, slices, None, Ellipsis, arrays, masks.

        y = x[index]

    A tensor in the index is an input without a derivative, which a tape follows; other parts are constants.

    Raises:
        IndexError: If `index` is out of range for the shape of x

    >>> getitem([1.0, 2.0, 3.0], [0, 0, 2]).tolist()
    [1.0, 1.0, 3.0]
    """
    return x[fill_index(index, places) if places else index]


def _prepare_put(x: Any, index: Any, shape: Any) -> PreparedCall:
    index, places = split_index(index)
    return (x, *places), {"index": index, "shape": normalize_shape("put", shape)}


@linear(
    lambda g, y, x, *places, index, shape: getitem(g, fill_index(index, places)),
    None,
    symbol="put",
    prepare=_prepare_put,
    kinds={"index": "index", "shape": "shape"},
)
def put(xp: Any, x: Any, *places: Any, index: Any, shape: Shape) -> Any:
    """Zeros of `shape` with the entries of x added at `index`.

        y = Gᵀ x,  G = getitem(·, index)

    >>> put([1.0, 2.0, 3.0], [0, 0, 2], 3).tolist()
    [3.0, 0.0, 3.0]
    """
    return xp.put(x, fill_index(index, places), shape)


def flat_places(indices: Sequence[Any], shape: Shape) -> list[Any]:
    """Positions, in an array of `shape` flattened, of the entries at each index; nodes if there are nodes in it.

    >>> [places.tolist() for places in flat_places([(0, 1), slice(1, 2)], (2, 3))]
    [[1], [3, 4, 5]]
    """
    places = immutable_array(np.arange(math.prod(shape)).reshape(shape))

    def at(index: Any) -> Any:
        has_nodes = type(index) is tuple and any(isinstance(part, Recorder) for part in index)
        return reshape(getitem(places, index), -1) if has_nodes else places[index].reshape(-1)

    return list(map(at, indices))


@array_function
def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Entries of x at `indices` along `axis`, or of x flattened if `axis` is None.

        y = x[:, …, indices, …]

    Raises:
        IndexError: If an index is out of range

    >>> take([[1.0, 2.0], [3.0, 4.0]], [1, 0], axis=1).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    indices = index_array(indices)
    if is_mask(indices):  # numbers here
        indices = indices + 0
    if axis is None or is_axis_of_number(axis, shape_of(x)):
        return getitem(reshape(x, -1), indices)
    position = normalize_axis("take", axis, shape_of(x))
    return getitem(x, (slice(None),) * position + (indices,))


@array_function
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """Entries of x at `indices` along `axis`, line by line; of x flattened if `axis` is None.

        y[i, j] = x[i, indices[i, j]]

    Shapes:
        x (…, n, …), indices (…, m, …) -> y (…, m, …)
    Raises:
        ValueError: If x and `indices` have different numbers of axes
        IndexError: If an index is out of range

    >>> take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[0], [1]], axis=1).tolist()
    [[1.0], [4.0]]
    """
    if axis is None:
        x, axis = reshape(x, -1), 0
    shape, along = shape_of(x), index_array(indices)
    position = normalize_axis("take_along_axis", axis, shape)
    if len(shape_of(along)) != len(shape):
        raise ValueError(
            f"take_along_axis: indices of shape {shape_of(along)} must have {len(shape)} axes, as x of shape {shape}"
        )
    lines = [np.arange(n).reshape([-1 if d == i else 1 for d in range(len(shape))]) for i, n in enumerate(shape)]
    return getitem(x, tuple(along if i == position else line for i, line in enumerate(lines)))
