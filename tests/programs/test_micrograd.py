"""Programs written for micrograd: its names on `Value`, by hand and in loops over the graph."""

import math
import random

import numpy as np
import pytest

from autograd import Tensor, Value
from nn import scalar


def topological(root):
    """Nodes below a root, inputs first, as a lecture program finds them."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node._prev:
                visit(child)
            order.append(node)

    visit(root)
    return order


@pytest.mark.parametrize(
    ("compute", "op"),
    [
        (lambda a, b: a + b, "+"), (lambda a, b: a - b, "-"), (lambda a, b: a * b, "*"), (lambda a, b: a / b, "/"),
        (lambda a, b: a**2, "**2"), (lambda a, b: a**-1, "**-1"), (lambda a, b: a**0.5, "**0.5"), (lambda a, b: a**b, "**"),
        (lambda a, b: a.relu(), "ReLU"), (lambda a, b: a.tanh(), "tanh"), (lambda a, b: a.exp(), "exp"), (lambda a, b: a, ""),
    ],
)  # fmt: skip
def test_the_op_of_a_node_is_spelled_as_in_python_source(compute, op):
    assert compute(Value(2.0), Value(3.0))._op == op


def test_the_op_of_a_tensor_is_spelled_so_too():
    assert ((Tensor([1.0], requires_grad=True) + 1.0) ** 2)._op == "**2"


@pytest.mark.parametrize(
    "compute",
    [
        lambda a, b: (a * b + b**3).relu() + a / b - (a * 0.3).tanh(),
        lambda a, b: sum((1 + a + (-b), 10 / (b * b)), a),
        lambda a, b: a * a * a,
        lambda a, b: (b.exp() - 1) / (b.exp() + 1),
    ],
)
def test_steps_by_hand_add_up_to_backward(compute):
    a, b = Value(-1.5), Value(0.75)
    y = compute(a, b)
    y.backward()
    expected = a.grad, b.grad
    for node in topological(y):
        node.grad = 0.0
    y.grad = 1.0
    for node in reversed(topological(y)):
        node._backward()
    assert (a.grad, b.grad) == pytest.approx(expected, rel=1e-15)


def test_one_step_adds_its_share_and_a_leaf_has_none():
    a = Value(3.0)
    y = a * a
    y.grad = 2.0
    y._backward()
    y._backward()
    a._backward()
    assert a.grad == 24.0


def test_one_step_of_a_number_in_a_tensor_goes_to_the_tensor():
    t = Tensor([1.0, 2.0], requires_grad=True)
    y = t.sum()
    y.grad = np.array(3.0)
    y._backward()
    assert t.grad.tolist() == [3.0, 3.0]


def test_a_gradient_set_to_none_is_zero():
    a = Value(2.0)
    y = a * a
    for node in (a, y):
        node.grad = None
    y.backward()
    a.grad = None
    y.backward()
    assert a.grad == 4.0


@pytest.mark.parametrize("children", [(), (Value(1.0),), {Value(1.0)}, "text"])
def test_the_inputs_of_a_node_cannot_be_passed(children):
    with pytest.raises(TypeError, match="custom_op"):
        Value(1.0, children)


def test_a_local_rule_cannot_be_assigned():
    y = Value(1.0) * 2.0
    with pytest.raises(AttributeError, match="custom_op"):
        y._backward = lambda: None


def test_edges_for_a_drawing():
    w, x = Value(2.0, label="w"), Value(-1.0, label="x")
    nodes = topological((w * x + 1.0).tanh())
    edges = {(child.label or child._op, node._op) for node in nodes for child in node._prev}
    assert edges == {("w", "*"), ("x", "*"), ("*", "+"), ("", "+"), ("+", "tanh")}
    assert [f"{node.data:.4f} {node.grad:.4f}" for node in nodes[:1]] == ["2.0000 0.0000"]


def test_a_neuron_learns_by_updates_of_data():
    random.seed(1)
    model = scalar.MLP(2, [4, 1])
    points = [([0.5, -1.0], 1.0), ([-0.5, 1.0], -1.0), ([1.0, 0.5], 1.0)]
    losses = []
    for _ in range(40):
        loss = sum((model([Value(c) for c in x]) - target) ** 2 for x, target in points)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.2 * losses[0]


def test_a_softmax_of_lists_of_values():
    logits = [Value(x) for x in (0.1, -0.4, 1.2)]
    exponentials = [(x - max(logits, key=lambda v: v.data).data).exp() for x in logits]
    loss = -(exponentials[2] / sum(exponentials)).log()
    loss.backward()
    total = sum(math.exp(x.data) for x in logits)
    assert [x.grad for x in logits] == pytest.approx([math.exp(x.data) / total - (i == 2) for i, x in enumerate(logits)])
