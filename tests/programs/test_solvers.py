"""Derivatives through solvers: Newton's method, implicit functions, differential equations, eigenvalues."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

from autograd import grad, hessian, jacobian, norm, solve, sum, trace, value_and_grad


def test_newton_for_a_minimum(maybe_compile):
    """Minimum of Σ eˣ − b x, which is log b, by its gradient and Hessian."""
    f = lambda x, b: sum(np.exp(x) - b * x)  # noqa: E731
    step = maybe_compile(lambda x, b: x - solve(hessian(f)(x, b), grad(f)(x, b)))
    for b in (np.array([0.5, 1.0, 3.0]), np.array([2.0, 0.1, 1.5])):
        x = np.zeros(3)
        for _ in range(30):
            x = step(x, b)
        np.testing.assert_allclose(x, np.log(b), rtol=1e-12, atol=1e-12)


def test_newton_of_a_float_is_differentiated(maybe_compile):
    """The unrolled Newton method for x² = a: its derivative is 1/(2 √a)."""

    def root(a):
        x = a
        for _ in range(8):
            x = 0.5 * (x + a / x)
        return x

    slope, curvature = maybe_compile(grad(root)), maybe_compile(grad(grad(root)))
    for a in (2.0, 7.0):
        assert slope(a) == pytest.approx(0.5 / np.sqrt(a), rel=1e-12)
        assert curvature(a) == pytest.approx(-0.25 * a**-1.5, rel=1e-10)


def test_implicit_function_by_solve(maybe_compile):
    """x(a) with F(x, a) = 0 has dx/da = −(∂F/∂x)⁻¹ ∂F/∂a."""
    A = np.array([[3.0, 1.0], [0.5, 2.0]])

    def equation(x, a):
        return A @ x + 0.1 * np.tanh(x) - a * np.array([1.0, 2.0])

    def derivative(x, a):
        return -solve(jacobian(equation)(x, a), jacobian(equation, 1)(x, a))

    f = maybe_compile(derivative)
    for a in (1.0, 2.0):
        roots = []
        for b in (a - 1e-5, a, a + 1e-5):
            x = np.zeros(2)
            for _ in range(50):
                x = x - np.linalg.solve(A + 0.1 * np.diag(1 - np.tanh(x) ** 2), equation(x, b))
            roots.append(x)
        np.testing.assert_allclose(f(roots[1], a), (roots[2] - roots[0]) / 2e-5, rtol=1e-7)


def runge_kutta(f, y, step, count):
    for _ in range(count):
        k1 = f(y)
        k2 = f(y + step / 2 * k1)
        k3 = f(y + step / 2 * k2)
        k4 = f(y + step * k3)
        y = y + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def test_sensitivity_of_a_linear_equation(maybe_compile):
    """The Jacobian with respect to the start is a power of the exponential series, up to its fourth term."""
    A = np.array([[0.0, 1.0], [-2.0, -0.3]])
    f = maybe_compile(jacobian(lambda y: runge_kutta(lambda y: A @ y, y, 0.02, 50)))
    step = np.sum([np.linalg.matrix_power(0.02 * A, k) / math.factorial(k) for k in range(5)], axis=0)
    for y in (np.array([1.0, 0.0]), np.array([0.5, 2.0])):
        np.testing.assert_allclose(f(y), np.linalg.matrix_power(step, 50), rtol=1e-12)
        np.testing.assert_allclose(f(y), expm(A), rtol=1e-6)


def test_sensitivity_of_logistic_growth(maybe_compile):
    """Growth from an array of starts, with a float rate and a float capacity."""
    starts = np.array([0.1, 0.5, 1.5])

    def final(rate, capacity):
        return sum(runge_kutta(lambda y: rate * y * (1 - y / capacity), starts, 0.02, 50))

    f = maybe_compile(value_and_grad(final, (0, 1)))
    for rate, capacity in ((1.5, 2.0), (0.7, 3.0)):
        decay = np.exp(-rate)
        below = starts + (capacity - starts) * decay
        value, slopes = f(rate, capacity)
        assert value == pytest.approx(np.sum(capacity * starts / below), rel=1e-8)
        by_rate = np.sum(capacity * starts * (capacity - starts) * decay / below**2)
        by_capacity = np.sum(starts / below - capacity * starts * decay / below**2)
        assert slopes == pytest.approx((by_rate, by_capacity), rel=1e-6)


def test_largest_eigenvalue_by_power_iteration(maybe_compile):
    """The derivative of the largest eigenvalue of a symmetric matrix is v vᵀ."""

    def largest(matrix):
        v = np.ones(3)
        for _ in range(200):
            v = matrix @ v
            v = v / norm(v)
        return v @ matrix @ v

    f = maybe_compile(value_and_grad(largest))
    for scale in (1.0, 2.5):
        matrix = scale * np.array([[4.0, 1.0, 0.5], [1.0, 2.0, 0.3], [0.5, 0.3, 1.0]])
        values, vectors = np.linalg.eigh(matrix)
        value, gradient = f(matrix)
        assert value == pytest.approx(values[-1], rel=1e-12)
        np.testing.assert_allclose(gradient, np.outer(vectors[:, -1], vectors[:, -1]), rtol=1e-9, atol=1e-12)


def test_first_principal_component(maybe_compile):
    """Variance along a direction is stationary at the eigenvectors of the covariance."""
    data = np.random.default_rng(8).normal(size=(50, 3)) * [3.0, 1.0, 0.3]
    data = data - data.mean(axis=0)

    def variance(w):
        return np.mean((data @ w) ** 2) / np.sum(w**2)

    f, w = maybe_compile(value_and_grad(variance)), np.ones(3)
    for _ in range(500):
        w = w + 0.5 * f(w)[1]
    values, vectors = np.linalg.eigh(data.T @ data / len(data))
    assert f(w)[0] == pytest.approx(values[-1], rel=1e-10)
    assert abs(w @ vectors[:, -1]) == pytest.approx(np.linalg.norm(w), rel=1e-8)


def test_trace_of_a_matrix_power(maybe_compile):
    """∂ tr(Aᵏ)/∂A = k (Aᵏ⁻¹)ᵀ"""

    def f(a):
        power = np.eye(3)
        for _ in range(4):
            power = power @ a
        return trace(power)

    gradient = maybe_compile(grad(f))
    for seed in (0, 1):
        a = np.random.default_rng(seed).normal(size=(3, 3))
        np.testing.assert_allclose(gradient(a), 4 * np.linalg.matrix_power(a, 3).T, rtol=1e-11, atol=1e-11)


def eccentric_anomaly(mean, eccentricity):
    """Solution x of Kepler's equation x − e sin x = M, by ten steps of Newton's method."""
    x = mean
    for _ in range(10):
        x = x - (x - eccentricity * np.sin(x) - mean) / (1 - eccentricity * np.cos(x))
    return x


def test_keplers_equation(maybe_compile):
    """∂x/∂M = 1/(1 − e cos x) and ∂x/∂e = sin x/(1 − e cos x), of floats and along an orbit."""
    slopes = maybe_compile(grad(eccentric_anomaly, (0, 1)))
    for mean, eccentricity in ((1.0, 0.3), (2.0, 0.1)):
        x = eccentric_anomaly(mean, eccentricity)
        below = 1 - eccentricity * np.cos(x)
        assert slopes(mean, eccentricity) == pytest.approx((1 / below, np.sin(x) / below), rel=1e-12)
    orbit = np.linspace(0.1, 3.0, 5)
    along = maybe_compile(jacobian(lambda e: eccentric_anomaly(orbit, e)))
    for eccentricity in (0.3, 0.1):
        x = eccentric_anomaly(orbit, eccentricity)
        np.testing.assert_allclose(along(eccentricity), np.sin(x) / (1 - eccentricity * np.cos(x)), rtol=1e-12)


def test_regularisation_of_a_ridge_regression(maybe_compile):
    """Validation error as a function of a float penalty: dw/dλ = −(XᵀX + λ)⁻¹ w."""
    rng = np.random.default_rng(4)
    (x, y), (x_valid, y_valid) = ((rng.normal(size=(n, 4)), rng.normal(size=n)) for n in (30, 10))

    def weights(penalty):
        return np.linalg.solve(x.T @ x + penalty * np.eye(4), x.T @ y)

    f = maybe_compile(grad(lambda penalty: np.mean((x_valid @ weights(penalty) - y_valid) ** 2)))
    for penalty in (0.5, 3.0):
        w = weights(penalty)
        change = -np.linalg.solve(x.T @ x + penalty * np.eye(4), w)
        wanted = 2 * np.mean((x_valid @ w - y_valid) * (x_valid @ change))
        assert f(penalty) == pytest.approx(wanted, rel=1e-10)
