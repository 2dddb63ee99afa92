"""Optimisation passes: smaller programs with bitwise equal results."""

import itertools

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import gradients
from autograd.tape.backends import evaluated
from autograd.tape.passes import optimise
from autograd.tape.passes.common_subexpressions import CommonSubexpressions
from autograd.tape.passes.identities import simplify
from autograd.tape.passes.sums import fuse_sums
from autograd.tape.passes.walk import fold_constants, remove_dead_code, rewrite
from autograd.tape.recorder.trace import trace_function
from tests.laws.equality import assert_same
from tests.laws.inputs import FEW
from tests.laws.smooth_programs import programs

PASSES = {
    "dead code": remove_dead_code,
    "folding": lambda p: rewrite(p, [fold_constants]),
    "identities": lambda p: rewrite(p, [simplify]),
    "common subexpressions": lambda p: rewrite(p, [CommonSubexpressions()]),
    "sums of products": fuse_sums,
    "all": optimise,
}


def program(f, *examples):
    return trace_function(f, examples, scalars=not any(isinstance(x, np.ndarray) for x in examples))[0]


def names(p):
    return [step.op.name for step in p.instructions]


@pytest.mark.slow
@pytest.mark.parametrize("name", PASSES)
@given(case=programs())
def test_pass_is_bitwise_equal(name, case):
    drawn, rows, _ = case

    def f(*xs):
        y = drawn.run(xs, 1)
        return y, gradients(y, list(xs), create_graph=True)

    before = program(f, *rows[0])
    want = [evaluated(before, row) for row in rows]
    n = len(before) + sum(op.startswith("power") for op in names(before))  # a power may become two products
    after = PASSES[name](before)
    for row, numbers in zip(rows, want, strict=True):
        assert_same(np.array(evaluated(after, row)), np.array(numbers), ulps=0, what=name)
    if name != "expansion":
        assert len(after) <= n


IDENTITIES = {
    "x 1": (lambda x, y: x * 1.0, 0),
    "1 x": (lambda x, y: 1.0 * x, 0),
    "x / 1": (lambda x, y: x / 1.0, 0),
    "x - 0": (lambda x, y: x - 0.0, 0),
    "x + -0": (lambda x, y: x + -0.0, 0),
    "-0 + x": (lambda x, y: -0.0 + x, 0),
    "-(-x)": (lambda x, y: ag.negative(-x), 0),
    "x + (-y)": (lambda x, y: x + -y, 1),
    "-x + y": (lambda x, y: -x + y, 1),
    "x - (-y)": (lambda x, y: x - -y, 1),
    "(-x)(-y)": (lambda x, y: -x * -y, 1),
    "-1 x": (lambda x, y: x * -1.0, 1),
    "where(1, x, y)": (lambda x, y: ag.where(1.0, x, y), 0),
    "x + 0 stays, for -0": (lambda x, y: x + 0.0, 1),
    "x - (-0) stays, for -0": (lambda x, y: x - -0.0, 1),
    "0 x stays, for inf": (lambda x, y: x * 0.0, 1),
    "x - x stays, for inf": (lambda x, y: x - x, 1),
    "x / x stays, for 0": (lambda x, y: x / x, 1),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity(name):
    f, left = IDENTITIES[name]
    before = program(f, 2.0, 3.0)
    points = list(itertools.product(FEW, FEW))
    want = [evaluated(before, xs) for xs in points]
    after = remove_dead_code(rewrite(before, [simplify]))
    assert len(after) == left, names(after)
    for xs, numbers in zip(points, want, strict=True):
        assert_same(np.array(evaluated(after, xs)), np.array(numbers), ulps=0, what=f"{name} at {xs}")


@pytest.mark.parametrize(
    ("f", "left"),
    [
        pytest.param(lambda x: x.T.T, [], id="xᵀᵀ"),
        pytest.param(lambda x: ag.transpose(x, (0, 1)), [], id="axes in order"),
        pytest.param(lambda x: x.reshape(3, 2).reshape(6).reshape(2, 3), [], id="reshaped and back"),
        pytest.param(lambda x: x.reshape(3, 2).reshape(6), ["reshape"], id="reshaped twice"),
        pytest.param(lambda x: ag.broadcast_to(x, (2, 3)), [], id="to its own shape"),
        pytest.param(lambda x: x.astype(float), [], id="to its own type"),
        pytest.param(lambda x: x * np.ones((2, 3)), [], id="times an array of ones"),
        pytest.param(lambda x: x * np.ones((4, 2, 3)), ["multiply"], id="times ones of another shape"),
        pytest.param(lambda x: x.astype("float32"), ["astype"], id="to another type"),
        pytest.param(lambda x: x.T, ["transpose"], id="xᵀ"),
    ],
)
def test_identity_of_arrays(f, left):
    assert names(remove_dead_code(rewrite(program(f, np.ones((2, 3))), [simplify]))) == left


def test_dead_code_is_removed_and_guards_are_kept():
    def f(x):
        ag.exp(x) * ag.sin(x)
        return 2.0 * x if ag.cos(x) > 0.0 else x

    assert names(remove_dead_code(program(f, 0.5))) == ["cos", "greater", "multiply"]


def test_constants_are_folded_by_ieee_754():
    def f(x):
        c = ag.Value(0.0)
        return x + (1.0 / c) + ag.log(c * 2.0)

    after = remove_dead_code(rewrite(program(f, 0.5), [fold_constants]))
    assert names(after) == ["add", "add"]
    assert np.isnan(evaluated(after, [1.0])[0])


def test_common_subexpressions_are_computed_once():
    def f(x, y):
        return ag.exp(x * y) + ag.exp(y * x) + ag.leaky_relu(x, 0.1) + ag.leaky_relu(x, 0.1) + ag.leaky_relu(x, 0.2)

    after = remove_dead_code(rewrite(program(f, 1.0, 2.0), [CommonSubexpressions()]))
    assert names(after).count("multiply") == names(after).count("exp") == 1
    assert names(after).count("leaky_relu") == 2


def test_constants_with_different_signs_of_zero_are_different():
    after = optimise(program(lambda x: [1.0 / (x * 0.0), 1.0 / (x * -0.0)], 1.0))
    assert evaluated(after, [1.0]) == [np.inf, -np.inf]


@pytest.mark.parametrize(
    ("f", "left"),
    [
        pytest.param(lambda a, b, c: a * b + c, ["sum_of_products"], id="multiply-add"),
        pytest.param(lambda a, b, c: sum([a * b, b * c, c * a]), ["sum_of_products"], id="sum() of products"),
        pytest.param(lambda a, b, c: a * b + b * c, ["sum_of_products"], id="two products"),
        pytest.param(lambda a, b, c: c + (b + a * b), ["sum_of_products"], id="from the right"),
        pytest.param(lambda a, b, c: a + b, ["add"], id="a sum of two stays"),
        pytest.param(lambda a, b, c: [a * b, a * b + c], ["multiply", "add"], id="a product with another use stays"),
    ],
)
def test_sums_of_products_are_one_instruction(f, left):
    after = fuse_sums(remove_dead_code(rewrite(program(f, 1.0, 2.0, 3.0), [CommonSubexpressions()])))
    assert names(after) == left


def test_a_sum_keeps_its_order():
    """(1 + 1e16) - 1e16 is 0, and 1 + (1e16 - 1e16) is 1: nothing is reassociated."""
    after = optimise(program(lambda a, b, c: a * 1.5 + b * 1.0 + c * 1.0, 1.0, 1.0, 1.0))
    assert evaluated(after, [1.0, 1e17, -1e17]) == [0.0]
    assert evaluated(after, [1.0, 1e17, -1e17]) != [1.5]


#: Numbers with which a product and a call of `pow` may differ in the last bit, and hard points.
BASES = [*np.random.default_rng(0).normal(size=200), 0.0, -0.0, np.inf, -np.inf, np.nan, 1e200, -1e200, 5e-324]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, -1, 0.5, 2.0, 3.0])
def test_powers_of_numbers_arrays_and_tapes_agree_to_the_bit(n):
    f = ag.value_and_grad(lambda x: x**n)
    second = ag.grad(ag.grad(lambda x: x**n))
    tape, second_tape = (ag.record(g, 1.5, backend="python") for g in (f, second))
    tape32 = ag.record(ag.value_and_grad(lambda x: (x**n).sum()), np.ones(1, np.float32))
    for x in map(float, BASES):
        assert_same(np.array(tape(x)), np.array(f(x)), ulps=0, what=f"{x} ** {n}")
        assert_same(np.array(second_tape(x)), np.array(second(x)), ulps=0, what=f"second derivative of {x} ** {n}")
        if n in (2, 3):
            array = ag.power(np.array([x]), n)
            assert_same(np.array([f(x)[0]]), array, ulps=0, what="a number and an array")
        x32 = np.array([np.clip(x, -1e38, 1e38)], np.float32)
        assert_same(np.array(tape32(x32)[1]), np.array(ag.grad(lambda x: (x**n).sum())(x32)), ulps=0, what="float32")


def test_powers_of_small_exponents_are_products():
    assert names(program(lambda x: x**3, 2.0)) == ["power"]
    found = optimise(program(lambda x: ag.grad(lambda x: x**2 + x**3)(x), 2.0))
    assert "power" not in names(found)
    assert "power_derivative" not in names(found)


def test_choices_by_constants_are_made_once():
    first = optimise(program(lambda x: ag.where(np.zeros(2, bool), x, ag.sin(x)), np.ones(2)))
    second = optimise(program(lambda x: ag.where(ag.logical_and(x > 0, np.zeros(2, bool)), x, ag.sin(x)), np.ones(2)))
    assert names(first) == names(second) == ["sin"]


def test_equal_constants_are_one():
    p = optimise(program(lambda x: ag.sin(x * np.array([1.0, 2.0])) + ag.cos(x * np.array([1.0, 2.0])), np.ones(2)))
    assert names(p).count("multiply") == 1
