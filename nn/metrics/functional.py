"""Metrics of predictions as plain numbers, not differentiable."""

from __future__ import annotations

from typing import NamedTuple

from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn._validation import Array, as_array, check_labels, swapped


def accuracy(scores: ArrayLike, labels: ArrayLike) -> float:
    """Fraction of rows whose highest score is at their label; the first of equal scores counts.

        accuracy = |{i : argmaxⱼ scoresᵢⱼ = labelsᵢ}| / n

    Shapes:
        scores (n, k) with k ≥ 2 classes: logits or probabilities;  labels (n,), integers from 0 to k − 1
    Raises:
        TypeError: If the labels are not integers, or the scores not real numbers
        ValueError: If the shapes do not fit, the arrays have no rows, a label is not a class, or a score is NaN

    >>> accuracy([[2.0, 1.0], [0.3, 0.4], [5.0, 6.0]], [0, 1, 0])
    0.6666666666666666
    """
    rows, classes = _check_rows_and_labels("accuracy", scores, labels)
    return float(np.mean(rows.argmax(axis=1) == classes))


def binary_accuracy(logits: ArrayLike, targets: ArrayLike) -> float:
    """Fraction of right binary answers: a positive score, such as log-odds, means 1, others 0.

        accuracy = |{i : [zᵢ > 0] = tᵢ}| / m

    Shapes:
        logits z and targets t the same, targets 0 or 1, as for `binary_cross_entropy_with_logits`
    Raises:
        TypeError: If the logits are not real numbers
        ValueError: If the shapes differ or are empty, a target is neither 0 nor 1, or a score is NaN

    >>> binary_accuracy([[2.5], [-0.5], [0.3]], [[1.0], [0.0], [0.0]])
    0.6666666666666666
    """
    z, t = _as_array("logits", logits), _as_array("targets", targets)
    if z.shape != t.shape or not z.size:
        raise ValueError(f"binary_accuracy: logits and targets must have one shape, not empty; got {z.shape} and {t.shape}")
    if z.dtype.kind not in "iuf":
        raise TypeError(f"logits must be real numbers, got dtype {z.dtype}")
    if (wrong := (t != 0) & (t != 1)).any():
        raise ValueError(f"targets must be 0 or 1, got {t.ravel()[wrong.argmax()]} in entry {wrong.argmax()}")
    if (bad := np.isnan(z)).any():
        raise ValueError(f"logits must not be NaN, got NaN in {bad.sum()} of {z.size} entries, first in entry {bad.argmax()}")
    return float(np.mean((z > 0) == (t == 1)))


def zero_one_loss(scores: ArrayLike, labels: ArrayLike) -> float:
    """Fraction of rows whose highest score is not at their label: 1 − accuracy.

    Shapes and errors  as `accuracy`

    >>> zero_one_loss([[2.0, 1.0], [0.3, 0.4], [5.0, 6.0], [1.0, 0.0]], [0, 1, 0, 0])
    0.25
    """
    rows, classes = _check_rows_and_labels("zero_one_loss", scores, labels)
    return float(np.mean(rows.argmax(axis=1) != classes))


def confusion_matrix(scores: ArrayLike, labels: ArrayLike) -> NDArray[np.int64]:
    """Confusion matrix of counts: rows are labels, columns the classes with the highest score.

        C[i, j] = |{rows with label i and highest score at j}|

    Shapes and errors  as `accuracy`; (k, k) integers

    >>> confusion_matrix([[2.0, 1.0], [0.3, 0.4], [5.0, 6.0]], [0, 1, 0]).tolist()
    [[1, 1], [0, 1]]
    """
    rows, classes = _check_rows_and_labels("confusion_matrix", scores, labels)
    k = rows.shape[1]
    return np.bincount(classes.astype(np.int64) * k + rows.argmax(axis=1), minlength=k * k).reshape(k, k)


class ClassReport(NamedTuple):
    """Precision, recall and F₁, the harmonic mean of both, of each class."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


def precision_recall_f1(scores: ArrayLike, labels: ArrayLike) -> ClassReport:
    """Precision, recall and F₁ of each class; 0 if a denominator is 0.

        precision = C[i, i] / Σⱼ C[j, i],   recall = C[i, i] / Σⱼ C[i, j],   F₁ = 2 p r / (p + r)

    Shapes and errors  as `accuracy`; three arrays of (k,)

    Source:
        van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7

    >>> report = precision_recall_f1([[2.0, 1.0], [0.3, 0.4], [5.0, 6.0]], [0, 1, 0])
    >>> report.precision.tolist(), report.recall.tolist()
    ([1.0, 0.5], [0.5, 1.0])
    """
    return report(confusion_matrix(scores, labels))


def report(matrix: NDArray[np.int64]) -> ClassReport:
    """Precision, recall and F₁ of each class, from a confusion matrix.

    Shapes:
        (k, k) -> three arrays of (k,)
    """
    c = matrix.astype(float)
    right, named, there = np.diag(c), c.sum(axis=0), c.sum(axis=1)
    precision, recall = _ratio(right, named), _ratio(right, there)
    return ClassReport(precision, recall, _ratio(2 * precision * recall, precision + recall))


def r_squared(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Coefficient of determination R²: the explained share of the variance of the targets, at most 1.

        R² = 1 − Σ (tᵢ − pᵢ)² / Σ (tᵢ − t̄)²

    Shapes:
        both the same, at least two numbers
    Raises:
        ValueError: If the shapes differ, there are fewer than two numbers, or all targets are equal

    >>> r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.7857142857142857
    """
    p, t = _as_array("predictions", predictions).astype(float), _as_array("targets", targets).astype(float)
    if p.shape != t.shape:
        raise ValueError(f"r_squared: predictions and targets must have one shape, got {p.shape} and {t.shape}: reshape one")
    if t.size < 2 or not np.ptp(t):
        raise ValueError(f"r_squared needs targets that differ, got {t.size} equal ones: their variance is 0")
    return float(1.0 - np.sum((t - p) ** 2) / np.sum((t - t.mean()) ** 2))


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _check_rows_and_labels(name: str, scores: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    """Check scores and labels, and return them as arrays."""
    rows, classes = _as_array("scores", scores), _as_array("labels", labels)
    if rows.ndim != 2 or classes.shape != rows.shape[:1]:
        hint = swapped(name, rows, classes)
        if not hint and rows.ndim == 1 and rows.dtype.kind in "iu":
            same = "np.mean(predicted == labels)" if name == "accuracy" else "one_hot(predicted, k) as scores"
            hint = f": for predicted labels use {same}"
        raise ValueError(f"{name}: scores must be (n, k), labels (n,); got shapes {rows.shape} and {classes.shape}{hint}")
    n, k = rows.shape
    if n == 0:
        raise ValueError(f"{name} needs at least one row, got scores of shape {rows.shape}")
    if k < 2:
        raise ValueError(
            f"scores must have a column per class, at least two, got shape {rows.shape}: for one column use binary_accuracy"
        )
    if rows.dtype.kind not in "iuf":
        raise TypeError(f"scores must be real numbers, got dtype {rows.dtype}")
    check_labels(classes, k, "columns of scores")
    if (bad := np.isnan(rows).any(axis=1)).any():
        raise ValueError(f"scores must not be NaN, got NaN in {bad.sum()} of {n} rows, first in row {bad.argmax()}")
    return rows, classes


def _as_array(name: str, values: ArrayLike) -> Array:
    numpy = getattr(values, "numpy", None)
    return as_array(name, numpy() if callable(numpy) else values)
