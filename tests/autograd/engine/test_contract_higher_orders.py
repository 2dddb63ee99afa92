"""Exact second and third derivatives at special points, by every order of the modes."""

import math

import numpy as np
import pytest

import autograd as ag
import nn

INF = math.inf


def polynomial(x):
    return sum(c * x**k for k, c in enumerate([1.0, 2.0, 3.0, 4.0]))


def nth(f, n):
    return f if not n else nth(ag.grad(f), n - 1)


def nth_of_array(f, n):
    return f if not n else ag.grad(lambda a: ag.sum(nth_of_array(f, n - 1)(a)))


# (case, f, order, x, value)
OF_ONE = [
    ("a polynomial at 0, second", polynomial, 2, 0.0, 6.0),
    ("a polynomial at 0, third", polynomial, 3, 0.0, 24.0),
    ("a polynomial at −0, third", polynomial, 3, -0.0, 24.0),
    ("a polynomial at 0, fourth", polynomial, 4, 0.0, 0.0),
    ("x⁰·⁰ at 0", lambda x: x**0.0, 2, 0.0, 0.0),
    ("x¹ at 0", lambda x: x**1, 3, 0.0, 0.0),
    ("x² at 0", lambda x: x**2, 2, 0.0, 2.0),
    ("x³ at −2", lambda x: x**3.0, 3, -2.0, 6.0),
    ("x²·⁵ at 0", lambda x: x**2.5, 2, 0.0, 0.0),
    ("0ʸ at 2", lambda y: 0.0**y, 2, 2.0, 0.0),
    ("0ʸ at ½", lambda y: 0.0**y, 3, 0.5, 0.0),
    ("2ʸ at 0", lambda y: 2.0**y, 3, 0.0, math.log(2.0) ** 3),
    ("xlogy in its second argument, a = 0", lambda b: ag.xlogy(0.0, b), 3, 0.0, 0.0),
    ("|x| at 0", ag.abs, 2, 0.0, 0.0),
    ("elu at 0", ag.elu, 2, 0.0, 1.0),
    ("celu at 0", ag.celu, 2, 0.0, 1.0),
    ("selu at 0", ag.selu, 2, 0.0, 1.0507009873554805 * 1.6732632423543772),
    ("softsign at 0", ag.softsign, 2, 0.0, 0.0),
    ("hardswish at −3", ag.hardswish, 2, -3.0, 0.0),
    ("hardswish at 3", ag.hardswish, 2, 3.0, 0.0),
    ("√ at 0", ag.sqrt, 2, 0.0, -INF),
    ("clip between two equal bounds", lambda x: ag.clip(x, 1.0, 1.0), 1, 1.0, 0.0),
]


@pytest.mark.parametrize("case", OF_ONE, ids=lambda case: case[0])
def test_derivative_of_one_number(case):
    _, f, order, x, want = case
    np.testing.assert_allclose(nth(f, order)(x), want, rtol=1e-12)
    np.testing.assert_allclose(nth_of_array(f, order)(np.array([x])), [want], rtol=1e-12)


# (case, f, point, Hessian)
HESSIANS = [
    ("p₀**p₁ at (0, 3)", ag.power, [0.0, 3.0], [[0.0, 0.0], [0.0, 0.0]]),
    ("p₀**p₁ at (0, 2)", ag.power, [0.0, 2.0], [[2.0, 0.0], [0.0, 0.0]]),
    ("xlogy at (0, 2)", ag.xlogy, [0.0, 2.0], [[0.0, 0.5], [0.5, 0.0]]),
    ("xlog1py at (0, 1)", ag.xlog1py, [0.0, 1.0], [[0.0, 0.5], [0.5, 0.0]]),
    ("hypot at (0, 0)", ag.hypot, [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
    ("arctan2 at (0, 0)", ag.arctan2, [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
    ("maximum at a tie", ag.maximum, [1.0, 1.0], [[0.0, 0.0], [0.0, 0.0]]),
    ("logaddexp at a tie", ag.logaddexp, [2.0, 2.0], [[0.25, -0.25], [-0.25, 0.25]]),
]


@pytest.mark.parametrize("case", HESSIANS, ids=lambda case: case[0])
def test_hessian(case):
    _, f, point, want = case
    np.testing.assert_allclose(ag.hessian(lambda p: f(p[0], p[1]))(np.array(point)), want, rtol=1e-12)
    rows = ag.jacobian(lambda *p: list(ag.grad(f, (0, 1))(*p)), (0, 1))(*point)
    np.testing.assert_allclose(rows, want, rtol=1e-12)


@pytest.mark.parametrize(
    ("f", "a", "b", "want"), [(ag.power, 0.0, 1.0, -INF), (ag.power, 0.0, 0.0, INF), (ag.xlogy, 0.0, 0.0, INF)]
)
def test_infinite_mixed_derivative(f, a, b, want):
    assert ag.grad(lambda t: ag.grad(f)(a, t))(b) == want
    assert ag.grad(lambda s: ag.grad(f, 1)(s, b))(a) == want


def test_hessian_of_array_powers():
    np.testing.assert_array_equal(ag.hessian(lambda x: ag.sum(x ** np.arange(4)))(np.zeros(4)), np.diag([0.0, 0.0, 2.0, 0.0]))


@pytest.mark.parametrize("f", [ag.norm, ag.std, lambda x: ag.sum(ag.norm(x, axis=0)), lambda x: ag.sum(ag.std(x, axis=0))])
@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2)], ids=str)
def test_hvp_at_the_kink_of_a_norm(f, shape):
    x, v = np.zeros(shape), np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    for product in (
        ag.hvp(f, (x,), (v,)),
        ag.jvp(ag.grad(f), (x,), (v,))[1],
        ag.grad(lambda z: ag.jvp(f, (z,), (v,))[1])(x),
    ):
        np.testing.assert_array_equal(product, np.zeros(shape))


def mixed(f, a, b):
    """∂²f/∂a∂b in both orders."""
    first = ag.grad(lambda t: ag.sum(ag.grad(f)(a, t)))(b)
    second = ag.grad(lambda s: ag.sum(ag.grad(f, 1)(s, b)))(a)
    np.testing.assert_array_equal(first, second)
    return first


@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
def test_binary_cross_entropy_with_respect_to_targets(t):
    p, t = np.array([0.2]), np.array([t])
    np.testing.assert_allclose(ag.grad(nn.binary_cross_entropy, 1)(p, t), -np.log(p) + np.log1p(-p), rtol=1e-14)
    np.testing.assert_allclose(mixed(nn.binary_cross_entropy, p, t), -1 / (p * (1 - p)), rtol=1e-14)
    z = np.array([-1.5])
    np.testing.assert_allclose(ag.grad(nn.binary_cross_entropy_with_logits, 1)(z, t), -z, rtol=1e-14)
    np.testing.assert_allclose(mixed(nn.binary_cross_entropy_with_logits, z, t), [-1.0], rtol=1e-14)


@pytest.mark.parametrize("log_q", [0.0, -2.0, -40.0])
def test_kl_divergence_with_respect_to_a_probability_of_zero(log_q):
    assert mixed(nn.kl_divergence, np.array([[log_q]]), np.array([[0.0]])) == -1.0


def test_huber_is_a_parabola_up_to_its_bounds():
    for error, want in ((0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (-1.0, 1.0), (1.5, 0.0)):
        x = np.array([error])
        assert ag.hvp(lambda a: nn.huber(a, np.zeros(1)), (x,), (np.ones(1),)) == want
