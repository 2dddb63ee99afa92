"""The catalogue of example calls covers every op, with correct entries."""

import numpy as np

import autograd
from autograd import OPS, Tensor
from autograd.engine.graph import newest_first
from autograd.testing.call_catalogue import ARRAYS, ELEMENTWISE, INTERNAL, LINES
from autograd.testing.random_programs import value_of
from tests.laws.example_calls import ELEMENTWISE_CASES, OTHERS, PARAMETERS, TABLE, examples

#: Calls without a number as argument: a number has no entries and no axes to pad.
WITHOUT_NUMBERS = ("a[", "put(", "pad(")


def test_every_op_with_a_derivative_is_called():
    differentiable = {op.name for op in TABLE if any(pullback is not None for pullback in op.pullbacks)}
    assert differentiable - {*ELEMENTWISE, *ARRAYS} == set(), "give them a line in autograd/testing/call_catalogue.py"
    assert {*ELEMENTWISE, *ARRAYS, *PARAMETERS} <= OPS.keys()


def test_random_programs_call_public_ops_only():
    assert {op.name for op in TABLE if op.name not in dir(autograd)} == INTERNAL


def test_the_laws_have_an_example_of_every_op_on_arrays_and_all_parameters_of_the_others():
    assert [op.name for op in OTHERS if not any(call.shapes for call in ARRAYS[op.name])] == []
    assert [op.name for op, params in ELEMENTWISE_CASES if params.keys() | op.defaults.keys() != set(op.params)] == []


def test_an_example_ends_in_its_op():
    rng = np.random.default_rng(0)
    ends = [(name, e, e.call(*map(variable, e.arrays(rng))).op) for name, _, e in examples("linear", "bilinear", "general")]
    assert [(name, example) for name, example, op in ends if op is not OPS[name]] == []


def test_an_elementwise_call_calls_its_op():
    def called(call):
        return {node.op for node in newest_first([call(*map(variable, [0.3, 0.6, 0.8][: call.arity]))])}

    assert [call for name, calls in ELEMENTWISE.items() for call in calls if OPS[name] not in called(call)] == []


def variable(x):
    return Tensor(x, requires_grad=True)


def test_numbers_of_floats_are_floats():
    """A result without axes is a Python float, as the arguments are."""
    wrong = []
    for op in TABLE:
        try:
            y = op(*[0.3, 0.6, 0.8][: op.arity])
        except (TypeError, ValueError, IndexError):  # an op of arrays, or with parameters
            continue
        if isinstance(y, np.floating):
            wrong.append((op.name, type(y)))
    assert wrong == []


def test_a_call_takes_floats_as_it_takes_arrays_of_no_axes():
    for call in LINES:
        floats = [0.3, 0.6, 0.8][: call.arity]
        want = value_of(call, list(map(np.asarray, floats)))
        if want is not None and not call.text.startswith(WITHOUT_NUMBERS):
            np.testing.assert_allclose(call(*floats), want, rtol=1e-14, err_msg=call.text)
