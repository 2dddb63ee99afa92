"""`Run` and `Callback`: a training under way, and what is called while it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nn.modules.module import Module
from nn.optim.optimizer import Optimizer
from nn.run.history import History

State = dict[str, np.ndarray[Any, Any]]


@dataclass
class Run:
    """A training under way, as a callback sees it.

    Attributes:
        epoch: The number of the epoch, from 1; 0 before the first
        steps: Steps of the optimizer since the very first epoch
        epochs: How many epochs there are to be
        settings: What settles the order of the rows, beside the epoch
        columns: What the history will have after an epoch
        stop: Why this epoch is to be the last, or "" while it is not: a callback may set it
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

    def check_column(self, name: str) -> None:
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
