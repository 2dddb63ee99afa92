"""Engines that compute the steps of a training, by the keyword `engine` of `fit`."""

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from nn.modules.module import Module
from nn.run.run import Run
from nn.training.numpy_engine import Loss, NumpyEngine

EngineName = Literal["eager", "tape", "jax"]

#: For each engine, the values of `compile` and of `backend` that agree with it; without `engine`, the first match is used.
_ALIASES: dict[EngineName, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "eager": ((None, False), (None, "numpy")),
    "tape": ((None, True), (None, "numpy")),
    "jax": ((None, False, True), (None, "jax")),
}


class Engine(Protocol):
    """Context manager that computes the steps of a training."""

    def __enter__(self) -> object: ...
    def __exit__(self, *error: Any) -> None: ...

    def batches(self, batches: Any) -> Iterable[tuple[Any, ...]]:
        """Return the batches (x, y) or (x, y, weights) of an epoch, as `compute_gradients` takes them."""

    def begin_epoch(self) -> None:
        """Read the parameters."""

    def compute_gradients(self, batch: tuple[Any, ...], where: str) -> tuple[float, Any]:
        """Return loss and output of the model for a batch; raise if the loss is not finite, with `where` in the error."""

    def apply_update(self) -> None:
        """Update the parameters by the last gradients."""

    def end_epoch(self) -> None:
        """Write the parameters and the state of the optimizer back to their objects."""


def engine_name(engine: str | None, compile: bool | None, backend: str | None) -> str:
    """Return the name of the engine for three keywords of `fit`.

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
        raise ValueError(f"backend must be 'numpy' or 'jax', got {backend!r}")
    if engine not in list(wrong):
        raise ValueError(f"engine must be one of {', '.join(map(repr, wrong))}, got {engine!r}")
    if wrong[engine]:
        raise ValueError(f"engine={engine!r} contradicts {' and '.join(wrong[engine])}: write engine={engine!r} alone")
    return engine


def make_engine(name: str, devices: Any, model: Module, loss: Loss, run: Run, answers: bool) -> Engine:
    """Make the engine with a name; without `answers`, the output of the model is not needed."""
    if name == "jax":
        from nn.training.jax_engine import JaxEngine

        return JaxEngine(model, loss, run, devices, answers)
    if devices is not None:
        raise ValueError(f"devices must be None unless engine='jax', got {devices!r}: NumPy computes on one processor")
    return NumpyEngine(model, loss, run, tape=name == "tape")
