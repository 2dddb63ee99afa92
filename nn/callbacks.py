"""What can be done while a model is trained: `Callback` says when, and its subclasses what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isnan
from typing import Any, ClassVar

import numpy as np

from nn._validation import finite, whole
from nn.history import History
from nn.module import Module
from nn.optimizers import Optimizer

State = dict[str, np.ndarray[Any, Any]]


@dataclass
class Run:
    """A training under way, as a callback sees it.

    epoch     the number of the epoch, from 1; 0 before the first
    steps     steps of the optimizer since the very first epoch
    epochs    how many epochs there are to be
    settings  what settles the order of the rows, beside the epoch
    columns   what the history will have after an epoch
    stop      why this epoch is to be the last, or "" while it is not: a callback may set it
    """

    model: Module
    optimizer: Optimizer
    epochs: int
    settings: dict[str, int]
    columns: list[str] = field(default_factory=list)
    history: History = field(default_factory=History)
    epoch: int = 0
    steps: int = 0
    stop: str = ""
    callbacks: list["Callback"] = field(default_factory=list)

    def refuse_no_column(self, name: str) -> None:
        """Raise a KeyError if the history will have no column of this name; names those it will have."""
        if name not in self.columns:
            hint = ": give fit validation=(x, y)" if name.startswith("validation_") else ""
            raise KeyError(f"the history will have no {name!r}, only {', '.join(self.columns)}{hint}")


class Callback:
    """Something done while a model is trained: a subclass overrides what it needs.

    >>> class Shout(Callback):
    ...     def on_epoch(self, run):
    ...         print(f"{run.epoch}!")
    """

    #: Callbacks are called in the order in which they are given; those with a higher rank after all others.
    rank: ClassVar[int] = 0
    #: Whether `on_step` may look at the parameters: if one does, devices of JAX give them back after every step.
    looks_at_parameters: ClassVar[bool] = True

    def on_start(self, run: Run) -> None:
        """Before the first epoch."""

    def on_gradients(self, run: Run) -> None:
        """In every step, when the gradients are there and the parameters have not moved."""

    def on_step(self, run: Run) -> None:
        """After every step of the optimizer."""

    def on_epoch(self, run: Run) -> None:
        """After every epoch, when its line stands in the history."""

    def on_end(self, run: Run) -> None:
        """After the last epoch, if no error ended the training."""

    def state_dict(self) -> State:
        """What a checkpoint must keep of this callback for a resumed training to be the unbroken one."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up where the callback stood whose state this is."""


class EarlyStopping(Callback):
    """Stop when a column of the history has not got better for a while, and go back to the parameters of the best epoch.

    monitor           name of the column, such as "validation_loss", "loss" or "validation_accuracy"
    patience          epochs without a better number before the training stops
    by                how much better is better
    higher_is_better  for accuracies and the like
    best_epoch        the epoch with the best number, or 0 before the first

    Raises  KeyError  when the training starts, if its history will have no such column; names those it will have
    Source  Prechelt, Early stopping: but when?, Neural Networks: Tricks of the Trade, 1998
    >>> EarlyStopping(patience=3).best_epoch
    0
    """

    def __init__(
        self, monitor: str = "validation_loss", patience: int = 5, by: float = 0.0, *, higher_is_better: bool = False
    ) -> None:
        self.monitor = monitor
        self.patience = whole("patience", patience, least=0)
        self.by = finite("by", by)
        self.sign = -1.0 if higher_is_better else 1.0
        self._forget()

    def _forget(self) -> None:
        self.best, self.best_epoch, self.kept = inf, 0, State()

    def on_start(self, run: Run) -> None:
        run.refuse_no_column(self.monitor)
        self._forget()

    def on_epoch(self, run: Run) -> None:
        number = self.sign * run.history[self.monitor][-1]
        if number < self.best - self.by or (not self.best_epoch and not isnan(number)):
            self.best, self.best_epoch, self.kept = number, run.epoch, run.model.state_dict()
        elif run.epoch - self.best_epoch > self.patience:
            run.stop = f"{self.monitor} has not got better than {self.sign * self.best:#.4g} since epoch {self.best_epoch}"

    def on_end(self, run: Run) -> None:
        if self.kept:
            run.model.load_state_dict(self.kept)

    def state_dict(self) -> State:
        kept = {f"kept.{name}": array for name, array in self.kept.items()}
        return {"best": np.array(self.best), "best_epoch": np.array(self.best_epoch)} | kept

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.best, self.best_epoch = float(state["best"]), int(state["best_epoch"])
        self.kept = {name.removeprefix("kept."): np.array(x) for name, x in state.items() if name.startswith("kept.")}
