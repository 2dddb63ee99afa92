"""Gradient descent by functions: `sgd`, `rmsprop`, `adam`, of parameters in any container.

Each takes `grad(x, i)`, the gradient at step i, and returns the last parameters; `callback(x, i, g)` is called at each step.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .flatten import flatten


def _of_containers(optimize: Callable[..., Any]) -> Callable[..., Any]:
    """Optimizer of containers from one of flat vectors."""

    @wraps(optimize)
    def optimize_container(
        grad: Callable[..., Any], x0: Any, callback: Callable[..., Any] | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        vector, unflatten = flatten(x0)

        def gradient(x: Any, i: int) -> Any:
            g = flatten(grad(unflatten(x), i))[0]
            if callback:
                callback(unflatten(x), i, unflatten(g))
            return g

        return unflatten(optimize(gradient, vector, None, *args, **kwargs))

    return optimize_container


@_of_containers
def sgd(grad: Any, x: Any, callback: Any = None, num_iters: int = 200, step_size: float = 0.1, mass: float = 0.9) -> Any:
    """Parameters after stochastic gradient descent with momentum."""
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        velocity = mass * velocity - (1.0 - mass) * grad(x, i)
        x = x + step_size * velocity
    return x


@_of_containers
def rmsprop(
    grad: Any, x: Any, callback: Any = None, num_iters: int = 100, step_size: float = 0.1, gamma: float = 0.9, eps: float = 1e-8
) -> Any:
    """Parameters after RMSProp: steps divided by the root of a running mean of squared gradients."""
    mean_square = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        mean_square = mean_square * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(mean_square) + eps)
    return x


@_of_containers
def adam(
    grad: Any, x: Any, callback: Any = None, num_iters: int = 100, step_size: float = 0.001, b1: float = 0.9,
    b2: float = 0.999, eps: float = 1e-8,
) -> Any:  # fmt: skip
    """Parameters after Adam.

    Source:
        Kingma & Ba, ICLR 2015
    """
    mean, square = np.zeros(len(x)), np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        mean = (1 - b1) * g + b1 * mean
        square = (1 - b2) * g**2 + b2 * square
        x = x - step_size * (mean / (1 - b1 ** (i + 1))) / (np.sqrt(square / (1 - b2 ** (i + 1))) + eps)
    return x
