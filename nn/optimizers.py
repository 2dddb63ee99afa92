"""Optimizers: rules that move parameters against their gradients, one class each, as its paper writes it."""

from collections.abc import Iterable
from math import inf
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

        g ← g + weight_decay · p,   v ← momentum · v + g
        p ← p − lr · v,   with nesterov p ← p − lr · (g + momentum · v)

    Raises  as `Optimizer`, and ValueError if momentum is not in [0, 1), is 0 with nesterov, or weight_decay is negative
    Source  Polyak, USSR Comput. Math. Math. Phys. 4(5), 1964; Sutskever, Martens, Dahl & Hinton, ICML 2013
    >>> p = Value(1.0)
    >>> (p * p).backward()
    >>> SGD([p], lr=0.1).step()
    >>> p.data
    0.8
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = within("momentum", momentum, below=1.0)
        self.weight_decay = within("weight_decay", weight_decay, below=inf)
        self.nesterov = bool(nesterov)
        if nesterov and not self.momentum:
            raise ValueError(f"nesterov looks ahead along the momentum, and momentum is {momentum!r}: give it one, such as 0.9")
        self.velocities: list[Number] = [0.0] * len(self.parameters)

    def updated(self, i: int, p: Number, g: Number) -> Number:
        if self.weight_decay:
            g = g + self.weight_decay * p
        if not self.momentum:
            return minus(p, self.lr * g)
        v = self.velocities[i]
        v *= self.momentum
        v += g
        self.velocities[i] = v
        return minus(p, self.lr * (g + self.momentum * v if self.nesterov else v))


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


def minus(p: Number, step: Number) -> Number:
    """p − step, written over the step where that is an array: one array less to fetch memory for."""
    return np.subtract(p, step, out=step) if isinstance(step, np.ndarray) else p - step
