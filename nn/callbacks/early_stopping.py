"""Early stopping: the training ends when a metric stops improving."""

from collections.abc import Collection, Mapping
from math import inf, isnan
from typing import Any, Literal

import numpy as np

from autograd.support.deprecated import renamed_arguments, renamed_attributes
from nn._validation import check_choice, check_finite, check_integer
from nn.run.run import Callback, Run, State


@renamed_attributes(by="min_delta")
class EarlyStopping(Callback):
    """Stop if a column of the history has not improved for some epochs, and restore the parameters of the best epoch.

    Args:
        monitor: Name of the column, such as "validation_loss", "loss" or "validation_accuracy"
        patience: Number of epochs without improvement before the training stops
        min_delta: Smallest change that counts as improvement
        mode: "min" if lower numbers are better; "max" if higher ones are, such as accuracies
    Attributes:
        best_epoch: Epoch with the best number; 0 before the first
    Raises:
        KeyError: When the training starts, if the history will not have the column; names those it will have
    Source:
        Prechelt, Early stopping: but when?, Neural Networks: Tricks of the Trade, 1998

    >>> EarlyStopping(patience=3).best_epoch
    0
    """

    @renamed_arguments(by="min_delta", higher_is_better=("mode", lambda x: "max" if x else "min"))
    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        *,
        mode: Literal["min", "max"] = "min",
    ) -> None:
        self.monitor = monitor
        self.patience = check_integer("patience", patience, least=0)
        self.min_delta = check_finite("min_delta", min_delta)
        check_choice("mode", mode, ("min", "max"))
        self.sign = -1.0 if mode == "max" else 1.0
        self._names: Collection[str] = ()
        self._reset()

    def _reset(self) -> None:
        self.best, self.best_epoch, self.kept = inf, 0, State()

    def on_start(self, run: Run) -> None:
        run.check_column(self.monitor)
        self._reset()
        self._names = run.model.state_dict().keys()  # what cannot be kept must not be trained

    def on_epoch(self, run: Run) -> None:
        number = self.sign * run.history[self.monitor][-1]
        if number < self.best - self.min_delta or (not self.best_epoch and not isnan(number)):
            self.best, self.best_epoch, self.kept = number, run.epoch, run.model.state_dict()
        elif run.epoch - self.best_epoch > self.patience:
            run.stop = f"{self.monitor} has not improved on {self.sign * self.best:#.4g} since epoch {self.best_epoch}"

    def on_end(self, run: Run) -> None:
        if self.kept:
            run.model.load_state_dict(self.kept)

    def state_dict(self) -> State:
        kept = {f"kept.{name}": array for name, array in self.kept.items()}
        return {"best": np.array(self.best), "best_epoch": np.array(self.best_epoch)} | kept

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept = {name.removeprefix("kept."): np.array(x) for name, x in state.items() if name.startswith("kept.")}
        if kept and kept.keys() != self._names:
            raise ValueError(f"the best epoch has the numbers {', '.join(kept)}, and the model {', '.join(self._names)}")
        self.best, self.best_epoch, self.kept = float(state["best"]), int(state["best_epoch"]), kept
