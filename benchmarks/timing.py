"""Timing of contestants in turn, round after round, with ratios within each round.

The speed of a machine drifts; the ratio of two consecutive runs does not. Garbage is collected before every timed run, so that
no run pays for another. The collector stays on during the run, so that every run pays for its own garbage.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: A contestant: returns the arrays that all must agree on, or an empty list for a lower bound of the time. A contestant in
#: another process has a method `seconds(runs)`, the time of that many runs there.
Run = Callable[[], list]

#: Allowed difference of an entry relative to the largest of its array, for float32 and other orders of summation.
TOLERANCE = 1e-5

#: Seconds that a contestant runs in each round, unless one run takes longer.
TURN = 0.03


class NotHereError(Exception):
    """Raised if the hardware or software of a contestant is missing."""


@dataclass
class Contest:
    """Contestants to time, the first against all others; missing ones with the reason; notes."""

    runs: dict[str, Run] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def enter(self, name: str, make: Callable[..., Run], *args: Any) -> None:
        """Add the contestant `make(*args)`, or note why it is missing."""
        try:
            self.runs[name] = make(*args)
        except ImportError as error:
            self.missing.append(f"{name} ({error}): pip install 'glassgrad[bench]'")
        except NotHereError as error:
            self.missing.append(f"{name}: {error}")


@dataclass
class Row:
    """Times of a contestant in seconds per run; `ratio` is the median of the time of the first contestant over its own."""

    contestant: str
    median: float
    minimum: float
    maximum: float
    ratio: float


@dataclass
class Table:
    """Times of the contestants of a workload."""

    workload: str
    about: str
    missing: list[str]
    notes: list[str]
    checked: bool
    rows: list[Row]

    def __str__(self) -> str:
        lines = [f"{self.workload}: {self.about}" + f"; all equal to {TOLERANCE:g} of the largest in each array" * self.checked]
        lines.append(f"  {'contestant':34}{'median':>13}{'min':>13}{'max':>13}   the first takes")
        for row in self.rows:
            times = "".join(f"{t * 1e6:10,.0f} µs" for t in (row.median, row.minimum, row.maximum))
            lines.append(f"  {row.contestant:34}{times}   {row.ratio:.3g} × its time")
        lines += [f"  missing: {name}" for name in self.missing]
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)


def compare(workload: str, about: str, contest: Contest, *, rounds: int, check: bool = True, collector: bool = True) -> Table:
    """The table of a contest; if `check` is true, all contestants must compute the same numbers.

    Without `collector`, no garbage is collected while they run.
    """
    with ExitStack() as leaving:
        for run in contest.runs.values():
            if hasattr(run, "close"):
                leaving.callback(run.close)
        if not collector:
            gc.disable()
            leaving.callback(gc.enable)
        return _compare(workload, about, contest, rounds, check)


def _compare(workload: str, about: str, contest: Contest, rounds: int, check: bool) -> Table:
    if check:
        agree(contest.runs)
    turns = {name: _runs_per_turn(run) for name, run in contest.runs.items()}
    times: dict[str, list[float]] = {name: [] for name in contest.runs}
    for _ in range(rounds):
        for name, run in contest.runs.items():
            gc.collect()
            times[name].append(_seconds(run, turns[name]) / turns[name])
    first = times[next(iter(contest.runs))]
    rows = [
        Row(name, statistics.median(t), min(t), max(t), statistics.median(a / b for a, b in zip(first, t, strict=True)))
        for name, t in times.items()
    ]
    return Table(workload, about, contest.missing, contest.notes, check, rows)


def _runs_per_turn(run: Run) -> int:
    once = min(_seconds(run, 1) for _ in range(3))
    return max(1, min(1000, int(TURN / once)))


def _seconds(run: Run, runs: int) -> float:
    if hasattr(run, "seconds"):
        return run.seconds(runs)
    start = time.perf_counter()
    for _ in range(runs):
        run()
    return time.perf_counter() - start


def agree(contestants: Mapping[str, Run]) -> None:
    """Raise if the arrays of a contestant that returns any differ from those of the first by more than TOLERANCE."""
    (first, expected), *others = [(name, [np.asarray(x, float) for x in run()]) for name, run in contestants.items()]
    for name, found in others:
        if found and not (len(found) == len(expected) and all(map(_close, found, expected))):
            raise SystemExit(f"{name} and {first} do not compute the same numbers: no times were taken")


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=0.0, atol=TOLERANCE * np.abs(b).max(initial=0.0))
