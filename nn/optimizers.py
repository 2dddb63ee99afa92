"""Optimizers: rules that move parameters against their gradients, one class each, as its paper writes it."""

from collections.abc import Iterable
from math import inf, sqrt
from typing import Any

import numpy as np

from autograd import Tensor, Value
from nn.module import Parameter, clear_gradients

# A parameter's data, its gradient, and what an optimizer remembers of them: an array for a Tensor, a float for a Value.
Number = Any


class Optimizer:
    """A rule for a step: a subclass says in `updated` what a parameter's data become.

    parameters  what is moved
    lr          the learning rate, which may be changed between steps

    Raises  TypeError   if `parameters` is no list of Tensors or Values
            ValueError  if it is empty, has one twice, or has one that is no leaf or requires no gradient; if lr is
                        negative, infinite or NaN
    """

    def __init__(self, parameters: Iterable[Parameter], lr: float) -> None:
        self.parameters = _checked(parameters)
        self.lr = within("lr", lr, below=inf)

    def step(self) -> None:
        """Move every parameter that has a gradient; one without stays, and so does what is remembered of it.

        Raises  ValueError  if a gradient has another shape than its parameter; no parameter has moved then
        """
        for p in self.parameters:
            if isinstance(p, Tensor) and p.grad is not None and np.shape(p.grad) != p.shape:
                raise ValueError(f"the gradient of {p!r} has shape {np.shape(p.grad)}: it must have the parameter's shape")
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                new = self.updated(i, p.numpy() if isinstance(p, Tensor) else p.data, p.grad)
                if isinstance(new, np.ndarray):
                    new.flags.writeable = False  # a Tensor takes a read-only array as it is
                p.data = new

    def updated(self, i: int, p: Number, g: Number) -> Number:
        """What the data `p` of parameter `i` become by a step, given their gradient `g`: a new array or float."""
        raise NotImplementedError(f"{type(self).__name__} has no updated(self, i, p, g) that says what a step does: write one")

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        clear_gradients(self.parameters)


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if that is not 0.

        v ← momentum · v + g,   p ← p − lr · v

    Raises  as `Optimizer`, and ValueError if momentum is not in [0, 1)
    Source  Polyak, USSR Comput. Math. Math. Phys. 4(5), 1964; Sutskever, Martens, Dahl & Hinton, ICML 2013
    >>> p = Value(1.0)
    >>> (p * p).backward()
    >>> SGD([p], lr=0.1).step()
    >>> p.data
    0.8
    """

    def __init__(self, parameters: Iterable[Parameter], lr: float, momentum: float = 0.0) -> None:
        super().__init__(parameters, lr)
        self.momentum = within("momentum", momentum, below=1.0)
        self.velocities: list[Number] = [0.0] * len(self.parameters)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        if not self.momentum:
            return _minus(p, self.lr * g)
        v = self.velocities[i]
        v *= self.momentum
        v += g
        self.velocities[i] = v
        return _minus(p, self.lr * v)


class Adam(Optimizer):
    """Adaptive moment estimation: steps of about lr in every coordinate, whatever the size of its gradient.

        m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   p ← p − lr · m̂ / (√v̂ + eps),
        m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)   after t steps

    Raises  as `Optimizer`, and TypeError if betas is no pair, ValueError if one is not in [0, 1), or eps is negative,
            infinite or NaN
    Source  Kingma & Ba, ICLR 2015, algorithm 1
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
    ) -> None:
        super().__init__(parameters, lr)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise TypeError(f"betas must be a pair such as (0.9, 0.999), got {betas!r}")
        self.betas = within("betas[0]", betas[0], below=1.0), within("betas[1]", betas[1], below=1.0)
        self.eps = within("eps", eps, below=inf)
        count = len(self.parameters)
        self.steps = [0] * count
        self.means: list[Number] = [0.0] * count
        self.squares: list[Number] = [0.0] * count

    def updated(self, i: int, p: Number, g: Number) -> Number:
        beta1, beta2 = self.betas
        self.steps[i] = t = self.steps[i] + 1
        self.means[i] = m = beta1 * self.means[i] + (1 - beta1) * g
        self.squares[i] = v = beta2 * self.squares[i] + (1 - beta2) * (g * g)
        rate = self.lr / (1 - beta1**t)
        return p - rate * m / (np.sqrt(v) / sqrt(1 - beta2**t) + self.eps)


def within(name: str, value: float, *, below: float) -> float:
    """`value` as a float, or an error that names it unless 0 ≤ value < below."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    if not 0 <= value < below:
        raise ValueError(f"{name} must be at least 0 and {'finite' if below == inf else f'less than {below:g}'}, got {value!r}")
    return float(value)


def _checked(parameters: Iterable[Parameter]) -> list[Parameter]:
    if isinstance(parameters, Tensor | Value):
        raise TypeError(f"an optimizer takes a list of parameters, got {parameters!r} alone: write [parameter]")
    try:
        given = list(parameters)
    except TypeError:
        raise TypeError(f"an optimizer takes a list of parameters, got {parameters!r}: write model.parameters()") from None
    if not given:
        raise ValueError("an optimizer needs parameters to move, got none: has the model any?")
    for i, p in enumerate(given):
        if not isinstance(p, Tensor | Value):
            raise TypeError(f"parameter {i} must be a Tensor or a Value, got {p!r} of type {type(p).__name__}")
        if not p.requires_grad:
            raise ValueError(f"parameter {i} is the constant {p!r}: make it with requires_grad=True")
        if p.op is not None:
            raise ValueError(f"parameter {i} was computed by {p.op.name}: only leaves can be moved, got {p!r}")
    if len(set(map(id, given))) < len(given):
        raise ValueError(f"a parameter is given twice among {len(given)}, and would move twice in a step: give each once")
    return given


def _minus(p: Number, step: Number) -> Number:
    """p − step, written over the step where that is an array: one array less to fetch memory for."""
    return np.subtract(p, step, out=step) if isinstance(step, np.ndarray) else p - step
