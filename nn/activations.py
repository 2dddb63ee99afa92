"""Activation functions: modules to stand between layers, of functions that `autograd` has, and softmax."""

from typing import Any

import numpy as np

import autograd as ag
from nn.module import Module


class ReLU(Module):
    """Rectified linear unit, entry by entry.

        y = max(x, 0)

    >>> ReLU()([-2.0, 3.0]).tolist()
    [0.0, 3.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.relu(x)


class Tanh(Module):
    """Hyperbolic tangent, entry by entry.

        y = tanh x

    >>> Tanh()([0.0, 50.0]).tolist()
    [0.0, 1.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.tanh(x)


class Sigmoid(Module):
    """The logistic function, entry by entry.

        y = 1 / (1 + e⁻ˣ)

    >>> Sigmoid()([0.0, 50.0]).tolist()
    [0.5, 1.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.sigmoid(x)


def softmax(x: Any, axis: int = -1) -> Any:
    """Probabilities in proportion to exp x: positive numbers that add up to 1 along `axis`.

        yⱼ = exp(xⱼ − m) / Σₖ exp(xₖ − m),   m = max x, which cancels, and keeps exp from overflow

    Shapes  x (…, n, …) -> y (…, n, …)
    Raises  ValueError  if `axis` is out of range, or has no entries

    >>> softmax([1000.0, 1000.0]).tolist()
    [0.5, 0.5]
    """
    x = x if isinstance(x, ag.Tensor) else np.asarray(x)
    e = ag.exp(x - ag.stop_gradient(ag.max(x, axis=axis, keepdims=True)))
    return e / ag.sum(e, axis=axis, keepdims=True)
