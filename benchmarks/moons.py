"""Two moons with a scalar MLP 2-16-16-1: max-margin loss, forward and backward pass over all points."""

import importlib
import random

import numpy as np

import autograd as ag
import nn
from autograd import Tensor, record, value_and_grad
from benchmarks.timing import Contest, Table, compare

ABOUT = "MLP 2-16-16-1 of single numbers, 100 points, loss and all gradients"


def measure(rounds: int, points=100) -> list[Table]:
    x, labels = nn.datasets.moons(points, noise=0.1, seed=1)
    signs = 2.0 * labels - 1.0
    random.seed(1337)
    model = nn.scalar.MLP(2, [16, 16, 1])
    parameters = [v for layer in model.layers for v in matrices(layer)]
    contest = Contest()
    contest.enter("glassgrad, native, mapped", map_tape, parameters, x, signs, "native")
    contest.enter("glassgrad, python, mapped", map_tape, parameters, x, signs, "python")
    contest.enter("glassgrad, Tensor", run_tensors, parameters, x, signs)
    contest.enter("glassgrad, Value", run_objects, "autograd", "nn.scalar", x, signs)
    contest.enter("micrograd 0.1.0", run_objects, "micrograd.engine", "micrograd.nn", x, signs)
    eager = Contest({name: contest.runs[name] for name in ("glassgrad, Value", "micrograd 0.1.0") if name in contest.runs})
    about = f"{ABOUT}; without Python's garbage collector"
    return [
        compare("moons", ABOUT, contest, rounds=rounds),
        compare("moons, eager", about, eager, rounds=rounds, collector=False),
    ]


def matrices(layer):
    """The weights (units, inputs) and offsets (units,) of a layer of neurons."""
    return [
        np.array([[w.data for w in neuron.w] for neuron in layer.neurons]),
        np.array([neuron.b.data for neuron in layer.neurons]),
    ]


def margin(parameters, point, sign):
    """max(0, 1 − sign score) of one point, in scalars."""
    for i in range(0, len(parameters), 2):
        weights, offsets = parameters[i : i + 2]
        point = [sum((w * v for w, v in zip(row, point, strict=True)), b) for row, b in zip(weights, offsets, strict=True)]
        point = point if i + 2 == len(parameters) else [v.relu() for v in point]
    return (1.0 - sign * point[0]).relu()


def map_tape(parameters, x, signs, backend):
    """Recorded for one point, replayed over all of them."""
    tape = record(value_and_grad(margin), parameters, x[0], float(signs[0]), backend=backend)

    def run():
        values, gradients = tape.map(parameters, x, signs, axes=(None, 0, 0))
        return in_order(values.mean(), [g.sum(axis=0) / len(x) for g in gradients])

    return run


def run_tensors(parameters, x, signs):
    """The same program on arrays of points."""
    leaves = [Tensor(p, requires_grad=True) for p in parameters]

    def run():
        for p in leaves:
            p.grad = None
        h = x
        for i in range(0, len(leaves), 2):
            h = h @ leaves[i].T + leaves[i + 1]
            h = h if i + 2 == len(leaves) else ag.relu(h)
        loss = ag.mean(ag.relu(1.0 - signs * h.reshape(-1)))
        loss.backward()
        return in_order(loss.item(), [p.grad for p in leaves])

    return run


def in_order(value, gradients):
    """The numbers in the order of `run_objects`: the weights of each neuron, then its offset."""
    flat = [np.c_[w, b].ravel() for w, b in zip(gradients[::2], gradients[1::2], strict=True)]
    return [value, np.concatenate(flat)]


def run_objects(engine, network, x, signs):
    """The program on number objects, with the Value and MLP of an engine."""
    value, mlp = importlib.import_module(engine).Value, importlib.import_module(network).MLP
    random.seed(1337)
    model = mlp(2, [16, 16, 1])
    points, labels = x.tolist(), signs.tolist()

    def run():
        model.zero_grad()
        scores = [model([value(a), value(b)]) for a, b in points]
        margins = [(1 + -sign * score).relu() for sign, score in zip(labels, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins))
        loss.backward()
        return [loss.data, [p.grad for p in model.parameters()]]

    return run
