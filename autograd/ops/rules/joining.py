"""Concatenate, stack and split arrays."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.base.numerics import error_of_operands
from autograd.ops.op import linear
from autograd.ops.recorder import Recorder, stack_nodes
from autograd.ops.rules.axes import PreparedCall, Shape, array_function, normalize_axis, shape_of
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.shape import lift, reshape
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np

if TYPE_CHECKING:
    from autograd.ops import signatures

#: Largest number of arrays joined by one op. Each of n pullbacks gets all n parts, so larger groups take n² steps.
_MAX_PARTS = 256


def _prepare_concatenate(arrays: Any, axis: int | None = 0) -> PreparedCall:
    parts = _parts_to_join("concatenate", arrays)
    if axis is None:
        parts, axis = [reshape(p, -1) for p in parts], 0
    shapes = [shape_of(p) for p in parts]
    if not shapes[0]:
        raise ValueError("concatenate: arrays must have an axis, got shape (): use stack for single numbers")
    axis = normalize_axis("concatenate", axis, shapes[0])
    for shape in shapes:
        if len(shape) != len(shapes[0]) or shape[:axis] + shape[axis + 1 :] != shapes[0][:axis] + shapes[0][axis + 1 :]:
            raise ValueError(f"concatenate: shapes {shapes[0]} and {shape} must be equal but for axis {axis}")
    while len(parts) > _MAX_PARTS:
        parts = [concatenate(parts[i : i + _MAX_PARTS], axis) for i in range(0, len(parts), _MAX_PARTS)]
    shapes = [shape_of(p) for p in parts]
    ends = tuple(itertools.accumulate(shape[axis] for shape in shapes))
    return tuple(parts), {"axis": axis, "ends": ends}


def _parts_to_join(op: str, arrays: Any) -> list[Any]:
    if isinstance(arrays, str) or not isinstance(arrays, Iterable):
        raise TypeError(f"{op} takes a list or tuple of arrays, got {arrays!r:.80}: write {op}([x, …])")
    parts = match_dtypes(arrays)
    if any(isinstance(p, str) for p in parts):
        raise TypeError(error_of_operands(op, parts))
    if not parts:
        raise ValueError(f"{op}: arrays must not be empty: pass at least one array")
    return parts


@linear(
    lambda g, y, *parts, i, axis, ends: _piece(g, axis, (0, *ends)[i], ends[i]),
    symbol="‖",
    prepare=_prepare_concatenate,
    kinds={"axis": "axis"},
)
def concatenate(xp: Any, *parts: Any, axis: int, ends: Shape) -> Any:
    """Arrays joined along `axis`, or flattened and joined if it is None.

        y = (x₁, x₂, …)

    Shapes:
        (…, n₁, …), (…, n₂, …), … -> (…, n₁ + n₂ + …, …)
    Raises:
        ValueError: If `arrays` is empty, or their shapes differ in another axis; names both shapes

    >>> concatenate([[1.0, 2.0], [3.0]]).tolist()
    [1.0, 2.0, 3.0]
    """
    return xp.concatenate(parts, axis=axis)


def _piece(x: Any, axis: int, start: int | None, end: int | None) -> Any:
    return getitem(x, (slice(None),) * axis + (slice(start, end),))


@array_function
def stack(arrays: Any, axis: int = 0) -> Any:
    """Arrays of one shape, or numbers, joined along a new axis.

        y[i] = xᵢ

    Shapes:
        n times (…) -> (…, n, …), the new axis at `axis`
    Raises:
        ValueError: If `arrays` is empty, or their shapes differ; names both shapes

    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    parts = _parts_to_join("stack", arrays)
    shape = shape_of(parts[0])
    for part in parts:
        if shape_of(part) != shape:
            raise ValueError(f"stack: shapes {shape} and {shape_of(part)} must be equal")
    position = normalize_axis("stack", axis, (*shape, len(parts)))
    return concatenate([reshape(p, (*shape[:position], 1, *shape[position:])) for p in parts], position)


@cast("Callable[[Callable[..., Any]], signatures.Split]", explained_arguments())
def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """List of pieces of x along `axis`: a number of equal ones, or cut before each index.

        x = concatenate(split(x, …))

    Raises:
        ValueError: If equal pieces are not possible; names the shape

    >>> [part.tolist() for part in split([1.0, 2.0, 3.0], [1])]
    [[1.0], [2.0, 3.0]]
    """
    position = normalize_axis("split", axis, shape_of(x))
    n = shape_of(x)[position]
    if isinstance(indices_or_sections, int | np.integer):
        sections = int(indices_or_sections)
        if sections < 1 or n % sections:
            raise ValueError(f"split: shape {shape_of(x)} cannot be split into {sections} equal pieces along axis {axis}")
        cuts = list(range(n // sections, n, n // sections)) if n else [0] * (sections - 1)
    else:
        cuts = [int(i) for i in indices_or_sections]
    return [_piece(x, position, start, end) for start, end in zip([None, *cuts], [*cuts, None], strict=True)]


def match_dtypes(arrays: Iterable[Any]) -> list[Any]:
    """Arrays to join; numbers take the dtype of the others if there is a node, as in arithmetic."""
    parts = [stack_nodes(p) for p in arrays]
    is_number = [not hasattr(p, "dtype") if isinstance(p, Recorder) else shape_of(p) == () for p in parts]
    dtypes = [p.dtype for p, number in zip(parts, is_number, strict=True) if hasattr(p, "dtype") and not number]
    if not any(isinstance(p, Recorder) for p in parts):
        return parts
    return [_to_dtype(p, dtypes) if number else p for p, number in zip(parts, is_number, strict=True)]


def _to_dtype(number: Any, dtypes: list[Any]) -> Any:
    if isinstance(number, Recorder):
        return lift(number, dtype=np.result_type(*dtypes, 1.0) if dtypes else np.dtype(float))
    number = np.asarray(number).item()
    return np.asarray(number, np.result_type(*dtypes, number)) if dtypes else number
