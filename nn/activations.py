"""Activation functions as modules, to stand between layers; the functions themselves are `autograd`'s."""

from typing import Any

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
