"""Mechanics: orbits by leapfrog, equations of motion of a Lagrangian, a robot arm."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from autograd import cos, grad, hessian, jacobian, jvp, sin, solve, stack, sum, value_and_grad


def leapfrog(force, q, p, step, count):
    for _ in range(count):
        p = p + 0.5 * step * force(q)
        q = q + step * p
        p = p + 0.5 * step * force(q)
    return q, p


def harmonic_map(omega, step):
    """Matrix of one leapfrog step for the force −ω² q."""
    a = 1 - 0.5 * (omega * step) ** 2
    return np.array([[a, step], [-(omega**2) * step * (1 - 0.25 * (omega * step) ** 2), a]])


def test_oscillator_with_respect_to_initial_conditions_and_frequency(maybe_compile):
    def final(q, p, omega):
        return leapfrog(lambda q: -(omega**2) * q, q, p, 0.1, 30)

    f = maybe_compile(jacobian(final, (0, 1, 2)))
    for q, p, omega in ((1.0, 0.0, 1.3), (0.5, -0.2, 0.9)):
        d_q, d_p = f(q, p, omega)
        power = np.linalg.matrix_power(harmonic_map(omega, 0.1), 30)
        assert np.array([d_q[:2], d_p[:2]]) == pytest.approx(power, rel=1e-12)
        h = 1e-5
        ahead, behind = (np.linalg.matrix_power(harmonic_map(w, 0.1), 30) @ [q, p] for w in (omega + h, omega - h))
        assert [d_q[2], d_p[2]] == pytest.approx((ahead - behind) / (2 * h), rel=1e-7)


def energy(q, p, mass=1.0):
    return 0.5 * np.sum(p**2) / mass - mass / np.sqrt(np.sum(q**2))


def test_kepler_orbit(maybe_compile):
    """Forces are gradients of the potential; the leapfrog keeps energy, and its map is symplectic."""
    force = lambda q: -grad(energy)(q, np.zeros(2))  # noqa: E731

    def final(state):
        q, p = leapfrog(force, state[:2], state[2:], 0.01, 40)
        return np.concatenate([q, p])

    run, matrix = maybe_compile(final), maybe_compile(jacobian(final))
    omega = np.block([[np.zeros((2, 2)), np.eye(2)], [-np.eye(2), np.zeros((2, 2))]])
    for start in (np.array([1.0, 0.0, 0.0, 1.1]), np.array([0.8, 0.1, 0.2, 1.0])):
        end = run(start)
        assert energy(end[:2], end[2:]) == pytest.approx(energy(start[:2], start[2:]), rel=1e-5)
        derivative = matrix(start)
        np.testing.assert_allclose(derivative.T @ omega @ derivative, omega, atol=1e-11)


def test_pendulum_with_respect_to_its_length(maybe_compile):
    """A float length and an array of starting angles: the sensitivity solves the variational equation."""
    angles = np.array([0.1, 0.5, 1.0])

    def final(length):
        q, _ = leapfrog(lambda q: -9.81 / length * np.sin(q), angles, np.zeros(3), 0.001, 300)
        return q

    slope = maybe_compile(lambda length: jvp(final, (length,), (1.0,)))
    for length in (1.0, 1.5):
        value, tangent = slope(length)

        def right_side(t, y, length=length):
            q, p, dq, dp = y.reshape(4, 3)
            k = 9.81 / length
            return np.concatenate([p, -k * np.sin(q), dp, k / length * np.sin(q) - k * np.cos(q) * dq])

        end = solve_ivp(right_side, (0, 0.3), np.concatenate([angles, np.zeros(9)]), rtol=1e-10, atol=1e-12).y[:, -1]
        np.testing.assert_allclose(value, end[:3], rtol=1e-6)
        np.testing.assert_allclose(tangent, end[6:9], rtol=1e-5)


def double_pendulum(q, v, g=9.81):
    """Lagrangian of two unit masses on unit rods."""
    (a, b), (u, w) = q, v
    kinetic = u**2 + 0.5 * w**2 + u * w * cos(a - b)
    return kinetic + g * (2 * cos(a) + cos(b))


def acceleration(q, v):
    """Euler–Lagrange: (∂²L/∂v∂v) a = ∂L/∂q − (∂²L/∂v∂q) v."""
    mass = hessian(double_pendulum, 1)(q, v)
    mixed = jacobian(grad(double_pendulum, 1), 0)(q, v)
    return solve(mass, grad(double_pendulum)(q, v) - mixed @ v)


def test_equations_of_motion_of_a_lagrangian(maybe_compile):
    f = maybe_compile(acceleration)
    for q, v in (([0.3, -0.5], [1.0, 0.2]), ([1.2, 0.4], [-0.7, 0.9])):
        (a, b), (u, w) = q, v
        c, s = np.cos(a - b), np.sin(a - b)
        mass = np.array([[2.0, c], [c, 1.0]])
        force = np.array([-s * w**2 - 2 * 9.81 * np.sin(a), s * u**2 - 9.81 * np.sin(b)])
        np.testing.assert_allclose(f(np.array(q), np.array(v)), np.linalg.solve(mass, force), rtol=1e-10)


def test_robot_arm(maybe_compile):
    """Position of the hand from three angles; each column of the Jacobian is a rotation about its joint."""
    lengths = np.array([1.0, 0.7, 0.4])

    def hand(angles):
        directions = np.cumsum(angles)
        return stack([sum(lengths * cos(directions)), sum(lengths * sin(directions))])

    f = maybe_compile(jacobian(hand))
    for angles in (np.array([0.3, 0.5, -0.2]), np.array([1.0, -1.0, 2.0])):
        directions = np.cumsum(angles)
        arms = lengths * np.array([np.cos(directions), np.sin(directions)])
        after = np.cumsum(arms[:, ::-1], axis=1)[:, ::-1]
        np.testing.assert_allclose(f(angles), [-after[1], after[0]], rtol=1e-12)


def test_inverse_kinematics_of_floats(maybe_compile):
    """Two joint angles as floats, by gradient descent to a point within reach."""

    def distance(a, b, target=(1.2, 0.6)):
        x, y = cos(a) + cos(a + b), sin(a) + sin(a + b)
        return (x - target[0]) ** 2 + (y - target[1]) ** 2

    f, (a, b) = maybe_compile(value_and_grad(distance, argnums=(0, 1))), (0.1, 0.5)
    for _ in range(400):
        value, (da, db) = f(a, b)
        a, b = a - 0.2 * da, b - 0.2 * db
    assert value == pytest.approx(0.0, abs=1e-12)
    assert np.cos(b) == pytest.approx((1.2**2 + 0.6**2) / 2 - 1, abs=1e-6)
