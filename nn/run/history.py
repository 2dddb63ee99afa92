"""`History`: how a training went, an entry an epoch."""

from dataclasses import dataclass, field

from autograd.support.text_table import table


@dataclass(repr=False)
class History:
    """How a training went: an entry an epoch in each list; those of validation and metrics are empty if there was none.

    Attributes:
        loss, metrics: Over the training rows as they came by, while the parameters moved
        validation_loss, validation_metrics: Over the rows held out, after the epoch
        seconds: That the epoch took

    >>> history = History(loss=[0.5, 0.25], metrics={"accuracy": [0.5, 1.0]})
    >>> history
    epoch    loss  accuracy
        1  0.5000    0.5000
        2  0.2500     1.000
    >>> history["accuracy"]
    [0.5, 1.0]
    """

    loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_loss: list[float] = field(default_factory=list)
    validation_metrics: dict[str, list[float]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def columns(self) -> dict[str, list[float]]:
        """The lists that have entries, by name: loss, accuracy, validation_loss, validation_accuracy, seconds."""
        named = {"loss": self.loss} | self.metrics | {"validation_loss": self.validation_loss}
        named |= {f"validation_{name}": column for name, column in self.validation_metrics.items()}
        return {name: column for name, column in (named | {"seconds": self.seconds}).items() if column}

    def __getitem__(self, name: str) -> list[float]:
        columns = self.columns()
        if name not in columns:
            raise KeyError(f"the history has no {name!r}; it has {', '.join(columns) or 'nothing'}")
        return columns[name]

    def __repr__(self) -> str:
        """A table with a line an epoch."""
        columns = {name: [f"{x:#.4g}" for x in column] for name, column in self.columns().items()}
        columns = {"epoch": [str(i + 1) for i in range(len(self.loss))]} | columns
        return table([list(columns), *zip(*columns.values(), strict=True)])
