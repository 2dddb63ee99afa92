"""Losses of binary classification, from scores, log-odds or probabilities."""

from typing import Any

import autograd as ag
from autograd.support.deprecated import renamed_arguments
from autograd.support.likely_mistakes import warn_likely_mistake
from nn._validation import as_floats, check_range
from nn.losses._reduction import Reduction, check_class_weights, check_same_shape, loss_function, reduce_errors, shares, signs


@ag.custom_op(
    lambda g, y, z, yes, no: g * (no * ag.sigmoid(z) - yes * ag.sigmoid(-z)),
    lambda g, y, z, yes, no: g * ag.softplus(-z),
    lambda g, y, z, yes, no: g * ag.softplus(z),
    kind="elementwise",
    symbol="logistic loss",
    checked=False,
)
def logistic_loss(xp: Any, z: Any, yes: Any, no: Any) -> Any:
    """Logistic loss of log-odds z, with a weight for each of the answers yes and no.

    y = yes log(1 + e⁻ᶻ) + no log(1 + eᶻ),   without overflow; 0 · ∞ = 0
    """
    return xp.where(yes == 0.0, 0.0, yes * xp.logaddexp(-z, 0.0)) + xp.where(no == 0.0, 0.0, no * xp.logaddexp(z, 0.0))


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def binary_cross_entropy_with_logits(
    logits: Any,
    targets: Any,
    *,
    reduction: Reduction = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
    label_smoothing: float = 0.0,
) -> Any:
    """Binary cross-entropy, or logistic loss, from log-odds.

        y = 1/m Σ t log(1 + e⁻ᶻ) + (1 − t) log(1 + eᶻ),   without overflow

    A `LikelyMistake` is shown if the logits are the result of sigmoid.

    Args:
        sample_weight: Weights of the rows, or of the entries
        class_weight: Weights (of target 0, of target 1); the mean is weighted by both weights
        label_smoothing: ε in [0, 1); a target becomes (1 − ε) t + ε/2
        reduction: "mean", "sum" or "none"
    Shapes:
        logits z and targets t the same, targets between 0 and 1 -> y (), or the same if reduction is none
    Units:
        nats
    Raises:
        ValueError: If the shapes differ or are empty, a target is not in [0, 1], or ε not in [0, 1); names the first
    Source:
        Murphy, Probabilistic Machine Learning: An Introduction, 2022, section 10.2.3

    >>> float(binary_cross_entropy_with_logits([1000.0, -1000.0], [1.0, 1.0]))
    500.0
    """
    name = "binary_cross_entropy_with_logits"
    check_same_shape(name, logits, targets)
    logits = as_floats("logits", logits)
    if getattr(logits, "op", None) is ag.sigmoid:
        warn_likely_mistake(f"{name} takes the sigmoid of its logits, and got the result of sigmoid: pass the scores before it")
    yes, no, counted = _entry_weights(name, targets, logits, class_weight, label_smoothing)
    return reduce_errors(logistic_loss(logits, yes, no), reduction, sample_weight, name, counted)


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def binary_cross_entropy(
    probabilities: Any,
    targets: Any,
    *,
    reduction: Reduction = "mean",
    sample_weight: Any = None,
    class_weight: Any = None,
    label_smoothing: float = 0.0,
) -> Any:
    """Binary cross-entropy from probabilities; ∞ if the right answer has probability 0.

        y = −1/m Σ t log p + (1 − t) log(1 − p),   0 log 0 = 0

    Prefer `binary_cross_entropy_with_logits` for log-odds: it is exact where a probability rounds to 0 or 1.

    Shapes, options and errors  as `binary_cross_entropy_with_logits`, with probabilities p between 0 and 1
    >>> float(binary_cross_entropy([0.5, 1.0], [1.0, 1.0]))
    0.34657359027997264
    """
    name = "binary_cross_entropy"
    check_same_shape(name, probabilities, targets)
    p = shares(as_floats("probabilities", probabilities), name=name, what="probabilities")
    yes, no, counted = _entry_weights(name, targets, p, class_weight, label_smoothing)
    return reduce_errors(-(ag.xlogy(yes, p) + ag.xlog1py(no, -p)), reduction, sample_weight, name, counted)


@loss_function
@renamed_arguments(weights="sample_weight", class_weights="class_weight")
def hinge(
    scores: Any, sides: Any, *, reduction: Reduction = "mean", sample_weight: Any = None, class_weight: Any = None
) -> Any:
    """Hinge loss, or max-margin loss, of scores and signs.

        y = 1/m Σ max(0, 1 − s t)

    Shapes:
        scores s and sides t the same, sides −1 or 1 -> y (), or the same if reduction is none

    Options  as `binary_cross_entropy_with_logits`, with class_weight (of −1, of 1)

    Raises:
        ValueError: If the shapes differ or are empty, or a side is neither −1 nor 1; names the first
    Source:
        Cortes & Vapnik, Machine Learning 20, 1995

    >>> float(hinge([2.0, 0.5, -1.0], [1, 1, 1]))
    0.8333333333333334
    """
    check_same_shape("hinge", scores, sides)
    s = as_floats("scores", scores)
    t = ag.astype(signs(as_floats("sides", sides, s.dtype), name="hinge"), s.dtype)
    short = ag.relu(1.0 - s * t)
    if class_weight is None:
        return reduce_errors(short, reduction, sample_weight, "hinge")
    no, yes = check_class_weights("hinge", class_weight, 2).astype(s.dtype)
    counted = ag.where(t > 0, yes, no)
    return reduce_errors(short * counted, reduction, sample_weight, "hinge", counted)


def _entry_weights(name: str, targets: Any, like: Any, class_weight: Any, label_smoothing: float) -> tuple[Any, Any, Any]:
    """Weights of each entry for yes, for no, and their sum; the sum is None without class weights."""
    smoothing = check_range("label_smoothing", label_smoothing, below=1.0)
    t = ag.astype(shares(as_floats("targets", targets, like.dtype), name=name, what="targets"), like.dtype)
    if smoothing:
        t = (1.0 - smoothing) * t + smoothing / 2
    if class_weight is None:
        return t, 1.0 - t, None
    no, yes = check_class_weights(name, class_weight, 2).astype(t.dtype)
    return yes * t, no * (1.0 - t), yes * t + no * (1.0 - t)
