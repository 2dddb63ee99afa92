"""Losses of classification into several classes, from a score for each class."""

from typing import Any

import numpy as np

import autograd as ag
from autograd import Tensor
from autograd.support.deprecated import renamed_arguments
from nn._validation import Array, as_array, check_range
from nn.losses._reduction import check_class_weights, check_same_shape, reduce_errors, shares, weigh


def _check_labels(name: str, logits: Any, labels: Any) -> Any:
    """Check shapes and types of logits and labels, and return the labels."""
    shape = logits.shape if isinstance(logits, Tensor) else np.shape(logits)
    classes = labels if isinstance(labels, Tensor) else as_array("labels", labels)
    if len(shape) != 2 or classes.shape != shape[:1]:
        hint = "; for one-hot labels write labels.argmax(axis=1)" if classes.shape == shape else ""
        raise ValueError(f"{name}: logits must be (n, classes), labels (n,); got shapes {shape} and {classes.shape}{hint}")
    n, k = shape
    if not n or not k:
        raise ValueError(f"{name} needs at least one row and one class, got logits of shape {shape}")
    if classes.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: labels must be integers, the class of each row; got {classes[0]!r} in row 0, dtype "
            f"{classes.dtype}: convert them with .astype(int)"
        )
    return known_labels(classes, classes=k)


@ag.custom_op(None, checked=False)
def known_labels(xp: Any, labels: Array, *, classes: int) -> Array:
    """Identity op that checks that all labels are integers from 0 to classes − 1.

    Raises:
        ValueError: If a label is outside; names the first and its row
    """
    if xp.abstract:
        return labels  # the compiler of the rule checks integers instead
    if np.maximum.reduce(labels.astype(np.uintp)) >= classes:  # a negative number wraps to a large one
        row = int(np.argmax((labels < 0) | (labels >= classes)))
        raise ValueError(
            f"labels must be between 0 and {classes - 1} for {classes} columns of logits; got {labels[row]} in row {row}"
        )
    return labels


def _softmax_minus_one_hot(g: Any, y: Any, x: Any, labels: Any) -> Any:
    """ȳ/n (softmax(x) − 1[label])."""
    n, k = x.shape
    return (ag.softmax(x, axis=1) - (labels[:, None] == np.arange(k))) * (g / n)


@ag.custom_op(_softmax_minus_one_hot, None, symbol="CE", checked=False)
def softmax_cross_entropy(xp: Any, logits: Any, labels: Any) -> Any:
    """Mean over the rows of −log softmax(logits)[label], in one op; see `cross_entropy`.

    y = 1/n Σᵢ (log Σⱼ exp xᵢⱼ − x_{i, labelᵢ}),   without overflow
    """
    shifted = logits - xp.max(logits, axis=1, keepdims=True, initial=-xp.inf)
    right = xp.pick(shifted, labels)
    return xp.sum(xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True)) - right, axis=None, keepdims=False) / len(labels)


@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def cross_entropy(
    logits: Any,
    labels: Any,
    *,
    reduction: str = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
    label_smoothing: float = 0.0,
) -> Any:
    """Cross-entropy of softmax(logits): the mean over the rows of −log p(label).

        y = 1/n Σᵢ (log Σⱼ exp xᵢⱼ − x_{i, labelᵢ}),   without overflow

    Args:
        sample_weight, class_weight: Weights of the rows and of the classes; the mean is weighted by both
        label_smoothing: ε in [0, 1); the target is 1 − ε for the label plus ε/k for every class
        reduction: "mean", "sum" or "none"
    Shapes:
        logits x (n, k), labels (n,) integers, sample_weight (n,), class_weight (k,) -> y (), or (n,) if reduction is none
    Units:
        nats
    Raises:
        TypeError: If the labels are not integers
        ValueError: If the shapes do not fit or are empty, a label is not a class, or ε not in [0, 1); names the first
    Source:
        Goodfellow, Bengio & Courville, Deep Learning, 2016, section 6.2.2.3; Szegedy et al., CVPR 2016, section 7

    >>> logits = Tensor([[1000.0, -1000.0, 0.0]], requires_grad=True)
    >>> loss = cross_entropy(logits, [1])
    >>> loss.backward()
    >>> loss.item(), logits.grad.tolist()
    (2000.0, [[1.0, -1.0, 0.0]])
    """
    known = _check_labels("cross_entropy", logits, labels)
    smoothing = check_range("label_smoothing", label_smoothing, below=1.0)
    if reduction == "mean" and sample_weight is None and class_weight is None and not smoothing:
        return softmax_cross_entropy(logits, known)
    log_p = ag.log_softmax(logits, axis=1)
    return _negative_log("cross_entropy", log_p, known, reduction, sample_weight, class_weight, smoothing)


@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def nll(
    log_probabilities: Any, labels: Any, *, reduction: str = "mean", sample_weight: Any = None, class_weight: Any = None
) -> Any:
    """Negative log-likelihood, from log-probabilities: the mean over the rows of −log p(label).

        y = −1/n Σᵢ x_{i, labelᵢ}

    Shapes, options and errors  as `cross_entropy`
    >>> float(nll(np.log([[0.5, 0.5], [0.25, 0.75]]), [0, 1], reduction="sum"))
    0.9808292530117262
    """
    known = _check_labels("nll", log_probabilities, labels)
    return _negative_log("nll", log_probabilities, known, reduction, sample_weight, class_weight, 0.0)


def _negative_log(
    name: str, log_p: Any, labels: Any, reduction: str, sample_weight: Any, class_weight: Any, smoothing: float
) -> Any:
    k = log_p.shape[1]
    chosen = labels[:, None] == np.arange(k)
    of_class = np.ones(k) if class_weight is None else check_class_weights(name, class_weight, k)
    of_class = of_class.astype(log_p.dtype)
    weighted = weigh(of_class, -log_p)
    errors = ag.sum(ag.where(chosen, weighted, 0.0), axis=1)  # not a product, since 0 · ∞ is NaN
    if smoothing:
        errors = (1.0 - smoothing) * errors + (smoothing / k) * ag.sum(weighted, axis=1)
    counted = None if class_weight is None else ag.sum(ag.where(chosen, of_class, 0.0), axis=1)
    return reduce_errors(errors, reduction, sample_weight, name, counted)


@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def multiclass_hinge(
    scores: Any,
    labels: Any,
    *,
    margin: float = 1.0,
    reduction: str = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Any:
    """Multiclass hinge loss: violations of a margin between the right class and each other class.

        y = 1/n Σᵢ 1/k Σ_{j ≠ labelᵢ} max(0, margin − x_{i, labelᵢ} + xᵢⱼ)

    Shapes:
        scores x (n, k), labels (n,) integers -> y (), or (n,) if reduction is none

    Options and errors  as `cross_entropy`

    Source:
        Weston & Watkins, ESANN 1999

    >>> float(multiclass_hinge([[2.0, 0.0, 1.5]], [0]))
    0.16666666666666666
    """
    known = _check_labels("multiclass_hinge", scores, labels)
    x = scores if hasattr(scores, "dtype") else np.asarray(scores, dtype=float)
    k = x.shape[1]
    chosen = known[:, None] == np.arange(k)
    right = ag.sum(ag.where(chosen, x, 0.0), axis=1, keepdims=True)
    short = ag.where(chosen, 0.0, ag.relu(margin - right + x))
    errors, counted = ag.sum(short, axis=1) / k, None
    if class_weight is not None:
        of_class = check_class_weights("multiclass_hinge", class_weight, k).astype(x.dtype)
        counted = ag.sum(ag.where(chosen, of_class, 0.0), axis=1)
        errors = errors * counted
    return reduce_errors(errors, reduction, sample_weight, "multiclass_hinge", counted)


@renamed_arguments(weights="sample_weight")
def kl_divergence(log_q: Any, p: Any, *, reduction: str = "mean", sample_weight: Any = None) -> Any:
    """Kullback-Leibler divergence of p from q, in nats, from log q and p; the mean over the rows.

        y = 1/n Σᵢ Σⱼ pᵢⱼ (log pᵢⱼ − log qᵢⱼ),   0 log 0 = 0

    Shapes:
        log_q and p (n, k) -> y (), or (n,) if reduction is none
    Raises:
        ValueError: If the shapes differ or are empty, or an entry of p is not in [0, 1]; names the first
    Source:
        Kullback & Leibler, Annals of Mathematical Statistics 22(1), 1951

    >>> float(kl_divergence(np.log([[0.5, 0.5]]), [[1.0, 0.0]]))
    0.6931471805599453
    """
    check_same_shape("kl_divergence", log_q, p)
    known = shares(p if hasattr(p, "dtype") else np.asarray(p, dtype=float), name="kl_divergence", what="probabilities")
    terms = ag.xlogy(known, known) - weigh(known, log_q)
    return reduce_errors(ag.sum(terms, axis=-1), reduction, sample_weight, "kl_divergence")
