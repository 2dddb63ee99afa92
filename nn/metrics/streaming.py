"""Streaming metrics, exact under uneven batches."""

from collections.abc import Callable
from math import fsum
from typing import Any

from autograd.support.lazy_numpy import np
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

#: Fractions of the entries of the targets; they are kept as counts, which are exact.
_SHARES = (accuracy, binary_accuracy, zero_one_loss)
#: Means over the entries of the targets: the total is the mean of the batch means, weighted by their numbers of entries.
_MEANS = (*_SHARES, mean_absolute_error, mean_squared_error)
_BY_SUMS = (*_MEANS, confusion_matrix, precision_recall_f1, r_squared)

#: Rows that are collected before they are summed: the checks of a metric cost as much as hundreds of rows.
AT_ONCE = 4096


class Running:
    """Streaming form of a metric: its value over all rows so far.

    The metrics of `nn` are kept as sums, R² by pairwise updates of mean and variance; for any other function, the rows are
    kept.

    Raises:
        ValueError: If `result` is called before there are rows
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
        self._rows = 0  # in _waiting
        self._sums: list[Any] = []
        self._entries = 0  # of the targets in _sums

    def update(self, outputs: Any, targets: Any) -> None:
        """Add the rows of a batch."""
        outputs, targets = (x.numpy() if hasattr(x, "numpy") else np.asarray(x) for x in (outputs, targets))
        self._waiting.append((outputs, targets))
        self._rows += len(targets)
        if self._rows >= AT_ONCE and self.metric in _BY_SUMS:
            self._sum_waiting()

    def _sum_waiting(self) -> None:
        """Add the collected rows to the sums."""
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

    def check(self) -> Any:
        """Raise if the metric does not fit the rows so far; returns its result, or None where more rows are needed."""
        return self._sum_waiting() if self.metric is r_squared else self.result()

    def result(self) -> Any:
        """Return the metric of all rows so far."""
        if not self._waiting and not self._sums:
            name = getattr(self.metric, "__name__", "the metric")
            raise ValueError(f"{name} needs at least one row, got none: call update first")
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
            r_squared(predictions, targets)  # raises
        p, t = predictions.astype(float), targets.astype(float)
        return cls(t.size, float(t.mean()), float(np.sum((t - t.mean()) ** 2)), float(np.sum((t - p) ** 2)))

    def __add__(self, other: "_Spread") -> "_Spread":
        n, apart = self.n + other.n, other.mean - self.mean
        between = apart**2 * self.n * other.n / n
        mean = self.mean + apart * other.n / n
        return _Spread(n, mean, self.deviations + other.deviations + between, self.errors + other.errors)

    def r_squared(self) -> float:
        if self.n < 2 or not self.deviations:
            raise ValueError(f"r_squared needs targets that differ, got {self.n} equal ones: their variance is 0")
        return 1.0 - self.errors / self.deviations
