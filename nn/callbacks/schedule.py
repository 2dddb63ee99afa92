"""Learning rate schedulers: Schedule and Plateau."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, ClassVar, Literal, get_args

from autograd.support.lazy_numpy import np
from nn._validation import check_choice, check_finite, check_integer, check_range
from nn.callbacks._best import BestCallback, Mode
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import Factor
from nn.run.run import Callback, Run, State

Every = Literal["step", "epoch"]


class Schedule(Callback):
    """Learning rate scheduler: pass it to `fit` as callback, or call `step()` after each step of the optimizer.

        lr(t) = lr(0) · factor(t)

    A change of the rate by anything else, such as `Plateau`, is a change of lr(0).

    Args:
        every: Unit of t in `fit`: "step" of the optimizer, or "epoch"
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

    def __init__(self, optimizer: Optimizer, factor: Factor, *, every: Every = "step") -> None:
        self.optimizer = _check_optimizer(optimizer)
        check_choice("every", every, get_args(Every))
        if not callable(factor):
            raise TypeError(f"factor must be a function of the step, such as schedules.cosine(1000), got {factor!r}")
        self.factor, self.every = factor, every
        self.first = [group.lr for group in optimizer.groups]
        self.steps = 0
        self._set_rates(self._factor())

    def step(self) -> None:
        """Set the rate of the next step, or epoch."""
        before = self._factor()
        self.steps += 1
        after = self._factor()
        self.first += [group.lr * before for group in self.optimizer.groups[len(self.first) :]]  # groups added since
        for i, group in enumerate(self.optimizer.groups):
            if group.lr != self.first[i] * before:
                self.first[i] = group.lr / (before or 1.0)
        self._set_rates(after)

    def restart(self, rates: list[float]) -> None:
        """Replace lr(0) of each group."""
        self.first = list(rates)
        self._set_rates(self._factor())

    def on_start(self, run: Run) -> None:
        _check_same_optimizer(self.optimizer, run)

    def on_step(self, run: Run) -> None:
        if self.every == "step":
            self.step()

    def on_epoch(self, run: Run) -> None:
        if self.every == "epoch":
            self.step()

    def state_dict(self) -> State:
        return {"steps": np.array(self.steps), "first": np.array(self.first)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.steps, self.first = int(state["steps"]), np.asarray(state["first"]).tolist()

    def _factor(self) -> float:
        factor = self.factor(self.steps)
        if not isfinite(factor) or factor < 0:
            raise ValueError(
                f"the factor of the learning rate must be finite and at least 0, got {factor!r} at {self.every} {self.steps}"
            )
        return factor

    def _set_rates(self, factor: float) -> None:
        for group, first in zip(self.optimizer.groups, self.first, strict=True):
            group.lr = first * factor


class Plateau(BestCallback):
    """Scheduler that reduces the learning rate when a number, such as the validation loss, stops improving.

        lr ← max(lr · factor, min_lr)   after `patience` numbers that were not better than the best by the fraction `threshold`

    Call `step(number)` after each epoch, or pass it to `fit`, where the number is the last one in the column `monitor` of the
    history.

    Args:
        patience: Number of epochs without improvement after which the rate is reduced; 0 is 1
        mode: As for `EarlyStopping`
        cooldown: Number of epochs after a reduction that are not counted

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> plateau = Plateau(optimizer, factor=0.5, patience=2)
    >>> for loss in (3.0, 3.0, 3.0):
    ...     plateau.step(loss)
    >>> optimizer.lr
    0.5
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 0.1, patience: int = 10, threshold: float = 1e-4, *,
        monitor: str = "validation_loss", mode: Mode = "auto", cooldown: int = 0, min_lr: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(monitor, mode)
        self.optimizer = _check_optimizer(optimizer)
        self.factor = check_range("factor", factor, below=1.0)
        self.patience = check_integer("patience", patience, least=0)
        self.threshold = check_range("threshold", threshold, below=1.0)
        self.cooldown = check_integer("cooldown", cooldown, least=0)
        self.min_lr = check_finite("min_lr", min_lr)
        self.bad = 0  # negative while the rate cools down

    def on_start(self, run: Run) -> None:
        super().on_start(run)
        _check_same_optimizer(self.optimizer, run)

    def on_epoch(self, run: Run) -> None:
        self.step(run.history[self.monitor][-1])

    def state_dict(self) -> State:
        return super().state_dict() | {"bad": np.array(self.bad)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        self.bad = int(state["bad"])

    def step(self, number: float) -> None:
        """Process the number of an epoch."""
        improved = self.improve(number, threshold=self.threshold)
        self.bad = self.bad + 1 if self.bad < 0 or not improved else 0
        if self.bad >= max(self.patience, 1):
            for group in self.optimizer.groups:
                group.lr = min(group.lr, max(group.lr * self.factor, self.min_lr))
            self.bad = -self.cooldown


def _check_optimizer(given: Any) -> Optimizer:
    if not isinstance(given, Optimizer):
        raise TypeError(f"the first argument must be an Optimizer, got {given!r:.80} of type {type(given).__name__}")
    return given


def _check_same_optimizer(optimizer: Optimizer, run: Run) -> None:
    if optimizer is not run.optimizer:
        raise ValueError("the schedule must have the optimizer of fit, got another one: make it with the same optimizer")
