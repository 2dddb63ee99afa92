"""Learning rates over time: each schedule says by what factor of the first rate a step is taken."""

from collections.abc import Callable, Mapping
from math import cos, inf, isfinite, pi
from typing import Any, ClassVar

import numpy as np

from nn._validation import whole, within
from nn.callbacks import Callback, Run, State
from nn.optimizers import Optimizer

__all__ = ["Plateau", "Schedule", "constant", "cosine", "exponential", "one_cycle", "stepwise", "warm_up"]

#: The factor of the learning rate at a step, counted from 0.
Factor = Callable[[int], float]


class Schedule(Callback):
    """An optimizer's learning rate, moved along a curve: call `step()` after each step of the optimizer, or give it to `fit`.

        lr(t) = lr(0) · factor(t)

    Raises  ValueError  when the factor is negative or not finite; names the step
    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=0.1)
    >>> schedule = Schedule(optimizer, exponential(0.5))
    >>> rates = [optimizer.lr]
    >>> for _ in range(2):
    ...     schedule.step()
    ...     rates.append(optimizer.lr)
    >>> rates
    [0.1, 0.05, 0.025]
    """

    looks_at_parameters: ClassVar[bool] = False

    def __init__(self, optimizer: Optimizer, factor: Factor) -> None:
        self.optimizer = _optimizer(optimizer)
        if not callable(factor):
            raise TypeError(f"the factor is a function of the step, such as schedules.cosine(1000), got {factor!r}")
        self.factor = factor
        self.first = [group.lr for group in optimizer.groups]
        self.steps = 0
        self._set()

    def step(self) -> None:
        """Go on to the next step's rate."""
        self.steps += 1
        self._set()

    def on_start(self, run: Run) -> None:
        _refuse_other_optimizer(self.optimizer, run)

    def on_step(self, run: Run) -> None:
        self.step()

    def state_dict(self) -> State:
        return {"steps": np.array(self.steps), "first": np.array(self.first)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.steps, self.first = int(state["steps"]), np.asarray(state["first"]).tolist()

    def _set(self) -> None:
        factor = self.factor(self.steps)
        if not isfinite(factor) or factor < 0:
            raise ValueError(f"the factor of the learning rate at step {self.steps} is {factor!r}: it must be at least 0")
        for group, first in zip(self.optimizer.groups, self.first, strict=True):
            group.lr = first * factor


def _optimizer(given: Any) -> Optimizer:
    if not isinstance(given, Optimizer):
        raise TypeError(f"the optimizer comes first, got {given!r:.80} of type {type(given).__name__}")
    return given


def _refuse_other_optimizer(optimizer: Optimizer, run: Run) -> None:
    if optimizer is not run.optimizer:
        raise ValueError("the schedule moves the rate of another optimizer than fit was given: make it with the same one")


def constant() -> Factor:
    """The same rate for ever: 1.

    >>> constant()(100)
    1.0
    """
    return lambda t: 1.0


def stepwise(every: int, gamma: float = 0.1) -> Factor:
    """Smaller by a factor at every so many steps.

        γ^⌊t / every⌋

    >>> [stepwise(2, 0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    n, g = whole("every", every, least=1), within("gamma", gamma, below=inf)
    return lambda t: g ** (t // n)


def exponential(gamma: float) -> Factor:
    """Smaller by a factor at each step.

        γᵗ

    >>> [exponential(0.5)(t) for t in range(3)]
    [1.0, 0.5, 0.25]
    """
    g = within("gamma", gamma, below=inf)
    return lambda t: g**t


def cosine(steps: int, least: float = 0.0) -> Factor:
    """Down half a wave of the cosine to `least` in so many steps, and there for ever.

        least + (1 − least) (1 + cos(π t / steps)) / 2

    Source  Loshchilov & Hutter, ICLR 2017, eq. 5
    >>> [round(cosine(2)(t), 6) for t in range(4)]
    [1.0, 0.5, 0.0, 0.0]
    """
    n, low = whole("steps", steps, least=1), within("least", least, below=inf)
    return lambda t: low + (1.0 - low) * (1.0 + cos(pi * min(t, n) / n)) / 2.0


def warm_up(steps: int, then: Factor | None = None) -> Factor:
    """Up in a straight line for so many steps, and then along another schedule, which begins at its 0.

        (t + 1) / steps,   then(t − steps) from t = steps on

    Source  Goyal et al., arXiv:1706.02677, 2017, section 2.2
    >>> [warm_up(2, exponential(0.5))(t) for t in range(4)]
    [0.5, 1.0, 1.0, 0.5]
    """
    n, after = whole("steps", steps, least=1), then or constant()
    return lambda t: (t + 1) / n if t < n else after(t - n)


def one_cycle(steps: int, rising: float = 0.3, first: float = 1 / 25, last: float = 1e-4 / 25) -> Factor:
    """Up half a wave of the cosine from `first` to 1 for a share of the steps, and down another one to `last`.

    Source  Smith & Topin, arXiv:1708.07120, 2018
    >>> [round(one_cycle(10, rising=0.5, first=0.0, last=0.0)(t), 3) for t in (0, 5, 10)]
    [0.0, 1.0, 0.0]
    """
    n, share = whole("steps", steps, least=1), within("rising", rising, below=1.0)
    top = share * n

    def factor(t: int) -> float:
        if t < top:
            return 1.0 + (first - 1.0) * (1.0 + cos(pi * t / top)) / 2.0
        return last + (1.0 - last) * (1.0 + cos(pi * (min(t, n) - top) / (n - top))) / 2.0

    return factor


class Plateau(Callback):
    """A learning rate that falls when a number, such as the held-out loss, has not fallen for a while.

    lr ← lr · factor  when `patience` numbers in a row were not below the least so far by the share `threshold`; call
    `step(number)` after each epoch, or give it to `fit`, where the number is the newest in the history's column `monitor`

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
        self.optimizer = _optimizer(optimizer)
        self.factor = within("factor", factor, below=1.0)
        self.patience = whole("patience", patience, least=0)
        self.threshold = within("threshold", threshold, below=1.0)
        self.monitor = monitor
        self.best, self.bad = inf, 0

    def on_start(self, run: Run) -> None:
        _refuse_other_optimizer(self.optimizer, run)
        run.refuse_no_column(self.monitor)

    def on_epoch(self, run: Run) -> None:
        self.step(run.history[self.monitor][-1])

    def state_dict(self) -> State:
        return {"best": np.array(self.best), "bad": np.array(self.bad)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.bad = float(state["best"]), int(state["bad"])

    def step(self, number: float) -> None:
        """Take note of the newest number."""
        if number < self.best * (1.0 - self.threshold):
            self.best, self.bad = float(number), 0
            return
        self.bad += 1
        if self.bad > self.patience:
            for group in self.optimizer.groups:
                group.lr *= self.factor
            self.bad = 0
