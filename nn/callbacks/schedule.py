"""Learning rate schedulers: Schedule and Plateau."""

from collections.abc import Mapping
from math import inf, isfinite
from typing import Any, ClassVar

import numpy as np

from nn._validation import check_integer, check_range
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import Factor
from nn.run.run import Callback, Run, State


class Schedule(Callback):
    """Learning rate scheduler: call `step()` after each step of the optimizer, or pass it to `fit` as callback.

        lr(t) = lr(0) · factor(t)

    Raises:
        ValueError: In a step whose factor is negative or not finite; names the step

    >>> from autograd import Value
    >>> from nn import SGD, schedules
    >>> optimizer = SGD([Value(1.0)], lr=0.1)
    >>> schedule = Schedule(optimizer, schedules.exponential(0.5))
    >>> schedule.step()
    >>> optimizer.lr
    0.05
    """

    looks_at_parameters: ClassVar[bool] = False

    def __init__(self, optimizer: Optimizer, factor: Factor) -> None:
        self.optimizer = _check_optimizer(optimizer)
        if not callable(factor):
            raise TypeError(f"factor must be a function of the step, such as schedules.cosine(1000), got {factor!r}")
        self.factor = factor
        self.first = [group.lr for group in optimizer.groups]
        self.steps = 0
        self._set_rates()

    def step(self) -> None:
        """Set the rate of the next step."""
        self.steps += 1
        self._set_rates()

    def on_start(self, run: Run) -> None:
        _check_same_optimizer(self.optimizer, run)

    def on_step(self, run: Run) -> None:
        self.step()

    def state_dict(self) -> State:
        return {"steps": np.array(self.steps), "first": np.array(self.first)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.steps, self.first = int(state["steps"]), np.asarray(state["first"]).tolist()

    def _set_rates(self) -> None:
        factor = self.factor(self.steps)
        if not isfinite(factor) or factor < 0:
            raise ValueError(
                f"the factor of the learning rate must be finite and at least 0, got {factor!r} at step {self.steps}"
            )
        for group, first in zip(self.optimizer.groups, self.first, strict=True):
            group.lr = first * factor


class Plateau(Callback):
    """Scheduler that reduces the learning rate when a number, such as the validation loss, stops falling.

        lr ← lr · factor   after more than `patience` numbers that were not below the best by the fraction `threshold`

    Call `step(number)` after each epoch, or pass it to `fit`, where the number is the last one in the column `monitor` of the
    history.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> plateau = Plateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (3.0, 3.0, 3.0):
    ...     plateau.step(loss)
    >>> optimizer.lr
    0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        *,
        monitor: str = "validation_loss",
    ) -> None:
        self.optimizer = _check_optimizer(optimizer)
        self.factor = check_range("factor", factor, below=1.0)
        self.patience = check_integer("patience", patience, least=0)
        self.threshold = check_range("threshold", threshold, below=1.0)
        self.monitor = monitor
        self.best, self.bad = inf, 0

    def on_start(self, run: Run) -> None:
        _check_same_optimizer(self.optimizer, run)
        run.check_column(self.monitor)

    def on_epoch(self, run: Run) -> None:
        self.step(run.history[self.monitor][-1])

    def state_dict(self) -> State:
        return {"best": np.array(self.best), "bad": np.array(self.bad)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.bad = float(state["best"]), int(state["bad"])

    def step(self, number: float) -> None:
        """Process the number of an epoch."""
        if number < self.best * (1.0 - self.threshold):
            self.best, self.bad = float(number), 0
            return
        self.bad += 1
        if self.bad > self.patience:
            for group in self.optimizer.groups:
                group.lr *= self.factor
            self.bad = 0


def _check_optimizer(given: Any) -> Optimizer:
    if not isinstance(given, Optimizer):
        raise TypeError(f"the first argument must be an Optimizer, got {given!r:.80} of type {type(given).__name__}")
    return given


def _check_same_optimizer(optimizer: Optimizer, run: Run) -> None:
    if optimizer is not run.optimizer:
        raise ValueError("the schedule must have the optimizer of fit, got another one: make it with the same optimizer")
