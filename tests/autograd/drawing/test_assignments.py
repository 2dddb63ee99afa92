"""Names of results from remembered lines: the variable of a line names its value, and never another number."""

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, draw, explain
from autograd.drawing.assignments import assigned_names
from autograd.engine.graph import graph_nodes


@pytest.fixture(autouse=True)
def _remember():
    with ag.remember_lines():
        yield


def names(y):
    """The names in the graph of y, by node."""
    return {node: name for node, name in assigned_names(graph_nodes(y)).items() if name}


def test_operators_calls_and_methods():
    w, x = Value(-3.0, label="w"), Value(0.5)
    total = w * x + 1.0  # a comment
    twice = total
    twice *= 2.0
    minus: Value = -twice
    bent = ag.tanh(minus)
    last = (bent * x).exp()
    assert names(last) == {total: "total", twice: "twice", minus: "minus", bent: "bent", last: "last"}
    assert "last = exp(" in explain(last)
    assert ">total<" in draw(last).dot


def test_a_line_in_a_loop_names_its_last_result():
    y = Value(0.5)
    for _ in range(3):
        y = ag.sin(y) * 2.0
    assert names(y) == {y: "y"}


def test_arrays_and_modules():
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    hidden = nn.Linear(3, 2, seed=0)(x)
    loss = ag.sum(hidden)
    assert names(loss) == {hidden: "hidden", loss: "loss"}


def test_other_lines_name_nothing():
    def halves(x):
        return ag.sin(x) * 0.5, ag.cos(x) * 0.5

    x = Value(2.0)
    both = halves(x)
    rows = [ag.sin(x), ag.cos(x)]
    neurons = nn.scalar.Layer(1, 2)([x])
    a, b = ag.exp(x), ag.exp(-x)
    first = (ag.exp(x), 1.0)[0]
    choice = ag.sin(x) if x.data > 0 else x
    y = ag.sum(ag.stack([*both, *rows, *neurons, a, b, first, choice]))
    assert set(names(y).values()) == {"y"}
    assert names(ag.sin(
        x)) == {}  # fmt: skip


def test_a_label_is_stronger():
    x = Value(2.0)
    y = x * 2.0
    y.label = "doubled"
    assert ">doubled<" in draw(y).dot
