"""Bilinear products of arrays: ẏ = f(ȧ, b) + f(a, ḃ)."""

import math
import operator
from typing import Any, Literal, get_args

from autograd.ops.op import bilinear
from autograd.ops.rules.arithmetic import multiply
from autograd.ops.rules.axes import PreparedCall, Shape, array_function, normalize_axes, shape_of
from autograd.ops.rules.indexing import put
from autograd.ops.rules.rearranging import flip
from autograd.ops.rules.shape import reshape, transpose
from autograd.support.validation import check_choice


def _prepare_matmul(a: Any, b: Any) -> PreparedCall:
    left, right = shape_of(a), shape_of(b)
    if not left or not right:
        raise ValueError(f"matmul: operands must have at least one axis, got shapes {left} and {right}: use * for numbers")
    if left[-1] != right[max(len(right) - 2, 0)]:
        raise ValueError(
            f"matmul: shapes {left} and {right} do not match: {left[-1]} columns and {right[max(len(right) - 2, 0)]} rows"
        )
    return (a, b), {}


def _left_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """ȳ bᵀ, where a vector b is a column; the sweep sums over the broadcast axes of a."""
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return b @ g if b.ndim == 2 else (b @ g[..., None])[..., 0]
    return g @ b.mT


def _right_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ ȳ, where a vector a is a row; one product instead of a sum of many if one b multiplies a stack of a."""
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if b.ndim > 1 else a * g
    if a.ndim == 2 or b.ndim > 2:
        return a.mT @ g
    rows = (math.prod(shape_of(a)[:-1]), shape_of(a)[-1])
    return reshape(a, rows).mT @ reshape(g, (rows[0], *shape_of(b)[1:]))


@bilinear(_left_pullback, _right_pullback, symbol="@", prepare=_prepare_matmul, stacks=True)
def matmul(xp: Any, a: Any, b: Any) -> Any:
    """Matrix product of the last two axes by NumPy's rules: others broadcast, vectors are rows or columns.

        y[…, i, j] = Σₖ a[…, i, k] b[…, k, j]

    Shapes:
        a (…, n, k), b (…, k, m) -> y (…, n, m)
    Raises:
        ValueError: If k differs; names both shapes

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
    [[11.0]]
    """
    return xp.matmul(a, b)


@array_function
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Product of a and b summed over `axes`: a number of last axes of a and first axes of b, or two lists.

        y[i…, j…] = Σₖ a[i…, k…] b[k…, j…]

    Shapes:
        a (n…, k…), b (k…, m…) -> y (n…, m…)
    Raises:
        ValueError: If the lengths of a pair differ; names both shapes

    >>> float(tensordot([1.0, 2.0], [3.0, 4.0], 1))
    11.0
    """
    left, right = shape_of(a), shape_of(b)
    if isinstance(axes, tuple | list):
        over_a, over_b = normalize_axes("tensordot", axes[0], left), normalize_axes("tensordot", axes[1], right)
    else:
        n = operator.index(axes)
        over_a = normalize_axes("tensordot", tuple(range(-n, 0)), left)
        over_b = normalize_axes("tensordot", tuple(range(n)), right)
    return _contract("tensordot", a, b, over_a, over_b)


def _contract(op: str, a: Any, b: Any, over_a: Shape, over_b: Shape) -> Any:
    """Product summed over pairs of axes, as one matrix product."""
    left, right = shape_of(a), shape_of(b)
    lengths = tuple(left[i] for i in over_a)
    if lengths != tuple(right[i] for i in over_b):
        raise ValueError(f"{op}: shapes {left} and {right} must be equal along the summed axes {over_a} and {over_b}")
    kept_a, kept_b = ([i for i in range(len(s)) if i not in over] for s, over in ((left, over_a), (right, over_b)))
    rows, columns = tuple(left[i] for i in kept_a), tuple(right[i] for i in kept_b)
    matrix_a = reshape(transpose(a, (*kept_a, *over_a)), (math.prod(rows), math.prod(lengths)))
    matrix_b = reshape(transpose(b, (*over_b, *kept_b)), (math.prod(lengths), math.prod(columns)))
    return reshape(matmul(matrix_a, matrix_b), rows + columns)


@array_function
def dot(a: Any, b: Any) -> Any:
    """Product summed over the last axis of a and the second to last of b: the dot product of vectors, or of matrices.

        y[i…, j…, m] = Σₖ a[i…, k] b[j…, k, m]

    Raises:
        ValueError: If k differs; names both shapes

    >>> float(dot([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    left, right = shape_of(a), shape_of(b)
    if not left or not right:
        return multiply(a, b)
    if len(right) <= 2:
        return matmul(a, b)
    return _contract("dot", a, b, (len(left) - 1,), (len(right) - 2,))


@array_function
def inner(a: Any, b: Any) -> Any:
    """Product summed over the last axis of both.

        y[i…, j…] = Σₖ a[i…, k] b[j…, k]

    Raises:
        ValueError: If k differs; names both shapes

    >>> float(inner([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    left, right = shape_of(a), shape_of(b)
    return _contract("inner", a, b, (len(left) - 1,), (len(right) - 1,)) if left and right else multiply(a, b)


@array_function
def outer(a: Any, b: Any) -> Any:
    """Outer product of a and b, both flattened.

        y[i, j] = a[i] b[j]

    >>> outer([1.0, 2.0], [3.0, 4.0]).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return multiply(reshape(a, (-1, 1)), reshape(b, (1, -1)))


ConvolutionMode = Literal["full", "same", "valid"]


def _prepare_convolve(a: Any, v: Any, mode: ConvolutionMode = "full") -> PreparedCall:
    left, right = shape_of(a), shape_of(v)
    if len(left) != 1 or len(right) != 1 or not left[0] or not right[0]:
        raise ValueError(f"convolve: operands must be two non-empty vectors, got shapes {left} and {right}")
    check_choice("convolve: mode", mode, get_args(ConvolutionMode))
    return ((a, v) if left >= right else (v, a)), {"mode": mode}


def _full_cotangent(g: Any, a: Any, v: Any, mode: ConvolutionMode) -> Any:
    """Cotangent of the full convolution, of which "same" is the middle."""
    (n,), (m,) = shape_of(a), shape_of(v)
    start = (m - 1) // 2
    return put(g, slice(start, start + n), (n + m - 1,)) if mode == "same" else g


def _longer_pullback(g: Any, y: Any, a: Any, v: Any, mode: ConvolutionMode) -> Any:
    return convolve(_full_cotangent(g, a, v, mode), flip(v), "full" if mode == "valid" else "valid")


def _shorter_pullback(g: Any, y: Any, a: Any, v: Any, mode: ConvolutionMode) -> Any:
    return flip(convolve(a, flip(g), mode)) if mode == "valid" else convolve(_full_cotangent(g, a, v, mode), flip(a), "valid")


@bilinear(_longer_pullback, _shorter_pullback, symbol="∗", prepare=_prepare_convolve)
def convolve(xp: Any, a: Any, v: Any, *, mode: ConvolutionMode) -> Any:
    """Convolution of two vectors, the longer one first: all of it, its middle, or the part of full overlap.

        y[k] = Σᵢ a[i] v[k − i]

    Shapes:
        a (n,), v (m,), n ≥ m -> y (n + m − 1,) if mode is "full", (n,) if "same", (n − m + 1,) if "valid"
    Raises:
        ValueError: If either is empty or not a vector; names both shapes

    >>> convolve([1.0, 2.0, 3.0], [1.0, 10.0]).tolist()
    [1.0, 12.0, 23.0, 30.0]
    """
    return xp.convolve(a, v, mode)
