"""`History`: loss and metrics of a training per epoch."""

from dataclasses import dataclass, field

from autograd.support.text_table import folded, html_table, image_html, table


@dataclass(repr=False)
class History:
    """Loss and metrics of a training: lists with an entry per epoch. Lists without validation or metrics are empty.

    Attributes:
        loss, metrics: Over the training batches, while the parameters changed
        validation_loss, validation_metrics: Over the validation data, after the epoch
        seconds: Duration of the epoch

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
        """Return the lists that have entries, by name: loss, accuracy, validation_loss, validation_accuracy, seconds."""
        named = {"loss": self.loss} | self.metrics | {"validation_loss": self.validation_loss}
        named |= {f"validation_{name}": column for name, column in self.validation_metrics.items()}
        return {name: column for name, column in (named | {"seconds": self.seconds}).items() if column}

    def __getitem__(self, name: str) -> list[float]:
        columns = self.columns()
        if name not in columns:
            raise KeyError(f"the history has no column {name!r}; it has {', '.join(columns) or 'nothing'}")
        return columns[name]

    def __repr__(self) -> str:
        """Table with a line per epoch."""
        return table(self._rows())

    def _repr_html_(self) -> str:
        """Curves and table of a notebook; the table of many epochs is folded."""
        rows = html_table(self._rows())
        if len(self.loss) < 3:
            return rows
        from nn.run.curves import curves_svg

        alt = f"{', '.join(['loss', *self.metrics])} over {len(self.loss)} epochs"
        image = image_html(curves_svg(self).encode(), "image/svg+xml", alt)
        return image + folded(f"{len(self.loss)} epochs", rows, opened=len(self.loss) <= 12)

    def _rows(self) -> list[list[str]]:
        columns = {name: [f"{x:#.4g}" for x in column] for name, column in self.columns().items()}
        columns = {"epoch": [str(i + 1) for i in range(len(self.loss))]} | columns
        return [list(columns), *map(list, zip(*columns.values(), strict=True))]
