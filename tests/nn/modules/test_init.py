"""Initializers: bounds, variances of their papers, seeds."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import Linear
from nn.modules.init import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    normal,
    orthogonal,
    random_generator,
    uniform,
    zeros,
)

fans = st.integers(1, 500)
seeds = st.integers(0, 2**32)


def bound(initializer, fan_in, fan_out):
    return sqrt(6 / fan_in) if initializer is he_uniform else sqrt(6 / (fan_in + fan_out))


@pytest.mark.parametrize("initializer", [he_uniform, glorot_uniform])
@given(fans, fans, seeds)
def test_weights_fill_the_interval_and_no_more(initializer, fan_in, fan_out, seed):
    w = initializer((fan_in, fan_out), np.random.default_rng(seed))
    assert w.shape == (fan_in, fan_out)
    inside = np.abs(w) / bound(initializer, fan_in, fan_out)
    assert inside.max() <= 1
    # All n of U(0, 1) lie below 1 − 50/n with a chance of less than e⁻⁵⁰, and their mean is ½ within 8 standard deviations.
    assert inside.max() >= 1 - 50 / w.size
    assert abs(inside.mean() - 0.5) <= 8 / sqrt(12 * w.size)


@pytest.mark.parametrize(("initializer", "variance"), [(he_uniform, 2 / 300), (glorot_uniform, 2 / 500)])
def test_the_variance_is_that_of_the_paper(initializer, variance):
    w = initializer((300, 200), np.random.default_rng(0))
    # The variance of n uniform numbers is off by √(0.8/n) of itself in one standard deviation: here 0.4 %.
    assert abs(w.var() / variance - 1) < 0.02
    assert abs(w.mean()) < 5 * sqrt(variance / w.size)


@given(seeds)
def test_the_seed_decides(seed):
    first, again, other = (he_uniform((20, 5), random_generator(s)) for s in (seed, seed, seed + 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_generator_continues_and_no_seed_is_random():
    generator = np.random.default_rng(0)
    assert random_generator(generator) is generator
    assert random_generator(None).random(4).tolist() != random_generator(None).random(4).tolist()


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.5, TypeError), ("0", TypeError), (True, TypeError)])
def test_impossible_seeds(seed, error):
    with pytest.raises(error, match=f"seed must .* got {seed!r}"):
        random_generator(seed)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 99))
def test_orthogonal_weights_keep_lengths(n, m, seed):
    w = orthogonal((n, m), np.random.default_rng(seed))
    assert w.shape == (n, m)
    short = w.T @ w if n >= m else w @ w.T
    np.testing.assert_allclose(short, np.eye(min(n, m)), atol=1e-12)


def test_all_rotations_are_equally_likely():
    """The mean of many is zero, which it is not without the signs of the diagonal of R."""
    random = np.random.default_rng(0)
    mean = np.mean([orthogonal((2, 2), random) for _ in range(4000)], axis=0)
    np.testing.assert_allclose(mean, 0.0, atol=4 * np.sqrt(0.5 / 4000))


@pytest.mark.parametrize(("init", "variance"), [(he_normal, lambda n, m: 2 / n), (glorot_normal, lambda n, m: 2 / (n + m))])
def test_normal_weights_have_the_variance_of_the_paper(init, variance):
    n, m = 300, 400
    w = init((n, m), np.random.default_rng(0))
    assert abs(w.var() / variance(n, m) - 1.0) < 4 * np.sqrt(2 / (n * m))
    assert abs(w.mean()) < 4 * np.sqrt(variance(n, m) / (n * m))


@pytest.mark.parametrize(("init", "variance"), [(uniform(0.3), 0.03), (normal(0.2), 0.04), (uniform(0), 0), (normal(0), 0)])
def test_weights_with_a_given_bound_or_deviation(init, variance):
    w = init((300, 200), random_generator(0))
    np.testing.assert_allclose(w.var(), variance, rtol=0.02)
    assert np.array_equal(w, init((300, 200), random_generator(0)))
    assert abs(w.mean()) < 0.005


@pytest.mark.parametrize("init", [uniform, normal])
@pytest.mark.parametrize("size", [-0.1, np.nan, np.inf])
def test_impossible_sizes(init, size):
    with pytest.raises(ValueError, match=f"(bound|deviation) must be at least 0 and finite, got {size}"):
        init(size)


def test_zeros_make_a_layer_of_zeros():
    assert not Linear(3, 4, init=zeros).weight.numpy().any()
