"""Losses: one number that says how far predictions are from what they should be, the mean over the rows of a batch."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from autograd import Tensor
from nn.data import as_array

Call = tuple[tuple[Any, ...], dict[str, Any]]


def _logits_and_labels(logits: Tensor | ArrayLike, labels: ArrayLike) -> Call:
    """The call, checked; the labels are copied, so that nobody can change them between here and `backward()`."""
    shape = logits.shape if isinstance(logits, Tensor) else np.shape(logits)
    classes = np.array(as_array("labels", labels))
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
    if classes.min() < 0 or classes.max() >= k:
        row = int(np.argmax((classes < 0) | (classes >= k)))
        raise ValueError(
            f"cross_entropy: labels must lie between 0 and {k - 1} for {k} columns of logits; got {classes[row]} in row {row}"
        )
    return (logits,), {"labels": classes.astype(np.intp, copy=False)}


def _softmax_minus_one_hot(g: Any, y: Any, x: Any, labels: NDArray[np.intp]) -> Any:
    """ȳ/n (softmax(x) − 1[label])."""
    one_hot = np.zeros(x.shape, x.dtype)
    one_hot[np.arange(len(labels)), labels] = 1.0
    return (ag.softmax(x, axis=1) - one_hot) * (g / len(labels))


@ag.custom_op(_softmax_minus_one_hot, symbol="CE", prepare=_logits_and_labels)
def cross_entropy(xp: Any, logits: Any, *, labels: NDArray[np.intp]) -> Any:
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
    shifted = logits - xp.max(logits, axis=1, keepdims=True)
    right = shifted[xp.arange(len(labels)), labels]
    return xp.sum(xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=False)) - right, axis=None, keepdims=False) / len(labels)


def mean_squared_error(predictions: Any, targets: Any) -> Any:
    """The mean, over all entries, of the square of what is missing.

        y = 1/m Σ (predictions − targets)²

    Shapes  predictions and targets the same -> y ()
    Raises  ValueError  if the shapes differ, even if one would broadcast to the other, or if there are no entries
    >>> float(mean_squared_error([1.0, 2.0], [1.0, 4.0]))
    2.0
    """
    predicted, wanted = np.shape(predictions), np.shape(targets)
    if predicted != wanted:
        raise ValueError(
            f"mean_squared_error: predictions have shape {predicted} and targets {wanted}; they must be equal, so reshape one"
        )
    if 0 in predicted:
        raise ValueError(f"mean_squared_error of an empty batch is undefined: both have shape {predicted}")
    return ag.mean(ag.square(ag.subtract(predictions, targets)))
