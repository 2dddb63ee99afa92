"""Pictures of a training over its inputs: a decision boundary in the plane, or a fitted curve over a line."""

import math
from typing import Any

from autograd import Tensor
from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.modules.module import Module
from nn.modules.predict import predict
from nn.plots.boundary import DecisionGrid

#: Points along each side of the grid of a decision boundary, and along the line of a fitted curve.
STEPS = 48


class FittedLine:
    """Numbers with a target each, and points of a line that extends beyond them.

    Shapes:
        x (n, 1), y (n,) or (n, 1)
    """

    def __init__(self, x: Array, y: Array) -> None:
        self.points = np.column_stack([x, y]).astype(float)
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        around = 0.08 * (high - low) + (high == low)
        (left, bottom), (right, top) = (low - around).tolist(), (high + around).tolist()
        self.corner, self.across = [left, right, bottom, top], np.linspace(left, right, 2 * STEPS)


#: What is drawn over the inputs of a training.
Plane = DecisionGrid | FittedLine


def plane_of(x: Array, y: Array) -> Plane | None:
    """Return the plane of inputs of two numbers with a class each, the line of single numbers, or None."""
    if x.dtype.kind not in "fiu":
        return None
    if x.ndim == 2 and x.shape[1] == 2 and (labels := class_labels(y)) is not None:
        return DecisionGrid(x, labels, STEPS)
    single = x.ndim == 2 and x.shape[1] == 1 and y.shape in (x.shape, x.shape[:1])
    return FittedLine(x, y) if single and y.dtype.kind == "f" else None


def plane_of_model(model: Module, x: Array, y: Array) -> Plane | None:
    """Return the plane of inputs, or None if the model cannot be called between them, as with an `Embedding`."""
    plane = plane_of(x, y)
    try:
        if plane is not None:
            drawn_values(plane, model)
        return plane
    except Exception:  # any error may come from the model
        return None


def class_labels(y: Array) -> Array | None:
    """Return the class of each row, for labels, for two numbers such as 0.0 and 1.0, and for one-hot rows; else None."""
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1) if one_hot else None
    labels = y.ravel()
    if y.ndim == 1 and y.dtype.kind in "iu" and labels.min() >= 0:
        return labels
    values = np.unique(labels)
    return np.searchsorted(values, labels) if len(values) == 2 and (values == values.round()).all() else None


def class_targets(y: Array, labels: Array) -> list[list[float]]:
    """Return the target of each class, as a list of numbers; that of a class without rows is its number."""
    rows = y.reshape(len(y), -1)
    first = {int(c): rows[i].tolist() for i, c in reversed(list(enumerate(labels)))}
    return [first.get(c, [float(c)]) for c in range(max(first, default=-1) + 1)]


def threshold_of(loss: Any, y: Array) -> float:
    """Return the single score between two classes: 0 if it has the same loss for both, as of logits, else the mean target."""
    labels = class_labels(y)
    targets = [] if labels is None else class_targets(y, labels)
    if len(targets) != 2 or len(targets[0]) != 1:
        return 0.0
    given = [np.array(target, y.dtype).reshape(1, *y.shape[1:]) for target in targets]
    try:
        first, second = (float(loss(Tensor(np.zeros(target.shape)), target).numpy()) for target in given)
    except Exception:  # any error may come from the loss: scores of several classes have another shape
        return 0.0
    return 0.0 if math.isclose(first, second) else (targets[0][0] + targets[1][0]) / 2


def drawn_values(plane: Plane, model: Module, threshold: float = 0.0) -> list[Any]:
    """Return the class that the model decides for at each point of the grid, or its output at each point of the line."""
    if isinstance(plane, DecisionGrid):
        scores = plane.values(lambda rows: predict(model, rows))
        single = scores.ndim == 1 or scores.shape[1] == 1
        return [int(c) for c in plane.scores(lambda rows: scores - threshold * single).argmax(axis=1)]
    return [float(f"{v:.4g}") for v in predict(model, plane.across[:, None]).ravel()]


def plane_data(plane: Plane, values: list[list[Any]]) -> dict[str, Any]:
    """Return a plane for the page, with its values at every moment."""
    if isinstance(plane, FittedLine):
        data: dict[str, Any] = {"line": True, "corner": plane.corner, "steps": len(plane.across), "points": plane.points}
    else:
        corner = [*plane.across[[0, -1]].tolist(), *plane.up[[0, -1]].tolist()]
        points = np.column_stack([plane.points, plane.labels])
        data = {"line": False, "corner": corner, "steps": plane.steps, "points": points}
    return data | {"points": data["points"].round(4).tolist(), "values": values}
