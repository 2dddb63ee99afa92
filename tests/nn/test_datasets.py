"""Two moons: on their circles without noise, around them with noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.datasets import mnist, moons

sizes = st.integers(2, 300)
seeds = st.integers(0, 2**64)


@given(sizes, seeds)
def test_without_noise_every_point_is_on_its_half_circle(n, seed):
    x, y = moons(n, noise=0.0, seed=seed)
    outer, inner = x[y == 0], x[y == 1] - [1.0, 0.5]
    np.testing.assert_allclose(np.hypot(*outer.T), 1.0, rtol=1e-15)
    np.testing.assert_allclose(np.hypot(*inner.T), 1.0, rtol=1e-15)
    assert (outer[:, 1] >= 0).all()
    assert (inner[:, 1] <= 0).all()


@given(st.integers(4, 300), seeds)
def test_the_half_circles_are_evenly_walked_from_end_to_end(n, seed):
    x, y = moons(n, noise=0.0, seed=seed)
    for points, start in ((x[y == 0], [1.0, 0.0]), (x[y == 1], [0.0, 0.5])):
        along = points[np.argsort(np.hypot(*(points - start).T))]
        steps = np.hypot(*np.diff(along, axis=0).T)
        np.testing.assert_allclose(along[0], start, atol=1e-15)
        np.testing.assert_allclose(steps, 2 * np.sin(np.pi / (2 * (len(along) - 1))), rtol=1e-12)


@given(sizes, seeds, st.floats(0, 10))
def test_shapes_dtypes_and_balance(n, seed, noise):
    x, y = moons(n, noise=noise, seed=seed)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((n, 2), np.float64, (n,), np.int64)
    assert np.bincount(y).tolist() == [n // 2, n - n // 2]
    assert not x.flags.writeable
    assert not y.flags.writeable


@given(sizes, seeds)
def test_the_seed_decides(n, seed):
    first, again, other = moons(n, seed=seed), moons(n, seed=seed), moons(n, seed=seed + 1)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@given(seeds, st.floats(1e-3, 1e3))
def test_noise_is_the_standard_deviation_of_each_coordinate(seed, noise):
    n = 5_000
    shift = moons(n, noise=noise, seed=seed)[0] - moons(n, noise=0.0, seed=seed)[0]
    # Six standard errors: of the mean σ/√n, of the deviation σ/√(2n).
    assert np.abs(shift.mean(axis=0)).max() < 6 * noise / np.sqrt(n)
    assert np.abs(shift.std(axis=0) - noise).max() < 6 * noise / np.sqrt(2 * n)


def test_rows_are_shuffled():
    _, y = moons(1_000)
    # In a random order the label changes at half of the steps; six standard deviations of √999 / 2.
    assert abs(np.count_nonzero(np.diff(y)) - 499.5) < 6 * np.sqrt(999) / 2


@pytest.mark.parametrize("n", [1, 0, -3])
def test_too_few_points(n):
    with pytest.raises(ValueError, match=f"n must be at least 2, got {n}"):
        moons(n)


@pytest.mark.parametrize("n", [10.0, "10", True, None])
def test_number_of_points_is_an_integer(n):
    with pytest.raises(TypeError, match="n must be an integer, got"):
        moons(n)


@pytest.mark.parametrize("noise", [-0.1, float("inf"), float("nan"), "0.1", None])
def test_impossible_noise(noise):
    with pytest.raises(ValueError, match=f"noise must be a finite number, 0 or more, got {noise!r}"):
        moons(noise=noise)


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (0.5, TypeError), (None, TypeError)])
def test_impossible_seed(seed, error):
    with pytest.raises(error, match="seed must be"):
        moons(seed=seed)


def test_mnist_stands_among_the_datasets():
    assert mnist.__module__ == "nn.mnist"
