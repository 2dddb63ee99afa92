"""Early stopping, and the file of the best model."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from math import inf, isnan
from pathlib import Path
from typing import Any

from autograd.support.deprecated import renamed_arguments, renamed_attributes
from autograd.support.lazy_numpy import np
from nn._validation import check_finite, check_integer
from nn.callbacks._best import BestCallback, Mode
from nn.io.model_files import check_savable, save
from nn.run.run import Run, State


@renamed_attributes(by="min_delta")
class EarlyStopping(BestCallback):
    """Stop if a column of the history has not improved for some epochs, and restore the parameters of the best epoch.

    Args:
        monitor: Name of the column, such as "validation_loss", "loss" or "validation_accuracy"
        patience: Number of epochs without improvement after which the training stops; 0 is 1
        min_delta: Smallest change that counts as improvement
        mode: "min" if lower numbers are better; "max" if higher ones are; "auto" is "max" for names with a word such as
            accuracy, auc, f1, precision, recall, score or r_squared
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
        self, monitor: str = "validation_loss", patience: int = 5, min_delta: float = 0.0, *, mode: Mode = "auto"
    ) -> None:
        super().__init__(monitor, mode)
        self.patience = check_integer("patience", patience, least=0)
        self.min_delta = check_finite("min_delta", min_delta)
        self._names: Collection[str] = ()
        self._reset()

    def _reset(self) -> None:
        self.best, self.best_epoch, self.kept = inf, 0, State()

    def on_start(self, run: Run) -> None:
        super().on_start(run)
        self._reset()
        self._names = run.model.state_dict().keys()  # what cannot be kept must not be trained

    def on_epoch(self, run: Run) -> None:
        number = run.history[self.monitor][-1]
        if self.improve(number, self.min_delta) or (not self.best_epoch and not isnan(number)):
            self.best_epoch, self.kept = run.epoch, run.model.state_dict()
        elif run.epoch - self.best_epoch >= max(self.patience, 1):
            run.stop = f"{self.monitor} has not improved on {self.sign * self.best:#.4g} since epoch {self.best_epoch}"

    def on_end(self, run: Run) -> None:
        if self.kept:
            run.model.load_state_dict(self.kept)

    def state_dict(self) -> State:
        kept = {f"kept.{name}": array for name, array in self.kept.items()}
        return super().state_dict() | {"best_epoch": np.array(self.best_epoch)} | kept

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept = {name.removeprefix("kept."): np.array(x) for name, x in state.items() if name.startswith("kept.")}
        if kept and kept.keys() != self._names:
            raise ValueError(f"the best epoch has the numbers {', '.join(kept)}, and the model {', '.join(self._names)}")
        super().load_state_dict(state)
        self.best_epoch, self.kept = int(state["best_epoch"]), kept


class BestModel(BestCallback):
    """Save the model to a file after each epoch with a better number than all epochs before; `nn.load` reads it.

    Args:
        path: Path of the file, as for `nn.save`; an older file is replaced after the first epoch
        monitor, mode: As for `EarlyStopping`
    Raises:
        KeyError: When the training starts, if the history will not have the column; names those it will have

    >>> BestModel("best.npz", "validation_accuracy").monitor
    'validation_accuracy'
    """

    def __init__(self, path: str | os.PathLike[str], monitor: str = "validation_loss", *, mode: Mode = "auto") -> None:
        super().__init__(monitor, mode)
        self.path = Path(path)

    def on_start(self, run: Run) -> None:
        super().on_start(run)
        check_savable(run.model, self.path)  # what cannot be saved must not be trained

    def on_epoch(self, run: Run) -> None:
        if self.improve(run.history[self.monitor][-1]):
            save(run.model, self.path)
