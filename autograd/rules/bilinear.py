"""Ops linear in each of two inputs: ẏ = f(ȧ, b) + f(a, ḃ)."""

from typing import Any

from autograd.op import bilinear
from autograd.rules.shapes import Call, shape_of


def _two_arrays(a: Any, b: Any) -> Call:
    left, right = shape_of(a), shape_of(b)
    if not left or not right:
        raise ValueError(f"matmul: shapes {left} and {right}: a single number has no rows or columns; use *")
    if left[-1] != right[max(len(right) - 2, 0)]:
        raise ValueError(
            f"matmul: shapes {left} and {right} do not fit: {left[-1]} columns against {right[max(len(right) - 2, 0)]} rows"
        )
    return (a, b), {}


def _left_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """ȳ bᵀ, with a vector b standing as a column; the sweep sums over what a was repeated along."""
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return (b @ g[..., None])[..., 0]
    return g @ b.mT


def _right_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """aᵀ ȳ, with a vector a standing as a row."""
    if a.ndim == 1:
        return a[:, None] * g[..., None, :] if b.ndim > 1 else a * g
    if b.ndim == 1:
        return (a.mT @ g[..., None])[..., 0]
    return a.mT @ g


@bilinear(_left_pullback, _right_pullback, symbol="@", prepare=_two_arrays)
def matmul(xp: Any, a: Any, b: Any) -> Any:
    """Matrix product by NumPy's rules: the last two axes are matrices, the others broadcast, vectors are rows or columns.

        y[…, i, j] = Σₖ a[…, i, k] b[…, k, j]

    Shapes  a (…, n, k), b (…, k, m) -> y (…, n, m)
    Raises  ValueError  if k differs; names both shapes
    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
    [[11.0]]
    """
    return xp.matmul(a, b)
