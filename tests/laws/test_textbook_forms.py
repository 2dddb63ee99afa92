"""Pullbacks in the form of textbooks, which formulas show, equal the pullbacks that are computed."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd.ops.op import pullback_on_floats
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id
from tests.laws.inputs import moderate_points

TEXTBOOK = [(op, params) for op, params in ELEMENTWISE_CASES if op.textbook]


def test_the_ops_of_a_lecture_have_their_form():
    assert {"tanh", "sigmoid", "relu", "gelu"} <= {op.name for op, _ in TEXTBOOK}
    assert all(len(op.textbook) == len(op.pullbacks) for op, _ in TEXTBOOK)


@pytest.mark.parametrize("case", TEXTBOOK, ids=case_id)
@given(data=st.data())
def test_a_textbook_form_is_the_pullback(case, data):
    op, params = case
    xs = data.draw(moderate_points(op.smooth_on, op.arity))
    y = op.compute(tuple(xs), params)
    assume(math.isfinite(y))
    for computed, shown in zip(op.pullbacks, op.textbook, strict=True):
        want, got = (pullback_on_floats(rule, 1.0, y, *xs, **params) for rule in (computed, shown))
        assume(math.isfinite(want) and abs(want) < 1e6)  # the textbook loses digits where this is large
        assert got == pytest.approx(want, rel=1e-6, abs=1e-9)
