"""Arrays put together along an axis, and taken apart again."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.ops.op import linear
from autograd.ops.rules.axes import PreparedCall, Shape, match_dtypes, normalize_axis, shape_of
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.shape import reshape

#: How many arrays one op joins; more are joined in groups. Every pullback is passed every part, so n at once take n² steps.
_AT_ONCE = 256


def _prepare_concatenate(arrays: Any, axis: int | None = 0) -> PreparedCall:
    parts = _parts_to_join("concatenate", arrays)
    if axis is None:
        parts, axis = [reshape(p, -1) for p in parts], 0
    shapes = [shape_of(p) for p in parts]
    if not shapes[0]:
        raise ValueError("concatenate: single numbers have no axis to join along; use stack")
    axis = normalize_axis("concatenate", axis, shapes[0])
    for shape in shapes:
        if len(shape) != len(shapes[0]) or shape[:axis] + shape[axis + 1 :] != shapes[0][:axis] + shapes[0][axis + 1 :]:
            raise ValueError(f"concatenate: shapes {shapes[0]} and {shape} must be equal but for axis {axis}")
    while len(parts) > _AT_ONCE:
        parts = [concatenate(parts[i : i + _AT_ONCE], axis) for i in range(0, len(parts), _AT_ONCE)]
    shapes = [shape_of(p) for p in parts]
    ends = tuple(itertools.accumulate(shape[axis] for shape in shapes))
    return tuple(parts), {"axis": axis, "ends": ends}


def _parts_to_join(op: str, arrays: Any) -> list[Any]:
    parts = match_dtypes(arrays)
    if not parts:
        raise ValueError(f"{op}: there is nothing to join")
    return parts


@linear(lambda g, y, *parts, i, axis, ends: _piece(g, axis, (0, *ends)[i], ends[i]), symbol="‖", prepare=_prepare_concatenate)
def concatenate(xp: Any, *parts: Any, axis: int, ends: Shape) -> Any:
    """The arrays of a sequence, one after the other along `axis`; flattened first if it is None.

        y = (x₁, x₂, …)

    Shapes:
        (…, n₁, …), (…, n₂, …), … -> (…, n₁ + n₂ + …, …)
    Raises:
        ValueError: if there are none, or their shapes differ in another axis; names both shapes

    >>> concatenate([[1.0, 2.0], [3.0]]).tolist()
    [1.0, 2.0, 3.0]
    """
    return xp.concatenate(parts, axis=axis)


def _piece(x: Any, axis: int, start: int | None, end: int | None) -> Any:
    return getitem(x, (slice(None),) * axis + (slice(start, end),))


def stack(arrays: Any, axis: int = 0) -> Any:
    """Arrays of one shape, or numbers, side by side along a new axis.

        y[i] = xᵢ

    Shapes:
        n times (…) -> (…, n, …), the new axis at `axis`
    Raises:
        ValueError: if there are none, or their shapes differ; names both shapes

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


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x cut along `axis` into a list: into so many equal pieces, or before each of the given indices.

        x = concatenate(split(x, …))

    Raises:
        ValueError: if the pieces would not be equal; names the shape

    >>> [part.tolist() for part in split([1.0, 2.0, 3.0], [1])]
    [[1.0], [2.0, 3.0]]
    """
    position = normalize_axis("split", axis, shape_of(x))
    n = shape_of(x)[position]
    if isinstance(indices_or_sections, int | np.integer):
        sections = int(indices_or_sections)
        if sections < 1 or n % sections:
            raise ValueError(f"split: {sections} equal pieces cannot be made of shape {shape_of(x)} along axis {axis}")
        cuts = list(range(n // sections, n, n // sections)) if n else [0] * (sections - 1)
    else:
        cuts = [int(i) for i in indices_or_sections]
    return [_piece(x, position, start, end) for start, end in zip([None, *cuts], [*cuts, None], strict=True)]
