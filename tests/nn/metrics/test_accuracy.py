"""Accuracy against its definition, row by row."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor
from nn.metrics.functional import accuracy, binary_accuracy


@st.composite
def answers(draw):
    n, k = draw(st.integers(1, 30)), draw(st.integers(2, 12))
    dtype = draw(st.sampled_from([np.float32, np.float64, np.int64]))
    elements = st.integers(-3, 3) if dtype is np.int64 else st.floats(allow_nan=False, width=32)
    labels = draw(hnp.arrays(draw(st.sampled_from([np.int64, np.uint8])), n, elements=st.integers(0, k - 1)))
    return draw(hnp.arrays(dtype, (n, k), elements=elements)), labels


@given(answers())
def test_counts_the_rows_whose_first_highest_score_is_at_the_label(pair):
    scores, labels = pair
    rows = zip(scores.tolist(), labels.tolist(), strict=True)
    right = sum(row.index(max(row)) == label for row, label in rows)
    result = accuracy(scores, labels)
    assert type(result) is float
    assert result == float(Fraction(right, len(labels)))


@given(answers(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pair, random):
    scores, labels = pair
    order = list(range(len(labels)))
    random.shuffle(order)
    assert accuracy(scores[order], labels[order]) == accuracy(scores, labels)


@given(answers())
def test_bounds_are_reached(pair):
    scores, _ = pair
    best = scores.argmax(axis=1)
    assert accuracy(scores, best) == 1.0
    assert accuracy(scores, (best + 1) % scores.shape[1]) == 0.0


def test_objects_with_a_numpy_method_are_accepted():
    class Holder:
        def __init__(self, array):
            self.array = np.array(array)

        def numpy(self):
            return self.array

    assert accuracy(Holder([[0.0, 1.0], [1.0, 0.0]]), Holder([1, 1])) == 0.5


@pytest.mark.parametrize(
    ("scores", "labels", "shapes"),
    [
        (np.zeros((3, 2)), np.zeros(4, int), r"\(3, 2\) and \(4,\)"),
        (np.zeros((3, 2)), np.zeros((3, 1), int), r"\(3, 2\) and \(3, 1\)"),
        (np.zeros((3, 2)), np.zeros((3, 2), int), r"\(3, 2\) and \(3, 2\)"),
        (np.zeros(3), np.zeros(3, int), r"\(3,\) and \(3,\)"),
        (np.zeros((3, 2, 2)), np.zeros(3, int), r"\(3, 2, 2\) and \(3,\)"),
        (1.0, 1, r"\(\) and \(\)"),
    ],
)
def test_shapes_that_do_not_fit(scores, labels, shapes):
    with pytest.raises(ValueError, match=f"got shapes {shapes}"):
        accuracy(scores, labels)


def test_no_rows():
    with pytest.raises(ValueError, match=r"needs at least one row, got scores of shape \(0, 3\)"):
        accuracy(np.zeros((0, 3)), np.zeros(0, int))


@pytest.mark.parametrize("k", [0, 1])
def test_accuracy_of_one_column_is_an_error(k):
    with pytest.raises(ValueError, match=rf"at least two, got shape \(3, {k}\)"):
        accuracy(np.zeros((3, k)), np.zeros(3, int))


@pytest.mark.parametrize("dtype", [float, np.float32, bool, str, object])
def test_labels_are_integers(dtype):
    with pytest.raises(TypeError, match="labels must be integers, got dtype"):
        accuracy(np.zeros((2, 2)), np.array([0, 1]).astype(dtype))


@pytest.mark.parametrize("dtype", [complex, bool, str, object])
def test_scores_are_real_numbers(dtype):
    with pytest.raises(TypeError, match="scores must be real numbers, got dtype"):
        accuracy(np.zeros((2, 2)).astype(dtype), [0, 1])


@pytest.mark.parametrize("stray", [-1, 3, 10])
def test_labels_outside_the_classes_are_errors(stray):
    with pytest.raises(ValueError, match=f"between 0 and 2 for 3 columns of scores; got {stray}$"):
        accuracy(np.zeros((2, 3)), [0, stray])


def test_nan_scores_are_an_error_not_a_guess():
    scores = np.zeros((4, 2))
    scores[1, 1] = scores[3, 0] = np.nan
    with pytest.raises(ValueError, match="NaN in 2 of 4 rows, first in row 1"):
        accuracy(scores, [0, 0, 0, 0])


def test_ragged_scores():
    with pytest.raises(ValueError, match="scores cannot be an array"):
        accuracy([[1.0, 2.0], [3.0]], [0, 1])


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=1))
def test_binary_accuracy_counts_the_scores_on_the_right_side(pairs):
    z, t = np.array(pairs, dtype=float).T
    right = sum((score > 0) == yes for score, yes in pairs)
    assert binary_accuracy(z, t) == binary_accuracy(Tensor(z[:, None]), t[:, None].astype(int)) == right / len(pairs)


@pytest.mark.parametrize(
    ("logits", "targets", "error", "message"),
    [
        ([[1.0]], [1.0], ValueError, r"must have one shape, not empty; got \(1, 1\) and \(1,\)"),
        ([], [], ValueError, "not empty"),
        ([1.0, 2.0], [1.0, 0.5], ValueError, r"targets must be 0 or 1, got 0\.5 in entry 1"),
        ([1.0, np.nan], [1, 0], ValueError, "NaN in 1 of 2 entries, first in entry 1"),
        (["a"], [1], TypeError, "logits must be real numbers"),
    ],
)
def test_binary_accuracy_checks_its_arguments(logits, targets, error, message):
    with pytest.raises(error, match=message):
        binary_accuracy(logits, targets)
