"""Greeks of European calls: floats for the market, an array for the strikes."""

import numpy as np
import pytest
from scipy.stats import norm

from autograd import erf, exp, grad, jacobian, log, sqrt, value_and_grad

STRIKES = np.array([80.0, 95.0, 100.0, 110.0, 130.0])
MARKETS = [(100.0, 0.2, 0.03), (92.0, 0.35, 0.01)]
T = 0.75


def cdf(x):
    return 0.5 * (1 + erf(x / np.sqrt(2.0)))


def call(spot, sigma, rate, strikes=STRIKES):
    d1 = (log(spot / strikes) + (rate + sigma**2 / 2) * T) / (sigma * sqrt(T))
    return spot * cdf(d1) - strikes * exp(-rate * T) * cdf(d1 - sigma * sqrt(T))


def closed_forms(spot, sigma, rate):
    d1 = (np.log(spot / STRIKES) + (rate + sigma**2 / 2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return {
        "delta": norm.cdf(d1),
        "vega": spot * norm.pdf(d1) * np.sqrt(T),
        "rho": STRIKES * T * np.exp(-rate * T) * norm.cdf(d2),
        "gamma": norm.pdf(d1) / (spot * sigma * np.sqrt(T)),
        "vanna": -norm.pdf(d1) * d2 / sigma,
        "volga": spot * norm.pdf(d1) * np.sqrt(T) * d1 * d2 / sigma,
    }


@pytest.mark.parametrize("order", ["first", "second"])
def test_greeks_for_all_strikes(maybe_compile, order):
    delta = lambda *market: jacobian(call, 0)(*market)  # noqa: E731
    vega = lambda *market: jacobian(call, 1)(*market)  # noqa: E731
    greeks = {
        "first": {"delta": delta, "vega": vega, "rho": jacobian(call, 2)},
        "second": {"gamma": jacobian(delta, 0), "vanna": jacobian(delta, 1), "volga": jacobian(vega, 1)},
    }[order]
    for name, greek in greeks.items():
        f = maybe_compile(greek)
        for market in MARKETS:
            np.testing.assert_allclose(f(*market), closed_forms(*market)[name], rtol=1e-10, atol=1e-12, err_msg=name)


def test_greeks_of_a_portfolio(maybe_compile):
    weights = np.array([1.0, -2.0, 3.0, -1.0, 0.5])
    f = maybe_compile(value_and_grad(lambda *market: np.sum(weights * call(*market)), (0, 1, 2)))
    for market in MARKETS:
        value, greeks = f(*market)
        wanted = closed_forms(*market)
        assert value == pytest.approx(weights @ call(*market), rel=1e-12)
        assert greeks == pytest.approx([weights @ wanted[name] for name in ("delta", "vega", "rho")], rel=1e-10)
        assert all(isinstance(greek, float) for greek in greeks)


def test_greeks_with_respect_to_strikes(maybe_compile):
    """Twice with respect to the strikes: the density of prices, discounted."""
    f = maybe_compile(grad(lambda k, market: np.sum(grad(lambda k: np.sum(call(*market, k)))(k))))
    for spot, sigma, rate in MARKETS:
        d2 = (np.log(spot / STRIKES) + (rate - sigma**2 / 2) * T) / (sigma * np.sqrt(T))
        wanted = np.exp(-rate * T) * norm.pdf(d2) / (STRIKES * sigma * np.sqrt(T))
        np.testing.assert_allclose(f(STRIKES, (spot, sigma, rate)), wanted, rtol=1e-10)


def test_implied_volatility_by_newton(maybe_compile):
    prices = call(100.0, 0.27, 0.02)
    error = maybe_compile(value_and_grad(lambda sigma, i: call(100.0, sigma, 0.02)[i] - prices[i]))
    for i in range(len(STRIKES)):
        sigma = 0.4
        for _ in range(20):
            value, vega = error(sigma, i)
            sigma = sigma - value / vega
        assert sigma == pytest.approx(0.27, rel=1e-9)
