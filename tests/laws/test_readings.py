"""One rule in all namespaces: floats, arrays, Values, Tensors and source give equal numbers and gradients."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value
from autograd.engine.value_methods import method_sources
from autograd.ops.namespaces import MATH_ERRORS, scalar
from autograd.ops.op import on_floats, pullback_on_floats
from autograd.ops.python_source import Code, source
from autograd.ops.tracing import UnreadableRuleError
from tests.laws.equality import assert_same
from tests.laws.example_calls import ELEMENTWISE, ELEMENTWISE_CASES, case_id
from tests.laws.inputs import FEW, SPECIAL, points

ULPS = 8

# Larger differences between `math` and NumPy or SciPy: SciPy's erfc loses digits in its tail and underflows earlier; values
# and gradients that cross zero as a difference have an absolute error there.
VALUES = {
    "erfc": {"ulps": 512, "absolute": 1e-300},
    "gelu": {"ulps": 512, "absolute": 1e-300},
    "gammaln": {"ulps": 8, "absolute": 2.0**-52},
    "logaddexp": {"ulps": 8, "absolute": 2.0**-52},
}
GRADIENTS = {"gelu": {"ulps": 512, "absolute": 2.0**-52}} | {
    name: {"ulps": 8, "absolute": 2.0**-52} for name in ("silu", "mish", "hardswish", "sinc", "sinc_derivative")
}


def assert_agree(op, got, want, what):
    assert_same(got, want, **({"ulps": ULPS} | VALUES.get(op.name, {})), what=what)


def assert_gradients_agree(op, i, got, want):
    """The sign of zero is ignored: a Value adds its gradient to 0."""
    slack = {"ulps": ULPS} | GRADIENTS.get(op.name, {})
    assert_same(got, want, **slack, what=f"gradient {i}, Values against a Tensor", signed=False)


def special_points(op):
    return list(itertools.product(*[SPECIAL if op.arity < 3 else FEW] * op.arity))


def by_value(op, xs, params):
    """(value, gradients) by Values."""
    variables = [Value(x) for x in xs]
    y = op(*variables, **params)
    if y.requires_grad:
        y.backward()
    return y.data, [x.grad for x in variables]


def by_tensor(op, columns, params, dtype=np.float64):
    """(values, gradients) of many points at once, by Tensors."""
    variables = [Tensor(x, requires_grad=True, dtype=dtype) for x in columns]
    y = op(*variables, **params)
    y.backward(np.ones(y.shape))
    return y.numpy(), [np.zeros(y.shape, dtype) if x.grad is None else x.grad for x in variables]


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_readings_agree_where_numbers_are_special(case):
    op, params = case
    rows = special_points(op)
    columns = np.array(rows).T
    value, gradients = by_tensor(op, columns, params)
    assert_agree(op, [op(*xs, **params) for xs in rows], value, "floats against a Tensor")
    assert_same(op(*columns, **params), value, 0, "arrays against a Tensor")
    found = [by_value(op, xs, params) for xs in rows]
    assert_agree(op, [y for y, _ in found], value, "Values against a Tensor")
    for i, gradient in enumerate(gradients):
        assert_gradients_agree(op, i, [g[i] for _, g in found], gradient)


@pytest.mark.slow
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@given(data=st.data())
def test_readings_agree_where_the_op_is_smooth(case, data):
    op, params = case
    rows = data.draw(st.lists(points(op.smooth_on, op.arity), min_size=1, max_size=9))
    value, gradients = by_tensor(op, np.array(rows).T, params)
    found = [by_value(op, xs, params) for xs in rows]
    assert_agree(op, [op(*xs, **params) for xs in rows], value, "floats against a Tensor")
    assert_agree(op, [y for y, _ in found], value, "Values against a Tensor")
    for i, gradient in enumerate(gradients):
        assert_gradients_agree(op, i, [g[i] for _, g in found], gradient)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_a_value_holds_a_python_float(case):
    """A NumPy float would be passed on to rules written for Python floats."""
    op, params = case
    for xs in special_points(op):
        variables = [Value(x) for x in xs]
        y = op(*variables, **params)
        if y.requires_grad:
            y.backward()
        assert {type(y.data), *[type(x.grad) for x in variables]} == {float}, f"{op.name}{xs}"


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if not op.params], ids=lambda op: op.name)
def test_source_is_the_rule(op):
    names = [Code(n) for n in "abc"[: op.arity]]
    forward = op.forward(source, *names).text
    pullbacks = [p and p(Code("1.0"), Code("y"), *names).text for p in op.pullbacks]
    meaning = {f: getattr(scalar, f) for f in dir(scalar) if not f.startswith("_")}
    for xs in special_points(op):
        numbers = dict(zip("abc", xs, strict=False))
        try:
            y = eval(forward, meaning, numbers)
        except MATH_ERRORS:
            continue  # then NumPy evaluates the rule
        assert_same(float(y), on_floats(op.forward, *xs), 0, f"{forward} at {xs}")
        for pullback, text in zip(op.pullbacks, pullbacks, strict=True):
            try:
                p = text and eval(text, meaning, numbers | {"y": y})
            except MATH_ERRORS:
                continue
            if pullback:
                assert_same(float(p), pullback_on_floats(pullback, 1.0, y, *xs), 0, f"{text} at {xs}")


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if method_sources(op)], ids=lambda op: op.name)
def test_emitted_method_is_the_general_one(op):
    for xs in special_points(op):
        emitted_node, general = ([Value(x) for x in xs] for _ in range(2))
        y, z = Value.record(op, tuple(emitted_node), {}), Value.record_any(op, tuple(general), {})
        y.backward(), z.backward()
        assert_same(y.data, z.data, 0, f"{op.name}{xs}")
        assert_same([x.grad for x in emitted_node], [x.grad for x in general], 0, f"gradient of {op.name}{xs}")


@pytest.mark.parametrize("case", [case for case in ELEMENTWISE_CASES if case[0].arity == 2], ids=case_id)
def test_a_constant_operand_is_a_value_that_needs_no_gradient(case):
    op, params = case
    for a, b in special_points(op):
        x, y = Value(a), Value(b)
        left, right = op(x, b, **params), op(a, y, **params)
        both = op(x2 := Value(a), y2 := Value(b), **params)
        both.backward()
        for one_sided, variable, other in ((left, x, x2), (right, y, y2)):
            assert_same(one_sided.data, both.data, 0, f"{op.name}({a}, {b}) with a constant")
            if one_sided.requires_grad:
                one_sided.backward()
            assert_same(variable.grad, other.grad, 0, f"gradient of {op.name}({a}, {b}) with a constant")


def test_source_keeps_the_precedence_of_operands():
    """Python reads a < b != c as a chain, and a choice between numbers is not a truth value."""
    a, b = Code("a"), Code("b")
    names = {"a": 2.0, "b": 1.0}
    for piece, want in (
        ((a > b) != 0.0, True),
        ((a < b) == 0.0, True),
        ((a > b) > (b > a), True),
        (((a > b) != 0.0) & ((b > a) == 0.0), True),
        (1.0 * source.where(a > b, a * 3.0, b), 6.0),
        (source.where(a > b, a * 3.0, b) * 1.0, 6.0),
        (1.0 * (a > b), 1.0),
        (1.0 * ((a > b) & (b > a)), 0.0),
        (1.0 * ((a > b) | (b > a)), 1.0),
        (-0.0 + a * b, 2.0),
    ):
        got = eval(str(piece), dict(names))
        assert got == want, str(piece)
        assert type(got) is type(want) or isinstance(got, bool), str(piece)
    with pytest.raises(UnreadableRuleError, match=r"write choices with xp\.where"):
        bool(a > b)
