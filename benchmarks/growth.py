"""Seconds of each stage of a tape by its length, for each back end, from a thousand recorded operations to a million."""

import gc
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import log

import numpy as np

from autograd import scan, value_and_grad
from autograd.engine.graph import pause_garbage_collection
from autograd.support.optional import require
from autograd.tape.backends.registry import BACKENDS, find_backend
from autograd.tape.passes import optimise
from autograd.tape.recorder.trace import trace_function

ABOUT = "a recurrence of products and sines, its value and gradient, written out and by scan: seconds by length"
SIZES = (1_000, 10_000, 100_000, 1_000_000)

#: XLA takes about a millisecond for each operation.
LONGEST = {"jax": 10_000}


@dataclass
class Growth:
    """Seconds of one length by one back end; `compile` includes the first replay."""

    backend: str  # or "scan"
    operations: int  # or steps of the scan
    record: float
    optimise: float
    compile: float
    replay: float


@dataclass
class GrowthTable:
    """Seconds of all lengths, and between two lengths the exponent p of seconds = c · operationsᵖ."""

    workload: str
    about: str
    rows: list[Growth]
    missing: list[str]

    def __str__(self) -> str:
        stages = ("record", "optimise", "compile", "replay")
        lines = [f"{self.workload}: {self.about}", "  back end  operations" + "".join(f"{name:>18}" for name in stages)]
        for before, row in pairwise([None, *self.rows]):
            cells = f"  {row.backend:8}{row.operations:12,}"
            for name in stages:
                exponent = ""
                if before and before.backend == row.backend:
                    exponent = f"^{log(asdict(row)[name] / asdict(before)[name]) / log(row.operations / before.operations):.2f}"
                cells += f"{asdict(row)[name]:11.4f}{exponent:>7}"
            lines.append(cells)
        return "\n".join([*lines, *(f"  missing: {text}" for text in self.missing)])


def measure(rounds: int, sizes=SIZES, backends=BACKENDS) -> GrowthTable:
    """The shortest times of a few repetitions; the longest length is measured once."""
    table = GrowthTable("growth", ABOUT, [], [])
    for name in backends:
        try:
            if name in ("jax", "native"):
                require("llvmlite" if name == "native" else name, f"the back end {name!r}")
        except ImportError as error:
            table.missing.append(str(error))
            continue
        for n in sizes:
            if n <= LONGEST.get(name, n):
                runs = [_one(name, n) for _ in range(max(1, min(rounds, 20_000 // n)))]
                table.rows.append(min(runs, key=lambda row: row.record + row.optimise + row.compile))
    table.rows += [_measure("scan", find_backend("numpy"), by_scan(n), 0.7, n) for n in sizes]
    return table


def recurrence(n):
    """A function with about n operations for its value and gradient."""

    def f(x):
        a, b = x[0], x[1]
        for i in range(n // 15):
            a, b = b * x[i % 8] + a, (a * b + x[(i + 3) % 8]).sin()
        return a * b

    return f


def by_scan(n):
    """A recurrence of n steps as one op."""

    def f(x):
        (a, b), _ = scan(lambda c, _: ((c[1] * x + c[0] * 0.5, (c[0] * c[1] + x).sin()), None), (0.1, 0.2), length=n)
        return a * b

    return f


def _one(name, n):
    x = np.linspace(0.1, 0.9, 8)
    return _measure(name, find_backend(name), recurrence(n), x.astype(np.float32) if name == "jax" else x)


def _measure(name, backend, function, x, steps=0):
    f = value_and_grad(function)
    gc.collect()
    times = [time.perf_counter()]
    with pause_garbage_collection():
        program, _, _ = trace_function(f, (x,), backend.scalars)
        operations = steps or len(program)
        times.append(time.perf_counter())
        program = optimise(program)
        times.append(time.perf_counter())
    replay = backend.compile(program)
    replay([x])
    times.append(time.perf_counter())
    turns = max(1, 100_000 // operations)
    for _ in range(turns):
        replay([x])
    times.append(time.perf_counter())
    record, optimising, compiling, replaying = (b - a for a, b in pairwise(times))
    return Growth(name, operations, record, optimising, compiling, replaying / turns)
