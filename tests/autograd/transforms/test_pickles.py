"""Pickles and copies of transformed functions, compiled functions, tapes and custom ops, also in another process."""

import copy
import inspect
import multiprocessing
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import compile, custom_op, grad, record, vmap


def cube(x, k=1.0):
    return k * x * x * x


@grad
def slope(x):
    """Derivative of x⁴."""
    return x**4


@compile
def doubled(x):
    return 2.0 * x


@compile(backend="python")
@grad
def compiled_slope(x):
    return x**5


def square(x):
    return x * x


square = vmap(square)  # the same name: the module holds the result


@custom_op(lambda g, y, x: g * ag.cos(x), kind="elementwise")
def sine_of_this_module(xp, x):
    return xp.sin(x)


def rule_with_another_name(xp, x):
    return xp.exp(x)


exponential_of_this_module = custom_op(lambda g, y, x: g * y, kind="elementwise")(rule_with_another_name)


class Line:
    def __init__(self, slope):
        self.slope = slope

    @compile
    def at(self, x):
        return self.slope * x

    @staticmethod
    def cube(x):
        return x**3


X = np.array([0.5, 2.0])
FUNCTIONS = [
    grad(cube), grad(cube, "x"), grad(grad(cube)), ag.value_and_grad(cube), ag.jacobian(cube), ag.jacfwd(cube), ag.jacrev(cube),
    ag.hessian(cube), ag.elementwise_grad(cube), compile(cube), compile(cube, backend="numpy"), compile(grad(cube)),
    grad(compile(cube)), ag.checkpoint(cube), grad(Line.cube), slope, grad(slope), doubled, compiled_slope, Line(3.0).at,
    record(cube, 2.0), record(grad(cube), 2.0), sine_of_this_module, exponential_of_this_module, grad(sine_of_this_module),
    ag.exp,
]  # fmt: skip
each_function = pytest.mark.parametrize("f", FUNCTIONS, ids=repr)


@each_function
def test_pickles_and_copies_compute_the_same(f):
    for other in (
        *(pickle.loads(pickle.dumps(f, n)) for n in range(2, pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy(f),
        copy.deepcopy(f),
    ):
        assert other(0.5) == f(0.5)
        assert type(other) is type(f)


@pytest.mark.parametrize("f", [vmap(cube), vmap(grad(cube)), square, compile(vmap(cube)), record(vmap(cube), X)], ids=repr)
def test_pickles_and_copies_of_functions_of_arrays(f):
    for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        np.testing.assert_array_equal(other(X), f(X))


def test_a_result_under_its_own_name_is_found_by_name():
    for f in (slope, doubled, compiled_slope, square, sine_of_this_module):
        assert pickle.loads(pickle.dumps(f)) is copy.deepcopy(f) is f


def test_pickles_of_keyword_tapes_and_options():
    tape = pickle.loads(pickle.dumps(record(cube, 2.0, k=3.0, backend="numpy")))
    assert (tape(1.0, k=5.0), tape.backend) == (5.0, "numpy")
    derivative, aux = pickle.loads(pickle.dumps(grad(with_aux, "k", has_aux=True)))(2.0, k=3.0)
    assert (derivative, aux) == (2.0, "aux")
    with pytest.raises(TypeError, match="copy the compiled function"):
        pickle.dumps(compile_once().tapes[0])


def with_aux(x, k):
    return k * x, "aux"


def compile_once():
    f = compile(cube)
    f(1.0)
    return f


def evaluate(f):
    return f(0.5)


def test_another_process_computes_the_same():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(evaluate, FUNCTIONS) == [f(0.5) for f in FUNCTIONS]


def test_results_look_like_the_function():
    for f in (slope, vmap(cube), compile(cube), ag.checkpoint(cube), grad(cube)):
        assert f.__doc__ == inspect.unwrap(f).__doc__
        assert inspect.signature(f) == inspect.signature(inspect.unwrap(f))
    assert repr(grad(cube, (0, "k"))) == "<grad of cube>"


class Methods:
    factor = 3.0

    def loss(self, x):
        return self.factor * x * x

    slope = grad(loss, "x")
    batched = vmap(loss, in_axes=(None, 0))


def test_transformed_functions_are_methods():
    assert Methods().slope(2.0) == Methods.slope(Methods(), 2.0) == 12.0
    assert Methods().batched(X).tolist() == (3.0 * X * X).tolist()
    assert list(inspect.signature(Methods().slope).parameters) == ["x"]


@pytest.mark.parametrize("name", [name for name, op in ag.OPS.items() if op.__module__ == "autograd"])
def test_every_op_is_found_by_name(name):
    op = ag.OPS[name]
    assert pickle.loads(pickle.dumps(op)) is copy.deepcopy(op) is op
    for transform in (grad, ag.jacobian, compile, vmap, ag.checkpoint):
        copied = pickle.loads(pickle.dumps(transform(op)))
        assert inspect.unwrap(copied) is inspect.unwrap(op)
