"""What a data-parallel training step costs on paper, from one device to a thousand, and beside it what virtual ones take.

    seconds(n) = launch + products / (n · rate) + traffic / memory + 2 (n − 1)/n · 4 weights / link + 2 (n − 1) · latency
                          its share of the batch   each weight       the ring's sum of the gradients

Source  the ring: Patarasuk & Yuan, J. Parallel Distrib. Comput. 69(2), 2009
"""

import time
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np

from benchmarks.devices import COUNTS, SIZES, device_step
from benchmarks.timing import TURN, NotHereError

#: How often a step of SGD goes through all weights in memory: they are read for the output and for its gradient, the
#: gradient is written, read and written by the sum, and read beside the weights by the step, which writes them.
PASSES = 8


@dataclass(frozen=True)
class Machine:
    """What a device does in a second, and what it waits for.

    rate     floating-point operations of matrix products
    memory   bytes that it reads or writes
    link     bytes that it sends to the next one
    latency  seconds until the first of them is there
    launch   seconds to start a step, whatever it computes
    """

    rate: float
    memory: float
    link: float = inf
    latency: float = 0.0
    launch: float = 0.0


def weights_of(widths) -> int:
    """The number of weights of a perceptron."""
    return sum(a * b + b for a, b in pairwise(widths))


def products_of(widths, batch: int) -> int:
    """The floating-point operations of its matrix products: forward, for the weights, and but for the first layer backward."""
    layers = [a * b for a, b in pairwise(widths)]
    return batch * (6 * sum(layers) - 2 * layers[0])


def seconds(widths, batch: int, devices: int, machine: Machine) -> float:
    """A step on devices that are each a machine of their own."""
    weights = weights_of(widths)
    computed = products_of(widths, batch) / (devices * machine.rate) + 4 * PASSES * weights / machine.memory
    summed = 2 * (devices - 1) / devices * 4 * weights / machine.link + 2 * (devices - 1) * machine.latency
    return machine.launch + computed + summed


def seconds_shared(widths, batch: int, devices: int, machine: Machine) -> float:
    """A step on virtual devices, which take turns on one machine: each has its weights, and all have one launch a device."""
    one = replace(machine, link=machine.memory, launch=0.0)
    each = seconds(widths, batch, devices, one)
    return devices * (machine.launch + each)


@dataclass
class Scaling:
    """What was predicted from the numbers of the machine, and what was measured."""

    workload: str
    about: str
    machine: Machine
    rows: list[tuple[int, int, float, float]]
    missing: str = ""

    def __str__(self) -> str:
        m = self.machine
        if self.missing:
            return f"{self.workload}: {self.about}\n  missing: {self.missing}"
        lines = [
            f"{self.workload}: {self.about}",
            f"  this machine: {m.rate / 1e9:.0f} Gflop/s, {m.memory / 1e9:.1f} GB/s, {m.launch * 1e6:.0f} µs a device's launch",
            "  hidden  devices     on paper     measured   measured / on paper",
        ]
        for hidden, n, paper, found in self.rows:
            lines.append(f"  {hidden:6}{n:9}{paper * 1e6:10,.0f} µs{found * 1e6:10,.0f} µs{found / paper:15.2f}")
        return "\n".join(lines)


ABOUT = "a training step on virtual devices, on paper and measured"


def measure(rounds: int, sizes=SIZES, counts=COUNTS) -> Scaling:
    """The least of several runs: whatever else the machine does only adds to it."""
    machine = Machine(rate=_rate(rounds), memory=_memory(rounds))
    most = max(counts)
    try:
        # Of the smallest model there is, a step is its launches.
        machine = replace(machine, launch=_step(rounds, most, 1, most) / most)
    except NotHereError as error:
        return Scaling("scaling", ABOUT, machine, [], str(error))
    rows = [
        (hidden, n, seconds_shared((784, hidden, 10), batch, n, machine), _step(rounds, batch, hidden, n))
        for batch, hidden in sizes
        for n in counts
    ]
    return Scaling("scaling", ABOUT, machine, rows)


def _step(rounds: int, batch: int, hidden: int, count: int) -> float:
    rng = np.random.default_rng(0)
    process = device_step("cpu", count, rng.random((batch, 784), np.float32), rng.integers(0, 10, batch), hidden)
    try:
        return least(process.seconds, rounds)
    finally:
        process.close()


def least(run, rounds: int) -> float:
    """Seconds of one of many runs, in the best of several rounds."""
    runs = max(1, min(1000, int(TURN / min(run(1) for _ in range(3)))))
    return min(run(runs) for _ in range(rounds)) / runs


def _rate(rounds: int) -> float:
    a, b = np.ones((64, 784), np.float32), np.ones((784, 2560), np.float32)
    return 2 * a.size * b.shape[1] / least(_timed(lambda: a @ b), rounds)


def _memory(rounds: int) -> float:
    a = np.ones(2**24, np.float32)
    b = np.empty_like(a)
    return 2 * a.nbytes / least(_timed(lambda: np.copyto(b, a)), rounds)


def _timed(call):
    def run(runs):
        start = time.perf_counter()
        for _ in range(runs):
            call()
        return time.perf_counter() - start

    return run
