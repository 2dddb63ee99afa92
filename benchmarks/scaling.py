"""What a data-parallel training step costs on paper, from one device to a thousand, and beside it what virtual ones take.

    seconds(n) = launch + products / (n · rate) + traffic / memory + bytes / link + 2 (n − 1) · latency
    bytes      = 2 (n − 1)/n · 4 · weights,   which each device sends around the ring that sums the gradients
    traffic    = 4 · PASSES · (weights + rows / n · widths),   which each device reads and writes

Left out are the functions between the products, how the rows come to the devices, and any overlap: the one sum waits for the
last gradient, and the step of the optimizer for the sum.

Source:
    the ring: Patarasuk & Yuan, J. Parallel Distrib. Comput. 69(2), 2009
"""

import time
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np

from benchmarks.devices import COUNTS, SIZES, device_step
from benchmarks.timing import TURN, NotHereError

#: How often a step of SGD goes through all weights in memory: they are read for the output and for its gradient, the
#: gradient is written, read and written by the sum, and read beside the weights by the step, which writes them. As often it
#: goes through a layer's rows: written, read and written by bias and activation, read by the next product; and their gradient.
PASSES = 8


@dataclass(frozen=True)
class Machine:
    """What a device does in a second, and what it waits for.

    Attributes:
        rate: floating-point operations of matrix products
        memory: bytes that it reads or writes
        link: bytes that it sends to the next one
        latency: seconds until the first of them is there
        launch: seconds to start a step, whatever it computes
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
    """The floating-point operations of its matrix products: forward, for the weights, and but for the first layer backward."""
    layers = [a * b for a, b in pairwise(widths)]
    return batch * (6 * sum(layers) - 2 * layers[0])


@dataclass(frozen=True)
class Cost:
    """What a step costs each of some devices: operations of matrix products, bytes sent, and the seconds of it all.

    Attributes:
        multiplied, moved, summed: seconds of the products, of the traffic with the memory, and of the sum over all devices
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
        """Of the step."""
        return self.launch + self.multiplied + self.moved + self.summed


def cost(widths, batch: int, devices: int, machine: Machine) -> Cost:
    """A step on devices that are each a machine of their own."""
    weights, rows = weights_of(widths), batch / devices
    products, sent = products_of(widths, rows), 2 * (devices - 1) / devices * 4 * weights
    moved = 4 * PASSES * (weights + rows * sum(widths)) / machine.memory
    summed = sent / machine.link + 2 * (devices - 1) * machine.latency
    return Cost(devices, products, sent, products / machine.rate, moved, summed, machine.launch)


def most_useful(widths, batch: int, machine: Machine) -> int:
    """How many devices take a step in the shortest time."""
    return min(range(1, 1001), key=lambda n: cost(widths, batch, n, machine).seconds)


def seconds_shared(widths, batch: int, devices: int, machine: Machine) -> float:
    """A step on virtual devices, in seconds of a processor: each has its weights, and all share processors and memory."""
    one = replace(machine, link=machine.memory, launch=0.0)
    each = cost(widths, batch, devices, one).seconds
    return devices * (machine.launch + each)


#: A graphics processor and its link, each at the most that their data sheets promise, and two guesses that one may replace:
#: 2 µs from one to the next, and 50 µs to start a step. NVIDIA, H100 Tensor Core GPU data sheet, SXM5, float32 without tensor
#: cores; ConnectX-7 data sheet, 400 Gbit/s.
DEVICE = Machine(rate=67e12, memory=3.35e12, link=50e9, latency=2e-6, launch=50e-6)

#: (widths, rows of a step) for the table on paper, and for how many devices.
MODEL = ((784, 2560, 10), 65_536)
DEVICES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)


@dataclass
class OnPaper:
    """What a step costs on up to a thousand devices."""

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
            f"{m.latency * 1e6:g} µs until it is there, {m.launch * 1e6:g} µs to start a step",
            "  devices   Gflop each   MB sent by each    products      memory         sum        step   times as fast",
        ]
        for c in self.rows:
            times = "".join(f"{t * 1e6:9,.0f} µs" for t in (c.multiplied, c.moved, c.summed, c.seconds))
            faster = self.rows[0].seconds / c.seconds
            lines.append(f"  {c.devices:7,}{c.products / 1e9:13.2f}{c.sent / 1e6:18.1f}{times}{faster:16.1f}")
        return "\n".join([*lines, f"  the shortest step is that of {self.best} devices"])


def on_paper(widths, batch: int, machine: Machine = DEVICE, devices=DEVICES) -> OnPaper:
    """The table for a perceptron of these widths, of whose batch each device has its share."""
    about = f"{'-'.join(map(str, widths))}, float32, {batch:,} rows a step: what it costs each device, on paper"
    rows = [cost(widths, batch, n, machine) for n in devices]
    return OnPaper("scaling", about, machine, rows, most_useful(widths, batch, machine))


@dataclass
class Scaling:
    """What was predicted from the numbers of the machine, and what was measured, both in seconds of a processor."""

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
            f"{m.launch * 1e6:.0f} µs a device's launch",
            "  hidden  devices     on paper     measured   measured / on paper",
        ]
        for hidden, n, paper, found in self.rows:
            lines.append(f"  {hidden:6}{n:9}{paper * 1e6:10,.0f} µs{found * 1e6:10,.0f} µs{found / paper:15.2f}")
        return "\n".join(lines)


ABOUT = "a training step on virtual devices, batch 64: how long it keeps a processor busy, on paper and measured"


def measure(rounds: int, sizes=SIZES, counts=COUNTS) -> list[Scaling | OnPaper]:
    """What is on paper for virtual devices beside what they take, and for real ones."""
    return [checked(rounds, sizes, counts), on_paper(*MODEL)]


def checked(rounds: int, sizes=SIZES, counts=COUNTS) -> Scaling:
    """The least of several runs, since whatever else the machine does only adds to it.

    Virtual devices share its processors, be there one or many: what they add up to is how long all are busy.
    """
    machine = Machine(rate=_rate(rounds, 64, 2560), memory=_memory(rounds, 2**24))
    most = max(counts)
    try:
        # Of the smallest model there is, a step is its launches.
        machine = replace(machine, launch=_step(rounds, most, 1, most) / most)
    except NotHereError as error:
        return Scaling("scaling", ABOUT, machine, [], str(error))
    rows = []
    for hidden, n, widths, batch in [(h, n, (784, h, 10), batch) for batch, h in sizes for n in counts]:
        # Few rows are multiplied more slowly than many, and caches are faster than what lies behind them.
        near = replace(machine, rate=_rate(rounds, batch // n, hidden), memory=_memory(rounds, n * weights_of(widths)))
        rows.append((hidden, n, seconds_shared(widths, batch, n, near), _step(rounds, batch, hidden, n)))
    return Scaling("scaling", ABOUT, machine, rows)


def _step(rounds: int, batch: int, hidden: int, count: int) -> float:
    rng = np.random.default_rng(0)
    process = device_step("cpu", count, rng.random((batch, 784), np.float32), rng.integers(0, 10, batch), hidden)
    try:
        return least(process.busy, rounds)
    finally:
        process.close()


def least(run, rounds: int) -> float:
    """Seconds of one of many runs, in the best of several rounds."""
    runs = max(1, min(1000, int(TURN / min(run(1) for _ in range(3)))))
    return min(run(runs) for _ in range(rounds)) / runs


def _rate(rounds: int, rows: int, hidden: int) -> float:
    """Operations a second of the product of so many rows with the weights of a hidden layer."""
    a, b = np.ones((rows, 784), np.float32), np.ones((784, hidden), np.float32)
    return 2 * a.size * b.shape[1] / least(_timed(lambda: a @ b), rounds)


def _memory(rounds: int, numbers: int) -> float:
    """Bytes a second, read and written, of arrays with so many numbers."""
    a = np.ones(numbers, np.float32)
    b = np.empty_like(a)
    return 2 * a.nbytes / least(_timed(lambda: np.copyto(b, a)), rounds)


def _timed(call):
    def run(runs):
        start = time.process_time()
        for _ in range(runs):
            call()
        return time.process_time() - start

    return run
