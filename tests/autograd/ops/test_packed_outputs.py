"""Ops with several outputs: equal to the same functions as separate ops, at any order, in every reader of a graph."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor, custom_op
from autograd.base.tree import leaves

X = np.array([0.3, -0.5, 2.0])


@custom_op(lambda g, y, x: g[0] * y[1] - g[1] * y[0], symbol="sincos")
def sin_cos(xp, x):
    """(sin x, cos x)"""
    return xp.sin(x), xp.cos(x)


class Moments(NamedTuple):
    """Mean and variance."""

    mean: object
    variance: object


@custom_op(lambda g, y, x: (g.mean + 2.0 * g.variance * (x - y.mean)) / x.size)
def moments(xp, x):
    """Mean and variance of a vector."""
    return Moments(xp.mean(x), xp.mean((x - xp.mean(x)) ** 2))


@custom_op(lambda g, y, a, b, scale: scale * g[0] @ b.mT + 2.0 * g[1] * a, lambda g, y, a, b, scale: scale * a.mT @ g[0])
def product_and_energy(xp, a, b, *, scale=1.0):
    """(scale · a b, Σ a²) of two shapes."""
    return scale * (a @ b), xp.sum(a * a)


@pytest.fixture(scope="module", autouse=True)
def _table_as_it_was():
    yield
    for op in (sin_cos, moments, product_and_energy):
        OPS.pop(op.name, None)


#: (function with several outputs, the same by separate ops, arguments)
PAIRS = {
    "both outputs": (
        lambda x: ag.sum(ag.exp(sin_cos(x)[0]) * sin_cos(x)[1]),
        lambda x: ag.sum(ag.exp(ag.sin(x)) * ag.cos(x)),
        [X],
    ),
    "one output": (lambda x: ag.sum(sin_cos(x)[1] ** 3), lambda x: ag.sum(ag.cos(x) ** 3), [X]),
    "squares": (lambda x: ag.sum(sin_cos(x)[0] ** 2 * sin_cos(x)[1]), lambda x: ag.sum(ag.sin(x) ** 2 * ag.cos(x)), [X]),
    "outputs of outputs": (lambda x: ag.sum(sin_cos(sin_cos(x)[0])[1]), lambda x: ag.sum(ag.cos(ag.sin(x))), [X]),
    "no axes": (lambda x: sin_cos(x)[0] * sin_cos(x)[1], lambda x: ag.sin(x) * ag.cos(x), [np.array(0.7)]),
    "a named tuple": (lambda x: moments(x).mean * moments(x).variance, lambda x: ag.mean(x) * ag.var(x), [X]),
    "two inputs, a parameter": (
        lambda a, b: ag.sum(product_and_energy(a, b, scale=3.0)[0] ** 2) * product_and_energy(a, b)[1],
        lambda a, b: ag.sum((3.0 * (a @ b)) ** 2) * ag.sum(a * a),
        [X[:, None] * np.ones(2), np.array([[1.0, 2.0], [0.5, -1.0]])],
    ),
}  # fmt: skip


def tangents(xs):
    return [np.cos(np.arange(x.size)).reshape(x.shape) for x in xs]


def derivatives(f, xs):
    """Value and derivatives of orders 1 to 3, in reverse, forward and mixed modes."""
    places = tuple(range(len(xs)))
    along = lambda *p: ag.jvp(f, p, tangents(xs))[1]  # noqa: E731
    return {
        "value": f(*xs),
        "gradient": ag.grad(f, places)(*xs),
        "jvp": along(*xs),
        "hvp": ag.hvp(f, xs, tangents(xs)),
        "gradient of jvp": ag.grad(along, places)(*xs),
        "third order": ag.grad(lambda *p: ag.jvp(along, p, tangents(xs))[1], places)(*xs),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(PAIRS))
def test_derivatives_equal_those_of_separate_ops(name):
    packed, separate, xs = PAIRS[name]
    found, wanted = derivatives(packed, xs), derivatives(separate, xs)
    for what in found:
        for got, want in zip(leaves(found[what]), leaves(wanted[what]), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12, err_msg=f"{what} of {name}")


@pytest.mark.parametrize(("name", "backend"), list(itertools.product(PAIRS, ["numpy", "jax"])))
def test_tapes_equal_eager(name, backend):
    packed, _, xs = PAIRS[name]
    if backend == "jax":
        pytest.importorskip("jax")
        xs = [x.astype(np.float32) for x in xs]
    rtol = 1e-5 if backend == "jax" else 0.0
    f = ag.value_and_grad(
        ag.grad(packed) if xs[0].ndim == 0 else lambda *p: ag.sum(ag.grad(packed)(*p) ** 2), tuple(range(len(xs)))
    )
    found, wanted = ag.compile(f, backend=backend)(*xs), f(*xs)
    for got, want in zip(leaves(found), leaves(wanted), strict=True):
        np.testing.assert_allclose(got, want, rtol=rtol or 1e-13, atol=rtol)


def test_equal_calls_are_one_instruction_of_a_tape():
    tape = ag.record(lambda x: sin_cos(x)[0] * sin_cos(x)[1], X)
    assert str(tape).count("= sin_cos(") == 1


def test_on_numbers_the_outputs_are_a_tuple_of_its_type():
    s, c = sin_cos(0.5)
    assert (s, c) == (np.sin(0.5), np.cos(0.5))
    assert isinstance(moments(X), Moments)
    assert isinstance(moments(Tensor(X)), Moments)
    assert all(isinstance(part, Tensor) for part in moments(Tensor(X)))


def test_outputs_keep_shape_and_dtype():
    @custom_op(lambda g, y, x: g[0] + g[1].astype(np.float32))
    def widened(xp, x):
        return x, x.astype(np.float64) / 3.0

    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    narrow, wide = widened(x)
    assert (narrow.dtype, narrow.shape, wide.dtype, wide.shape) == (np.float32, (2, 3), np.float64, (2, 3))
    assert wide.numpy()[0, 0] == 1.0 / 3.0
    ag.sum(narrow * 2.0).backward()
    assert (x.grad.dtype, x.grad.tolist()) == (np.float32, [[2.0] * 3] * 2)
    OPS.pop("widened")


def test_integer_outputs_and_values_are_refused():
    op = custom_op(lambda g, y, x: g[0])(lambda xp, x: (x, x > 0))
    with pytest.raises(TypeError, match=r"output 1 of <lambda> must be floating-point, got bool"):
        op(Tensor(X))
    op = custom_op(lambda g, y, x: g[0], kind="elementwise")(lambda xp, x: (x, x))
    assert op(2.0) == (2.0, 2.0)
    with pytest.raises(TypeError, match=r"has 2 outputs, which a Value cannot hold: use Tensor"):
        op(ag.Value(2.0))


def test_drawings_and_texts_show_the_op():
    y = ag.sum(sin_cos(Tensor(X, requires_grad=True, label="x"))[1])
    assert "sincos" in ag.draw(y).dot
    assert "sin_cos" in ag.explain(y)


def test_check_finds_the_wrong_derivative_of_one_output():
    @custom_op(lambda g, y, x: g[0] * y[1] + g[1] * y[0])
    def wrong_sin_cos(xp, x):
        return xp.sin(x), xp.cos(x)

    assert ag.check_gradients(lambda x: ag.sum(sin_cos(x)[1]), X)
    with pytest.raises(ag.GradientError, match="wrong_sin_cos"):
        ag.check_gradients(lambda x: ag.sum(wrong_sin_cos(x)[1]), X)
    with pytest.raises(ag.GradientError, match="the second derivative"):
        ag.check_gradients(lambda x: ag.sum(wrong_sin_cos(x)[0]), X)
    OPS.pop("wrong_sin_cos")


def test_anomalies_name_the_op():
    with ag.detect_anomaly(), pytest.raises(FloatingPointError, match="sin_cos gave"):
        sin_cos(Tensor([np.inf], requires_grad=True))
