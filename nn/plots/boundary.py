"""Decision boundary of a classifier and responses of neurons in the plane, at the points of a grid."""

from collections.abc import Callable
from typing import Any

from autograd.support.lazy_numpy import ArrayLike, np
from nn._validation import Array, as_array, check_integer
from nn.plots.style import BELOW, COLORS, MARKERS, new_axes, panels


class DecisionGrid:
    """Labelled points in the plane, and a grid of steps × steps points that extends beyond them on every side.

    Shapes:
        x (n, 2), y (n,) integers from 0

    >>> plane = DecisionGrid([[0.0, 0.0], [1.0, 2.0]], [0, 1], 3)
    >>> plane.across.round(2)
    array([-0.08,  0.5 ,  1.08])
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, steps: int) -> None:
        self.points, self.labels = as_array("x", x), as_array("y", y)
        points, labels = self.points.shape, self.labels.shape
        if len(points) != 2 or points[1] != 2 or labels != points[:1] or not points[0]:
            raise ValueError(f"x must be (n, 2) and y (n,), with at least one row; got shapes {points} and {labels}")
        self.steps = check_integer("steps", steps, least=2)
        if self.labels.dtype.kind not in "iu":
            raise TypeError(f"y must hold integers, the class of each point; got dtype {self.labels.dtype}")
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        around = 0.08 * (high - low) + (high == low)
        self.across, self.up = (np.linspace(a, b, steps) for a, b in zip(low - around, high + around, strict=True))

    def values(self, function: Callable[[Array], Any]) -> Array:
        """Return the result of a function at the grid; row by row, from the lowest.

        Shapes:
            function (m, 2) -> (m, …)
        """
        grid = np.stack(np.meshgrid(self.across, self.up), axis=-1).reshape(-1, 2)
        given = function(grid)
        return np.asarray(given.numpy() if hasattr(given, "numpy") else given, dtype=float)

    def scores(self, predict: Callable[[Array], Any]) -> Array:
        """Return the scores of `predict` at the grid, as (steps · steps, classes); row by row, from the lowest.

        Shapes:
            predict (m, 2) -> (m, classes), (m, 1) or (m,): a single score s means the two scores −s/2 and s/2
        """
        scores = self.values(predict)
        if scores.ndim == 1:
            scores = scores[:, None]
        n = self.steps**2
        if scores.ndim != 2 or len(scores) != n or not scores.shape[1]:
            raise ValueError(
                f"predict must return ({n},) or ({n}, classes) scores for ({n}, 2) points, returned shape {scores.shape}"
            )
        scores = scores if scores.shape[1] > 1 else np.hstack([-scores / 2, scores / 2])
        classes, labels = scores.shape[1], self.labels
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"y must be between 0 and {classes - 1}, since predict scores {classes} classes; "
                f"got {labels.min()} to {labels.max()}"
            )
        return scores


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
    ax = new_axes() if ax is None else ax
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


def response_maps(
    respond: Callable[[Array], Any], x: ArrayLike, axes: Any = None, *, steps: int = 60, most: int = 24, columns: int = 6
) -> list[Any]:
    """Draw the response of each unit of a layer to the points of the plane, each in its own axes, and the points.

    Orange responses are positive, purple ones negative; the line is where the response is 0.

    Args:
        respond: Function from an array of points to the responses of the units: for a `Sequential`, `model.layers[0]`, or a
            function that calls the first layers
        x: Points; the plane extends beyond them on every side
        most: The number of units to draw, the first ones

    Shapes:
        x (n, 2); respond (m, 2) -> (m, units) or (m,)
    Raises:
        ValueError: If the shapes do not fit, or a response is not finite
        ImportError: If matplotlib is not installed
    """
    plane = DecisionGrid(x, np.zeros(len(as_array("x", x)), int), steps)
    responses = plane.values(respond)
    n = steps**2
    if responses.ndim not in (1, 2) or len(responses) != n or not responses.size:
        raise ValueError(f"respond must return ({n},) or ({n}, units) for ({n}, 2) points, returned shape {responses.shape}")
    if not np.isfinite(responses).all():
        raise ValueError("respond returned NaN or infinity: check the parameters of the layer")
    shown = responses.reshape(n, -1).T[: check_integer("most", most, least=1)]
    given = panels(axes, len(shown), check_integer("columns", columns, least=1), (1.8, 1.9), "units")
    half = ((side[1] - side[0]) / 2 for side in (plane.across, plane.up))  # a pixel is around its point
    extent = [x for side, h in zip((plane.across, plane.up), half, strict=True) for x in (side[0] - h, side[-1] + h)]
    for i, (ax, response) in enumerate(zip(given, shown.reshape(-1, steps, steps), strict=True)):
        largest = float(np.abs(response).max()) or 1.0
        look = {"cmap": "PuOr_r", "vmin": -largest, "vmax": largest, "aspect": "auto"}
        ax.imshow(response, origin="lower", extent=extent, **look)
        if response.min() < 0 < response.max():
            ax.contour(plane.across, plane.up, response, levels=[0.0], colors="black", linewidths=1)
        ax.plot(*plane.points.T, ".", color="black", markersize=2, alpha=0.5)
        ax.set(xticks=[], yticks=[], xlim=plane.across[[0, -1]], ylim=plane.up[[0, -1]])
        ax.set_title(f"unit {i}: {response.min():.2g} to {response.max():.2g}", fontsize=9)
    return given
