"""Losses of two classes: what a score, its log-odds, or a probability says of yes or no."""

from typing import Any

import numpy as np

import autograd as ag
from nn.reductions import reduced, refuse_other_shape, shares, signs


def binary_cross_entropy_with_logits(logits: Any, targets: Any, *, reduction: str = "mean", weights: Any = None) -> Any:
    """How little probability σ(logit) gives to the right answer: the logistic loss, from log-odds.

        y = 1/m Σ t log(1 + e⁻ᶻ) + (1 − t) log(1 + eᶻ),   without overflow

    Shapes  logits z and targets t the same, targets between 0 and 1 -> y (), or the same if reduction is none
    Units   nats
    Raises  ValueError  if the shapes differ, there are no entries, or a target lies outside 0 … 1; names the first
    Source  Murphy, Probabilistic Machine Learning: An Introduction, 2022, section 10.2.3
    >>> float(binary_cross_entropy_with_logits([1000.0, -1000.0], [1.0, 1.0]))
    500.0
    """
    name = "binary_cross_entropy_with_logits"
    refuse_other_shape(name, logits, targets)
    t = _share(name, targets, logits)
    return reduced(t * ag.softplus(-_array(logits)) + (1.0 - t) * ag.softplus(_array(logits)), reduction, weights, name)


def binary_cross_entropy(probabilities: Any, targets: Any, *, reduction: str = "mean", weights: Any = None) -> Any:
    """How little the probability gives to the right answer; ∞ if it gives nothing.

        y = −1/m Σ t log p + (1 − t) log(1 − p),   0 log 0 = 0

    From log-odds `binary_cross_entropy_with_logits` is exact where a probability would round to 0 or 1.

    Shapes  probabilities p and targets t the same, both between 0 and 1 -> y (), or the same if reduction is none
    Units   nats
    Raises  ValueError  if the shapes differ, there are no entries, or an entry lies outside 0 … 1; names the first
    >>> float(binary_cross_entropy([0.5, 1.0], [1.0, 1.0]))
    0.34657359027997264
    """
    name = "binary_cross_entropy"
    refuse_other_shape(name, probabilities, targets)
    p, t = shares(_array(probabilities), name=name, what="probabilities"), _share(name, targets, probabilities)
    yes = ag.xlogy(t, p)
    certain = t == 1.0  # then log(1 − p) does not count, even if it is −∞
    no = ag.where(certain, 0.0, (1.0 - t) * ag.log1p(-ag.where(certain, 0.0, p)))
    return reduced(-(yes + no), reduction, weights, name)


def hinge(scores: Any, sides: Any, *, reduction: str = "mean", weights: Any = None) -> Any:
    """How much each score falls short of being 1 on its side: the max-margin loss.

        y = 1/m Σ max(0, 1 − s t)

    Shapes  scores s and sides t the same, sides −1 or 1 -> y (), or the same if reduction is none
    Raises  ValueError  if the shapes differ, there are no entries, or a side is neither −1 nor 1; names the first
    Source  Cortes & Vapnik, Machine Learning 20, 1995
    >>> float(hinge([2.0, 0.5, -1.0], [1, 1, 1]))
    0.8333333333333334
    """
    refuse_other_shape("hinge", scores, sides)
    return reduced(ag.relu(1.0 - _array(scores) * signs(_array(sides), name="hinge")), reduction, weights, "hinge")


def _array(x: Any) -> Any:
    return x if hasattr(x, "dtype") else np.asarray(x, dtype=float)


def _share(name: str, targets: Any, like: Any) -> Any:
    """The targets as numbers between 0 and 1, of the predictions' type."""
    t, dtype = shares(_array(targets), name=name, what="targets"), getattr(like, "dtype", np.dtype(float))
    return t if t.dtype == dtype else ag.astype(t, dtype)
