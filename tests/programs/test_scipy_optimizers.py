"""SciPy's optimizers and solvers with derivatives from here."""

import numpy as np
import pytest
from scipy import optimize
from scipy.special import lambertw

from autograd import exp, grad, hessian, hvp, jacobian, ravel_tree, sum, value_and_grad, vmap

RNG = np.random.default_rng(5)
T = np.linspace(0.0, 4.0, 40)
DECAY = 2.5 * np.exp(-1.3 * T) + 0.5
X = RNG.normal(size=(30, 4))
TARGET = X @ np.array([1.0, -2.0, 0.0, 3.0]) + 0.7


def rosenbrock(x):
    return sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_minimize_with_value_and_gradient(maybe_compile):
    found = optimize.minimize(maybe_compile(value_and_grad(rosenbrock)), np.zeros(5), jac=True, method="BFGS", tol=1e-9)
    assert found.x == pytest.approx(np.ones(5), abs=1e-7)
    x = np.array([0.3, -0.2, 0.8])
    assert maybe_compile(grad(rosenbrock))(x) == pytest.approx(optimize.rosen_der(x), rel=1e-12)


def test_minimize_with_hessian(maybe_compile):
    second = maybe_compile(hessian(rosenbrock))
    found = optimize.minimize(
        value_and_grad(rosenbrock), np.full(4, -1.0), jac=True, hess=second, method="trust-exact", tol=1e-10
    )
    assert found.x == pytest.approx(np.ones(4), abs=1e-8)
    assert second(found.x) == pytest.approx(optimize.rosen_hess(found.x), rel=1e-10, abs=1e-10)


def test_minimize_with_hessian_vector_products(maybe_compile):
    product = maybe_compile(lambda x, v: hvp(rosenbrock, (x,), (v,)))
    found = optimize.minimize(
        value_and_grad(rosenbrock), np.full(4, 0.5), jac=True, hessp=product, method="Newton-CG", tol=1e-12
    )
    assert found.x == pytest.approx(np.ones(4), abs=1e-6)


def squared_error(parameters):
    return np.mean((X @ parameters["w"] + parameters["b"] - TARGET) ** 2)


def test_minimize_over_a_dict_with_ravel_tree(maybe_compile):
    start, rebuild = ravel_tree({"w": np.zeros(4), "b": 0.0})
    f = maybe_compile(value_and_grad(lambda v: squared_error(rebuild(v))))
    found = rebuild(optimize.minimize(f, start, jac=True, method="L-BFGS-B", tol=1e-14).x)
    assert found["w"] == pytest.approx([1.0, -2.0, 0.0, 3.0], abs=1e-5)
    assert found["b"] == pytest.approx(0.7, abs=1e-5)
    assert isinstance(found["b"], float)


def test_minimize_over_a_dict_with_gradients_in_a_dict(maybe_compile):
    """The gradient of the dict is flattened, in place of a loss of a vector."""
    start, rebuild = ravel_tree({"w": np.zeros(4), "b": 0.0})
    both = maybe_compile(value_and_grad(squared_error))

    def f(v):
        value, gradient = both(rebuild(v))
        return value, ravel_tree(gradient)[0]

    found = optimize.minimize(f, start, jac=True, method="L-BFGS-B", tol=1e-14)
    assert found.x == pytest.approx([1.0, -2.0, 0.0, 3.0, 0.7], abs=1e-5)


def model(t, amplitude, rate, offset):
    return amplitude * exp(-rate * t) + offset


def test_curve_fit(maybe_compile):
    columns = maybe_compile(jacobian(model, (1, 2, 3)))
    found, _ = optimize.curve_fit(model, T, DECAY, p0=[1.0, 1.0, 0.0], jac=lambda *args: np.stack(columns(*args), axis=1))
    assert found == pytest.approx([2.5, 1.3, 0.5], rel=1e-8)
    e = np.exp(-1.3 * T)
    wanted = np.stack([e, -2.5 * T * e, np.ones_like(T)], axis=1)
    np.testing.assert_allclose(np.stack(columns(T, 2.5, 1.3, 0.5), axis=1), wanted, rtol=1e-12)


def test_least_squares(maybe_compile):
    residuals = lambda p: model(T, *p) - DECAY  # noqa: E731
    matrix = maybe_compile(jacobian(residuals))
    found = optimize.least_squares(residuals, [1.0, 1.0, 0.0], jac=matrix, xtol=1e-14, gtol=1e-14, ftol=1e-14)
    assert found.x == pytest.approx([2.5, 1.3, 0.5], rel=1e-8)
    p = np.array([1.0, 0.5, 0.1])
    e = np.exp(-0.5 * T)
    np.testing.assert_allclose(matrix(p), np.stack([e, -T * e, np.ones_like(T)], axis=1), rtol=1e-12)


def test_root_of_a_system(maybe_compile):
    """Equilibrium of two species: equations of numbers, whose Jacobian with respect to a list is a list of columns."""

    def equations(p):
        x, y = p
        return np.array([x * (3 - x - 2 * y), y * (2 - x - y)])

    columns = maybe_compile(jacobian(equations))

    def matrix(p):
        return np.transpose(columns(p.tolist()))

    found = optimize.root(equations, [1.2, 0.8], jac=matrix, tol=1e-13)
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-10)
    np.testing.assert_allclose(matrix(np.array([0.5, 0.25])), [[1.5, -1.0], [-0.25, 1.0]], rtol=1e-12)


def test_root_of_an_array_function(maybe_compile):
    f = lambda x: np.cos(x) - x @ np.array([[0.5, 0.1], [0.2, 0.4]])  # noqa: E731
    matrix = maybe_compile(jacobian(f))
    found = optimize.root(f, np.ones(2), jac=matrix, tol=1e-13)
    assert f(found.x) == pytest.approx(np.zeros(2), abs=1e-10)
    x = np.array([0.2, 0.3])
    np.testing.assert_allclose(matrix(x), -np.diag(np.sin(x)) - np.array([[0.5, 0.2], [0.1, 0.4]]), rtol=1e-12)


def test_scalar_root_with_two_derivatives(maybe_compile):
    """Halley's method on x eˣ = a, whose root is the Lambert function of a."""
    f = lambda x, a: x * np.exp(x) - a  # noqa: E731
    slope, curvature = maybe_compile(grad(f)), maybe_compile(grad(grad(f)))
    for a in (1.0, 2.0):
        root = optimize.newton(f, 1.0, fprime=slope, fprime2=curvature, args=(a,), tol=1e-14)
        assert root == pytest.approx(lambertw(a).real, rel=1e-12)


def test_clipped_gradients_per_example(maybe_compile):
    """Gradients of each example, scaled to a norm of at most 1 and averaged."""

    def loss(w, x, y):
        return (x @ w - y) ** 2

    def clipped(w):
        gradients = vmap(grad(loss), in_axes=(None, 0, 0))(w, X, TARGET)
        norms = np.sqrt(np.sum(gradients**2, axis=1, keepdims=True))
        return np.mean(gradients / np.maximum(norms, 1.0), axis=0)

    f = maybe_compile(clipped)
    for w in (np.zeros(4), np.array([1.0, -2.0, 0.1, 3.0])):
        rows = 2 * (X @ w - TARGET)[:, None] * X
        wanted = np.mean([row / max(1.0, np.linalg.norm(row)) for row in rows], axis=0)
        np.testing.assert_allclose(f(w), wanted, rtol=1e-12)
