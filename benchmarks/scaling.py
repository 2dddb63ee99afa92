"""Cost model of a data-parallel training step on 1 to 1000 devices, and measured times of virtual devices.

    seconds(n) = launch + products / (n · rate) + traffic / memory + bytes / link + 2 (n − 1) · latency
    bytes      = 2 (n − 1)/n · 4 · weights,   sent by each device in the ring that sums the gradients
    traffic    = 4 · PASSES · (weights + rows / n · widths),   read and written by each device

The model omits the functions between the products, the transfer of the rows to the devices, and any overlap: the sum waits for
the last gradient, and the optimizer for the sum.

Source:
    The ring: Patarasuk & Yuan, J. Parallel Distrib. Comput. 69(2), 2009
"""

import time
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np

from benchmarks.devices import COUNTS, SIZES, device_step
from benchmarks.timing import TURN, NotHereError

#: Memory passes of an SGD step. Weights: read for the output and for its gradient, the gradient is written, read and written
#: by the sum, gradient and weights are read by the optimizer, which writes the weights. Rows of a layer have as many passes:
#: written, read and written by bias and activation, read by the next product; and the same for their gradient.
PASSES = 8


@dataclass(frozen=True)
class Machine:
    """Speed and latencies of a device.

    Attributes:
        rate: Floating-point operations of matrix products per second
        memory: Bytes read or written per second
        link: Bytes sent to the next device per second
        latency: Seconds until the first byte arrives
        launch: Seconds to start a step
    """

    rate: float
    memory: float
    link: float = inf
    latency: float = 0.0
    launch: float = 0.0


def weights_of(widths) -> int:
    """The number of weights of a perceptron."""
    return sum(a * b + b for a, b in pairwise(widths))


def products_of(widths, batch: float) -> float:
    """The floating-point operations of the matrix products: outputs, gradients of weights, and of inputs except the first."""
    layers = [a * b for a, b in pairwise(widths)]
    return batch * (6 * sum(layers) - 2 * layers[0])


@dataclass(frozen=True)
class Cost:
    """Cost of a step per device: operations of matrix products, bytes sent, and seconds.

    Attributes:
        multiplied, moved, summed: Seconds of the products, of the memory traffic, and of the sum over all devices
    """

    devices: int
    products: float
    sent: float
    multiplied: float
    moved: float
    summed: float
    launch: float

    @property
    def seconds(self) -> float:
        """The total time of the step."""
        return self.launch + self.multiplied + self.moved + self.summed


def cost(widths, batch: int, devices: int, machine: Machine) -> Cost:
    """The cost of a step on separate machines."""
    weights, rows = weights_of(widths), batch / devices
    products, sent = products_of(widths, rows), 2 * (devices - 1) / devices * 4 * weights
    moved = 4 * PASSES * (weights + rows * sum(widths)) / machine.memory
    summed = sent / machine.link + 2 * (devices - 1) * machine.latency
    return Cost(devices, products, sent, products / machine.rate, moved, summed, machine.launch)


def fastest_count(widths, batch: int, machine: Machine) -> int:
    """The number of devices with the shortest step."""
    return min(range(1, 1001), key=lambda n: cost(widths, batch, n, machine).seconds)


def seconds_shared(widths, batch: int, devices: int, machine: Machine) -> float:
    """The processor time of a step on virtual devices: each has its weights, and all share processors and memory."""
    one = replace(machine, link=machine.memory, launch=0.0)
    each = cost(widths, batch, devices, one).seconds
    return devices * (machine.launch + each)


#: A graphics processor and its link at the peak of their data sheets, and two estimates: 2 µs of latency, and 50 µs to start
#: a step. NVIDIA, H100 Tensor Core GPU data sheet, SXM5, float32 without tensor
#: cores; ConnectX-7 data sheet, 400 Gbit/s.
DEVICE = Machine(rate=67e12, memory=3.35e12, link=50e9, latency=2e-6, launch=50e-6)

#: (widths, rows per step) and numbers of devices of the modelled table.
MODEL = ((784, 2560, 10), 65_536)
DEVICES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


@dataclass
class CostTable:
    """Modelled costs of a step on up to a thousand devices."""

    workload: str
    about: str
    machine: Machine
    rows: list[Cost]
    best: int

    def __str__(self) -> str:
        m = self.machine
        lines = [
            f"{self.workload}: {self.about}",
            f"  a device: {m.rate / 1e12:g} Tflop/s, {m.memory / 1e12:g} TB/s, {m.link / 1e9:g} GB/s to the next, "
            f"{m.latency * 1e6:g} µs latency, {m.launch * 1e6:g} µs to start a step",
            "  devices   Gflop each   MB sent by each    products      memory         sum        step       speed-up",
        ]
        for c in self.rows:
            times = "".join(f"{t * 1e6:9,.0f} µs" for t in (c.multiplied, c.moved, c.summed, c.seconds))
            faster = self.rows[0].seconds / c.seconds
            lines.append(f"  {c.devices:7,}{c.products / 1e9:13.2f}{c.sent / 1e6:18.1f}{times}{faster:16.1f}")
        return "\n".join([*lines, f"  the shortest step has {self.best} devices"])


def cost_table(widths, batch: int, machine: Machine = DEVICE, devices=DEVICES) -> CostTable:
    """The table of a perceptron whose batch is split between the devices."""
    about = f"{'-'.join(map(str, widths))}, float32, {batch:,} rows per step: modelled cost per device"
    rows = [cost(widths, batch, n, machine) for n in devices]
    return CostTable("scaling", about, machine, rows, fastest_count(widths, batch, machine))


@dataclass
class Scaling:
    """Modelled and measured processor times in seconds."""

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
            f"  this machine: {m.rate / 1e9:.0f} Gflop/s, {m.memory / 1e9:.1f} GB/s behind its caches, "
            f"{m.launch * 1e6:.0f} µs launch per device",
            "  hidden  devices     modelled     measured   measured / modelled",
        ]
        for hidden, n, paper, found in self.rows:
            lines.append(f"  {hidden:6}{n:9}{paper * 1e6:10,.0f} µs{found * 1e6:10,.0f} µs{found / paper:15.2f}")
        return "\n".join(lines)


ABOUT = "a training step on virtual devices, batch 64: processor time, modelled and measured"


def measure(rounds: int, sizes=SIZES, counts=COUNTS) -> list[Scaling | CostTable]:
    """Modelled and measured times of virtual devices, and modelled times of real ones."""
    return [compare_with_model(rounds, sizes, counts), cost_table(*MODEL)]


def compare_with_model(rounds: int, sizes=SIZES, counts=COUNTS) -> Scaling:
    """The shortest of several runs: other load of the machine can only add time.

    Virtual devices share the processors, so that their times add up to the processor time.
    """
    machine = Machine(rate=_rate(rounds, 64, 2560), memory=_memory(rounds, 2**24))
    most = max(counts)
    try:
        # A step of the smallest model consists of its launches.
        machine = replace(machine, launch=_step(rounds, most, 1, most) / most)
    except NotHereError as error:
        return Scaling("scaling", ABOUT, machine, [], str(error))
    rows = []
    for hidden, n, widths, batch in [(h, n, (784, h, 10), batch) for batch, h in sizes for n in counts]:
        # The rates depend on size: products of few rows are slower, and caches are faster than memory.
        near = replace(machine, rate=_rate(rounds, batch // n, hidden), memory=_memory(rounds, n * weights_of(widths)))
        rows.append((hidden, n, seconds_shared(widths, batch, n, near), _step(rounds, batch, hidden, n)))
    return Scaling("scaling", ABOUT, machine, rows)


def _step(rounds: int, batch: int, hidden: int, count: int) -> float:
    rng = np.random.default_rng(0)
    process = device_step("cpu", count, rng.random((batch, 784), np.float32), rng.integers(0, 10, batch), hidden)
    try:
        return shortest(process.busy, rounds)
    finally:
        process.close()


def shortest(run, rounds: int) -> float:
    """Seconds per run in the fastest of several rounds."""
    runs = max(1, min(1000, int(TURN / min(run(1) for _ in range(3)))))
    return min(run(runs) for _ in range(rounds)) / runs


def _rate(rounds: int, rows: int, hidden: int) -> float:
    """Operations per second of the product of `rows` rows with the weights of a hidden layer."""
    a, b = np.ones((rows, 784), np.float32), np.ones((784, hidden), np.float32)
    return 2 * a.size * b.shape[1] / shortest(_timer(lambda: a @ b), rounds)


def _memory(rounds: int, numbers: int) -> float:
    """Bytes read and written per second for arrays of this many numbers."""
    a = np.ones(numbers, np.float32)
    b = np.empty_like(a)
    return 2 * a.nbytes / shortest(_timer(lambda: np.copyto(b, a)), rounds)


def _timer(call):
    def run(runs):
        start = time.process_time()
        for _ in range(runs):
            call()
        return time.process_time() - start

    return run
