"""Argument and result types, dtypes, conversions, and errors for other types."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, gradients, no_grad

F32, F64 = np.float32, np.float64


def single(shape=3):
    return Tensor(np.ones(shape), requires_grad=True, dtype=F32)


@pytest.mark.parametrize("weak", [2, 2.0, True, np.float64(2.0), np.array(2.0), np.int64(2), np.array(2)])
@pytest.mark.parametrize("op", [ag.add, ag.subtract, ag.multiply, ag.divide, ag.power, ag.maximum, ag.hypot])
def test_a_number_never_changes_a_dtype(op, weak):
    x = single()
    for y in (op(x, weak), op(weak, x)):
        assert y.dtype == F32
        y.backward(np.ones(3))
    assert x.grad.dtype == F32


@pytest.mark.parametrize("left", [np.float64(2.0), np.array(2.0), np.float32(2.0), 2])
def test_numpy_on_the_left_gives_a_node(left):
    x = single()
    for y in (left * x, left + x, left / x, left - x, left**x):
        assert isinstance(y, Tensor)
        assert (y.dtype, y.requires_grad) == (F32, True)
    v = Value(3.0)
    for y in (left * v, left + v, left / v, left - v, left**v):
        assert isinstance(y, Value)
        assert y.requires_grad


def test_single_with_double_is_double_and_each_gradient_has_its_leafs_dtype():
    a, b = single(), Tensor(np.ones(3), requires_grad=True)
    y = a * b
    assert y.dtype == F64
    y.backward(np.ones(3))
    assert (a.grad.dtype, b.grad.dtype) == (F32, F64)
    assert (single() * np.ones(3)).dtype == F64


def test_an_array_on_the_left_gives_a_tensor():
    x = Tensor([1.0, 2.0], requires_grad=True)
    for y in (np.ones(2) * x, np.ones((3, 2)) + x, np.eye(2) @ x):
        assert isinstance(y, Tensor)
        assert y.requires_grad


def test_numpy_functions_return_nodes():
    assert isinstance(np.exp(Tensor([1.0])), Tensor)
    assert isinstance(np.sin(Value(1.0)), Value)
    assert isinstance(np.maximum(Tensor([1.0]), 0.0), Tensor)
    assert np.less(Tensor([1.0]), 2.0).tolist() == [True]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x: np.nextafter.reduce(x), r"np\.nextafter\.reduce"),
        (lambda x: np.add(x, x, out=np.zeros(3)), r"np\.add\(.*out="),
        (lambda x: np.spacing(x), r"np\.spacing"),
    ],
)
def test_a_ufunc_without_an_op_raises(call, named):
    with pytest.raises(TypeError, match=named):
        call(single())


@pytest.mark.parametrize("data", [[1, 2], [True, False], np.arange(3, dtype=np.int8), 7])
def test_integers_are_constants(data):
    assert not Tensor(data).requires_grad
    assert Tensor(data).dtype == np.asarray(data).dtype
    with pytest.raises(TypeError, match=rf"{np.asarray(data).dtype}.*dtype=float"):
        Tensor(data, requires_grad=True)
    assert Tensor(data, requires_grad=True, dtype=float).requires_grad


@pytest.mark.parametrize("data", [1, 1.5, np.float32(1.5), np.int8(3), np.array(2.5), Fraction(1, 2)])
def test_a_value_takes_a_real_number(data):
    v = Value(data)
    assert type(v.data) is float
    assert v.data == float(data)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (True, r"truth value True: write 1\.0"),
        (np.False_, r"write 0\.0"),
        ("1.5", r"'1\.5' of type str"),
        (1j, r"1j of type complex"),
        (None, r"None of type NoneType"),
        (Decimal("1.5"), r"Decimal\('1\.5'\)"),
        (np.ones((2, 3)), r"shape \(2, 3\): use Tensor"),
        (np.complex128(1j), r"1j"),
        (np.array("a"), r"'a'"),
        ([1.0], r"\[1\.0\]"),
    ],
)
def test_a_value_rejects_other_data(data, named):
    with pytest.raises(TypeError, match=named):
        Value(data)


def test_error_of_a_value_of_a_node():
    with pytest.raises(TypeError, match=r"use it as it is"):
        Value(Value(1.0))
    with pytest.raises(TypeError, match=r"\.item\(\)"):
        Value(Tensor(1.0))


@pytest.mark.parametrize("data", [["a"], [1j], [None], [[1.0], [2.0, 3.0]], {"a": 1}])
def test_a_tensor_rejects_data_that_are_not_real(data):
    with pytest.raises((TypeError, ValueError), match=r"Tensor\(…\) takes"):
        Tensor(data)


@pytest.mark.parametrize(
    ("data", "dtype"), [([1j], float), ("1.5", float), (["1", "2"], np.float32), ([1.0], complex), ([1.0], str)]
)
def test_dtype_does_not_convert_data_that_are_not_real(data, dtype):
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(data, dtype=dtype)


def test_foreign_operands_raise():
    for call in (
        lambda: Value(1.0) + "a",
        lambda: "a" - Value(1.0),
        lambda: Tensor([1.0]) + None,
        lambda: None / Tensor([1.0]),
    ):
        with pytest.raises(TypeError, match=r"unsupported operand"):
            call()


def test_a_value_does_what_a_float_does():
    a, b = Value(2.0), Value(3.0)
    assert sum([a, b, a]).data == 7.0
    assert (2**b).data == 8.0
    assert (a**b).data == 8.0
    assert abs(-a).data == 2.0
    assert (+a).data == 2.0
    assert max(a, b) is b
    assert min(a, b) is a
    assert sorted([b, a]) == [a, b]
    assert format(Value(2.71828), ".3f") == "2.718"
    assert f"{a:>6.1f}" == "   2.0"
    assert a < b <= 3.0 < 4 >= a
    assert a == 2.0
    assert a != b
    assert bool(Value(0.0)) is False


@pytest.mark.parametrize("to_plain", [int, round, math.floor, math.ceil, math.trunc, lambda x: round(x, 2)])
@pytest.mark.parametrize("x", [2.71828, -1.5, 2.5, 3.0])
def test_one_number_is_rounded_to_a_plain_number(to_plain, x):
    for node in (Value(x), Tensor(x, requires_grad=True), Tensor([[x]])):
        assert (to_plain(node), type(to_plain(node))) == (to_plain(x), type(to_plain(x)))


def test_comparisons_return_plain_truth_values():
    assert type(Value(1.0) < 2.0) is bool
    found = Tensor([1.0, 3.0]) > 2.0
    assert isinstance(found, np.ndarray)
    assert (found.dtype, found.tolist()) == (np.dtype(bool), [False, True])
    assert (Value(1.0) == "a") is False
    with pytest.raises(TypeError, match="not supported"):
        _ = Value(1.0) < "a"


def test_conversion_to_plain_numbers_is_explicit():
    v, t = Value(2.0) * 3.0, Tensor([2.0], requires_grad=True) * 3.0
    for node in (v, t):
        with pytest.raises(TypeError, match=r"\.item\(\)"):
            float(node)
        with pytest.raises(TypeError, match=r"\.item\(\)"):
            math.sin(node)
        with no_grad():
            assert float(node) == 6.0
        assert float(node.detach()) == node.item() == 6.0
    with pytest.raises(TypeError, match=r"autograd\.sin"):
        math.sin(v)


def test_an_array_of_a_tensor_that_needs_a_gradient_is_refused():
    t = Tensor([1.0, 2.0], requires_grad=True)
    for call in (lambda: np.asarray(t), lambda: np.array(t), lambda: np.asarray(t, dtype=F32)):
        with pytest.raises(TypeError, match=r"\.detach\(\)"):
            call()
    assert np.asarray(t.detach()).tolist() == [1.0, 2.0]
    with no_grad():
        assert np.asarray(t).tolist() == [1.0, 2.0]


def test_an_array_of_a_tensor_cannot_change_it():
    t = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(t)[0] = 5.0
    np.array(t)[0] = 5.0
    assert t.numpy().tolist() == [1.0, 2.0]


def test_bool_and_item_need_one_element():
    t = Tensor(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"\(2, 3\).*\.any\(\)"):
        bool(t)
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        t.item()
    with pytest.raises(TypeError, match=r"\(\)"):
        len(Tensor(1.0))
    assert bool(Tensor([0.5]))


def test_a_tensor_is_iterated_over_its_first_axis():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x
    (first * second).sum().backward()
    assert x.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert len(x) == 2


def test_ops_return_the_type_of_their_arguments():
    assert type(ag.exp(1)) is float
    assert type(ag.exp(np.ones(2))) is np.ndarray
    assert type(ag.exp(Value(1.0))) is Value
    assert type(ag.exp(Tensor([1.0]))) is Tensor
    assert ag.add([1.0, 2.0], 1.0).tolist() == [2.0, 3.0]


@pytest.mark.parametrize("op", [ag.exp, ag.tanh, ag.sqrt, ag.relu, ag.sigmoid, ag.gelu, ag.softplus, ag.gammaln, ag.sinc])
def test_single_precision_is_kept_through_two_derivatives(op):
    x = Tensor([0.5, 1.5], requires_grad=True, dtype=F32)
    (first,) = gradients(op(x).sum(), [x], create_graph=True)
    assert first.dtype == F32
    if first.requires_grad:
        assert gradients(first.sum(), x).dtype == F32


def test_wrong_calls_of_ops_are_type_errors():
    for call in (lambda: ag.exp(), lambda: ag.exp(1.0, 2.0), lambda: ag.add(1.0), lambda: ag.exp(1.0, base=2)):
        with pytest.raises(TypeError, match=r"(exp|add)[ (].*arguments?"):
            call()


def test_a_masked_array_raises():
    with pytest.raises(TypeError, match=r"(?s)mask .* would be lost.*filled"):
        Tensor(np.ma.masked_array([1.0, 2.0], [True, False]))


class Named(Tensor):
    """Subclass of Tensor."""


@pytest.mark.parametrize("f", [lambda a, b: a * b, lambda a, b: a @ b, ag.maximum, lambda a, b: ag.stack([a, b]).sum()])
def test_a_subclass_of_tensor_is_an_operand(f):
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    for kinds in ((Named, Tensor), (Tensor, Named), (Named, Named)):
        xs = [kind(x, requires_grad=True) for kind, x in zip(kinds, (a, b), strict=True)]
        f(*xs).sum().backward()
        for x, g in zip(xs, ag.grad(lambda a, b: f(a, b).sum(), (0, 1))(a, b), strict=True):
            np.testing.assert_array_equal(x.grad, g)
