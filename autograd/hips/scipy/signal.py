"""`convolve`: convolution over chosen axes, with products summed over others."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

Axes = Sequence[Sequence[int]]


def convolve(A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full") -> Any:
    """Convolution of A with B over the pairs of `axes`, all by default, summed over the pairs of `dot_axes`.

        y[n] = Σₖ A[n − k] B[k]

    Args:
        mode: "full", "valid" where both overlap completely, or "same" with the lengths of A

    Shapes:
        the axes of A that are in no pair, those of B, then the convolved ones
    Raises:
        ValueError: If the mode is unknown, or each array is longer than the other along some axis in mode "valid"

    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0]), mode="valid")
    array([12., 23.])
    """
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"mode must be 'full', 'valid' or 'same', got {mode!r}")
    a_axes, b_axes = [[int(i) for i in pair] for pair in (axes or [range(np.ndim(A)), range(np.ndim(B))])]
    longer = [np.shape(B)[j] > np.shape(A)[i] for i, j in zip(a_axes, b_axes, strict=True)]
    if mode == "valid" and any(longer):
        if not all(np.shape(B)[j] >= np.shape(A)[i] for i, j in zip(a_axes, b_axes, strict=True)):
            raise ValueError(f"one array must be the longer one, got shapes {np.shape(A)} and {np.shape(B)}: use 'full'")
        y, n = convolve(B, A, [b_axes, a_axes], dot_axes[::-1], mode), np.ndim(B) - len(b_axes) - len(dot_axes[1])
        m = np.ndim(y) - len(a_axes)
        return np.transpose(y, [*range(n, m), *range(n), *range(m, np.ndim(y))])
    lengths = [np.shape(B)[j] for j in b_axes]
    sizes = [np.shape(A)[i] + k - 1 for i, k in zip(a_axes, lengths, strict=True)]  # of the full convolution
    if mode == "valid":
        sizes = [n - 2 * (k - 1) for n, k in zip(sizes, lengths, strict=True)]
    else:
        padding = [(0, 0)] * np.ndim(A)
        for i, k in zip(a_axes, lengths, strict=True):
            padding[i] = (k - 1, k - 1)
        A = np.pad(A, padding)
    y = _sum_of_shifts(A, B, a_axes, b_axes, dot_axes, sizes)
    if mode == "same":
        starts = [(k - 1) // 2 for k in lengths]
        y = y[(..., *[slice(s, s + n - k + 1) for s, n, k in zip(starts, sizes, lengths, strict=True)])]
    return y


def _sum_of_shifts(A: Any, B: Any, a_axes: list[int], b_axes: list[int], dot_axes: Axes, sizes: list[int]) -> Any:
    """Sum over the entries k of B of the products of B[k] with the part of A, of the given sizes, that it meets."""
    free = [i for i in range(np.ndim(A)) if i not in (*a_axes, *dot_axes[0])]
    rest = [i for i in range(np.ndim(A)) if i not in dot_axes[0]]
    b_dots = [j - sum(b < j for b in b_axes) for j in dot_axes[1]]
    others = np.ndim(B) - len(b_axes) - len(b_dots)
    order = [*map(rest.index, free), *range(len(rest), len(rest) + others), *map(rest.index, a_axes)]
    total: Any = 0.0
    for k in product(*[range(np.shape(B)[j]) for j in b_axes]):
        part: list[Any] = [slice(None)] * np.ndim(A)
        entry: list[Any] = [slice(None)] * np.ndim(B)
        for i, j, offset, size in zip(a_axes, b_axes, k, sizes, strict=True):
            start = np.shape(B)[j] - 1 - offset
            part[i], entry[j] = slice(start, start + size), offset
        total = total + np.tensordot(A[tuple(part)], B[tuple(entry)], (list(dot_axes[0]), b_dots))
    return np.transpose(total, order)
