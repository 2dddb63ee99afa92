"""Differential operators of HIPS autograd, against this package's transforms; and its gradient check."""

import numpy as np
import pytest
from autograd.extend import defvjp
from autograd.test_util import check_grads

import autograd as ag
from autograd import (
    deriv,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_vector_product,
    jacobian,
    jvp,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_vjp,
    primitive,
    tensor_jacobian_product,
    vjp,
)  # fmt: skip
from autograd.base.tree import leaves

X, Y, V = np.array([0.5, -1.0, 2.0]), np.array([1.5, 0.25, -0.5]), np.array([1.0, 3.0, -2.0])


def f(x, y, scale=1.0):
    return scale * np.sin(x) * y**2 + x[::-1]


def energy(x, y=1.0):
    return np.sum(np.sin(x) * x[::-1] * y)


def same(got, want, rtol=1e-14):
    assert len(leaves(got)) == len(leaves(want))
    for a, b in zip(leaves(got), leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-14)


@pytest.mark.parametrize("argnum", [0, 1, (0, 1), (1,)])
def test_pullbacks_and_pushforwards_are_those_of_vjp_and_jvp(argnum):
    y, pull = vjp(f, X, Y, scale=3.0)
    pull_one, value = make_vjp(f, argnum)(X, Y, scale=3.0)
    wanted = pull(V)
    same(value, y)
    same(pull_one(V), wanted[argnum] if isinstance(argnum, int) else tuple(wanted[i] for i in argnum))

    chosen = (argnum,) if isinstance(argnum, int) else argnum
    tangents = [V * (i + 1.0) if i in chosen else 0.0 * V for i in range(2)]
    given = tangents[argnum] if isinstance(argnum, int) else tuple(tangents[i] for i in argnum)
    same(make_jvp(f, argnum)(X, Y, scale=3.0)(given), jvp(f, (X, Y), tangents, scale=3.0))


def test_containers_floats_and_higher_orders():
    def of_dict(p):
        return p["a"] * p["b"] ** 2

    pull, value = make_vjp(of_dict)({"a": 2.0, "b": 3.0})
    assert (value, pull(1.0)) == (18.0, {"a": 9.0, "b": 12.0})
    assert ag.grad(lambda x: make_vjp(lambda z: z**3)(x)[0](1.0))(2.0) == 12.0
    assert ag.record(lambda x: make_vjp(lambda z: z**3)(x)[0](1.0), 2.0)(3.0) == 27.0
    assert deriv(lambda x, y: y**3, 1)(0.0, 2.0) == 12.0
    same(deriv(energy)(X), np.sum(ag.grad(energy)(X)))


@pytest.mark.parametrize("argnum", [0, 1])
def test_products_with_hessians_and_jacobians(argnum):
    def g(x, y):
        return energy(x, y) + np.sum(x**2 * y**3)

    h, j = hessian(g, argnum)(X, Y), jacobian(f, argnum)(X, Y)
    product, gradient = make_hvp(g, argnum)(X, Y)
    same(product(V), h @ V)
    same(gradient, ag.grad(g, argnum)(X, Y))
    same(hessian_vector_product(g, argnum)(X, Y, V), h @ V)
    same(tensor_jacobian_product(f, argnum)(X, Y, V), V @ j)
    same(make_ggnvp(f, f_argnum=argnum)(X, Y)(V), j.T @ j @ V)
    same(make_ggnvp(f, energy, argnum)(X, Y)(V), j.T @ hessian(energy)(f(X, Y)) @ j @ V, 1e-12)


def test_gradients_with_aux_and_by_name():
    gradient, aux = grad_and_aux(lambda x: (energy(x), "aux"))(X)
    same(gradient, ag.grad(energy)(X))
    assert aux == "aux"
    assert grad_named(lambda x, y: x * y**2, "y")(2.0, 3.0) == 12.0


def cube_with(derivative):
    """x³ with a derivative that is given."""

    @primitive
    def cube(x):
        return x**3

    defvjp(cube, lambda ans, x: lambda g: g * derivative(x))
    return lambda x: np.sum(np.sin(cube(x)))


RIGHT, WRONG = cube_with(lambda x: 3.0 * x**2), cube_with(lambda x: 3.001 * x**2)
WRONG_SECOND = cube_with(lambda x: ag.stop_gradient(3.0 * x**2))


def test_the_check_passes_and_fails_as_it_must():
    for modes in (["rev"], ["fwd"], ["fwd", "rev"]):
        check_grads(RIGHT, modes=modes, order=2)(X)
    with pytest.raises(AssertionError):
        check_grads(WRONG, modes=["rev"], order=1)(X[:1])
    check_grads(WRONG_SECOND, modes=["rev"], order=1)(X)
    with pytest.raises(AssertionError):
        check_grads(WRONG_SECOND, modes=["rev"], order=2)(X[:1])
    check_grads(lambda x, y, scale: scale * WRONG(x) + RIGHT(y), argnum=1)(X, Y, scale=2.0)
    with pytest.raises(AssertionError):
        check_grads(lambda x, y, scale: scale * WRONG(x) + RIGHT(y), argnum=(0, 1))(X[:1], Y[:1], scale=2.0)
    with pytest.raises(ValueError, match="'reverse'"):
        check_grads(RIGHT, modes=["reverse"])
