"""How a training takes a step: computed, or recorded once and replayed, or compiled for the devices of JAX."""

from collections.abc import Iterable
from typing import Any, Protocol

from nn._validation import Array
from nn.data.loader import Loader
from nn.modules.module import Module
from nn.run.run import Run
from nn.training.numpy_engine import Here, Loss


class Stepper(Protocol):
    """What moves the parameters of a training, which is a block with it."""

    def __enter__(self) -> object: ...
    def __exit__(self, *error: Any) -> None: ...

    def batches(self, loader: Loader[Any]) -> Iterable[tuple[Any, Any]]:
        """The batches of an epoch, as `take` wants them."""

    def begin(self) -> None:
        """Before an epoch: take the parameters as they are."""

    def take(self, x: Array, y: Array, where: str) -> tuple[float, Array]:
        """(the loss of a batch, the model's output); raise if the loss is not finite, and say where."""

    def move(self) -> None:
        """Move the parameters by what was taken."""

    def end(self) -> None:
        """After an epoch: leave the parameters, and what the optimizer remembers, where everybody finds them."""


def stepper_of(backend: str, devices: Any, compile: bool, model: Module, loss: Loss, run: Run, answers: bool) -> Stepper:
    """What takes the steps of a training on a back end; if not `answers`, nobody looks at the model's output.

    Raises  ValueError  if there is no such back end, or devices are named that it does not have
    """
    if backend == "jax":
        from nn.training.jax_engine import OnDevices

        return OnDevices(model, loss, run, devices, answers)
    if backend != "numpy":
        raise ValueError(f"there is no back end {backend!r} to train on: choose numpy or jax")
    if devices is not None:
        raise ValueError(f"devices={devices!r} are for backend='jax': NumPy computes on one processor")
    return Here(model, loss, run, compile)
