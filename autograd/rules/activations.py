"""Activation functions of neural networks, entry by entry."""

from typing import Any

from autograd.domain import NONZERO
from autograd.op import elementwise


@elementwise(lambda g, y, x: g * y * sigmoid(-x), symbol="σ")  # σ(−x) = 1 − σ(x), to full relative accuracy
def sigmoid(xp: Any, x: Any) -> Any:
    """The logistic function, a probability from log-odds.

        y = σ(x) = 1 / (1 + e⁻ˣ)

    >>> sigmoid(0.0)
    0.5
    """
    return 1.0 / (1.0 + xp.exp(-x))


@elementwise(lambda g, y, x: g * (x > 0), symbol="ReLU", smooth_on=NONZERO)
def relu(xp: Any, x: Any) -> Any:
    """Rectified linear unit; its derivative at the kink is 0.

        y = max(x, 0)

    >>> relu(-2.0)
    0.0
    """
    return xp.maximum(x, 0.0)
