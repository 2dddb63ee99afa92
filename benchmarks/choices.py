"""Choices of random programs by a NumPy generator, which is faster than Hypothesis and does not shrink."""

from typing import Any

import numpy as np


class Generator:
    """Choices by a NumPy generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def more(self, count: int, low: int, high: int) -> bool:
        return count < low or (count < high and self.rng.random() < 0.8)

    def numbers(self, shape: tuple[int, ...]) -> Any:
        return self.rng.uniform(-2.0, 2.0, shape)
