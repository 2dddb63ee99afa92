"""Streaming metrics equal the metrics of all rows, for uneven batches too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import Running
from nn.metrics import streaming

SHARES = [nn.accuracy, nn.zero_one_loss, nn.binary_accuracy]
CLASSES = [nn.accuracy, nn.zero_one_loss, nn.confusion_matrix, nn.precision_recall_f1]
NUMBERS = [nn.mean_absolute_error, nn.mean_squared_error, nn.r_squared]


def median_error(outputs, targets):
    return float(np.median(np.abs(outputs - targets)))


cuts = st.lists(st.integers(1, 59), max_size=6).map(lambda where: sorted(set(where)))


@pytest.mark.parametrize("metric", [*CLASSES, *NUMBERS, nn.binary_accuracy, median_error])
@given(cuts, st.integers(0, 2**32), st.sampled_from([1, 7, 4096]))
def test_batches_are_as_the_whole(metric, where, seed, at_once):
    rng = np.random.default_rng(seed)
    if metric in CLASSES:
        outputs, targets = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    elif metric is nn.binary_accuracy:
        outputs, targets = rng.normal(size=(60, 1)), rng.integers(0, 2, (60, 1))
    else:
        outputs, targets = rng.normal(size=(60, 1)), 1e3 + rng.normal(size=(60, 1))
    so_far = Running(metric)
    was, streaming.AT_ONCE = streaming.AT_ONCE, at_once
    try:
        for x, y in zip(np.split(outputs, where), np.split(targets, where), strict=True):
            so_far.update(x, y)
    finally:
        streaming.AT_ONCE = was
    expected = metric(outputs, targets)
    for found in (so_far.result(), so_far.result()):
        np.testing.assert_allclose(np.array(found), np.asarray(expected), rtol=0 if metric in SHARES else 1e-12)


def test_updates_after_a_result_count():
    so_far = Running(nn.accuracy)
    so_far.update([[1.0, 0.0]], [0])
    assert so_far.result() == 1.0
    so_far.update([[1.0, 0.0]], [1])
    assert so_far.result() == 0.5


@pytest.mark.parametrize("metric", [nn.accuracy, median_error])
def test_a_metric_without_rows_is_an_error(metric):
    with pytest.raises(ValueError, match=rf"{metric.__name__} needs at least one row"):
        Running(metric).result()
