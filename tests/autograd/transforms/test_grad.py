"""grad and value_and_grad: containers of arguments and gradients, any order by nesting."""

import inspect
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, grad, value_and_grad


class Line(NamedTuple):
    slope: object
    offset: object


@dataclass
class Layer:
    weights: object
    bias: object


@dataclass(frozen=True)
class Frozen:
    a: object
    b: object


def cube(x):
    return x**3


def test_first_three_derivatives_of_a_cube():
    d = grad(cube)
    dd = grad(d)
    ddd = grad(dd)
    assert [cube(3.0), d(3.0), dd(3.0), ddd(3.0), grad(ddd)(3.0)] == [27.0, 27.0, 18.0, 6.0, 0.0]


@pytest.mark.parametrize(
    ("f", "third"),
    [
        (ag.sin, lambda x: -math.cos(x)),
        (ag.exp, math.exp),
        (ag.log, lambda x: 2 / x**3),
        (lambda x: 1 / x, lambda x: -6 / x**4),
        (lambda x: ag.sin(x) * ag.exp(x), lambda x: 2 * math.exp(x) * (math.cos(x) - math.sin(x))),
        (ag.sqrt, lambda x: 0.375 * x**-2.5),
    ],
)
@pytest.mark.parametrize("x", [0.3, 1.0, 2.7])
def test_third_derivatives(f, third, x):
    assert grad(grad(grad(f)))(x) == pytest.approx(third(x), rel=1e-13)


def test_eighth_derivative():
    f = ag.sin
    for _ in range(8):
        f = grad(f)
    assert f(0.7) == pytest.approx(math.sin(0.7), rel=1e-14)


def test_perturbations_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(2.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(3.0))(2.0) == 4.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(2.0) == 8.0
    assert grad(lambda x: x * grad(lambda y: y * grad(lambda z: x * y * z)(y))(x))(2.0) == 6.0 * 2.0**2


def test_perturbations_of_arrays_are_not_confused():
    x = np.array([1.0, 2.0, 3.0])

    def outer(x):
        inner = grad(lambda y: ag.sum(x * y * y))(x)
        return ag.sum(inner * x)

    np.testing.assert_allclose(grad(outer)(x), 6 * x**2)


def test_value_and_gradient_come_together():
    assert value_and_grad(cube)(2.0) == (8.0, 12.0)
    value, gradient = value_and_grad(lambda x: ag.sum(x * x))(np.array([1.0, 2.0]))
    assert type(value) is float
    assert (value, gradient.tolist()) == (5.0, [2.0, 4.0])


def test_gradients_have_the_types_of_the_arguments():
    assert type(grad(cube)(2.0)) is float
    assert type(grad(cube)(2)) is float
    array = grad(lambda x: ag.sum(x**3))(np.ones(2))
    assert type(array) is np.ndarray
    assert isinstance(grad(cube)(Value(2.0)), Value)
    node = grad(lambda x: ag.sum(x**3))(Tensor([2.0], requires_grad=True))
    assert isinstance(node, Tensor)
    node.backward()


def test_a_gradient_at_a_node_can_be_differentiated_again():
    x = Value(3.0)
    first = grad(cube)(x)
    first.backward()
    assert (first.data, x.grad) == (27.0, 18.0)


@pytest.mark.parametrize("number", [3, 3.0, np.float32(3.0), np.float64(3.0), np.int64(3), np.array(3.0)])
def test_any_real_number_is_an_argument(number):
    assert grad(cube)(number) == 27.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_keeps_its_dtype_and_shape(dtype):
    for shape in [(3,), (2, 3), (1,), (0,), (2, 0)]:
        gradient = grad(lambda x: ag.sum(ag.sin(x) * x))(np.ones(shape, dtype))
        assert (gradient.shape, gradient.dtype) == (shape, dtype)
    gradient = grad(lambda x: ag.sum(grad(lambda y: ag.sum(y**3))(x)))(np.ones(3, dtype))
    assert gradient.dtype == dtype


def test_gradients_neither_change_nor_alias_arguments():
    x = np.array([1.0, 2.0])
    gradient = grad(lambda x: ag.sum(x * 1.0))(x)
    gradient[:] = 9.0
    assert x.tolist() == [1.0, 2.0]
    identity = grad(ag.sum)(x)
    assert not np.shares_memory(identity, x)


CONTAINERS = [
    ({"a": 2.0, "b": 3.0}, lambda p: p["a"] * p["b"], {"a": 3.0, "b": 2.0}),
    ([2.0, 3.0], lambda p: p[0] * p[1], [3.0, 2.0]),
    ((2.0, 3.0), lambda p: p[0] * p[1], (3.0, 2.0)),
    (Line(2.0, 3.0), lambda p: p.slope * p.offset, Line(3.0, 2.0)),
    (Layer(2.0, 3.0), lambda p: p.weights * p.bias, Layer(3.0, 2.0)),
    (Frozen(2.0, 3.0), lambda p: p.a * p.b, Frozen(3.0, 2.0)),
    ({"l": [Line(2.0, (3.0,))], "n": []}, lambda p: p["l"][0].slope * p["l"][0].offset[0], {"l": [Line(3.0, (2.0,))], "n": []}),
    ({1: 2.0, (2, "x"): 3.0}, lambda p: p[1] * p[2, "x"], {1: 3.0, (2, "x"): 2.0}),
]


@pytest.mark.parametrize(("given", "f", "want"), CONTAINERS, ids=[str(given)[:40] for given, _, _ in CONTAINERS])
def test_a_gradient_has_the_shape_of_its_container(given, f, want):
    value, gradient = value_and_grad(f)(given)
    assert (value, gradient) == (6.0, want)
    assert type(gradient) is type(given)


def test_order_of_a_dict_is_kept():
    gradient = grad(lambda p: p["b"] * 2 + p["a"] * 3)({"b": 1.0, "a": 1.0})
    assert list(gradient.items()) == [("b", 2.0), ("a", 3.0)]


def test_containers_of_floats_and_arrays():
    layer = Layer(np.ones((2, 3)), 0.5)

    def f(p, x):
        return ag.sum((p.weights @ x) ** 2)

    gradient = grad(f)(layer, np.ones(3))
    np.testing.assert_array_equal(gradient.weights, np.full((2, 3), 6.0))
    assert gradient.bias == 0.0


def test_argnums():
    def f(a, b, *, c):
        return a * b * b * c

    assert grad(f)(2.0, 3.0, c=1.0) == 9.0
    assert grad(f, 1)(2.0, 3.0, c=1.0) == 12.0
    assert grad(f, -1)(2.0, 3.0, c=1.0) == 12.0
    assert grad(f, (0, 1))(2.0, 3.0, c=1.0) == (9.0, 12.0)
    assert grad(f, [1])(2.0, 3.0, c=1.0) == (12.0,)
    assert grad(f, (1, 0))(2.0, 3.0, c=1.0) == (12.0, 9.0)
    assert value_and_grad(f, (0, 1))(2.0, 3.0, c=1.0) == (18.0, (9.0, 12.0))


def test_mixed_second_derivatives_commute():
    def f(a, b):
        return ag.sin(a * b) / b

    assert grad(grad(f, 0), 1)(0.7, 1.3) == pytest.approx(grad(grad(f, 1), 0)(0.7, 1.3), rel=1e-14)


def test_one_array_passed_twice_counts_once_an_argument():
    x = np.array([2.0, 3.0])
    left, right = grad(lambda a, b: ag.sum(a * a * b), (0, 1))(x, x)
    np.testing.assert_array_equal(left, 2 * x * x)
    np.testing.assert_array_equal(right, x * x)


def test_closures_over_nodes_get_their_gradient_too():
    w = Value(3.0)
    first = grad(lambda x: w * x * x)(Value(2.0))
    first.backward()
    assert w.grad == 4.0


def test_a_closure_over_a_node_is_a_constant_for_numbers():
    w = Value(3.0)
    assert grad(lambda x: w * x * x)(2.0) == 12.0
    assert w.grad == 0.0


def test_a_constant_function_has_gradient_zero():
    assert grad(lambda x: 5.0)(2.0) == 0.0
    assert grad(lambda x, y: y * y)(2.0, 3.0) == 0.0
    gradient = grad(lambda x: Tensor(1.0))(np.ones((2, 3), np.float32))
    assert (gradient.tolist(), gradient.dtype) == (np.zeros((2, 3)).tolist(), np.float32)
    assert grad(grad(lambda x: 2.0 * x))(3.0) == 0.0
    assert grad(lambda x: grad(lambda y: 3.0)(x) + x)(1.0) == 1.0


def test_branches_and_loops_of_python():
    def collatz_like(x):
        steps = 0.0
        while x > 1.0 and steps < 10:
            x = x / 2.0 if steps % 2 == 0 else x * 1.5
            steps += 1
        return x

    assert grad(collatz_like)(8.0) == pytest.approx(collatz_like(8.0) / 8.0)


def test_a_tensor_of_one_number_is_one_number():
    assert grad(lambda x: (x * x).reshape(1, 1))(np.array([3.0])).tolist() == [6.0]


def test_names_and_docstrings_are_kept():
    assert grad(cube).__name__ == "cube"
    assert inspect.unwrap(grad(cube)) is cube


@pytest.mark.parametrize(
    ("call", "error", "named"),
    [
        (lambda: grad(lambda x: x * 2.0)(np.ones((2, 3))), ValueError, r"shape \(2, 3\).*sum"),
        (lambda: grad(lambda x: [x])(1.0), TypeError, r"must return one number, not \[.*of type list"),
        (lambda: grad(lambda x: None)(1.0), TypeError, r"not None of type NoneType"),
        (lambda: grad(lambda x: True)(1.0), TypeError, r"not True of type bool"),
        (lambda: grad(cube, 1)(1.0), ValueError, r"argument 1, but there are 1"),
        (lambda: grad(cube, (0, -2))(1.0), ValueError, r"argument -2"),
        (lambda: grad(cube)("a"), TypeError, r"'a'"),
        (lambda: grad(cube)({"a": True}), TypeError, r"truth value True"),
        (lambda: grad(cube)(None), TypeError, r"None"),
        (lambda: grad(lambda x: ag.sum(x))(np.arange(3)), TypeError, r"np\.array\(\[1\., 2\.\]\).*int64.*astype\(float\)"),
        (lambda: grad(cube)(1j), TypeError, r"1j"),
        (lambda: grad(lambda x: float(x))(1.0), TypeError, r"float\(\).*\.item\(\)"),
        (lambda: grad(lambda x: math.sin(x))(1.0), TypeError, r"autograd\.sin"),
    ],
)
def test_error_messages(call, error, named):
    with pytest.raises(error, match=named):
        call()


def test_an_error_inside_leaves_transforms_usable():
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: 1 // 0)(1.0)
    assert type(grad(cube)(2.0)) is float
