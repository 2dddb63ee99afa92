"""Comparisons agree with NumPy in every namespace, and have derivative zero."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.ops.namespaces import scalar
from autograd.ops.python_source import Code, source
from tests.laws.example_calls import COMPARISONS
from tests.laws.inputs import SPECIAL

#: Functions that the source of a rule may call.
NAMES = {name: getattr(scalar, name) for name in dir(scalar) if not name.startswith("_")}


@pytest.mark.parametrize("op", COMPARISONS, ids=lambda op: op.name)
def test_comparison_agrees_with_numpy(op):
    columns = [np.array(c) for c in zip(*[(a, b)[: op.arity] for a in SPECIAL for b in SPECIAL], strict=True)]
    with np.errstate(all="ignore"):
        want = getattr(np, op.name)(*columns)
    np.testing.assert_array_equal(op(*columns), want)
    tensor = op(*(Tensor(c, requires_grad=True) for c in columns))
    np.testing.assert_array_equal(tensor.numpy(), want)
    assert not tensor.requires_grad
    text = str(op.forward(source, *map(Code, "ab"[: op.arity])))
    for *numbers, truth in zip(*columns, want, strict=True):
        floats = [float(x) for x in numbers]
        assert op(*floats) == truth
        assert op(*map(Value, floats)).data == truth
        assert eval(text, NAMES | dict(zip("ab", floats, strict=False))) == truth


@pytest.mark.parametrize("op", COMPARISONS, ids=lambda op: op.name)
def test_comparison_has_derivative_zero(op):
    variables = [Value(2.0) for _ in range(op.arity)]
    (op(*variables) * variables[0]).backward()
    assert [x.grad for x in variables] == [op(*[2.0] * op.arity)] + [0.0] * (op.arity - 1)


def test_argsort_and_signdet_agree_with_numpy(rng):
    x = rng.integers(0, 3, (4, 3)).astype(float)
    t = Tensor(x, requires_grad=True)
    np.testing.assert_array_equal(ag.argsort(t, 0).numpy(), np.argsort(x, 0, stable=True))
    np.testing.assert_array_equal(ag.argsort(t, None).numpy(), np.argsort(x, None, stable=True))
    assert not ag.argsort(t).requires_grad
    m = Tensor(rng.standard_normal((5, 3, 3)), requires_grad=True)
    np.testing.assert_array_equal(ag.signdet(m).numpy(), np.linalg.slogdet(m.numpy()).sign)
    ag.signdet(m).sum().backward()
    np.testing.assert_array_equal(m.grad, np.zeros((5, 3, 3)))
