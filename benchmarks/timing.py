"""Timing that can be trusted: contestants in turn, round after round, and ratios taken within each round.

A machine's speed drifts; the ratio of two runs that follow each other does not. Garbage is collected before every timed run,
so that nobody pays for what another left behind, and the collector stays on during it, so that everybody pays for his own.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

#: What a contestant gives back: the arrays that all must agree on, or nothing if it is only a floor to the time.
Run = Callable[[], list]

#: How far an entry may be off, in units of the largest of its array: float32, and sums in another order.
TOLERANCE = 1e-5


@dataclass
class Row:
    """One contestant's times in seconds a run, and the median over the rounds of glassgrad's time divided by its own."""

    contestant: str
    median: float
    minimum: float
    maximum: float
    ratio: float


@dataclass
class Table:
    """What a workload's contestants took."""

    workload: str
    about: str
    missing: list[str]
    rows: list[Row]

    def __str__(self) -> str:
        lines = [f"{self.workload}: {self.about}; equal to {TOLERANCE:g} of the largest number in each array"]
        lines.append(f"  {'contestant':28}{'median':>11}{'min':>11}{'max':>11}   glassgrad takes")
        for row in self.rows:
            times = "".join(f"{t * 1e6:8.0f} µs" for t in (row.median, row.minimum, row.maximum))
            lines.append(f"  {row.contestant:28}{times}   {row.ratio:.2f} × its time")
        lines += [f"  not installed: {name}" for name in self.missing]
        return "\n".join(lines)


def compare(workload: str, about: str, contestants: Mapping[str, Run], missing: list[str], *, rounds: int, runs: int) -> Table:
    """The table of `contestants`, of which the first is glassgrad, after a check that all compute the same numbers."""
    agree(contestants)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            gc.collect()
            start = time.perf_counter()
            for _ in range(runs):
                run()
            times[name].append((time.perf_counter() - start) / runs)
    ours = times[next(iter(contestants))]
    rows = [
        Row(name, statistics.median(t), min(t), max(t), statistics.median(a / b for a, b in zip(ours, t, strict=True)))
        for name, t in times.items()
    ]
    return Table(workload, about, missing, rows)


def agree(contestants: Mapping[str, Run]) -> None:
    """Raise if the arrays of a contestant, unless it gives back none, are not those of the first one, within TOLERANCE."""
    (first, expected), *others = [(name, [np.asarray(x, float) for x in run()]) for name, run in contestants.items()]
    for name, found in others:
        if found and not (len(found) == len(expected) and all(map(_close, found, expected))):
            raise SystemExit(f"{name} and {first} do not compute the same numbers: nothing is timed")


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=0.0, atol=TOLERANCE * np.abs(b).max(initial=0.0))


def as_json(tables: list[Table]) -> str:
    """The tables for a machine."""
    return json.dumps([asdict(table) for table in tables], indent=2)
