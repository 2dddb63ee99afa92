"""A float that meets an array becomes an array without axes, and its gradient comes back as a float."""

import copy
import itertools

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.base.tree import leaves

X = np.array([1.0, 2.0, 3.0])
C = np.array([[0.5], [1.5]])

#: Functions of one float and of arrays from outside.
FUNCTIONS = {
    "number first": lambda k: ag.sum(ag.exp(-k * X)),
    "array first": lambda k: ag.sum((X - k) ** 2),
    "quotient": lambda k: ag.sum(X / k) + ag.sum(k / X),
    "powers": lambda k: ag.sum(X**k) + ag.sum(k**X),
    "ufunc": lambda k: ag.sum(np.exp(k * X)) + ag.sum(np.hypot(X, k)),
    "broadcast": lambda k: ag.sum(k * X * C + k),
    "a list": lambda k: ag.sum(ag.tanh(k * [1.0, 2.0])),
    "list of floats": lambda k: ag.sum([k, k * k, 3.0]) + ag.max([k, 2.0 * k]),
    "nested list": lambda k: ag.sum(ag.matmul([[k, 1.0], [0.0, k]], [1.0, k * k])),
    "array of objects": lambda k: ag.sum(np.array([k, k * k]) * np.array([2.0, 3.0])),
    "objects and a Tensor": lambda k: ag.sum(Tensor(X) * np.array([k, k * k, 1.0])),
    "stack": lambda k: ag.sum(ag.stack([k, 2.0, k * k]) ** 2),
    "concatenate": lambda k: ag.sum(ag.concatenate([ag.stack([k]), X]) ** 2),
    "maximum": lambda k: ag.sum(ag.maximum(k, X)),
    "where": lambda k: ag.sum(ag.where(X > 1.5, k * k, X)),
    "clip": lambda k: ag.sum(ag.clip(k * X, 0.5, 2.0)),
    "sum of a float": lambda k: ag.sum(k * k) * ag.mean(k),
    "linspace": lambda k: ag.sum(ag.exp(np.linspace(0.0, k, 5))) + ag.sum(np.linspace(k, 1.0, 3, endpoint=False)),
    "norm": lambda k: ag.norm([k, 2.0 * k, 1.0]) + ag.std([k, k * k]),
    "back to a float": lambda k: ag.grad(lambda z: ag.sum(z * z * X))(k) * k,
    "two floats": lambda k: ag.sum(k * (k * X)) * k,
}  # fmt: skip


#: Functions that NumPy cannot call with a Tensor.
OF_VALUES = ("array of objects", "objects and a Tensor")


def as_number(y):
    return y.item() if isinstance(y, Value | Tensor) else y


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_derivatives_equal_those_of_an_array_without_axes(name):
    f, k = FUNCTIONS[name], 0.7
    d = f
    for order in range(4):
        if name not in OF_VALUES:
            found, wanted = as_number(d(Value(k))), as_number(d(Tensor(k)))
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12, err_msg=f"order {order}")
        d = ag.grad(d)
    np.testing.assert_allclose(ag.jvp(f, (k,), (2.0,))[1], 2.0 * ag.grad(f)(k), rtol=1e-12)
    np.testing.assert_allclose(ag.hvp(f, (k,), (2.0,)), 2.0 * ag.grad(ag.grad(f))(k), rtol=1e-12)
    assert type(ag.grad(f)(k)) is type(ag.hvp(f, (k,), (2.0,))) is float
    assert ag.check_gradients(f, k)


@pytest.mark.parametrize(("name", "backend"), list(itertools.product(FUNCTIONS, ["auto", "numpy", "jax"])))
def test_tapes_follow_the_float(name, backend):
    f = ag.value_and_grad(FUNCTIONS[name])
    if backend == "jax":
        with pytest.importorskip("jax").enable_x64(True):
            compiled = ag.compile(f, backend=backend)
            found = [compiled(k) for k in (0.7, 0.8)]
    else:
        compiled = ag.compile(f, backend=backend)
        found = [compiled(k) for k in (0.7, 0.8)]
    for (value, slope), k in zip(found, (0.7, 0.8), strict=True):
        np.testing.assert_allclose([value, slope], f(k), rtol=1e-12)
        assert (type(value), type(slope)) == (float, float)


def test_a_back_end_of_floats_takes_the_entries_of_an_array():
    f = ag.grad(lambda k, x: ag.sum(ag.exp(-k * x)), (0, 1))
    compiled = ag.compile(f, backend="python")
    for k, x in ((0.5, X), (0.7, 2.0 * X)):
        for found, wanted in zip(compiled(k, x), f(k, x), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-14)


@pytest.mark.parametrize("backend", ["native"])
def test_back_ends_of_floats_name_the_one_for_arrays(backend):
    pytest.importorskip("llvmlite")
    with pytest.raises(TypeError, match="has arrays: use backend='numpy'"):
        ag.compile(FUNCTIONS["number first"], backend=backend)(0.7)


def test_containers_of_floats_and_arrays():
    def f(p):
        return ag.sum((p["w"] * X + p["b"] * p["c"]) ** 2)

    p = {"w": 2.0, "b": np.float64(3.0), "c": X}
    g = ag.grad(f)(p)
    residual = 2.0 * (2.0 * X + 3.0 * X)
    assert [type(g["w"]), type(g["b"]), type(g["c"])] == [float, float, np.ndarray]
    np.testing.assert_allclose(
        np.concatenate([leaf * np.ones(1) for leaf in leaves(g)]), [residual @ X, residual @ X, *(3.0 * residual)]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_a_float_never_changes_a_dtype(dtype):
    x = X.astype(dtype)
    v = Value(2.0)
    for y in (
        v * x,
        x * v,
        Tensor(x) ** v,
        ag.maximum(v, x),
        ag.concatenate([ag.stack([v, 1.0]).astype(dtype), x]),
        np.add(x, v),
    ):
        assert y.dtype == dtype
    assert ag.stack([v, Tensor(np.ones((), dtype))]).dtype == dtype
    assert (v * np.arange(3)).dtype == np.float64
    ag.sum(v * x).backward()
    assert v.grad == 6.0
    assert type(v.grad) is float


def test_zero_dimensional_arrays_and_scalars_are_numbers():
    for x in (np.array(3.0), np.float64(3.0), np.float32(3.0), np.int64(3)):
        assert isinstance(Value(2.0) * x, Value)
        assert isinstance(x * Value(2.0), Value)
    assert isinstance(Value(2.0) * Tensor(3.0), Tensor)


def test_backward_reaches_values_and_tensors():
    a, t = Value(2.0), Tensor(X, requires_grad=True)
    b = a * a
    ag.sum(b * t).backward()
    assert (a.grad, b.grad, t.grad.tolist()) == (24.0, 6.0, [4.0, 4.0, 4.0])
    ag.sum(b * t).backward()
    assert (a.grad, b.grad, t.grad.tolist()) == (48.0, 6.0, [8.0, 8.0, 8.0])


def test_backward_of_a_value_made_of_a_tensor():
    a, t = Value(2.0), Tensor(X, requires_grad=True)
    slope = ag.gradients(ag.sum(a * t), a, create_graph=True)
    y = slope * a * a
    assert (type(slope), slope.data) == (Value, 6.0)
    y.backward()
    assert (a.grad, slope.grad, y.grad, t.grad.tolist()) == (24.0, 4.0, 1.0, [4.0, 4.0, 4.0])
    assert y.inputs[0].inputs
    with ag.detect_anomaly():
        (slope * a * a).backward()
    assert a.grad == 48.0
    assert copy.deepcopy(slope).op is None


def test_a_changed_float_is_an_error():
    a = Value(2.0)
    y = ag.sum(a * X) ** 2
    a.data = 3.0
    with pytest.raises(RuntimeError, match="changed after lift"):
        y.backward()
    assert a.grad == 0.0


def test_constants_make_no_graph():
    with ag.no_grad():
        y = Value(2.0) * X
    assert not y.requires_grad
    assert y.op is None
    assert not (Value(2.0, requires_grad=False) * X).requires_grad


def test_a_tape_reads_a_float_from_outside_at_every_replay():
    k = Value(2.0)
    f = ag.compile(lambda x: ag.sum(k * x))
    assert f(X) == 12.0
    k.data = 3.0
    assert f(X) == 18.0


def test_drawings_and_texts_show_the_float():
    y = ag.sum(Value(2.0, label="k") * Tensor(X, requires_grad=True, label="t"))
    assert "k" in ag.draw(y).dot
    assert "∂y/∂k" in ag.explain(y)
