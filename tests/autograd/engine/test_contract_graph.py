"""Backward on graphs: accumulation, repetition, fan-in, ownership, changed leaves, seeds."""

import gc
import weakref

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, gradients, no_grad

MAKERS = {"Value": Value, "Tensor": lambda x, **k: Tensor(x, requires_grad=True, **k)}
both = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def grads(y, *xs):
    y.backward()
    return [float(x.grad) for x in xs]


@both
def test_every_use_of_a_node_counts(make):
    x = make(3.0)
    assert grads(x * x + x + x, x) == [8.0]
    a = make(1.0)
    b = a + a
    assert grads(b + b, a) == [4.0]


@both
@pytest.mark.parametrize("n", [1, 2, 3, 7, 16, 33, 64])
def test_fan_in_is_exact(make, n):
    x, y = make(2.0), make(0.0)
    for k in range(n):
        y = y + x * float(k + 1)
    assert grads(y, x) == [n * (n + 1) / 2]


@both
def test_buffers_that_aliasing_would_spoil(make):
    a, b = make(1.0), make(1.0)
    assert grads((a + b) + a, a, b) == [2.0, 1.0]
    a = make(1.0)
    b = a + 1
    c = b + 1.5
    d = a + b
    assert grads(d + c, a) == [3.0]


@both
def test_backward_twice_doubles_leaves_only(make):
    x, y = make(3.0), make(-2.0)
    inner = x * y
    out = inner * inner + x
    once = grads(out, x, y)
    out.backward()
    assert [float(x.grad), float(y.grad)] == [2 * g for g in once]
    if make is Value:
        assert inner.grad == 2 * inner.data
        assert out.grad == 1.0


def test_interior_gradients_are_of_the_newest_sweep():
    x = Value(3.0)
    y = x * x
    z = y * 2.0
    y.backward()
    z.backward()
    assert (y.grad, z.grad, x.grad) == (2.0, 1.0, 6.0 + 12.0)


@both
def test_gradient_of_a_leaf_is_one(make):
    x = make(5.0)
    assert grads(x, x) == [1.0]
    x.backward()
    assert float(x.grad) == 2.0


@both
def test_dead_branches_get_no_gradient(make):
    x, unused = make(3.0), make(4.0)
    dead = x * unused
    assert grads(x * 2.0, x) == [2.0]
    assert unused.grad in (None, 0.0)
    if isinstance(dead, Tensor):
        dead.retain_grad()
    assert dead.grad in (None, 0.0)
    (zero,) = gradients(x * 2.0, [unused])
    assert zero == 0.0


def test_gradients_of_independent_inputs_are_zeros_of_their_shape_and_dtype():
    x, other = Tensor([1.0], requires_grad=True), Tensor(np.ones((2, 0, 3)), requires_grad=True, dtype=np.float32)
    for create_graph in (False, True):
        (zero,) = gradients(x * 2.0, [other], create_graph=create_graph)
        assert (zero.shape, zero.dtype) == ((2, 0, 3), np.float32)


@both
def test_two_nodes_with_equal_data_are_two_nodes(make):
    a, b = make(2.0), make(2.0)
    assert a == b
    assert hash(a) != hash(b)
    assert len({a, b}) == 2
    assert grads(a * a * b, a, b) == [8.0, 4.0]


@both
def test_a_cotangent_of_zero_pulls_back_exact_zeros(make):
    x, y = make(3.0), make(0.5)
    assert grads((ag.exp(x) / y + ag.log(y) * x) * 0.0, x, y) == [0.0, 0.0]


@both
def test_third_derivative(make):
    x = make(3.0)
    (first,) = gradients(x**3, [x], create_graph=True)
    (second,) = gradients(first, [x], create_graph=True)
    (third,) = gradients(second, [x])
    assert [first.item(), second.item(), float(third)] == [27.0, 18.0, 6.0]


def test_gradients_do_not_change_grad():
    x = Value(3.0)
    y = x * x
    assert gradients(y, x) == 6.0
    assert x.grad == y.grad == 0.0
    t = Tensor([3.0], requires_grad=True)
    gradients(t * t, t)
    assert t.grad is None


def test_gradients_with_respect_to_an_interior_node_and_to_the_output():
    x = Value(3.0)
    y = x * x
    z = y * y
    assert gradients(z, [y, z, x]) == [18.0, 1.0, 108.0]


def test_a_seed_weighs_the_entries():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    (x * x).backward([1.0, 0.0, -1.0])
    assert x.grad.tolist() == [2.0, 0.0, -6.0]


@pytest.mark.parametrize("seed", [np.ones((1, 3)), np.ones((2, 1)), 1.0, np.ones((3, 2)), [[1.0] * 3]])
def test_a_seed_of_another_shape_is_refused_even_if_it_broadcasts(seed):
    y = Tensor(np.ones((2, 3)), requires_grad=True) * 2.0
    with pytest.raises(ValueError, match=r"\(2, 3\)") as error:
        y.backward(seed)
    assert str(np.shape(seed)) in str(error.value)


def test_many_numbers_need_a_seed():
    with pytest.raises(ValueError, match=r"shape \(2, 3\) needs a seed"):
        (Tensor(np.ones((2, 3)), requires_grad=True) * 2.0).backward()


@pytest.mark.parametrize("constant", [Value(7.25, requires_grad=False), Tensor([7.25]), Tensor([7.25]) * 1.0])
def test_backward_of_a_constant_names_the_node(constant):
    with pytest.raises(ValueError, match=r"7\.25.*constant"):
        constant.backward()


def test_gradients_rejects_constants_and_numbers():
    x, c = Value(2.0), Value(3.0, requires_grad=False)
    with pytest.raises(ValueError, match=r"xs\[1\] is the constant .*3\.0"):
        gradients(x * c, [x, c])
    with pytest.raises(TypeError, match=r"xs\[0\].*not 4\.0 of type float"):
        gradients(x * c, [4.0])
    with pytest.raises(TypeError, match=r"y must be a Value or a Tensor, not 4\.0"):
        gradients(4.0, [x])


def test_gradients_seed_and_data_share_no_memory():
    a, b = (Tensor(np.ones(3), requires_grad=True) for _ in range(2))
    seed = np.ones(3)
    (a + b).backward(seed)
    arrays = [a.grad, b.grad, seed, a.numpy(), b.numpy()]
    assert not any(np.shares_memory(p, q) for i, p in enumerate(arrays) for q in arrays[:i])
    seed[:] = a.grad[:] = 7.0
    assert b.grad.tolist() == [1.0] * 3


@both
def test_dropping_the_output_frees_every_node_without_the_collector(make):
    gc.collect()
    gc.disable()
    try:
        x = make(1.0)
        nodes = [x * x]
        for f in (ag.exp, ag.sin, lambda v: v + x, lambda v: ag.where(v > 0, v, x), lambda v: v**2):
            nodes.append(f(nodes[-1]))
        nodes[-1].backward()
        alive = [weakref.ref(node) for node in nodes]
        del nodes
        assert [ref() for ref in alive] == [None] * len(alive)
    finally:
        gc.enable()


@both
def test_a_recorded_gradient_is_freed_too(make):
    gc.collect()
    gc.disable()
    try:
        x = make(2.0)
        (first,) = gradients(ag.exp(x * x), [x], create_graph=True)
        (second,) = gradients(first, [x], create_graph=True)
        alive = [weakref.ref(first), weakref.ref(second)]
        del first, second
        assert [ref() for ref in alive] == [None, None]
    finally:
        gc.enable()


def test_a_variable_given_twice_gets_two_gradients():
    x = Tensor([1.0, 2.0], requires_grad=True)
    first, second = gradients((x * x).sum(), [x, x])
    first[:] = 9.0
    assert second.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("seed", ["a", "1.5", [1j, 0.0], [None, 1.0], {"a": 1.0}])
def test_a_seed_must_be_real(seed):
    y = Tensor([1.0, 2.0], requires_grad=True) * 2.0
    with pytest.raises(TypeError, match="real numbers"):
        y.backward(seed)


def test_results_of_constants_are_constants():
    y = Tensor([1.0]) * Tensor([2.0])
    assert not y.requires_grad
    assert y.inputs == ()
    with no_grad():
        z = Value(2.0) * Value(3.0)
    assert z._prev == ()
