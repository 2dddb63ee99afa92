"""Regions of the plane in which a model decides for each class."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.data import as_array, whole
from nn.plots.style import BELOW, COLORS, MARKERS, new_axes

Array = NDArray[Any]


def decision_boundary(
    predict: Callable[[Array], Any],
    x: ArrayLike,
    y: ArrayLike,
    ax: Any = None,
    *,
    steps: int = 100,
    margin: float | None = None,
) -> Any:
    """Axes with labelled points in the plane, the regions in which `predict` decides for each class, and their borders.

    `predict` gives scores for points, from an array of them: one a class, of which the highest decides, or a single one,
    which decides for class 1 where it is positive. It is asked at steps × steps points. With `margin`, dashed lines show how
    far from its border each class leads the next by so much.

    Shapes  x (n, 2), y (n,) integers from 0; predict (m, 2) -> (m, classes), (m, 1) or (m,)
    Raises  TypeError    if y holds no integers
            ValueError   if the shapes do not fit, or a y is no class
            ImportError  if matplotlib is not installed
    """
    points, labels = as_array("x", x), as_array("y", y)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1] or not len(points):
        raise ValueError(f"x must be (n, 2) and y (n,), with a row at least; got shapes {points.shape} and {labels.shape}")
    whole("steps", steps, least=2)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"y must hold integers, the number of each point's class; got dtype {labels.dtype}")
    low, high = points.min(axis=0), points.max(axis=0)
    around = 0.08 * (high - low) + (high == low)
    across, up = (np.linspace(a, b, steps) for a, b in zip(low - around, high + around, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    scores = _scores(predict(grid), len(grid))
    classes = scores.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"y must lie between 0 and {classes - 1}, as predict scores {classes} classes; got {labels.min()} to {labels.max()}"
        )
    if ax is None:
        ax = new_axes()
    for c in range(classes):
        color, marker, rows = COLORS[c % len(COLORS)], MARKERS[c % len(MARKERS)], labels == c
        lead = (scores[:, c] - np.delete(scores, c, axis=1).max(axis=1)).reshape(steps, steps)
        if lead.min() < 0 < lead.max():
            ax.contour(across, up, lead, levels=[0.0], colors="black", linewidths=1)
        if margin is not None and lead.min() < margin < lead.max():
            ax.contour(across, up, lead, levels=[margin], colors="black", linewidths=0.8, linestyles="dashed")
        if lead.max() > 0:
            ax.contourf(across, up, lead, levels=[0.0, np.inf], colors=[color], alpha=0.2)
        ax.scatter(*points[rows].T, color=color, marker=marker, s=22, edgecolors="black", linewidths=0.6, label=f"class {c}")
    ax.legend(**BELOW)
    return ax


def _scores(given: Any, n: int) -> Array:
    """What a model said about n points, as (n, classes): a single score s stands for the two −s/2 and s/2."""
    scores = np.asarray(given.numpy() if hasattr(given, "numpy") else given, dtype=float)
    if scores.ndim == 1:
        scores = scores[:, None]
    if scores.ndim != 2 or len(scores) != n or not scores.shape[1]:
        raise ValueError(f"predict must give ({n},) or ({n}, classes) scores for ({n}, 2) points; it gave shape {scores.shape}")
    return scores if scores.shape[1] > 1 else np.hstack([-scores / 2, scores / 2])
