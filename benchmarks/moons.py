"""Two moons in scalars: MLP 2-16-16-1, 50 points, max-margin loss with weight decay, forward and backward."""

import importlib
import random

import nn

ABOUT = "MLP 2-16-16-1 of single numbers, 50 points, loss and all gradients"
RUNS = 5  # in a row, as in training: what each leaves to the garbage collector is part of its time


def contestants(points=50):
    """(name: a run, names of peers that are missing); the same program, written once, with each engine's Value and MLP."""
    found, missing = {}, []
    for name, engine, network in (
        ("glassgrad Value", "autograd", "nn.scalar"),
        ("micrograd 0.1.0", "micrograd.engine", "micrograd.nn"),
    ):
        try:
            found[name] = program(importlib.import_module(engine).Value, importlib.import_module(network).MLP, points)
        except ImportError:
            missing.append(f"{name}: pip install 'glassgrad[bench]'")
    return found, missing


def program(value, mlp, points):
    """The loss and its gradients, with one engine."""
    random.seed(1337)
    model = mlp(2, [16, 16, 1])
    x, labels = nn.datasets.moons(points, noise=0.1, seed=1)
    x, signs = x.tolist(), (2 * labels - 1).tolist()

    def run():
        model.zero_grad()
        scores = [model([value(a), value(b)]) for a, b in x]
        margins = [(1 + -sign * score).relu() for sign, score in zip(signs, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in model.parameters())
        loss.backward()
        return [loss.data, [p.grad for p in model.parameters()]]

    return run
