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
    (y,) = standardise(x)
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
    assert standardise(np.ones((2, 1), np.float32))[0].dtype == np.float32
    assert standardise(np.array([[1], [2]]))[0].dtype == np.float64
    for wrong, error in ((np.array([["a"]]), TypeError), (np.ones((0, 2)), ValueError), (3.0, ValueError)):
        with pytest.raises(error, match="standardise"):
            standardise(wrong)
    with pytest.raises(ValueError, match=r"argument 1 must have the columns of shape \(2, 2\), got shape \(2, 3\)"):
        standardise(np.ones((2, 2)), np.ones((2, 3)))


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
