"""NumPy functions made of ops, in NumPy's signatures: joining, selection and products."""

import string
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.base.numerics import regular_array
from autograd.engine.coercion import captured_operand
from autograd.ops.recorder import Recorder, stack_nodes
from autograd.ops.rules.arithmetic import abs, multiply, positive
from autograd.ops.rules.axes import normalize_axis, shape_of
from autograd.ops.rules.comparisons import equal, isnan, signbit
from autograd.ops.rules.einsum import einsum as _einsum_of_string
from autograd.ops.rules.indexing import getitem
from autograd.ops.rules.joining import concatenate, split
from autograd.ops.rules.products import dot
from autograd.ops.rules.rearranging import roll
from autograd.ops.rules.reductions import all
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import astype, broadcast_to, moveaxis, reshape


def dtype_of(*operands: Any) -> np.dtype[Any]:
    """Floating-point dtype of NumPy's result; Python numbers and Values do not change that of arrays."""
    return np.result_type(*[getattr(x, "dtype", 1.0) for x in operands], 1.0)


def as_operand(x: Any) -> Any:
    """Node, array or number of an argument, which may be a list; a node for an array that a tape must read anew."""
    x = captured_operand(x)
    return regular_array(x) if isinstance(x, list | tuple) else x


def to_dtype(x: Any, dtype: np.dtype[Any]) -> Any:
    """x in another dtype; a Python number or a Value is returned as it is."""
    return astype(x, dtype) if hasattr(x, "dtype") and x.dtype != dtype else x


def holds_integers(x: Any) -> bool:
    """True for an array or node of integers or truth values, which are all finite."""
    return hasattr(x, "dtype") and x.dtype.kind in "iub"


def check_plain(function: str, name: str, x: Any) -> Any:
    """x, which must not hold nodes; a tape with other numbers is recorded when they change."""
    if isinstance(stack_nodes(x), Recorder):
        raise TypeError(f"np.{function}: {name} must be plain numbers, got {x!r}: pass its numbers, .detach().data")
    if isinstance(x, np.ndarray) and isinstance(node := as_operand(x), Recorder):
        bool(all(equal(node, x.copy())))
    return x


def entries(x: Any, axis: int, *index: Any) -> Any:
    """Entries of x at `index` along `axis`, which is not negative."""
    return getitem(x, (slice(None),) * axis + index)


# Joining.


def _atleast(ndim: int) -> Callable[..., Any]:
    def with_axes(x: Any) -> Any:
        shape = shape_of(x := as_operand(x))
        if len(shape) >= ndim:
            return x
        behind = 1 if ndim == 3 and shape else 0
        return reshape(x, (1,) * (ndim - len(shape) - behind) + shape + (1,) * behind)

    def atleast(*arrays: Any) -> Any:
        """Arrays with at least `ndim` axes: new ones of length 1 in front, the third one behind."""
        parts = tuple(map(with_axes, arrays))
        return parts if len(parts) != 1 else parts[0]

    return atleast


atleast_1d, atleast_2d, atleast_3d = _atleast(1), _atleast(2), _atleast(3)


def vstack(tup: Any) -> Any:
    """Rows, or arrays along their first axis, joined."""
    return concatenate([atleast_2d(x) for x in tup], 0)


def hstack(tup: Any) -> Any:
    """Arrays joined along their second axis, or vectors joined."""
    parts = [atleast_1d(x) for x in tup]
    return concatenate(parts, 0 if parts and len(shape_of(parts[0])) == 1 else 1)


def dstack(tup: Any) -> Any:
    """Arrays joined along their third axis."""
    return concatenate([atleast_3d(x) for x in tup], 2)


def column_stack(tup: Any) -> Any:
    """Vectors as columns, and matrices, joined side by side."""
    parts = [as_operand(x) for x in tup]
    return concatenate([reshape(x, (-1, 1)) if len(shape_of(x)) < 2 else x for x in parts], 1)


def block(arrays: Any) -> Any:
    """Nested lists of blocks joined: the innermost along the last axis."""

    def leaves(x: Any) -> list[Any]:
        return [leaf for part in x for leaf in leaves(part)] if type(x) is list else [x]

    def depth(x: Any) -> int:
        return 1 + depth(x[0]) if type(x) is list and x else 0

    def join(x: Any, level: int) -> Any:
        if type(x) is list:
            return concatenate([join(part, level - 1) for part in x], ndim - level)
        if level:
            raise ValueError("np.block: lists must be nested to the same depth: put each block into as many lists")
        shape = shape_of(x)
        return reshape(x, (1,) * (ndim - len(shape)) + shape)

    levels = depth(arrays)
    ndim = max(levels, *(len(shape_of(x)) for x in leaves(arrays)), 0)
    return join(arrays, levels)


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` joined to the end of an array, both flattened if `axis` is None."""
    return concatenate([as_operand(arr), as_operand(values)], axis)


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Pieces of an array, cut before each index, or a number of pieces, the first ones longer by at most 1."""
    if not isinstance(indices_or_sections, int | np.integer):
        return split(ary, indices_or_sections, axis)
    if (sections := int(indices_or_sections)) < 1:
        raise ValueError(f"np.array_split: the number of pieces must be at least 1, got {sections}")
    size, longer = divmod(shape_of(ary)[normalize_axis("np.array_split", axis, shape_of(ary))], sections)
    return split(ary, [i * size + min(i, longer) for i in range(1, sections)], axis)


def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Coordinates of a grid, from those along each axis."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"np.meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    grids = [reshape(x, tuple(-1 if order[i] == j else 1 for j in range(n))) for i, x in enumerate(map(as_operand, xi))]
    if sparse:
        return tuple(grids)
    shape = np.broadcast_shapes(*map(shape_of, grids))
    return tuple([broadcast_to(x, shape) for x in grids])


# Elementwise.


def copy(a: Any) -> Any:
    """Copy of a node."""
    return positive(a)


def copysign(x1: Any, x2: Any) -> Any:
    """|x1| with the sign of x2; the derivative at 0 is 0, as that of abs."""
    y, x2 = abs(x1), as_operand(x2)
    return to_dtype(where(signbit(x2), -y, y), dtype_of(y, x2))


def deg2rad(x: Any) -> Any:
    """Angle in radians."""
    return multiply(x, np.pi / 180.0)


def rad2deg(x: Any) -> Any:
    """Angle in degrees."""
    return multiply(x, 180.0 / np.pi)


def nan_to_num(x: Any, *, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """x with numbers in place of NaN, ∞ and −∞: 0 and the largest finite ones by default, with derivative 0."""
    if holds_integers(x):
        return x
    limits = np.finfo(dtype_of(x))
    y = where(isnan(x), nan, x)
    y = where(equal(x, np.inf), float(limits.max) if posinf is None else posinf, y)
    return where(equal(x, -np.inf), float(limits.min) if neginf is None else neginf, y)


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Elementwise choice of the array of the first condition that holds."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(f"np.select: {len(condlist)} conditions and {len(choicelist)} choices must be as many, and at least 1")
    y = as_operand(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        condition = as_operand(condition)
        if getattr(condition, "dtype", np.dtype(type(condition))) != np.bool_:
            raise TypeError(f"np.select: conditions must be truth values, such as x > 0, got {condition!r}")
        y = where(condition, as_operand(choice), y)
    return y


# Products.


def vdot(a: Any, b: Any) -> Any:
    """Dot product of two arrays, both flattened."""
    return dot(reshape(a, (-1,)), reshape(b, (-1,)))


def kron(a: Any, b: Any) -> Any:
    """Kronecker product: blocks a[i, j] · b."""
    left, right = shape_of(a), shape_of(b)
    n = max(len(left), len(right))
    left, right = (1,) * (n - len(left)) + left, (1,) * (n - len(right)) + right
    blocks = multiply(reshape(a, tuple(m for k in left for m in (k, 1))), reshape(b, tuple(m for k in right for m in (1, k))))
    return reshape(blocks, tuple(i * j for i, j in zip(left, right, strict=True)))


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Cross product of vectors of 3 entries; NumPy deprecates those of 2."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(as_operand(a), axisa, -1), moveaxis(as_operand(b), axisb, -1)
    if (shape_of(a)[-1], shape_of(b)[-1]) != (3, 3):
        text = f"np.cross: vectors must have 3 entries, got shapes {shape_of(a)} and {shape_of(b)}"
        raise ValueError(f"{text}: append a 0, or write a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]")
    y = roll(a, -1, -1) * roll(b, -2, -1) - roll(a, -2, -1) * roll(b, -1, -1)
    return moveaxis(y, -1, axisc)


def einsum(*operands: Any) -> Any:
    """Einstein summation of a string and operands, or of operands each followed by a list of integers."""
    if operands and isinstance(operands[0], str):
        return _einsum_of_string(*operands)
    letters = sorted(string.ascii_letters)  # so that letters have the order of the integers

    def term(labels: Any) -> str:
        for i in labels:
            if i is not Ellipsis and not (isinstance(i, int | np.integer) and 0 <= i < len(letters)):
                raise ValueError(f"np.einsum: a list of axes must hold integers from 0 to {len(letters) - 1} or ..., got {i!r}")
        return "".join("..." if i is Ellipsis else letters[i] for i in labels)

    arrays, terms = operands[: len(operands) // 2 * 2 : 2], [term(labels) for labels in operands[1::2]]
    output = "->" + term(operands[-1]) if len(operands) % 2 else ""
    return _einsum_of_string(",".join(terms) + output, *arrays)
