"""Metrics by their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import accuracy, confusion_matrix, precision_recall_f1, r_squared, zero_one_loss


@st.composite
def answers(draw):
    k, n = draw(st.integers(2, 5)), draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    return rng.standard_normal((n, k)), rng.integers(0, k, n)


@given(answers())
def test_metrics_of_classes_agree_with_counting(case):
    scores, labels = case
    named = scores.argmax(1)
    k = scores.shape[1]
    c = confusion_matrix(scores, labels)
    assert [[sum((labels == i) & (named == j)) for j in range(k)] for i in range(k)] == c.tolist()
    assert zero_one_loss(scores, labels) == pytest.approx(1.0 - accuracy(scores, labels))
    assert np.trace(c) / c.sum() == accuracy(scores, labels)
    for i, (p, r, f) in enumerate(zip(*precision_recall_f1(scores, labels), strict=True)):
        right, said, there = sum((labels == i) & (named == i)), sum(named == i), sum(labels == i)
        assert p == (right / said if said else 0.0)
        assert r == (right / there if there else 0.0)
        assert f == pytest.approx(2 * right / (said + there) if said + there else 0.0)


def test_r_squared(rng):
    t = rng.standard_normal((50, 1))
    assert r_squared(t, t) == 1.0
    assert r_squared(np.full_like(t, t.mean()), t) == pytest.approx(0.0)
    assert r_squared(-t, t) < 0.0
    with pytest.raises(ValueError, match=r"must have one shape, got \(50,\) and \(50, 1\)"):
        r_squared(t[:, 0], t)
    with pytest.raises(ValueError, match="needs targets that differ"):
        r_squared([1.0, 2.0], [3.0, 3.0])


@pytest.mark.parametrize("f", [accuracy, zero_one_loss, confusion_matrix, precision_recall_f1])
def test_impossible_answers_are_refused(f):
    for scores, labels, error in (
        (np.ones((2, 3)), [0, 3], ValueError),
        (np.ones((2, 3)), [0.0, 1.0], TypeError),
        (np.ones((0, 3)), np.zeros(0, int), ValueError),
        ([[np.nan, 1.0]], [0], ValueError),
    ):
        with pytest.raises(error):
            f(scores, labels)
