"""Losses of classification into several classes, from a score for each class."""

from __future__ import annotations

from typing import Any

import autograd as ag
from autograd import Tensor, softmax
from autograd.support.deprecated import renamed_arguments
from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import warn_likely_mistake
from nn._validation import Array, as_array, as_floats, check_range, counted_from_one, integer_labels, swapped
from nn.losses._reduction import Reduction, check_class_weights, check_same_shape, loss_function, reduce_errors, shares, weigh

#: Largest distance of the sum of probabilities from 1: rounding of 16-bit floats, or of printed numbers.
_ROUNDING = 1e-2


def _check_scores(name: str, scores: Any, labels: Any) -> tuple[Any, Any]:
    """Check shapes and types of scores and labels, and return both; scores are floats, labels integers."""
    x = as_floats("logits", scores)
    t = labels if isinstance(labels, Tensor) else as_array("labels", labels)
    if len(x.shape) != 2 or t.shape != x.shape[:1]:
        hint = ": for one-hot labels write labels.argmax(axis=1)" if t.shape == x.shape != () else swapped(name, x, t)
        raise ValueError(f"{name}: logits must be (n, classes), labels (n,); got shapes {x.shape} and {t.shape}{hint}")
    if 0 in x.shape:
        raise ValueError(f"{name} needs at least one row and one class, got logits of shape {x.shape}")
    if t.dtype.kind not in "iu":
        cure = integer_labels(t)
        raise TypeError(
            f"{name}: labels must be integers, the class of each row; got {t[0]!r} in row 0, dtype {t.dtype}: write {cure}"
        )
    return x, t


@ag.custom_op(None, checked=False)
def labels(xp: Any, given: Array, *, classes: int) -> Array:
    """Identity op that checks that all labels are integers from 0 to classes − 1."""
    if xp.abstract:
        return given  # the compiler of the rule checks integers instead
    if np.maximum.reduce(given.astype(np.uintp)) >= classes:  # a negative number wraps to a large one
        row = int(np.argmax((given < 0) | (given >= classes)))
        hint = counted_from_one(given, classes)
        raise ValueError(
            f"labels must be between 0 and {classes - 1} for {classes} columns of logits; got {given[row]} in row {row}{hint}"
        )
    return given


@ag.custom_op(lambda g, y, p, name: g, checked=False)
def distributions(xp: Any, p: Any, *, name: str) -> Any:
    """Identity op that checks that the numbers of each row are at least 0 and have the sum 1."""
    total = xp.sum(p, axis=1, keepdims=True)
    wrong = (xp.max(-p, axis=1, keepdims=True) > 0) | ~(abs(total - 1.0) <= _ROUNDING)
    if xp.abstract:
        return xp.where(wrong, float("nan"), p)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name}: probabilities of a row must be at least 0 and have the sum 1, got {p[row]} in row {row}; for several "
            "labels a row use binary_cross_entropy_with_logits"
        )
    return p


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


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def cross_entropy(
    logits: Any,
    labels: Any,
    *,
    reduction: Reduction = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> Any:
    """Cross-entropy of softmax(logits): the mean over the rows of −log p(label).

        y = 1/n Σᵢ (log Σⱼ exp xᵢⱼ − x_{i, labelᵢ}),   without overflow
        y = −1/n Σᵢ Σⱼ tᵢⱼ log softmax(xᵢ)ⱼ   for labels t that are probabilities

    A `LikelyMistake` is shown if the logits are results of softmax, or rows of probabilities.

    Args:
        labels: The class of each row, or a probability for each class
        sample_weight, class_weight: Weights of the rows and of the classes; the mean is weighted by both
        label_smoothing: ε in [0, 1); the target is 1 − ε for the label plus ε/k for every class
        ignore_index: Label of rows that do not count
        reduction: "mean", "sum" or "none"
    Shapes:
        logits x (n, k), labels (n,) integers or (n, k), sample_weight (n,), class_weight (k,) -> y (),
        or (n,) if reduction is none
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
    x, smoothing = as_floats("logits", logits), check_range("label_smoothing", label_smoothing, below=1.0)
    given = labels if isinstance(labels, Tensor) else as_array("labels", labels)
    if len(x.shape) == 2 and given.shape == x.shape:
        target = distributions(ag.astype(as_floats("labels", given, x.dtype), x.dtype), name="cross_entropy")
        _warn_of_probabilities(x)
    else:
        target, sample_weight = _known_labels("cross_entropy", x, given, sample_weight, ignore_index)
        _warn_of_probabilities(x)
        if reduction == "mean" and sample_weight is None and class_weight is None and not smoothing:
            return softmax_cross_entropy(x, target)
    return _negative_log("cross_entropy", ag.log_softmax(x, axis=1), target, reduction, sample_weight, class_weight, smoothing)


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def nll(
    log_probabilities: Any,
    labels: Any,
    *,
    reduction: Reduction = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
    ignore_index: int | None = None,
) -> Any:
    """Negative log-likelihood, from log-probabilities: the mean over the rows of −log p(label).

        y = −1/n Σᵢ x_{i, labelᵢ}

    Shapes, options and errors  as `cross_entropy`
    >>> float(nll(np.log([[0.5, 0.5], [0.25, 0.75]]), [0, 1], reduction="sum"))
    0.9808292530117262
    """
    x = as_floats("log_probabilities", log_probabilities)
    known, sample_weight = _known_labels("nll", x, labels, sample_weight, ignore_index)
    return _negative_log("nll", x, known, reduction, sample_weight, class_weight, 0.0)


def _known_labels(name: str, x: Any, given: Any, sample_weight: Any, ignore_index: int | None = None) -> tuple[Any, Any]:
    """Checked labels, and the weights of the rows: 0 for ignored rows, whose label is 0."""
    x, t = _check_scores(name, x, given)
    if ignore_index is not None:
        counts = t != ignore_index
        t = ag.where(counts, t, 0)
        sample_weight = ag.where(counts, 1.0 if sample_weight is None else sample_weight, 0.0)
    return labels(t, classes=x.shape[1]), sample_weight


def _negative_log(
    name: str, log_p: Any, target: Any, reduction: str, sample_weight: Any, class_weight: Any, smoothing: float
) -> Any:
    """Reduced errors −log p of targets: integer labels, or a probability for each class."""
    k = log_p.shape[1]
    soft = target.dtype.kind == "f"
    chosen = target if soft else target[:, None] == np.arange(k)
    of_class = np.ones(k) if class_weight is None else check_class_weights(name, class_weight, k)
    of_class = of_class.astype(log_p.dtype)

    def of_target(x: Any) -> Any:
        return ag.sum(weigh(chosen, x) if soft else ag.where(chosen, x, 0.0), axis=1)  # not a product, since 0 · ∞ is NaN

    weighted = weigh(of_class, -log_p)
    errors = of_target(weighted)
    if smoothing:
        errors = (1.0 - smoothing) * errors + (smoothing / k) * ag.sum(weighted, axis=1)
    counted = None if class_weight is None else of_target(ag.broadcast_to(of_class, log_p.shape))
    return reduce_errors(errors, reduction, sample_weight, name, counted)


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def multiclass_hinge(
    scores: Any,
    labels: Any,
    *,
    margin: float = 1.0,
    reduction: Reduction = "mean",
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
    x = as_floats("scores", scores)
    known, _ = _known_labels("multiclass_hinge", x, labels, None)
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


def _warn_of_probabilities(x: Any) -> None:
    """Warn if logits are the result of softmax, or rows of probabilities; while a tape is recorded, only by the op."""
    data = x
    if isinstance(x, Tensor):
        if x.op is softmax:
            warn_likely_mistake("cross_entropy takes the softmax of its logits, and got one: pass the scores before it")
            return
        try:
            data = x.numpy()
        except TypeError:  # data cannot be read while a tape is recorded
            return
    if min(data.shape) > 1 and 0 <= data.item(0) + data.item(1) <= 1 + _ROUNDING and _are_distributions(data):
        warn_likely_mistake(
            "cross_entropy takes the softmax of its logits, and each row of them is a distribution with the sum 1: pass the "
            "scores before the softmax, or logarithms of probabilities to nll"
        )


def _are_distributions(x: Array) -> bool:
    """True if the numbers of each row are at least 0 and have the sum 1, up to rounding; looks at the first row first."""
    if abs(sum(x[0].tolist()) - 1.0) > _ROUNDING:
        return False
    rounding = 4 * x.shape[1] * max(np.finfo(x.dtype).eps, np.finfo(np.float32).eps)
    return bool((abs(x.sum(axis=1, dtype=float) - 1.0) <= rounding).all() and (x >= 0).all())


@loss_function
@renamed_arguments(weights="sample_weight")
def kl_divergence(log_q: Any, p: Any, *, reduction: Reduction = "mean", sample_weight: Any = None) -> Any:
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
    known = shares(as_floats("p", p), name="kl_divergence", what="probabilities")
    terms = ag.xlogy(known, known) - weigh(known, as_floats("log_q", log_q))
    return reduce_errors(ag.sum(terms, axis=-1), reduction, sample_weight, "kl_divergence")
