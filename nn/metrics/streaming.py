"""Metrics of rows that come in batches: as if they had come at once, however uneven the batches are."""

from collections.abc import Callable
from math import fsum
from typing import Any

import numpy as np

from nn.losses.regression import mean_absolute_error, mean_squared_error
from nn.metrics.functional import (
    accuracy,
    binary_accuracy,
    confusion_matrix,
    precision_recall_f1,
    r_squared,
    report,
    zero_one_loss,
)

#: Shares of the entries of the targets, which are kept as counts, so that nothing is rounded.
_SHARES = (accuracy, binary_accuracy, zero_one_loss)
#: Means over the entries of the targets: the mean of all is the mean of the batches' means, each weighted by its entries.
_MEANS = (*_SHARES, mean_absolute_error, mean_squared_error)
_BY_SUMS = (*_MEANS, confusion_matrix, precision_recall_f1, r_squared)

#: Rows that wait until they are turned into sums at once: a metric's checks cost as much as hundreds of rows.
AT_ONCE = 4096


class Running:
    """A metric over all rows so far.

    What `nn` gives as metrics is kept as sums, R² by pairwise updates of mean and variance; of any other function, the rows
    are kept, since nothing is known of how its numbers add up.

    Raises:
        ValueError: If there is no row yet, when the result is asked for
    Source:
        Chan, Golub & LeVeque, The American Statistician 37(3), 1983, eq. 2.1, for R²

    >>> running = Running(accuracy)
    >>> running.update([[2.0, 1.0]], [0])
    >>> running.update([[2.0, 1.0], [1.0, 0.0], [3.0, 0.0]], [1, 1, 0])
    >>> running.result()
    0.5
    """

    def __init__(self, metric: Callable[[Any, Any], Any]) -> None:
        self.metric = metric
        self._waiting: list[tuple[Any, Any]] = []
        self._rows = 0  # that wait
        self._sums: list[Any] = []
        self._entries = 0  # of the targets in the sums

    def update(self, outputs: Any, targets: Any) -> None:
        """Take in the rows of one more batch."""
        outputs, targets = (x.numpy() if hasattr(x, "numpy") else np.asarray(x) for x in (outputs, targets))
        self._waiting.append((outputs, targets))
        self._rows += len(targets)
        if self._rows >= AT_ONCE and self.metric in _BY_SUMS:
            self._sum_waiting()

    def _sum_waiting(self) -> None:
        """Turn the rows that wait into a sum."""
        outputs, targets = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
        self._waiting, self._rows = [], 0
        if self.metric in _MEANS:
            total = float(self.metric(outputs, targets)) * targets.size
            self._sums.append(round(total) if self.metric in _SHARES else total)
            self._entries += targets.size
        elif self.metric is r_squared:
            self._sums = [sum(self._sums, _Spread.of(outputs, targets))]
        else:
            self._sums = [sum(self._sums, confusion_matrix(outputs, targets))]

    def result(self) -> Any:
        """The metric of all rows taken in."""
        if not self._waiting and not self._sums:
            name = getattr(self.metric, "__name__", "the metric")
            raise ValueError(f"there is no row yet to take {name} of: call update first")
        if self.metric not in _BY_SUMS:
            return self.metric(*(np.concatenate(parts) for parts in zip(*self._waiting, strict=True)))
        if self._waiting:
            self._sum_waiting()
        if self.metric in _MEANS:
            return fsum(self._sums) / self._entries
        if self.metric is r_squared:
            return self._sums[0].r_squared()
        return report(self._sums[0]) if self.metric is precision_recall_f1 else self._sums[0]


class _Spread:
    """Count, mean and sum of squared deviations of targets, and the sum of squared errors."""

    def __init__(self, n: int, mean: float, deviations: float, errors: float) -> None:
        self.n, self.mean, self.deviations, self.errors = n, mean, deviations, errors

    @classmethod
    def of(cls, predictions: Any, targets: Any) -> "_Spread":
        if predictions.shape != targets.shape:
            r_squared(predictions, targets)  # says so
        p, t = predictions.astype(float), targets.astype(float)
        return cls(t.size, float(t.mean()), float(np.sum((t - t.mean()) ** 2)), float(np.sum((t - p) ** 2)))

    def __add__(self, other: "_Spread") -> "_Spread":
        n, apart = self.n + other.n, other.mean - self.mean
        between = apart**2 * self.n * other.n / n
        mean = self.mean + apart * other.n / n
        return _Spread(n, mean, self.deviations + other.deviations + between, self.errors + other.errors)

    def r_squared(self) -> float:
        if self.n < 2 or not self.deviations:
            raise ValueError(f"r_squared of {self.n} targets that are all equal is undefined: there is no variance to explain")
        return 1.0 - self.errors / self.deviations
