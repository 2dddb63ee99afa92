"""One training step on one or several JAX devices, which are virtual: they share the cores of the machine."""

import os
import sys
from pathlib import Path

import numpy as np

import nn
from benchmarks.mnist_step import compiled_step, eager_step
from benchmarks.outside import Process
from benchmarks.timing import Contest, Table, compare

#: (batch, width of the hidden layer): the MNIST step, and a model with 20 times the weights.
SIZES = ((64, 128), (64, 2560))

COUNTS = (1, 2, 4, 8)


def measure(rounds: int, sizes=SIZES, counts=COUNTS) -> list[Table]:
    return [one(rounds, batch, hidden, counts) for batch, hidden in sizes]


def one(rounds: int, batch: int, hidden: int, counts) -> Table:
    """The table of one size; all contestants start from equal weights and return the loss and the weights after each step."""
    rng = np.random.default_rng(0)
    x, labels = rng.random((batch, 784), np.float32), rng.integers(0, 10, batch)
    x.flags.writeable = labels.flags.writeable = False
    weights = [np.array(p.numpy()) for p in nn.MLP(784, [hidden], 10, seed=0).parameters()]
    contest = Contest()
    contest.enter("NumPy, compiled", compiled_step, x, labels, weights)
    contest.enter("NumPy, eager", eager_step, x, labels, hidden)
    for count in counts:
        name = f"JAX, {count} virtual devices" if count > 1 else "JAX, 1 device"
        contest.enter(name, device_step, "cpu", count, x, labels, hidden)
    contest.enter("JAX on a GPU", device_step, "gpu", 1, x, labels, hidden)
    about = f"784-{hidden}-10, batch {batch}, float32: loss, gradients and an SGD step"
    return compare(f"devices {hidden}/{batch}", about, contest, rounds=rounds)


def device_step(platform: str, count: int, *args) -> Process:
    flags = f"--xla_force_host_platform_device_count={count} {os.environ.get('XLA_FLAGS', '')}"  # user flags win
    command = [sys.executable, "-m", "benchmarks.device_step"]
    return Process(command, os.environ | {"XLA_FLAGS": flags}, Path(__file__).parent.parent, platform, count, *args)
