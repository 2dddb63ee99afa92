"""The search for the smallest arguments is the same on any machine."""

import numpy as np
import pytest

import autograd as ag
from autograd.checks import shrink


@pytest.fixture
def error():
    with pytest.raises(ag.GradientError) as caught:
        ag.check_gradients(lambda x: x * x, 1.5, gradient=lambda x: x, shrink=False)
    return caught.value


@pytest.mark.parametrize(("entries", "trials"), [(64, shrink.MOST_TRIALS), (500, 20), (5_000, shrink.FEWEST_TRIALS)])
def test_trials_are_counted_and_fewer_for_large_arguments(entries, trials, error):
    args = tuple(np.full(min(entries, 50), 0.123) for _ in range(-(-entries // 50)))
    asked = []

    def check(*args):
        asked.append(args)
        raise ValueError("not defined here")

    error = shrink.smallest_failure(check, lambda: 0, args, error)
    assert len(asked) == trials
    assert error.smallest[0] is args[0]


def test_no_argument_is_tried_after_the_last_evaluation(error):
    evaluations = [0]

    def check(*args):
        evaluations[0] += shrink.EVALUATIONS // 2
        raise ValueError("not defined here")

    shrink.smallest_failure(check, lambda: evaluations[0], (np.full(9, 0.123),), error)
    assert evaluations[0] == 3 * (shrink.EVALUATIONS // 2)


def test_a_check_counts_the_evaluations_of_its_trials(monkeypatch):
    monkeypatch.setattr(shrink, "EVALUATIONS", 0)
    calls = [0]

    def f(x):
        calls[0] += 1
        return (ag.stop_gradient(x) * x).sum()

    with pytest.raises(ag.GradientError):
        ag.check_gradients(f, np.random.default_rng(0).normal(size=(2, 2)))
    once = calls[0]
    with pytest.raises(ag.GradientError):
        ag.check_gradients(f, np.random.default_rng(0).normal(size=(2, 2)), shrink=False)
    assert once < 1.5 * (calls[0] - once)
