"""The laws reach every op of the table."""

import numpy as np
import pytest

from autograd import OPS, Tensor
from autograd.testing import call_catalogue
from autograd.testing.random_programs import NAMES
from tests.laws.example_calls import CALLS, ELEMENTWISE, OTHERS, PARAMS, examples, named, numbered, rows_of


@pytest.mark.parametrize("op", OTHERS, ids=lambda op: op.name)
def test_every_op_on_arrays_has_an_example_call(op):
    assert CALLS.get(op.name), f"tests/laws/example_calls.py has no example call of {op.name!r}"


@pytest.mark.parametrize("case", [case for op in ELEMENTWISE for case in rows_of(op)], ids=named)
def test_every_elementwise_op_has_its_parameters(case):
    op, params = case
    assert params.keys() | op.defaults.keys() == set(op.params), (
        f"tests/laws/example_calls.py: PARAMS lacks some of {op.name}'s"
    )


def test_no_example_is_left_of_an_op_that_is_gone():
    assert {*CALLS, *PARAMS} <= OPS.keys()


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=numbered)
def test_example_ends_in_the_op_it_stands_for(case):
    name, _, example = case
    inputs = [Tensor(a, requires_grad=True) for a in example.arrays(np.random.default_rng(0))]
    assert example.call(*inputs).op is OPS[name]


@pytest.mark.parametrize(
    "call", [c for c in [*call_catalogue.ELEMENTWISE, *call_catalogue.ARRAYS] if c.fits(*[()] * c.arity)], ids=lambda c: c.text
)
def test_a_call_takes_floats_as_it_takes_arrays_of_no_axes(call):
    floats = [0.3, 0.6, 0.8][: call.arity]
    try:
        want = eval(call.code, NAMES, dict(zip("abc", map(np.asarray, floats), strict=False)))
    except (ValueError, IndexError):
        pytest.skip("it takes no arrays of no axes")
    found = eval(call.code, NAMES, dict(zip("abc", floats, strict=False)))
    np.testing.assert_allclose(found, want, rtol=1e-14)
