"""The DOT text of known pictures equals the files in `golden`, and a renderer reads them.

`AUTOGRAD_GOLDEN=write pytest tests/autograd/drawing/test_golden.py` writes the files again: review the changes.
"""

import os
import re
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, draw

GOLDEN = Path(__file__).parent / "golden"


def square():
    x = Value(3.0, label="x")
    return draw(x * x)


def neuron():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.88, label="b")
    return draw(ag.tanh(w * x + b), direction="both", theme="dark", rankdir="TB")


def neuron_backward():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.88, label="b")
    return draw(ag.tanh(w * x + b), direction="backward")


def paths():
    x = Value(0.5, label="x")
    y = ag.sin(x) * ag.exp(x)
    return draw(y, direction="both", path=(x, y))


def scopes():
    y = Value(0.5, label="x")
    for i in range(4):
        with ag.scope(f"block {i}"), ag.scope("wave"):
            y = ag.sin(y) * 2.0
    return draw(y, depth=1)


def arrays():
    w = Tensor(np.array([[1.0, -2.0], [0.5, 0.0]]), requires_grad=True, label="w")
    return draw(ag.sum(ag.square(w)), direction="both", arrays="heat")


def alarm():
    x = Value(0.0, label="x")
    return draw(ag.log(x) + x, direction="both", emphasis="gradient")


def module():
    model = nn.Sequential(nn.Linear(2, 3, seed=0), nn.Tanh())
    return draw(model, np.ones((4, 2)))


@pytest.mark.parametrize("picture", [square, neuron, neuron_backward, paths, scopes, arrays, alarm, module])
def test_the_text_of_a_known_picture(picture):
    drawing, file = picture(), GOLDEN / f"{picture.__name__}.dot"
    if os.environ.get("AUTOGRAD_GOLDEN") == "write":
        file.write_text(drawing.dot, encoding="utf-8")
    assert drawing.dot == file.read_text(encoding="utf-8")
    assert drawing.svg().count('class="node"') == len(re.findall(r"^\t+(?!graph|node|edge)\w+ \[", drawing.dot, re.MULTILINE))
