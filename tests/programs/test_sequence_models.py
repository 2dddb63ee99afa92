"""Gaussian processes, a Kalman filter and a recurrent network, with exact gradients."""

import itertools

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from autograd import checkpoint, cholesky, diag, grad, log, solve, sum, tanh, value_and_grad

RNG = np.random.default_rng(11)
X = np.sort(RNG.uniform(0, 3, 12))
Y = np.sin(2 * X) + 0.1 * RNG.normal(size=12)
SQUARES = (X[:, None] - X[None, :]) ** 2


def gaussian_process(length, noise):
    """Negative log-likelihood of Y: ½ yᵀK⁻¹y + ½ log |K| + n/2 log 2π."""
    kernel = np.exp(-0.5 * SQUARES / length**2) + noise**2 * np.eye(len(X))
    factor = cholesky(kernel)
    alpha = solve(factor, Y)
    return 0.5 * sum(alpha**2) + sum(log(diag(factor))) + 0.5 * len(X) * np.log(2 * np.pi)


def test_gaussian_process_likelihood(maybe_compile):
    """Its gradient is ½ tr(K⁻¹ ∂K) − ½ yᵀK⁻¹ ∂K K⁻¹y."""
    f = maybe_compile(value_and_grad(gaussian_process, (0, 1)))
    for length, noise in ((0.7, 0.2), (1.1, 0.3)):
        value, slopes = f(length, noise)
        plain = np.exp(-0.5 * SQUARES / length**2)
        kernel = plain + noise**2 * np.eye(len(X))
        inverse = np.linalg.inv(kernel)
        assert value == pytest.approx(-multivariate_normal(np.zeros(len(X)), kernel).logpdf(Y), rel=1e-10)
        for slope, change in zip(slopes, (plain * SQUARES / length**3, 2 * noise * np.eye(len(X))), strict=True):
            wanted = 0.5 * np.trace(inverse @ change) - 0.5 * Y @ inverse @ change @ inverse @ Y
            assert slope == pytest.approx(wanted, rel=1e-8)
            assert isinstance(slope, float)


def kalman_filter(drift, measured):
    """Negative log-likelihood of a random walk with variance `drift`, seen through noise of variance `measured`."""
    mean, variance, total = 0.0, 1.0, 0.0
    for y in Y:
        variance = variance + drift
        spread = variance + measured
        total = total + 0.5 * ((y - mean) ** 2 / spread + log(2 * np.pi * spread))
        gain = variance / spread
        mean, variance = mean + gain * (y - mean), (1 - gain) * variance
    return total


def test_kalman_filter_of_floats(maybe_compile):
    """The same likelihood by the covariance of all observations at once."""
    f = maybe_compile(value_and_grad(kalman_filter, (0, 1)))
    order = np.minimum.outer(np.arange(1, 13), np.arange(1, 13))
    for drift, measured in ((0.3, 0.1), (0.1, 0.5)):
        value, slopes = f(drift, measured)
        covariance = 1.0 + drift * order + measured * np.eye(12)
        inverse = np.linalg.inv(covariance)
        assert value == pytest.approx(-multivariate_normal(np.zeros(12), covariance).logpdf(Y), rel=1e-10)
        for slope, change in zip(slopes, (order, np.eye(12)), strict=True):
            wanted = 0.5 * np.trace(inverse @ change) - 0.5 * Y @ inverse @ change @ inverse @ Y
            assert slope == pytest.approx(wanted, rel=1e-9)


def kalman_filter_of_vectors(parameters):
    """Position and velocity, seen through noisy positions; a float step and a float noise."""
    step, noise = parameters["step"], parameters["noise"]
    move = np.eye(2) + step * np.array([[0.0, 1.0], [0.0, 0.0]])
    seen = np.array([[1.0, 0.0]])
    mean, covariance, total = np.zeros(2), np.eye(2), 0.0
    for y in Y:
        mean, covariance = move @ mean, move @ covariance @ move.T + 0.1 * np.eye(2)
        spread = seen @ covariance @ seen.T + noise * np.eye(1)
        error = y - seen @ mean
        total = total + 0.5 * sum(error * solve(spread, error)) + 0.5 * log(2 * np.pi * spread[0, 0])
        gain = covariance @ seen.T @ np.linalg.inv(spread)
        mean, covariance = mean + gain @ error, covariance - gain @ seen @ covariance
    return total


def covariance_of_positions(step, noise):
    move = np.array([[1.0, step], [0.0, 1.0]])
    powers = [np.linalg.matrix_power(move, k) for k in range(13)]

    def entry(i, j):
        parts = [powers[i] @ powers[j].T, *(0.1 * powers[i - k] @ powers[j - k].T for k in range(1, min(i, j) + 1))]
        return np.sum(parts, axis=0)[0, 0]

    return np.array([[entry(i, j) for j in range(1, 13)] for i in range(1, 13)]) + noise * np.eye(12)


def test_kalman_filter_of_vectors(maybe_compile):
    f = maybe_compile(value_and_grad(kalman_filter_of_vectors))
    for step, noise in ((0.25, 0.2), (0.4, 0.1)):
        value, slopes = f({"step": step, "noise": noise})
        wanted = lambda step, noise: -multivariate_normal(np.zeros(12), covariance_of_positions(step, noise)).logpdf(Y)  # noqa: E731
        assert value == pytest.approx(wanted(step, noise), rel=1e-10)
        h = 1e-5
        assert slopes["step"] == pytest.approx((wanted(step + h, noise) - wanted(step - h, noise)) / (2 * h), rel=1e-6)
        assert slopes["noise"] == pytest.approx((wanted(step, noise + h) - wanted(step, noise - h)) / (2 * h), rel=1e-6)


def weights(seed):
    rng = np.random.default_rng(seed)
    return {"inner": 0.5 * rng.normal(size=(4, 4)), "outer": rng.normal(size=4), "read": rng.normal(size=4), "bias": 0.1 * seed}


def network(parameters, inputs, wrap=lambda f: f):
    """Squared error of the next input, predicted by a recurrent network that is unrolled."""
    step = wrap(lambda h, x: tanh(h @ parameters["inner"] + x * parameters["outer"]))
    h, total = np.zeros(4), 0.0
    for x, y in itertools.pairwise(inputs):
        h = step(h, x)
        total = total + (h @ parameters["read"] + parameters["bias"] - y) ** 2
    return total


def gradient_through_time(p, inputs):
    """Backpropagation through time, by hand."""
    hs = [np.zeros(4)]
    for x in inputs[:-1]:
        hs.append(np.tanh(hs[-1] @ p["inner"] + x * p["outer"]))
    found = {name: np.zeros_like(x) for name, x in p.items()}
    back = np.zeros(4)
    for k in range(len(inputs) - 1, 0, -1):
        error = 2 * (hs[k] @ p["read"] + p["bias"] - inputs[k])
        found["read"] = found["read"] + error * hs[k]
        found["bias"] = found["bias"] + error
        back = (back + error * p["read"]) * (1 - hs[k] ** 2)
        found["inner"] = found["inner"] + np.outer(hs[k - 1], back)
        found["outer"] = found["outer"] + inputs[k - 1] * back
        back = p["inner"] @ back
    return found


@pytest.mark.parametrize("wrap", [lambda f: f, checkpoint], ids=["plain", "checkpointed"])
def test_recurrent_network(maybe_compile, wrap):
    f = maybe_compile(grad(lambda p: network(p, Y, wrap)))
    for seed in (1, 2):
        found, wanted = f(weights(seed)), gradient_through_time(weights(seed), Y)
        for name in wanted:
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-10, atol=1e-12, err_msg=name)
        assert isinstance(found["bias"], float)
