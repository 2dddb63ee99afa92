"""How good the answers are, as plain numbers for people: nothing here is differentiated."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.data import as_array


class HasNumpy(Protocol):
    """A tensor: anything that hands out its array."""

    def numpy(self) -> NDArray[Any]:
        """The array."""


def accuracy(scores: ArrayLike | HasNumpy, labels: ArrayLike | HasNumpy) -> float:
    """The fraction of rows whose highest score stands at their label; the first of equal scores counts.

        accuracy = |{i : argmaxⱼ scoresᵢⱼ = labelsᵢ}| / n

    Shapes   scores (n, k) with k ≥ 2 classes: logits or probabilities;  labels (n,), integers from 0 to k − 1
    Raises   TypeError   if the labels are no integers or the scores no real numbers
             ValueError  if the shapes do not fit, there is no row, a label is no class, or a score is NaN

    >>> accuracy([[2.0, 1.0], [0.3, 0.4], [5.0, 6.0]], [0, 1, 0])
    0.6666666666666666
    """
    rows, classes = _array("scores", scores), _array("labels", labels)
    if rows.ndim != 2 or classes.shape != rows.shape[:1]:
        raise ValueError(f"scores must be (n, k), labels (n,); got shapes {rows.shape} and {classes.shape}")
    n, k = rows.shape
    if n == 0:
        raise ValueError(f"accuracy of no rows is undefined: scores have shape {rows.shape}")
    if k < 2:
        raise ValueError(f"scores need a column for each class, two or more, got shape {rows.shape}")
    if rows.dtype.kind not in "iuf":
        raise TypeError(f"scores must be real numbers, got dtype {rows.dtype}")
    if classes.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got dtype {classes.dtype}; convert them with .astype(int)")
    if (strays := classes[(classes < 0) | (classes >= k)]).size:
        raise ValueError(f"labels must lie between 0 and {k - 1} for {k} columns of scores; got {strays[0]}")
    if (bad := np.isnan(rows).any(axis=1)).any():
        raise ValueError(f"scores are NaN in {bad.sum()} of {n} rows, the first is row {bad.argmax()}")
    return float(np.mean(rows.argmax(axis=1) == classes))


def _array(name: str, values: ArrayLike | HasNumpy) -> NDArray[Any]:
    numpy = getattr(values, "numpy", None)
    return as_array(name, numpy() if callable(numpy) else values)
