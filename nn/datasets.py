"""Data to learn from: two moons, drawn from a formula, and MNIST, the real digits."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from nn.data import generator, whole
from nn.mnist import MNIST, mnist

__all__ = ["MNIST", "mnist", "moons"]


Points = NDArray[np.float64]
Labels = NDArray[np.int64]


def moons(n: int = 100, *, noise: float = 0.1, seed: int = 0) -> tuple[Points, Labels]:
    """Points of two interleaved half circles, and the half circle of each; shuffled, read-only.

        label 0:  (cos t, sin t),   label 1:  (1 − cos t, ½ − sin t),   t evenly spaced on [0, π]

    Shapes   x (n, 2) float64, y (n,) int64 in {0, 1}: ⌊n/2⌋ zeros and ⌈n/2⌉ ones
    Units    noise: standard deviation of the Gaussian added to each coordinate; the circles have radius 1
    Raises   TypeError   if n or seed is no integer
             ValueError  if n < 2, seed < 0, or noise is negative or not finite

    >>> x, y = moons(4, noise=0.0)
    >>> x.shape, sorted(y.tolist())
    ((4, 2), [0, 0, 1, 1])
    """
    whole("n", n, least=2)
    if not (isinstance(noise, int | float | np.floating) and 0 <= noise < inf):
        raise ValueError(f"noise must be a finite number, 0 or more, got {noise!r}")
    outer, inner = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    x = np.concatenate(
        [
            np.column_stack([np.cos(outer), np.sin(outer)]),
            np.column_stack([1 - np.cos(inner), 0.5 - np.sin(inner)]),
        ]
    )
    y = np.repeat(np.array([0, 1], np.int64), [len(outer), len(inner)])
    rng = generator(seed)
    order = rng.permutation(n)
    x, y = x[order] + rng.normal(scale=noise, size=(n, 2)), y[order]
    x.flags.writeable = y.flags.writeable = False
    return x, y
