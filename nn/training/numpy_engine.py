"""Training steps in NumPy: gradients by a reverse sweep, or by a recorded tape."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import numpy as np

import autograd as ag
from autograd import gradients, graph_nodes
from nn.modules.module import Module
from nn.modules.predict import map_outputs
from nn.optim.optimizer import Optimizer
from nn.run.run import Run
from nn.training._data import weighted_loss
from nn.training._nonfinite import check_finite_loss

Loss = Callable[[Any, Any], Any]


class NumpyEngine(nullcontext[None]):
    """Engine in NumPy: gradients by a reverse sweep, or by a tape."""

    def __init__(self, model: Module, loss: Loss, run: Run, *, tape: bool) -> None:
        super().__init__()
        self.run = run
        self.compute_gradients = (_tape_gradients if tape else _eager_gradients)(model, loss, run.optimizer)

    def batches(self, batches: Any) -> Iterable[tuple[Any, ...]]:
        return batches

    def begin_epoch(self) -> None:
        pass

    def apply_update(self) -> None:
        for callback in self.run.callbacks:
            callback.on_gradients(self.run)
        self.run.optimizer.step()

    def end_epoch(self) -> None:
        pass


#: A function of a batch that stores the gradients in the parameters, and returns loss and output of the model.
Gradients = Callable[[tuple[Any, ...], str], tuple[float, Any]]


def _eager_gradients(model: Module, loss: Loss, optimizer: Optimizer) -> Gradients:
    kept = [(module, name) for module in model.modules() for name, x in vars(module).items() if isinstance(x, np.ndarray)]

    def compute_gradients(batch: tuple[Any, ...], where: str) -> tuple[float, Any]:
        before = [getattr(module, name) for module, name in kept]
        x, *targets = batch
        output = model(x)
        value = weighted_loss(loss, len(batch))(output, *targets)
        try:
            number = check_finite_loss(value, where, model)
        except FloatingPointError:
            for (module, name), array in zip(kept, before, strict=True):
                setattr(module, name, array)  # running means must not keep NaN
            raise
        optimizer.zero_grad()
        value.backward()
        return number, map_outputs(lambda y: y.numpy() if isinstance(y, ag.Tensor) else y, output)

    return compute_gradients


def _tape_gradients(model: Module, loss: Loss, optimizer: Optimizer) -> Gradients:
    parameters = optimizer.parameters

    def forward(batch: tuple[Any, ...]) -> tuple[Any, Any]:
        x, *targets = batch
        output = model(x)
        return output, weighted_loss(loss, len(batch))(output, *targets)

    def training_step(batch: tuple[Any, ...], wanted: tuple[bool, ...]) -> Any:
        output, value = forward(batch)
        return value, output, gradients_or_none(value, parameters)

    replay = ag.compile(training_step)

    def compute_gradients(batch: tuple[Any, ...], where: str) -> tuple[float, Any]:
        # Requirements of gradients may change between steps; each combination is a recording.
        wanted = tuple(p.requires_grad for p in parameters)
        try:
            number, output, found = replay(batch, wanted)
        except (RuntimeError, TypeError) as error:
            check_finite_loss(forward(batch)[1], where, model)  # raises a clearer error if the loss is not finite
            raise type(error)(
                f"engine='tape' or compile=True records the step once and replays it, which is not possible here: {error}. "
                "Train with engine='eager', without compile"
            ) from error
        if not np.isfinite(number):
            check_finite_loss(forward(batch)[1], where, model)  # computed again, to find the op
        for p, g in zip(parameters, found, strict=True):
            p.grad = g
        return float(number), output

    return compute_gradients


def gradients_or_none(value: Any, parameters: list[Any]) -> list[Any]:
    """Return the gradients that `value.backward()` would store in parameters; None for those that it does not reach.

    >>> x, y = ag.Value(2.0), ag.Value(3.0)
    >>> gradients_or_none(x * x, [x, y])
    [4.0, None]
    """
    there = {id(node) for node in graph_nodes(value) if node.requires_grad}
    wanted = [p for p in parameters if id(p) in there]
    found = {id(p): g for p, g in zip(wanted, gradients(value, wanted), strict=True)}
    return [found.get(id(p)) for p in parameters]
