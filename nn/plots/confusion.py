"""Which classes are taken for which, as a table in grey."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nn._validation import Array, as_array
from nn.plots.style import new_axes


def confusion_table(matrix: ArrayLike, ax: Any = None, *, names: Sequence[str] = ()) -> Any:
    """Axes with a confusion matrix: rows are true classes, columns predicted ones; darker is a larger share of the row.

    Shapes:
        matrix (k, k) counts, as `confusion_matrix` gives; k names, or the numbers of the classes
    Raises:
        ValueError: If the shapes do not fit, or a count is negative
        ImportError: If matplotlib is not installed
    """
    counts = as_array("matrix", matrix)
    _check_matrix(counts)
    k = len(counts)
    if names and len(names) != k:
        raise ValueError(f"there are {k} classes and {len(names)} names: give one each, or no name at all")
    labels = list(names) or [str(i) for i in range(k)]
    if ax is None:
        ax = new_axes(1.5 + 0.45 * k, 1.2 + 0.45 * k)
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


def _check_matrix(counts: Array) -> None:
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(f"a confusion matrix is (k, k), got shape {counts.shape}: make it with nn.confusion_matrix")
    if counts.min() < 0:
        raise ValueError(f"a confusion matrix holds counts, got {counts.min()}")
