"""The engines that take the steps of a training, by the name that `fit` is given."""

from collections.abc import Iterable
from typing import Any, Protocol

from nn._validation import Array
from nn.data.loader import Loader
from nn.modules.module import Module
from nn.run.run import Run
from nn.training.numpy_engine import Loss, NumpyEngine

#: For each engine, the values of `compile` and of `backend` that agree with it. The first that agrees is the one they mean.
_ALIASES: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "eager": ((None, False), (None, "numpy")),
    "tape": ((None, True), (None, "numpy")),
    "jax": ((None, False, True), (None, "jax")),
}


class Engine(Protocol):
    """A block in which the parameters of a training are moved."""

    def __enter__(self) -> object: ...
    def __exit__(self, *error: Any) -> None: ...

    def batches(self, loader: Loader[Any]) -> Iterable[tuple[Any, Any]]:
        """The batches of an epoch, as `compute_gradients` takes them."""

    def begin_epoch(self) -> None:
        """Take the parameters as they are."""

    def compute_gradients(self, x: Array, y: Array, where: str) -> tuple[float, Array]:
        """(the loss of a batch, the model's output); raise if the loss is not finite, and say where."""

    def apply_update(self) -> None:
        """Move the parameters by the gradients that were computed last."""

    def end_epoch(self) -> None:
        """Write the parameters, and the state of the optimizer, back to where everybody finds them."""


def engine_name(engine: str | None, compile: bool | None, backend: str | None) -> str:
    """The name of the engine that the three keywords of `fit` mean together.

    Raises:
        ValueError: If there is no such engine or back end, or two of them contradict each other

    >>> engine_name(None, None, None), engine_name(None, True, None), engine_name("jax", None, "jax")
    ('eager', 'tape', 'jax')
    """
    given = {"compile": None if compile is None else bool(compile), "backend": backend}
    wrong = {
        name: [f"{key}={x!r}" for (key, x), agreeing in zip(given.items(), values, strict=True) if x not in agreeing]
        for name, values in _ALIASES.items()
    }
    if engine is None:
        if name := next((name for name in wrong if not wrong[name]), None):
            return name
        raise ValueError(f"there is no back end {backend!r} to train on: choose numpy or jax")
    if engine not in list(wrong):
        raise ValueError(f"engine must be one of {', '.join(map(repr, wrong))}, got {engine!r}")
    if wrong[engine]:
        raise ValueError(f"engine={engine!r} contradicts {' and '.join(wrong[engine])}: write engine={engine!r} alone")
    return engine


def make_engine(name: str, devices: Any, model: Module, loss: Loss, run: Run, answers: bool) -> Engine:
    """The engine of this name; if not `answers`, nobody looks at the model's output.

    Raises:
        ValueError: If devices are named that the engine does not have
    """
    if name == "jax":
        from nn.training.jax_engine import JaxEngine

        return JaxEngine(model, loss, run, devices, answers)
    if devices is not None:
        raise ValueError(f"devices={devices!r} are for engine='jax': NumPy computes on one processor")
    return NumpyEngine(model, loss, run, tape=name == "tape")
