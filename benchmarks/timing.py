"""Timing that can be trusted: contestants in turn, round after round, and ratios taken within each round.

A machine's speed drifts; the ratio of two runs that follow each other does not. Garbage is collected before every timed run,
so that nobody pays for what another left behind, and the collector stays on during it, so that everybody pays for his own.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: What a contestant gives back: the arrays that all must agree on, or nothing if it is only a floor to the time. One that
#: runs elsewhere has a method `seconds(runs)` that says how long so many runs took there.
Run = Callable[[], list]

#: How far an entry may be off, in units of the largest of its array: float32, and sums in another order.
TOLERANCE = 1e-5

#: How long a contestant runs in each round, in seconds, unless one run takes longer.
TURN = 0.03


class NotHereError(Exception):
    """What a contestant runs on is not here."""


@dataclass
class Contest:
    """Who is timed, the first of them against all others; who is missing and why; what else there is to say."""

    runs: dict[str, Run] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def enter(self, name: str, make: Callable[..., Run], *args: Any) -> None:
        """Add what `make(*args)` gives; if a package for it, or what it runs on, is not there, say so."""
        try:
            self.runs[name] = make(*args)
        except ImportError as error:
            self.missing.append(f"{name} ({error}): pip install 'glassgrad[bench]'")
        except NotHereError as error:
            self.missing.append(f"{name}: {error}")


@dataclass
class Row:
    """One contestant's times in seconds a run, and the median over the rounds of the first one's time divided by its own."""

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


def compare(workload: str, about: str, contest: Contest, *, rounds: int, check: bool = True) -> Table:
    """The table of a contest, after a check, unless they are meant to differ, that all compute the same numbers."""
    with ExitStack() as leaving:
        for run in contest.runs.values():
            if hasattr(run, "close"):
                leaving.callback(run.close)
        return _compared(workload, about, contest, rounds, check)


def _compared(workload: str, about: str, contest: Contest, rounds: int, check: bool) -> Table:
    if check:
        agree(contest.runs)
    turns = {name: _runs_a_turn(run) for name, run in contest.runs.items()}
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


def _runs_a_turn(run: Run) -> int:
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
    """Raise if the arrays of a contestant, unless it gives back none, are not those of the first one, within TOLERANCE."""
    (first, expected), *others = [(name, [np.asarray(x, float) for x in run()]) for name, run in contestants.items()]
    for name, found in others:
        if found and not (len(found) == len(expected) and all(map(_close, found, expected))):
            raise SystemExit(f"{name} and {first} do not compute the same numbers: nothing is timed")


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and np.allclose(a, b, rtol=0.0, atol=TOLERANCE * np.abs(b).max(initial=0.0))
