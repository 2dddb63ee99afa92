"""Training steps in NumPy: gradients by a reverse sweep, or by a recorded tape."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial
from typing import Any

import autograd as ag
from autograd import gradients, graph_nodes
from autograd.support.lazy_numpy import np
from nn.modules.module import Module
from nn.modules.predict import map_outputs
from nn.run.run import Callback, Run
from nn.training._data import weighted_loss
from nn.training._nonfinite import check_finite_gradients, check_finite_loss
from nn.training._state import ModelState, Plan, step_error

Loss = Callable[[Any, Any], Any]


class NumpyEngine(nullcontext[None]):
    """Engine in NumPy, by sweeps or by a tape; a step whose loss or gradients are not finite changes nothing."""

    def __init__(self, model: Module, loss: Loss, run: Run, *, tape: bool) -> None:
        super().__init__()
        self.model, self.loss, self.run, self.optimizer = model, loss, run, run.optimizer
        self._compiled = ag.compile(self._recorded_step) if tape else None
        self._state = ModelState(model)
        self._where = ""
        self._callbacks = [x for x in run.callbacks if type(x).on_gradients is not Callback.on_gradients]

    def batches(self, batches: Any) -> Iterable[tuple[Any, ...]]:
        return batches

    def begin_epoch(self) -> None:
        self._state.find()

    def compute_gradients(self, batch: tuple[Any, ...], where: str) -> tuple[float, Any]:
        self._where = where
        self._state.save()
        with self._state.restored_on_error():
            number, output = self._replayed(batch) if self._compiled else self._computed(batch)
            check_finite_gradients(self.optimizer.parameters, where)
        return number, output

    def apply_update(self) -> None:
        with self._state.restored_on_error():
            for callback in self._callbacks:
                callback.on_gradients(self.run)
            if self._callbacks:
                check_finite_gradients(self.optimizer.parameters, self._where)
        self.optimizer.step()

    def end_epoch(self) -> None:
        pass

    def _computed(self, batch: tuple[Any, ...]) -> tuple[float, Any]:
        output, value = self._forward(batch)
        number = check_finite_loss(value, self._where, self.model)
        self.optimizer.zero_grad()
        value.backward()
        return number, map_outputs(lambda y: y.numpy() if isinstance(y, ag.Tensor) else y, output)

    def _replayed(self, batch: tuple[Any, ...]) -> tuple[float, Any]:
        # Requirements of gradients may change between steps; each combination is a recording.
        key = tuple([p.requires_grad for p in self.optimizer.parameters]), tuple([(a.shape, a.dtype) for a in batch])
        number, output, found, new = self._state.step(key, lambda: self._forward(batch), partial(self._replay, batch))
        if not np.isfinite(number):
            self._state.rewind()
            check_finite_loss(self._forward(batch)[1], self._where, self.model)  # computed again, to find the op
        for p, g in zip(self.optimizer.parameters, found, strict=True):
            p.grad = g
        self._state.write(new)
        return float(number), output

    def _replay(self, batch: tuple[Any, ...], plan: Plan, draws: list[Any]) -> Any:
        assert self._compiled is not None
        try:
            with self._state.nodes(plan):
                return self._compiled(batch, draws, plan)
        except (RuntimeError, TypeError) as error:
            raise step_error("engine='tape' or compile=True", error) from error

    def _recorded_step(self, batch: tuple[Any, ...], draws: list[Any], plan: Plan) -> Any:
        with self._state.recorded(plan, draws) as new:
            output, value = self._forward(batch)
            found = gradients_or_none(value, self.optimizer.parameters)
        return value, output, found, new

    def _forward(self, batch: tuple[Any, ...]) -> tuple[Any, Any]:
        x, *targets = batch
        output = self.model(x)
        return output, weighted_loss(self.loss, len(batch))(output, *targets)


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
