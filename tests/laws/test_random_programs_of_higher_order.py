"""Random programs of smooth ops: second and third derivatives agree with jets."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings

from autograd import Tensor, Value, gradients
from tests.laws import jets
from tests.laws.smooth_programs import FUNCTIONS, programs

TOLERANCE, TINY = 1e-11, 1e-290


def test_every_function_has_its_jet():
    assert list(FUNCTIONS) == list(jets.FUNCTIONS)


def check_orders(program, rows, variables, make, columns):
    """First three derivatives along the first variable, by nested gradients."""
    i = variables.index(True)
    want = [jets.derivatives(program, row, i) for row in rows]
    assume(all(math.isfinite(x) and x < 1e100 for jet in want for x in jet.sizes))
    inputs = [make(x) if j == i else x for j, x in enumerate(columns)]
    y = program.run(inputs, 1)
    for order in (1, 2, 3):
        if not (isinstance(y, Value | Tensor) and y.requires_grad):
            found = np.zeros(len(rows))  # a constant, whose derivative is zero
            y = None
        else:
            y = gradients(y if isinstance(y, Value) else y.sum(), inputs[i], create_graph=True)
            found = np.broadcast_to(np.asarray(y.data), len(rows))
        for k, jet in enumerate(want):
            error = abs(found[k] - jet.parts[order])
            assert error <= TOLERANCE * jet.sizes[order] + TINY, f"order {order}: {found[k]!r}, not {jet.parts[order]!r}"


@pytest.mark.parametrize("make", [Value, lambda x: Tensor(x, requires_grad=True)], ids=["Value", "Tensor"])
@settings(max_examples=60)
@given(drawn=programs(rows=1))
def test_numbers(make, drawn):
    program, rows, variables = drawn
    check_orders(program, rows, variables, make, rows[0])


@settings(max_examples=60)
@given(programs(rows=3))
def test_batches(drawn):
    program, rows, variables = drawn
    check_orders(program, rows, variables, lambda x: Tensor(x, requires_grad=True), np.array(rows).T)
