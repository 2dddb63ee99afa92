"""Pictures of training and its results, by matplotlib; each function gives back the axes it drew in.

They can be read in grey and by the colour-blind: what colour tells apart, a marker, a dash or a line tells apart too.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.data import as_array, whole
from nn.history import History

Array = NDArray[Any]

# Colours the colour-blind can tell apart, dark and light by turns (Okabe & Ito 2008).
COLORS = ("#0072b2", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#56b4e9", "#000000", "#cc79a7")
MARKERS = "os^DvPX*"
#: A legend above the axes hides nothing.
ABOVE: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 4, "frameon": False}


def training_curves(history: History, axes: Sequence[Any] | None = None) -> list[Any]:
    """Axes with the loss epoch by epoch, and axes with each metric; new ones if `axes` is None.

    Raises  ValueError   if there is no epoch to show, or there are fewer axes than curves
            ImportError  if matplotlib is not installed
    """
    if not history.loss:
        raise ValueError("the history has no epoch to show: give what nn.fit returned")
    panels = [("loss", history.loss, history.validation_loss)]
    for name, column in history.metrics.items():
        panels.append((name, column, history.validation_metrics.get(name, [])))
    if axes is None:
        _, grid = _pyplot().subplots(1, len(panels), figsize=(4.5 * len(panels), 3.4), layout="constrained", squeeze=False)
        axes = list(grid[0])
    if len(axes) < len(panels):
        raise ValueError(
            f"the history has {len(panels)} panels, {', '.join(p[0] for p in panels)}, and there are {len(axes)} axes"
        )
    for ax, (name, training, held_out) in zip(axes, panels, strict=False):
        for label, curve, style, color in [
            ("training, as it went", training, "-o", COLORS[0]),
            ("held out", held_out, "--s", COLORS[4]),
        ]:
            if curve:
                ax.plot(range(1, len(curve) + 1), curve, style, color=color, label=label)
        ax.set(xlabel="epoch", ylabel=name)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.legend(**ABOVE)
    return list(axes)


def decision_boundary(predict: Callable[[Array], Any], x: ArrayLike, y: ArrayLike, ax: Any = None, *, steps: int = 100) -> Any:
    """Axes with labelled points in the plane, the regions in which `predict` decides for each class, and their borders.

    `predict` gives scores for points, from an array of them: one a class, of which the highest decides, or a single one,
    which decides for class 1 where it is positive. It is asked at steps × steps points.

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
    margin = 0.08 * (high - low) + (high == low)
    across, up = (np.linspace(a, b, steps) for a, b in zip(low - margin, high + margin, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    scores = _scores(predict(grid), len(grid))
    classes = scores.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"y must lie between 0 and {classes - 1}, as predict scores {classes} classes; got {labels.min()} to {labels.max()}"
        )
    if ax is None:
        _, ax = _pyplot().subplots(figsize=(5, 4), layout="constrained")
    for c in range(classes):
        color, marker, rows = COLORS[c % len(COLORS)], MARKERS[c % len(MARKERS)], labels == c
        lead = (scores[:, c] - np.delete(scores, c, axis=1).max(axis=1)).reshape(steps, steps)
        if lead.min() < 0 < lead.max():
            ax.contour(across, up, lead, levels=[0.0], colors="black", linewidths=1)
        if lead.max() > 0:
            ax.contourf(across, up, lead, levels=[0.0, np.inf], colors=[color], alpha=0.2)
        ax.scatter(*points[rows].T, color=color, marker=marker, s=22, edgecolors="black", linewidths=0.6, label=f"class {c}")
    ax.legend(**ABOVE)
    return ax


def image_grid(images: ArrayLike, titles: Sequence[str] = (), *, columns: int = 6) -> list[Any]:
    """Axes with the images in rows of `columns`, dark where a number is high, each below its title if there is one.

    Shapes  images (n, height, width)
    Raises  ValueError   if the shapes do not fit, or there is no image, or not a title an image
            ImportError  if matplotlib is not installed
    """
    pictures = as_array("images", images)
    if pictures.ndim != 3 or not len(pictures):
        raise ValueError(f"images must be (n, height, width), with one image at least; got shape {pictures.shape}")
    if titles and len(titles) != len(pictures):
        raise ValueError(f"there are {len(pictures)} images and {len(titles)} titles: give one each, or no title at all")
    columns = min(whole("columns", columns, least=1), len(pictures))
    rows = ceil(len(pictures) / columns)
    _, grid = _pyplot().subplots(rows, columns, figsize=(1.5 * columns, 1.8 * rows), layout="constrained", squeeze=False)
    for ax in grid.flat:
        ax.axis("off")
    axes = list(grid.flat)[: len(pictures)]
    for i, ax in enumerate(axes):
        ax.imshow(pictures[i], cmap="gray_r", vmin=pictures.min(), vmax=pictures.max())
        if titles:
            ax.set_title(titles[i], fontsize=9)
    return axes


def _scores(given: Any, n: int) -> Array:
    """What a model said about n points, as (n, classes): a single score s stands for the two −s/2 and s/2."""
    scores = np.asarray(given.numpy() if hasattr(given, "numpy") else given, dtype=float)
    if scores.ndim == 1:
        scores = scores[:, None]
    if scores.ndim != 2 or len(scores) != n or not scores.shape[1]:
        raise ValueError(f"predict must give ({n},) or ({n}, classes) scores for ({n}, 2) points; it gave shape {scores.shape}")
    return scores if scores.shape[1] > 1 else np.hstack([-scores / 2, scores / 2])


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("pictures of training need matplotlib: pip install 'glassgrad[plots]'") from None
    return plt
