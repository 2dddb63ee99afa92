"""The search for the smallest arguments is the same on any machine."""

import numpy as np
import pytest

import autograd as ag
from autograd.checks import shrink


@pytest.mark.parametrize(("entries", "trials"), [(64, shrink.MOST_TRIALS), (500, 20), (5_000, shrink.FEWEST_TRIALS)])
def test_trials_are_counted_and_fewer_for_large_arguments(entries, trials):
    args = tuple(np.full(min(entries, 50), 0.123) for _ in range(-(-entries // 50)))
    asked = []

    def check(*args):
        asked.append(args)
        raise ValueError("not defined here")

    with pytest.raises(ag.GradientError) as caught:
        ag.check_gradients(lambda x: x * x, 1.5, gradient=lambda x: x, shrink=False)
    error = shrink.smallest_failure(check, args, caught.value)
    assert len(asked) == trials
    assert error.smallest[0] is args[0]
