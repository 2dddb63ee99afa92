"""Pullbacks can be pulled back: second derivatives, and a recorded sweep against a raw one."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Tensor, Value, gradients
from tests.laws import exact
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import few, moderate_points, seeds

TOLERANCE = 1e-11


def derivatives(y, xs):
    """Gradients of y as nodes; constants if y is a constant."""
    return gradients(y, xs, create_graph=True) if y.requires_grad else [Value(0.0, requires_grad=False)] * len(xs)


def slack(first, op, xs, params, i, j):
    """Error bound of a second derivative, often a difference of larger terms, for a few ulps in inputs and terms."""
    return exact.few_ulps(op, xs, params, i, j) + 16 * 2.0**-52 * abs(first / xs[j] if xs[j] else 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@given(data=st.data())
def test_second_derivative_is_that_of_the_forward_rule(case, data):
    op, params = case
    xs = data.draw(moderate_points(op.smooth_on, op.arity))
    variables = [Value(x) for x in xs]
    y = op(*variables, **params)
    assume(math.isfinite(y.data))
    for i, first in enumerate(derivatives(y, variables)):
        for j, second in enumerate(derivatives(first, variables)):
            want = exact.partial(op, xs, params, exact.unit(op.arity, i, j))
            assume(abs(want) < 1e250)
            error = abs(second.data - want) - TOLERANCE * abs(want) - 1e-250
            assert error <= 0 or error <= slack(first.data, op, xs, params, i, j), (
                f"∂²{op.name}{xs}/∂x{i}∂x{j} = {second.data!r}, not {exact.show(want)}"
            )


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@few
@given(data=st.data())
def test_recorded_gradient_of_values_is_the_raw_one(case, data):
    op, params = case
    xs = [Value(x) for x in data.draw(moderate_points(op.smooth_on, op.arity))]
    y = op(*xs, **params)
    if not y.requires_grad:
        return
    recorded = [g.data for g in gradients(y, xs, create_graph=True)]
    np.testing.assert_allclose(recorded, gradients(y, xs), rtol=1e-15, atol=0.0)


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
@few
@given(rng=seeds)
def test_recorded_gradient_of_tensors_is_the_raw_one(case, rng):
    _, _, example = case
    xs = [Tensor(a, requires_grad=True) for a in example.arrays(rng)]
    y = example.call(*xs)
    seed = rng.normal(size=y.shape)
    for raw, recorded in zip(gradients(y, xs, seed), gradients(y, xs, seed, create_graph=True), strict=True):
        np.testing.assert_array_equal(recorded.numpy(), raw)
