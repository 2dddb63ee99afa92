"""copy, deepcopy and pickle: an independent leaf of a leaf, a constant of anything computed, at any depth."""

import copy
import pickle

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value

WAYS = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda x: pickle.loads(pickle.dumps(x))}
every_way = pytest.mark.parametrize("duplicate", WAYS.values(), ids=WAYS)


@every_way
def test_copy_of_a_value_leaf_is_an_independent_leaf(duplicate):
    x = Value(3.0, label="x")
    x.grad = 5.0
    y = duplicate(x)
    assert (y.data, y.label, y.requires_grad, y.op) == (3.0, "x", True, None)
    assert y.grad == 5.0
    (y * y).backward()
    y.data = 7.0
    assert (x.data, x.grad, y.grad) == (3.0, 5.0, 11.0)


@every_way
def test_copy_of_a_tensor_leaf_is_an_independent_leaf(duplicate):
    x = Tensor([1.0, 2.0], requires_grad=True, dtype=np.float32, label="x")
    y = duplicate(x)
    assert (y.label, y.requires_grad, y.dtype, y.grad) == ("x", True, np.float32, None)
    y.data[0] = 9.0
    assert x.numpy().tolist() == [1.0, 2.0]
    assert not np.shares_memory(x.numpy(), y.numpy())
    x.data[1] = 8.0
    assert y.numpy().tolist() == [9.0, 2.0]


@every_way
def test_copy_of_a_tensor_leaf_has_a_gradient_in_its_own_memory(duplicate):
    x = Tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = duplicate(x)
    assert y.grad.tolist() == [2.0, 4.0]
    assert not np.shares_memory(x.grad, y.grad)
    y.sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([2.0, 4.0], [3.0, 5.0])


@every_way
def test_copy_of_a_frozen_leaf_keeps_its_gradient(duplicate):
    x, v = Tensor([1.0], requires_grad=True), Value(2.0)
    (x * 3.0).sum().backward()
    (v * v).backward()
    x.requires_grad = v.requires_grad = False
    assert (duplicate(x).grad.tolist(), duplicate(v).grad) == ([3.0], 4.0)


@every_way
def test_copy_of_a_computed_node_has_no_gradient(duplicate):
    x, v = Tensor([1.0], requires_grad=True) * 2.0, Value(2.0) * 3.0
    x.retain_grad()
    x.sum().backward()
    v.backward()
    assert (duplicate(x).grad, duplicate(v).grad) == (None, 0.0)


@every_way
def test_copy_keeps_no_hooks(duplicate):
    x = Tensor([1.0], requires_grad=True)
    x.register_hook(lambda g: 10.0 * g)
    y = duplicate(x)
    y.sum().backward()
    assert (x.grad, y.grad.tolist()) == (None, [1.0])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, WAYS["pickle"]], ids=["deepcopy", "pickle"])
def test_copy_of_a_module_keeps_gradients_apart(duplicate):
    model = nn.MLP(2, [3], 1, seed=0)
    model(np.ones((1, 2), np.float32)).sum().backward()
    twin = duplicate({"models": [model, model]})["models"]
    assert twin[0] is twin[1]
    for p, q in zip(model.parameters(), twin[0].parameters(), strict=True):
        assert np.array_equal(p.grad, q.grad)
        assert not np.shares_memory(p.grad, q.grad)


def test_pickles_without_gradients_load():
    """The form written before gradients were kept: constructor and arguments, no state."""
    assert Tensor(*Tensor([1.0], requires_grad=True).__reduce__()[1]).grad is None
    assert Value(*Value(1.0).__reduce__()[1]).grad == 0.0


@every_way
@pytest.mark.parametrize("x", [2.0, np.ones(2)], ids=["Value", "Tensor"])
def test_copy_of_a_variable_would_be_a_constant_of_a_tape(duplicate, x):
    with pytest.raises(TypeError, match="a copy of"):
        ag.record(lambda x: ag.sum(x * duplicate(x)), x)


@every_way
def test_copy_of_a_constant_is_a_constant(duplicate):
    assert not duplicate(Value(1.0, requires_grad=False)).requires_grad
    assert duplicate(Tensor([1, 2])).dtype == np.asarray([1, 2]).dtype


@every_way
@pytest.mark.parametrize("leaf", [Value(1.0), Tensor([1.0], requires_grad=True)], ids=["Value", "Tensor"])
def test_copy_of_a_deep_node_is_a_constant_and_does_not_recurse(duplicate, leaf):
    node = leaf
    for _ in range(20_000):
        node = node + 1.0
    twin = duplicate(node)
    assert twin.item() == 20_001.0
    assert not twin.requires_grad
    assert twin.inputs == ()
    assert node.requires_grad


def test_deepcopy_of_a_container_keeps_what_is_shared():
    w = Value(2.0)
    first, second = copy.deepcopy([w, w])
    assert first is second
    assert first is not w


@every_way
def test_copy_of_an_op_is_the_op(duplicate):
    assert duplicate(ag.exp) is ag.exp


def test_numbers_survive_bit_for_bit():
    data = np.array([np.nan, -0.0, np.inf, 5e-324])
    assert pickle.loads(pickle.dumps(Tensor(data))).numpy().tobytes() == data.tobytes()
