"""Maximum likelihood: parameters that are floats, over arrays of data from outside."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from autograd import grad, hessian, log, log_sigmoid, logsumexp, sum, value_and_grad

RNG = np.random.default_rng(3)
TIMES = RNG.exponential(0.4, 200)
COUNTS = RNG.poisson(3.5, 100)
HEIGHTS = RNG.normal(1.7, 0.2, 150)
X = RNG.normal(size=(80, 3))
LABELS = (RNG.uniform(size=80) < special.expit(X @ [1.0, -2.0, 0.5] + 0.3)).astype(float)


def newton(slope, curvature, x, steps=30):
    for _ in range(steps):
        x = x - slope(x) / curvature(x)
    return x


def test_exponential_rate(maybe_compile):
    def negative_log_likelihood(rate):
        return -np.sum(log(rate) - rate * TIMES)

    slope = maybe_compile(grad(negative_log_likelihood))
    curvature = maybe_compile(grad(grad(negative_log_likelihood)))
    rate = newton(slope, curvature, 1.0)
    assert rate == pytest.approx(1 / TIMES.mean(), rel=1e-12)
    assert curvature(rate) == pytest.approx(len(TIMES) / rate**2, rel=1e-12)
    assert isinstance(slope(1.5), float)


def test_poisson_mean(maybe_compile):
    loss = lambda mu: (mu - COUNTS * np.log(mu)).sum()  # noqa: E731
    slope, curvature = maybe_compile(grad(loss)), maybe_compile(grad(grad(loss)))
    assert slope(2.0) == pytest.approx(len(COUNTS) - COUNTS.sum() / 2, rel=1e-12)
    assert newton(slope, curvature, 3.0) == pytest.approx(COUNTS.mean(), rel=1e-12)


def test_gaussian_mean_and_deviation(maybe_compile):
    def negative_log_likelihood(mu, log_sigma):
        z = (HEIGHTS - mu) / np.exp(log_sigma)
        return np.sum(0.5 * z**2 + log_sigma + 0.5 * np.log(2 * np.pi))

    f = maybe_compile(value_and_grad(negative_log_likelihood, (0, 1)))
    for mu, sigma in ((1.7, 0.2), (1.5, 0.3)):
        value, (d_mu, d_log_sigma) = f(mu, np.log(sigma))
        assert value == pytest.approx(-stats.norm(mu, sigma).logpdf(HEIGHTS).sum(), rel=1e-12)
        assert d_mu == pytest.approx(np.sum(mu - HEIGHTS) / sigma**2, rel=1e-10)
        assert d_log_sigma == pytest.approx(np.sum(1 - ((HEIGHTS - mu) / sigma) ** 2), rel=1e-10)
    found = optimize.minimize(lambda p: f(p[0], p[1]), [1.0, 0.0], jac=True, tol=1e-9)
    assert found.x == pytest.approx([HEIGHTS.mean(), np.log(HEIGHTS.std())], rel=1e-6)


def test_logistic_regression_with_a_float_intercept(maybe_compile):
    def loss(parameters):
        margins = (2 * LABELS - 1) * (X @ parameters["weights"] + parameters["intercept"])
        return -sum(log_sigmoid(margins)) + 0.5 * sum(parameters["weights"] ** 2)

    f = maybe_compile(value_and_grad(loss))
    for scale in (0.5, 1.0):
        weights, intercept = scale * np.array([1.0, -1.0, 0.2]), 0.1
        value, gradient = f({"weights": weights, "intercept": intercept})
        p = special.expit(X @ weights + intercept)
        assert value == pytest.approx(-stats.bernoulli(p).logpmf(LABELS).sum() + 0.5 * weights @ weights, rel=1e-12)
        assert gradient["weights"] == pytest.approx(X.T @ (p - LABELS) + weights, rel=1e-10)
        assert gradient["intercept"] == pytest.approx(np.sum(p - LABELS), rel=1e-10)
        assert isinstance(gradient["intercept"], float)


def test_fisher_information_of_a_gaussian(maybe_compile):
    """The Hessian of the negative log-likelihood at its minimum is n/σ² for the mean and 2n/σ² for the deviation."""

    def negative_log_likelihood(theta):
        mu, sigma = theta
        return np.sum(0.5 * ((HEIGHTS - mu) / sigma) ** 2 + log(sigma))

    n, mu, sigma = len(HEIGHTS), HEIGHTS.mean(), HEIGHTS.std()
    information = maybe_compile(hessian(negative_log_likelihood))
    information(np.array([1.0, 1.0]))
    np.testing.assert_allclose(information(np.array([mu, sigma])), np.diag([n, 2 * n]) / sigma**2, rtol=1e-10, atol=1e-7)
    (a, b), (c, d) = information((mu, sigma))
    np.testing.assert_allclose([[a, b], [c, d]], np.diag([n, 2 * n]) / sigma**2, rtol=1e-10, atol=1e-7)


def test_mixture_of_gaussians(maybe_compile):
    """The gradient of the means is Σ r (μ − x)/σ², with responsibilities r; of the float width, Σ r (1/σ − d²/σ³)."""

    def negative_log_likelihood(means, sigma):
        squares = (HEIGHTS[:, None] - means) ** 2
        return -np.sum(logsumexp(-0.5 * squares / sigma**2 - np.log(sigma), axis=1))

    f = maybe_compile(grad(negative_log_likelihood, (0, 1)))
    for means, sigma in ((np.array([1.5, 1.9]), 0.2), (np.array([1.6, 1.7]), 0.1)):
        offsets = means - HEIGHTS[:, None]
        shares = special.softmax(-0.5 * offsets**2 / sigma**2, axis=1)
        d_means, d_sigma = f(means, sigma)
        np.testing.assert_allclose(d_means, np.sum(shares * offsets, axis=0) / sigma**2, rtol=1e-10)
        assert d_sigma == pytest.approx(np.sum(shares * (1 / sigma - offsets**2 / sigma**3)), rel=1e-10)


def test_degrees_of_freedom_of_a_t_distribution(maybe_compile):
    """SciPy's log-gamma function is followed; its derivative is digamma."""
    x = RNG.standard_t(4, 60)

    def negative_log_likelihood(nu):
        constant = special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - 0.5 * np.log(nu * np.pi)
        return -np.sum(constant - (nu + 1) / 2 * np.log1p(x**2 / nu))

    f = maybe_compile(value_and_grad(negative_log_likelihood))
    for nu in (4.0, 7.5):
        value, slope = f(nu)
        assert value == pytest.approx(-stats.t(nu).logpdf(x).sum(), rel=1e-12)
        constant = 0.5 * (special.digamma((nu + 1) / 2) - special.digamma(nu / 2) - 1 / nu)
        parts = -0.5 * np.log1p(x**2 / nu) + (nu + 1) / 2 * x**2 / (nu * (nu + x**2))
        assert slope == pytest.approx(-np.sum(constant + parts), rel=1e-9)
