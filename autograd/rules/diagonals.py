"""Diagonals and triangles of matrices."""

from typing import Any

import numpy as np

from autograd.rules.choices import where
from autograd.rules.indexing import getitem, put
from autograd.rules.layout import moveaxis
from autograd.rules.linear import sum
from autograd.rules.shapes import axes_of, shape_of


def _on_diagonal(rows: int, columns: int, offset: int) -> tuple[Any, Any]:
    """The row and column indices of a diagonal, which lies `offset` to the right of the main one."""
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return np.arange(length) - min(offset, 0), np.arange(length) + max(offset, 0)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals of the matrices in two axes, `offset` to the right of the main ones.

        y[…, i] = x[i, i + offset, …]

    Shapes  x (n, m, …) -> y (…, k), the diagonal last
    Raises  ValueError  if x has fewer than two axes, or the two are the same
    >>> diagonal([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 4.0]
    """
    i, j = axes_of("diagonal", (axis1, axis2), shape_of(x))
    diagonals = _on_diagonal(shape_of(x)[i], shape_of(x)[j], offset)
    return getitem(moveaxis(x, (i, j), (-2, -1)), (..., *diagonals))


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal, `offset` to the right of the main one, of the matrices in two axes.

        y = Σᵢ x[i, i + offset]

    Shapes  x (n, m, …) -> y (…)
    >>> float(trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    return sum(diagonal(x, offset, axis1, axis2), -1)


def diag(x: Any, k: int = 0) -> Any:
    """The k-th diagonal of a matrix, or the matrix that has a vector as its k-th diagonal and is 0 elsewhere.

    Shapes  (n, m) -> (…,);  (n,) -> (n + |k|, n + |k|)
    Raises  ValueError  if x has not one or two axes
    >>> diag([1.0, 2.0]).tolist(), diag([[1.0, 2.0], [3.0, 4.0]]).tolist()
    ([[1.0, 0.0], [0.0, 2.0]], [1.0, 4.0])
    """
    shape = shape_of(x)
    if len(shape) == 1:
        n = shape[0] + abs(k)
        return put(x, _on_diagonal(n, n, k), (n, n))
    if len(shape) != 2:
        raise ValueError(f"diag: shape {shape} is neither that of a vector nor that of a matrix; of stacks, take diagonal")
    return diagonal(x, k)


def triu(x: Any, k: int = 0) -> Any:
    """The matrices x with zeros below the k-th diagonal.

        y[i, j] = x[i, j] if j − i ≥ k, else 0

    Raises  ValueError  if x has fewer than two axes
    >>> triu([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 2.0], [0.0, 4.0]]
    """
    return where(np.tri(*_matrix("triu", x), k=k - 1, dtype=bool), 0, x)


def tril(x: Any, k: int = 0) -> Any:
    """The matrices x with zeros above the k-th diagonal.

        y[i, j] = x[i, j] if j − i ≤ k, else 0

    Raises  ValueError  if x has fewer than two axes
    >>> tril([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    return where(np.tri(*_matrix("tril", x), k=k, dtype=bool), x, 0)


def _matrix(op: str, x: Any) -> tuple[int, int]:
    shape = shape_of(x)
    if len(shape) < 2:
        raise ValueError(f"{op}: shape {shape} has fewer than the two axes of a matrix")
    return shape[-2], shape[-1]
