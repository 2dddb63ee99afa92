"""Dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn._validation import as_floats, check_range
from nn.modules.init import random_generator
from nn.modules.module import Module

if TYPE_CHECKING:
    from nn.modules.init import Seed


class Dropout(Module):
    """In training, set each entry to 0 with probability p and scale the others by 1/(1 − p); in eval mode, the identity.

        y = x · b / (1 − p),   b = 1 with probability 1 − p, else 0

    Integers are computed as floats in training. `fit` trains it in every engine. A function of `autograd.compile` must not draw
    random numbers: compile a network in eval mode.

    Shapes:
        x any -> y the same
    Raises:
        ValueError: If p is not in [0, 1)
    Source:
        Srivastava et al., JMLR 15, 2014

    >>> layer = Dropout(0.5, seed=0)
    >>> layer([1.0] * 4).tolist(), layer.eval()([1.0] * 4)
    ([2.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        self.p = check_range("p", p, below=1.0)
        self.random = random_generator(seed)

    def forward(self, x: Any) -> Any:
        if not self.training or not self.p:
            return x
        x = as_floats("x", x)
        kept = self.random.random(x.shape) >= self.p
        return x * (kept / (1.0 - self.p)).astype(x.dtype)

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"
