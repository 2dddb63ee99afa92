"""Separate two moons by a scalar perceptron until it classifies 98 % of new points correctly.

Pictures: the boundary between the moons, and the graph of one neuron with its gradients.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Value, draw, no_grad
from demos.claims import claim

DECAY = 1e-4  # weight decay


def run(short: bool, out: Path) -> list[Path]:
    steps, least = (30, 0.9) if short else (100, 0.98)
    x, y = nn.datasets.moons(100, noise=0.1, seed=0)
    x_fresh, y_fresh = nn.datasets.moons(500, noise=0.1, seed=1)
    random.seed(0)
    model = nn.scalar.MLP(2, [16, 16, 1])
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    print(f"{len(optimizer.parameters)} parameters, each a Value")
    for step in range(steps):
        scores = [model(point) for point in x.tolist()]
        loss = max_margin(scores, y) + DECAY * sum(p * p for p in optimizer.parameters)
        optimizer.lr = 1.0 - 0.9 * step / steps
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 10 == 0 or step == steps - 1:
            print(f"step {step + 1}/{steps}  loss {loss.data:#.4g}  accuracy {accuracy(scores, y):.4f}")
    axes = nn.plots.decision_boundary(lambda points: scores_of(model, points), x, y, steps=60)
    axes.figure.savefig(out / "moons-boundary.png", dpi=150)
    draw_neuron(model.layers[0].neurons, x[0].tolist(), out / "moons-neuron.svg")
    found = accuracy(scores_of(model, x_fresh), y_fresh)
    claim(found >= least, f"at least {least:.0%} of 500 new points are classified correctly, namely {found:.1%}")
    return [out / "moons-boundary.png", out / "moons-neuron.svg"]


def max_margin(scores: Sequence[Value], labels: np.ndarray) -> Value:
    """The mean of max(0, 1 − s) over the points; s is the score, negated for points of class 0."""
    return sum((1 - (score if label else -score)).relu() for score, label in zip(scores, labels, strict=True)) / len(labels)


def accuracy(scores: Sequence[Any], labels: np.ndarray) -> float:
    """The fraction of scores with the sign of their class."""
    return float(np.mean([score > 0 for score in scores] == labels))


@no_grad
def scores_of(model: nn.Module, points: np.ndarray) -> np.ndarray:
    """The scores of points as an array."""
    return np.array([model(point).data for point in points.tolist()])


def draw_neuron(neurons: Sequence[nn.scalar.Neuron], point: Sequence[float], path: Path) -> None:
    """Save a picture of the neuron with the largest output, with the gradient of every number."""
    inputs = [Value(x, label=f"x.{i}") for i, x in enumerate(point)]
    neuron = max(neurons, key=lambda neuron: neuron(inputs).data)
    for name, parameter in neuron.named_parameters():
        parameter.label = name
    neuron.zero_grad()
    y = neuron(inputs)
    y.label = "y"
    y.backward()
    draw(y).save(path)
