"""Every pullback is the derivative of its forward rule, to nearly every digit that a float has."""

import math
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd.ops.op import pullback_on_floats
from tests.laws import exact
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id
from tests.laws.inputs import points

TOLERANCE = 1e-13
HUGE, TINY = 1e290, 1e-290  # beyond them numbers overflow, or lose digits to underflow

# Differences of larger numbers have no correct digits near zero, and exponentials of large polynomials few in their tails:
# their derivatives must be exact for inputs within a few ulps. All others must be accurate everywhere.
SLACK_IN_VALUE = {"gammaln", "logaddexp", "hardsigmoid", "hardswish", "sinc_derivative", "gelu"}
SLACK_IN_DERIVATIVE = {"hardswish", "gelu", "silu", "mish", "sinc", "sinc_derivative"}


def assert_close(got, want, slack, what):
    error = abs(got - want) - TOLERANCE * abs(want) - TINY
    assert error <= 0 or error <= slack(), f"{what} = {got!r}, not {exact.show(want)}"


def nothing():
    return 0.0


@pytest.mark.slow
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@given(data=st.data())
def test_value_is_the_forward_rule_at_high_precision(case, data):
    op, params = case
    xs = data.draw(points(op.smooth_on, op.arity))
    want = exact.value(op, xs, params)
    assume(abs(want) < HUGE)
    slack = partial(exact.few_ulps, op, xs, params) if op.name in SLACK_IN_VALUE else nothing
    assert_close(op.compute(xs, params), want, slack, f"{op.name}{xs}")


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@given(data=st.data())
def test_pullback_is_the_derivative_at_high_precision(case, data):
    op, params = case
    xs = data.draw(points(op.smooth_on, op.arity))
    y = op.compute(xs, params)
    assume(math.isfinite(y))
    for i, pullback in enumerate(op.pullbacks):
        want = exact.partial(op, xs, params, exact.unit(op.arity, i))
        assume(abs(want) < HUGE)
        slack = partial(exact.few_ulps, op, xs, params, i) if op.name in SLACK_IN_DERIVATIVE else nothing
        got = 0.0 if pullback is None else pullback_on_floats(pullback, 1.0, y, *xs, **params)
        assert_close(got, want, slack, f"∂{op.name}{xs}/∂x{i}")
