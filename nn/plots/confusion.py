"""Confusion matrix as a table in grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import as_array
from nn.plots.style import new_axes


def confusion_table(matrix: ArrayLike, ax: Any = None, *, names: Sequence[str] = ()) -> Any:
    """Draw a confusion matrix: rows are true classes, columns predicted ones; darker is a larger share of the row.

    Shapes:
        matrix (k, k) counts, as from `confusion_matrix`; names (k,), by default the numbers of the classes
    Raises:
        ValueError: If the shapes do not fit, or a count is negative
        ImportError: If matplotlib is not installed
    """
    counts = as_array("matrix", matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"matrix must have shape (k, k), got {counts.shape}: make it with nn.confusion_matrix")
    if counts.min() < 0:
        raise ValueError(f"matrix must hold counts of at least 0, got {counts.min()}")
    k = len(counts)
    if names and len(names) != k:
        raise ValueError(f"names must have one name per class, {k}, got {len(names)}: pass one each, or none")
    labels = list(names) or [str(i) for i in range(k)]
    ax = new_axes(1.5 + 0.45 * k, 1.2 + 0.45 * k) if ax is None else ax
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="gray_r", vmin=0.0, vmax=1.0)
    for i, j in np.ndindex(k, k):
        if counts[i, j]:
            color = "white" if shares[i, j] > 0.5 else "black"
            ax.text(j, i, f"{counts[i, j]:g}", ha="center", va="center", color=color, fontsize=8)
    ax.set(xlabel="predicted", ylabel="true", xticks=range(k), yticks=range(k), xticklabels=labels, yticklabels=labels)
    if any(len(label) > 2 for label in labels):
        ax.tick_params("x", rotation=60)
    return ax
