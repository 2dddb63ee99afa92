"""Progress bar of an epoch."""

import sys
import time
from collections.abc import Callable, Iterable
from math import nan
from typing import Any

from nn.metrics.streaming import Running
from nn.training._arguments import metric_number


class ProgressBar:
    """Iterable over batches, with a bar on a terminal: number of batches, loss and metrics so far."""

    #: Seconds between two updates of the numbers: fast enough to read, rare enough to be cheap.
    EVERY = 0.1

    def __init__(self, batches: Iterable[Any], count: int, title: str, progress: bool) -> None:
        self.batches: Any = batches
        self.bar: Any = None
        self.shown = 0.0
        if progress and sys.stderr.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                return
            self.batches = self.bar = tqdm(batches, title, count, leave=False, unit="batch")

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __iter__(self) -> Any:
        return iter(self.batches)

    def show(self, loss: float, seen: dict[str, Running]) -> None:
        if self.bar is not None and (now := time.perf_counter()) - self.shown >= self.EVERY:
            self.shown = now
            numbers = {"loss": loss} | results(seen)
            self.bar.set_postfix({name: f"{x:#.4g}" for name, x in numbers.items()}, refresh=False)


def results(seen: dict[str, Running], handle: Callable[[str, Exception], float] = lambda name, error: nan) -> dict[str, float]:
    """Return the metrics of the rows so far; `handle` returns the number of a metric that raises."""
    numbers = {}
    for name, running in seen.items():
        try:
            numbers[name] = metric_number(name, running.result())
        except Exception as error:
            numbers[name] = handle(name, error)
    return numbers
