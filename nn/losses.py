"""Losses of several classes, one number for each: what scores say of which class is right."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from autograd import Tensor
from nn.data import as_array

Call = tuple[tuple[Any, ...], dict[str, Any]]


def _logits_and_labels(logits: Tensor | ArrayLike, labels: Tensor | ArrayLike) -> Call:
    """The call, with shapes and types checked."""
    shape = logits.shape if isinstance(logits, Tensor) else np.shape(logits)
    classes = labels if isinstance(labels, Tensor) else as_array("labels", labels)
    if len(shape) != 2 or classes.shape != shape[:1]:
        raise ValueError(f"cross_entropy: logits must be (n, classes), labels (n,); got shapes {shape} and {classes.shape}")
    n, k = shape
    if not n or not k:
        raise ValueError(f"cross_entropy of an empty batch is undefined: logits have shape {shape}")
    if classes.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: labels must be integers, the number of each row's class; got {classes[0]!r} in row 0, dtype "
            f"{classes.dtype}: convert them with .astype(int)"
        )
    return (logits, known_labels(classes, classes=k)), {}


@ag.custom_op(None)
def known_labels(xp: Any, labels: NDArray[Any], *, classes: int) -> NDArray[Any]:
    """The labels as they are, once it is certain that each of them is the number of a class.

    Raises  ValueError  if one lies outside 0 … classes − 1; names the first and its row
    """
    if np.maximum.reduce(labels.astype(np.uintp)) >= classes:  # a negative number becomes a very large one
        row = int(np.argmax((labels < 0) | (labels >= classes)))
        raise ValueError(
            f"labels must lie between 0 and {classes - 1} for {classes} columns of logits; got {labels[row]} in row {row}"
        )
    return labels


def _softmax_minus_one_hot(g: Any, y: Any, x: Any, labels: Any) -> Any:
    """ȳ/n (softmax(x) − 1[label])."""
    n, k = x.shape
    return (ag.softmax(x, axis=1) - (labels[:, None] == np.arange(k))) * (g / n)


@ag.custom_op(_softmax_minus_one_hot, None, symbol="CE", prepare=_logits_and_labels)
def cross_entropy(xp: Any, logits: Any, labels: Any) -> Any:
    """How little probability softmax(logits) gives to the right classes: the mean over the rows of −log p(label).

        y = 1/n Σᵢ (log Σⱼ exp xᵢⱼ − x_{i, labelᵢ}),   without overflow

    Shapes  logits x (n, classes), labels (n,) integers -> y ()
    Units   nats
    Raises  TypeError   if the labels are no integers
            ValueError  if the shapes do not fit, there is no row, or a label is no class; names the first and its row
    Source  Goodfellow, Bengio & Courville, Deep Learning, 2016, section 6.2.2.3
    >>> logits = Tensor([[1000.0, -1000.0, 0.0]], requires_grad=True)
    >>> loss = cross_entropy(logits, [1])
    >>> loss.backward()
    >>> loss.item(), logits.grad.tolist()
    (2000.0, [[1.0, -1.0, 0.0]])
    """
    shifted = logits - xp.max(logits, axis=1, keepdims=True, initial=-xp.inf)
    right = shifted[xp.arange(len(labels)), labels, None]
    return xp.sum(xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True)) - right, axis=None, keepdims=False) / len(labels)
