"""`autograd.misc`: flat vectors, optimizers and fixed points."""

import numpy as np
import pytest
from autograd.misc import flatten
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten as same_flatten
from autograd.misc.flatten import flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd

import autograd as ag
import nn

PARAMETERS = {"w": [(np.eye(2), 0.5)], "b": np.array([3.0, -1.0])}


def loss(p, i=0):
    (w, c), b = p["w"][0], p["b"]
    return np.sum((w @ b - np.array([1.0, 2.0]) + c) ** 2) + 0.1 * np.sum(w**2)


def test_dicts_are_flattened_by_their_keys():
    vector, unflatten = flatten(PARAMETERS)
    assert flatten is same_flatten
    assert vector.tolist() == [3.0, -1.0, 1.0, 0.0, 0.0, 1.0, 0.5]
    assert unflatten(2.0 * vector)["w"][0][1] == 1.0
    of_vector, _, start = flatten_func(ag.grad(loss), PARAMETERS)
    np.testing.assert_array_equal(of_vector(start), flatten(ag.grad(loss)(PARAMETERS))[0])
    np.testing.assert_allclose(ag.grad(lambda v: loss(unflatten(v)))(vector), of_vector(vector), rtol=1e-15)


@pytest.mark.parametrize("optimize", [sgd, rmsprop, adam])
def test_optimizers_descend_and_report_each_step(optimize):
    steps = []
    found = optimize(ag.grad(loss), PARAMETERS, lambda x, i, g: steps.append((i, loss(x), g["b"].shape)), 60, step_size=0.05)
    assert [i for i, _, _ in steps] == list(range(60))
    assert {shape for _, _, shape in steps} == {(2,)}
    assert steps[0][1] == loss(PARAMETERS)
    assert loss(found) < 0.2 * loss(PARAMETERS)


def test_adam_and_sgd_take_the_steps_of_nn():
    def f(x, i=0):
        return np.sum(np.sin(x) * x)

    x = np.array([0.5, -1.0, 2.0])
    for optimize, options, optimizer_class in ((adam, {}, nn.Adam), (sgd, {"mass": 0.0}, nn.SGD)):
        parameter = ag.Tensor(x, requires_grad=True)
        optimizer = optimizer_class([parameter], lr=0.1)
        for _ in range(5):
            optimizer.zero_grad()
            f(parameter).backward()
            optimizer.step()
        np.testing.assert_allclose(optimize(ag.grad(f), x, None, 5, 0.1, **options), parameter.numpy(), rtol=1e-6)


def test_fixed_points_have_derivatives_of_every_order():
    def root(a, start=1.0):
        return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, start, lambda x, y: np.max(np.abs(x - y)), 1e-13)

    assert root(2.0) == pytest.approx(2**0.5)
    assert ag.grad(root)(2.0) == pytest.approx(0.5 * 2**-0.5)
    assert ag.grad(ag.grad(root))(2.0) == pytest.approx(-0.25 * 2**-1.5)
    a = np.array([2.0, 3.0])
    np.testing.assert_allclose(ag.grad(lambda a: np.sum(a * root(a, np.ones(2))))(a), 1.5 * np.sqrt(a), rtol=1e-10)
