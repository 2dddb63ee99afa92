"""Standardisation and one-hot encoding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import one_hot, standardise

columns = hnp.arrays(float, st.tuples(st.integers(2, 20), st.integers(1, 4)), elements=st.integers(-1000, 1000).map(float))


@given(columns)
def test_columns_have_mean_0_and_deviation_1_unless_constant(x):
    y = standardise(x)
    constant = np.ptp(x, axis=0) == 0
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), np.where(constant, 0.0, 1.0), atol=1e-12)


@given(columns)
def test_other_rows_are_scaled_as_the_training_rows(x):
    other = x[::-1][:1] + 1.0
    y, z = standardise(x, other)
    deviation = x.std(axis=0)
    np.testing.assert_allclose(z, (other - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0))
    assert not y.flags.writeable
    assert not z.flags.writeable


def test_types():
    assert standardise(np.ones((2, 1), np.float32)).dtype == np.float32
    assert standardise(np.array([[1], [2]])).dtype == np.float64
    for dtype in "u1", "i1", "?", "u8":
        np.testing.assert_array_equal(standardise(np.array([[1], [0]], dtype)), [[1.0], [-1.0]])
    for wrong, error in ((np.array([["a"]]), TypeError), (np.ones((0, 2)), ValueError), (3.0, ValueError)):
        with pytest.raises(error, match="standardise"):
            standardise(wrong)
    with pytest.raises(ValueError, match=r"argument 1 must have the columns of shape \(2, 2\), got shape \(2, 3\)"):
        standardise(np.ones((2, 2)), np.ones((2, 3)))


@pytest.mark.parametrize("constant", [0.1, 0.3, 1.1, 1 / 3, -1e300, 1e-300, 0.0, 255.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [1, 7, 77, 1000])
def test_constant_columns_become_exact_differences(constant, dtype, n):
    constant = dtype(np.clip(constant, np.finfo(dtype).min, np.finfo(dtype).max))
    y, z = standardise(np.full((n, 1), constant), np.array([[constant], [constant + 0.25]]))
    assert not y.any()
    np.testing.assert_array_equal(z, [[0.0], [(constant + dtype(0.25)) - constant]])


def test_columns_that_are_constant_up_to_rounding():
    x = np.array([[0.3], [0.1 + 0.2], [0.3], [0.6 / 2]])
    assert np.abs(standardise(x)).max() < 1e-16
    x = 0.3 + 1e-15 * np.random.default_rng(0).normal(size=(1000, 1))
    assert np.abs(standardise(x)).max() < 1e-14
    small = 1.0 + 1e-12 * np.arange(4.0)[:, None]
    np.testing.assert_allclose(standardise(small).std(), 1.0, rtol=1e-3)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_named(wrong):
    x = np.ones((3, 2))
    x[2, 1] = wrong
    with pytest.raises(ValueError, match=r"finite training rows, got -?(nan|inf) at \(2, 1\), and 1 in all"):
        standardise(x)
    assert standardise(np.array([[1.0], [3.0]]), x[:, 1:])[1].shape == (3, 1)


@given(hnp.arrays(int, hnp.array_shapes(max_dims=2), elements=st.integers(0, 4)))
def test_one_hot_rows_name_their_class(labels):
    y = one_hot(labels, 5)
    assert y.shape == (*labels.shape, 5)
    np.testing.assert_array_equal(y.argmax(-1), labels)
    np.testing.assert_array_equal(y.sum(-1), 1.0)
    assert set(np.unique(y)) <= {0.0, 1.0}


def test_labels_of_other_types_are_errors():
    with pytest.raises(TypeError, match="labels must be integers, got dtype float64"):
        one_hot([0.0], 2)
    for label in (-1, 2):
        with pytest.raises(ValueError, match=f"between 0 and 1 for 2 classes; got {label}"):
            one_hot([0, label], 2)
