"""`Run`, the state of a training, and `Callback`, the base class of callbacks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from nn.modules.module import Module
from nn.optim.optimizer import Optimizer
from nn.run.history import History

State = dict[str, np.ndarray[Any, Any]]


@dataclass
class Run:
    """State of a training, passed to callbacks.

    Attributes:
        epoch: Number of the epoch, from 1; 0 before the first
        steps: Optimizer steps since the first epoch
        epochs: Number of epochs
        settings: Settings that, with the epoch, determine the order of the rows
        batches: Number of batches of an epoch
        loss: The loss function of `fit`
        columns: Columns of the history after an epoch
        stop: Reason to stop after this epoch, or ""; a callback may set it
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
    loss: Any = None
    batches: int = 0

    @contextmanager
    def history_on_error(self) -> Iterator[None]:
        """Context manager that stores the history of the complete epochs in an error as its attribute `history`."""
        try:
            yield
        except BaseException as error:
            for column in self.history.columns().values():
                del column[len(self.history.seconds) :]
            with suppress(AttributeError):
                error.history = self.history  # type: ignore[attr-defined]
            raise

    def check_column(self, name: str) -> None:
        """Raise KeyError if the history will not have a column; the error names those it will have."""
        if name not in self.columns:
            hint = ": pass validation=(x, y) to fit" if name.startswith("validation_") else ""
            raise KeyError(f"the history will have no column {name!r}, only {', '.join(self.columns)}{hint}")


class Callback:
    """Base class of callbacks of `fit`: a subclass overrides the methods that it needs.

    >>> class Shout(Callback):
    ...     def on_epoch(self, run):
    ...         print(f"{run.epoch}!")
    """

    #: Callbacks are called in the order of their ranks; those of equal rank in the order of the list.
    rank: ClassVar[int] = 0
    #: True if `on_step` may read the parameters: the JAX engine then copies them from the devices after every step.
    looks_at_parameters: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = explained_arguments()(cls.__init__)  # type: ignore[method-assign]

    def on_start(self, run: Run) -> None:
        """Called before the first epoch."""

    def on_gradients(self, run: Run) -> None:
        """Called in every step between the gradients and the update of the parameters."""

    def on_step(self, run: Run) -> None:
        """Called after every step of the optimizer."""

    def on_epoch(self, run: Run) -> None:
        """Called after every epoch; the history has its entries."""

    def on_end(self, run: Run) -> None:
        """Called after the last epoch, unless an error ended the training."""

    def state_dict(self) -> State:
        """Return the state that a checkpoint stores, so that a resumed training equals an uninterrupted one."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore a state from `state_dict`."""
