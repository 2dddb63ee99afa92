"""Optimizers that give every coordinate a step of its own size, from what they remember of its gradients."""

from collections.abc import Iterable
from math import inf, sqrt
from typing import Any

import numpy as np

from nn.module import Parameter
from nn.optimizers import Number, Optimizer, minus, within


class RMSprop(Optimizer):
    """Gradients in units of their root mean square of late.

        g ← g + weight_decay · p,   v ← α v + (1 − α) g²,   s = g / (√v + eps)
        b ← momentum · b + s,   p ← p − lr · b

    Raises  as `Optimizer`, and ValueError if alpha or momentum is not in [0, 1), or another number is negative or infinite
    Source  Tieleman & Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012
    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> RMSprop([p], lr=0.1, alpha=0.75).step()
    >>> round(p.data, 6)
    0.8
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.alpha = within("alpha", alpha, below=1.0)
        self.eps = within("eps", eps, below=inf)
        self.momentum = within("momentum", momentum, below=1.0)
        self.weight_decay = within("weight_decay", weight_decay, below=inf)
        self.squares: list[Number] = [0.0] * len(self.parameters)
        self.buffers: list[Number] = [0.0] * len(self.parameters)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        if self.weight_decay:
            g = g + self.weight_decay * p
        self.squares[i] = v = self.alpha * self.squares[i] + (1 - self.alpha) * (g * g)
        step = g / (root(v) + self.eps)
        if self.momentum:
            self.buffers[i] = step = self.momentum * self.buffers[i] + step
        return minus(p, self.lr * step)


class Adagrad(Optimizer):
    """Gradients in units of the root of the sum of all their squares: what moved much moves ever less.

        g ← g + weight_decay · p,   v ← v + g²,   p ← p − lr / (1 + (t − 1) lr_decay) · g / (√v + eps)   at step t

    Raises  as `Optimizer`, and ValueError if another number is negative or infinite
    Source  Duchi, Hazan & Singer, JMLR 12, 2011
    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> Adagrad([p], lr=0.1).step()
    >>> round(p.data, 6)
    0.9
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.lr_decay = within("lr_decay", lr_decay, below=inf)
        self.eps = within("eps", eps, below=inf)
        self.weight_decay = within("weight_decay", weight_decay, below=inf)
        self.steps = [0] * len(self.parameters)
        self.sums: list[Number] = [0.0] * len(self.parameters)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        if self.weight_decay:
            g = g + self.weight_decay * p
        rate = self.lr / (1 + self.steps[i] * self.lr_decay)
        self.steps[i] += 1
        self.sums[i] = v = self.sums[i] + g * g
        return minus(p, rate * (g / (root(v) + self.eps)))


class Adam(Optimizer):
    """Adaptive moment estimation: steps of about lr in every coordinate, whatever the size of its gradient.

        g ← g + weight_decay · p,   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   p ← p − lr · m̂ / (√v̂ + eps),
        m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)   after t steps

    Raises  as `Optimizer`, and TypeError if betas is no pair, ValueError if one is not in [0, 1), or another number is
            negative, infinite or NaN
    Source  Kingma & Ba, ICLR 2015, algorithm 1
    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> (p * p).backward()
    >>> Adam([p], lr=0.1).step()
    >>> round(p.data, 6)
    0.9
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = pair_of_betas(betas)
        self.eps = within("eps", eps, below=inf)
        self.weight_decay = within("weight_decay", weight_decay, below=inf)
        count = len(self.parameters)
        self.steps = [0] * count
        self.means: list[Number] = [0.0] * count
        self.squares: list[Number] = [0.0] * count

    def updated(self, i: int, p: Number, g: Number) -> Number:
        return p - self.moved(i, g + self.weight_decay * p if self.weight_decay else g)

    def moved(self, i: int, g: Number) -> Number:
        """The step that the gradient g of parameter `i` leads to."""
        beta1, beta2 = self.betas
        self.steps[i] = t = self.steps[i] + 1
        self.means[i] = m = beta1 * self.means[i] + (1 - beta1) * g
        self.squares[i] = v = beta2 * self.squares[i] + (1 - beta2) * (g * g)
        rate = self.lr / (1 - beta1**t)
        return rate * m / (root(v) / sqrt(1 - beta2**t) + self.eps)


class AdamW(Adam):
    """Adam with weights that shrink by themselves, and not through the gradient.

        p ← (1 − lr · weight_decay) p,   then the step of Adam without weight decay

    Raises  as `Adam`
    Source  Loshchilov & Hutter, ICLR 2019, algorithm 2
    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> AdamW([p], lr=0.1, weight_decay=0.5).step()
    >>> round(p.data, 6)
    0.85
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        return p * (1 - self.lr * self.weight_decay) - self.moved(i, g)


class Lion(Optimizer):
    """Steps of exactly lr in every coordinate, in the direction of a mean of its gradients.

        p ← p − lr · (sign(β₁ m + (1 − β₁) g) + weight_decay · p),   m ← β₂ m + (1 − β₂) g

    Raises  as `Adam`
    Source  Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2
    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> Lion([p], lr=0.25).step()
    >>> p.data
    0.75
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas = pair_of_betas(betas)
        self.weight_decay = within("weight_decay", weight_decay, below=inf)
        self.means: list[Number] = [0.0] * len(self.parameters)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        beta1, beta2 = self.betas
        direction = np.sign(beta1 * self.means[i] + (1 - beta1) * g)
        self.means[i] = beta2 * self.means[i] + (1 - beta2) * g
        return minus(p, self.lr * (direction + self.weight_decay * p))


def root(v: Number) -> Number:
    """√v, of a float as a float."""
    return np.sqrt(v) if isinstance(v, np.ndarray) else sqrt(v)


def pair_of_betas(betas: Any) -> tuple[float, float]:
    """Two decay rates in [0, 1), or an error that names the one that is not."""
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"betas must be a pair such as (0.9, 0.999), got {betas!r}")
    return within("betas[0]", betas[0], below=1.0), within("betas[1]", betas[1], below=1.0)
