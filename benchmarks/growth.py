"""Cost of a tape by its length, from a thousand recorded operations to a million."""

import gc
import statistics
import time
import tracemalloc
from dataclasses import dataclass

import numpy as np

from autograd import value_and_grad
from autograd.tape.backends import numba
from autograd.tape.passes import optimise
from autograd.tape.recorder.trace import trace_function

ABOUT = "a recurrence of products and sines, its value and gradient: cost per operation"
SIZES = (1_000, 10_000, 100_000, 1_000_000)


@dataclass
class Growth:
    """Cost of one length per operation: µs to record and to optimise, ns to replay, peak bytes."""

    operations: int
    record: float
    optimise: float
    replay: float
    memory: float


@dataclass
class GrowthTable:
    """Costs of all lengths."""

    workload: str
    about: str
    rows: list[Growth]

    def __str__(self) -> str:
        lines = [f"{self.workload}: {self.about}", "  operations    record   optimise     replay    memory"]
        for r in self.rows:
            lines.append(f"  {r.operations:10,}{r.record:7.2f} µs {r.optimise:7.2f} µs {r.replay:7.2f} ns {r.memory:7.0f} B")
        for name in ("record", "optimise", "replay"):
            column = [getattr(r, name) for r in self.rows]
            lines.append(f"  {name}: the most expensive length costs {max(column) / min(column):.2f} × the cheapest")
        return "\n".join(lines)


def measure(rounds: int, sizes=SIZES) -> GrowthTable:
    """Medians over a few repetitions; the longest length is measured once."""
    return GrowthTable("growth", ABOUT, [_one(n, max(1, min(rounds, 200_000 // n))) for n in sizes])


def recurrence(n):
    """A function with about n operations for its value and gradient."""

    def f(x):
        a, b = x[0], x[1]
        for i in range(n // 15):
            a, b = b * x[i % 8] + a, (a * b + x[(i + 3) % 8]).sin()
        return a * b

    return f


def _one(n, repetitions):
    f, x = value_and_grad(recurrence(n)), np.linspace(0.1, 0.9, 8)
    recording, optimising = [], []
    for _ in range(repetitions):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        program, _ = trace_function(f, (x,), True)
        middle = time.perf_counter()
        operations = len(program)
        program = optimise(program)
        end = time.perf_counter()
        gc.enable()
        recording.append((middle - start) / operations)
        optimising.append((end - middle) / operations)
    replay = numba.backend.compile(program)
    replay([x])
    turns = max(3, 3_000_000 // n)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(turns):
            replay([x])
        times.append((time.perf_counter() - start) / turns / operations)
    tracemalloc.start()
    trace_function(f, (x,), True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Growth(
        operations,
        1e6 * statistics.median(recording),
        1e6 * statistics.median(optimising),
        1e9 * statistics.median(times),
        peak / operations,
    )
