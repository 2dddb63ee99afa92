"""Decision boundary of a classifier in the plane."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nn._validation import Array
from nn.plots.decision_grid import DecisionGrid
from nn.plots.style import BELOW, COLORS, MARKERS, new_axes


def decision_boundary(
    predict: Callable[[Array], Any],
    x: ArrayLike,
    y: ArrayLike,
    ax: Any = None,
    *,
    steps: int = 100,
    margin: float | None = None,
) -> Any:
    """Draw labelled points in the plane, the regions in which `predict` decides for each class, and their borders.

    Args:
        predict: Function from an array of points to scores: one per class, of which the highest decides, or a single one,
            which decides for class 1 if it is positive; evaluated at steps × steps points
        margin: If given, dashed lines show where each class leads the next by this difference

    Shapes:
        x (n, 2), y (n,) integers from 0; predict (m, 2) -> (m, classes), (m, 1) or (m,)
    Raises:
        TypeError: If y does not hold integers
        ValueError: If the shapes do not fit, or an entry of y is not a class
        ImportError: If matplotlib is not installed
    """
    plane = DecisionGrid(x, y, steps)
    across, up, points, labels = plane.across, plane.up, plane.points, plane.labels
    scores = plane.scores(predict)
    classes = scores.shape[1]
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
        look = {"s": 22, "edgecolors": "black", "linewidths": 0.6, "zorder": 3}  # above the regions of all classes
        ax.scatter(*points[rows].T, color=color, marker=marker, label=f"class {c}", **look)
    ax.legend(**BELOW)
    return ax
