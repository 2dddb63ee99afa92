"""copy, deepcopy and pickle: an independent leaf of a leaf, a constant of anything computed, at any depth."""

import copy
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value

WAYS = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda x: pickle.loads(pickle.dumps(x))}
every_way = pytest.mark.parametrize("duplicate", WAYS.values(), ids=WAYS)


@every_way
def test_copy_of_a_value_leaf_is_an_independent_leaf(duplicate):
    x = Value(3.0, label="x")
    x.grad = 5.0
    y = duplicate(x)
    assert (y.data, y.label, y.requires_grad, y.op) == (3.0, "x", True, None)
    assert y.grad == 0.0
    (y * y).backward()
    y.data = 7.0
    assert (x.data, x.grad, y.grad) == (3.0, 5.0, 6.0)


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
