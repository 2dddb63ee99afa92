"""Synthetic datasets: two moons, Gaussians, noise and labels."""

import re
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import datasets
from nn.datasets import mnist, moons

sizes = st.integers(2, 300)
#: Rounding of points to float32, as far as 2 from the origin.
EPS = 2 * np.finfo(np.float32).eps
seeds = st.integers(0, 2**64)


@given(sizes, seeds)
def test_without_noise_every_point_is_on_its_half_circle(n, seed):
    x, y = moons(n, noise=0.0, seed=seed)
    outer, inner = x[y == 0], x[y == 1] - [1.0, 0.5]
    np.testing.assert_allclose(np.hypot(*outer.T), 1.0, rtol=EPS)
    np.testing.assert_allclose(np.hypot(*inner.T), 1.0, rtol=EPS)
    assert (outer[:, 1] >= 0).all()
    assert (inner[:, 1] <= 0).all()


@given(st.integers(4, 300), seeds)
def test_points_are_evenly_spaced_on_the_half_circles(n, seed):
    x, y = moons(n, noise=0.0, seed=seed)
    for points, start in ((x[y == 0], [1.0, 0.0]), (x[y == 1], [0.0, 0.5])):
        along = points[np.argsort(np.hypot(*(points - start).T))]
        steps = np.hypot(*np.diff(along, axis=0).T)
        np.testing.assert_allclose(along[0], start, atol=EPS)
        np.testing.assert_allclose(steps, 2 * np.sin(np.pi / (2 * (len(along) - 1))), atol=2 * EPS)


@given(sizes, seeds, st.floats(0, 10))
def test_shapes_dtypes_and_balance(n, seed, noise):
    x, y = moons(n, noise=noise, seed=seed)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((n, 2), np.float32, (n,), np.int64)
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


@pytest.mark.parametrize("noise", [-0.1, float("inf"), float("nan")])
def test_impossible_noise(noise):
    with pytest.raises(ValueError, match=f"noise must be at least 0 and finite, got {noise!r}"):
        moons(noise=noise)


@pytest.mark.parametrize("noise", ["0.1", None, True])
def test_noise_is_a_number(noise):
    with pytest.raises(TypeError, match=f"noise must be a number, got {noise!r}"):
        moons(noise=noise)


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (0.5, TypeError), (None, TypeError)])
def test_impossible_seed(seed, error):
    with pytest.raises(error, match="seed must be"):
        moons(seed=seed)


def test_mnist_is_in_the_package_of_datasets():
    assert mnist.__module__ == "nn.datasets"


@given(st.integers(2, 200), st.integers(1, 5), st.floats(0, 1), st.integers(0, 2**32))
def test_the_number_of_wrong_labels_is_the_requested_one(n, features, noise, seed):
    x, y = datasets.gaussians(n, features=features, classes=2, label_noise=noise, seed=seed)
    same, clean = datasets.gaussians(n, features=features, classes=2, seed=seed)
    np.testing.assert_array_equal(x, same)
    assert np.count_nonzero(y != clean) == int(noise * n)
    assert sorted(np.bincount(clean, minlength=2)) == [n // 2, n - n // 2]


def test_gaussians_have_the_given_distance():
    x, y = datasets.gaussians(40_000, features=3, classes=4, distance=5.0, seed=1)
    for k in range(4):
        np.testing.assert_allclose(np.linalg.norm(x[y == k].mean(axis=0)), 5.0, rtol=0.01)
        np.testing.assert_allclose(np.cov(x[y == k].T), np.eye(3), atol=0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label_noise": 1.5}, "label_noise must be between 0 and 1, got 1.5"),
        ({"features": 0}, "features must be at least 1, got 0"),
        ({"distance": -1.0}, "distance must be at least 0 and finite, got -1.0"),
        ({"n": 1}, "n must be at least 2, got 1"),
    ],
)
def test_impossible_gaussians(options, message):
    with pytest.raises(ValueError, match=message):
        datasets.gaussians(**options)


def test_digits_are_the_real_ones():
    x, y = datasets.digits()
    assert (x.shape, x.dtype, x.min(), x.max(), y.dtype) == ((1797, 64), np.float32, 0.0, 1.0, np.int64)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as the collection's page counts


def test_the_error_names_a_missing_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[sklearn\]'"):
        datasets.digits()


def test_names_are_lower_case_and_sorted():
    found = datasets.names()
    assert found == sorted(set(found))
    assert len(found) == 5163
    assert all(re.fullmatch("[a-z]{2,15}", name) for name in found)
    assert {"mary", "james"} <= set(found)
