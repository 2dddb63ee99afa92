"""Arrays from outside of a recorded function: read at every replay, in all the places where an op can meet them."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value, compile, custom_op, grad, gradients, hvp, jvp, record, vjp, vmap
from autograd.base.tree import leaves

X = np.array([1.0, 2.0, 3.0])


@custom_op(lambda g, y, a, b: g * b, lambda g, y, a, b: g * a, kind="elementwise")
def product_of_captures_test(xp, a, b):
    return a * b


def default(x, w=np.ones(3)):  # noqa: B008
    return x * w


class Holder:
    def __init__(self):
        self.w = np.ones(3)

    def __call__(self, x):
        return x * self.w


HOLDER, HIDDEN = Holder(), {"w": np.ones(3)}
FLOATS = {
    "operand": lambda x, w: x * w,
    "left operand": lambda x, w: w**x,
    "comparison": lambda x, w: ag.where(x < w, x, 0.0),
    "view": lambda x, w: x * w[::-1] + x * w[None].T[:, 0],
    "reshape": lambda x, w: x @ w.reshape(3, 1),
    "op of arrays alone": lambda x, w: x * ag.exp(w),
    "tensor": lambda x, w: x * Tensor(w),
    "tensor of another dtype": lambda x, w: x * Tensor(w, dtype=np.float32),
    "variable of a gradient": lambda x, w: grad(lambda v: ag.sum(v * v * x))(w),
    "list of arrays": lambda x, w: x * [w, w],
    "stack": lambda x, w: ag.stack([x, w]),
    "vmap": lambda x, w: vmap(lambda a: a * w)(x),
    "argument of vmap": lambda x, w: vmap(lambda a, b: a * b)(x, w),
    "cotangent": lambda x, w: vjp(lambda v: v * v, x)[1](w),
    "tangent": lambda x, w: jvp(lambda v: v * v, (x,), (w,)),
    "direction": lambda x, w: hvp(lambda v: ag.sum(v**3), (x,), (w,)),
    "seed": lambda x, w: gradients((v := Tensor(np.ones(3), requires_grad=True)) * v * x, v, w),
    "custom op": lambda x, w: product_of_captures_test(x, w) + product_of_captures_test(w, x),
    "result": lambda x, w: (x * 2.0, w),
    "default argument": lambda x, w: default(x, w),
    "second derivative": lambda x, w: grad(lambda x: ag.sum(grad(lambda v: ag.sum(v**w))(x) ** 2))(x),
}
INTEGERS = {
    "index": lambda x, i: x[i],
    "index of a gradient": lambda x, i: grad(lambda x: ag.sum(x[i] ** 2))(x),
    "index in a tuple": lambda x, i: x[None, :][0, i],
    "take": lambda x, i: (ag.take(x, i), np.take(x, i), x.take(i)),
    "take_along_axis": lambda x, i: ag.take_along_axis(x, i, 0),
    "put": lambda x, i: ag.put(x, i, 4),
    "table": lambda x, i: x * ag.getitem(np.arange(3.0), i),
}


def numbers(x):
    return [np.asarray(leaf._data if isinstance(leaf, Value | Tensor) else leaf) for leaf in leaves(x)]


def assert_followed(f, x, w, new):
    """compile(f)(x) equals f(x), also after the array w was written to; results are copies."""
    compiled = compile(f)
    for entries in (w.copy(), new):
        w[...] = entries
        got = numbers(compiled(x))
        for a, b in zip(got, numbers(f(Tensor(x) if isinstance(x, np.ndarray) else x)), strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
            np.testing.assert_allclose(a, b, rtol=1e-12)
            assert not np.shares_memory(a, w)


@pytest.mark.parametrize("name", FLOATS)
def test_array_is_followed(name):
    w = np.array([1.0, 2.0, 3.0])
    assert_followed(lambda x: FLOATS[name](x, w), X, w, [5.0, 0.5, 2.0])


@pytest.mark.parametrize("name", INTEGERS)
def test_index_is_followed(name):
    i = np.array([0, 1, 2])
    assert_followed(lambda x: INTEGERS[name](x, i), X, i, [2, 0, 0])


def test_arrays_in_the_list_of_an_index_are_followed():
    i = np.array([0, 1])
    assert_followed(lambda x: x[[i[:1], i[1:]]], X, i, [2, 0])


@pytest.mark.parametrize("new", [[False, True, True], [True, True, True]])
def test_mask_is_followed(new):
    mask = np.array([True, False, True])
    assert_followed(lambda x: (x[mask], ag.where(mask, x, 0.0)), X, mask, new)


@pytest.mark.parametrize("x", [X, X.astype(np.float32), 2.0], ids=["float64", "float32", "float"])
@pytest.mark.parametrize("dtype", [float, int])
def test_number_is_followed_and_changes_no_dtype(x, dtype):
    w = np.array(2, dtype)
    assert_followed(lambda x: (x * w, w / x, x**w), x, w, 3)


@pytest.mark.parametrize("backend", ["python", "native"])
def test_array_is_followed_in_programs_of_floats(backend):
    pytest.importorskip("llvmlite" if backend == "native" else "math")
    w, k = np.array([1.0, 2.0, 3.0]), np.array(2.0)
    compiled = compile(lambda x: sum((w * x + np.maximum(w, x)).tolist()) * k, backend=backend)
    for factor in (1.0, 3.0):
        w *= factor
        k *= factor
        np.testing.assert_allclose(compiled(X), (w * X + np.maximum(w, X)).sum() * k)


def test_array_of_an_attribute_and_of_a_hidden_place_is_followed():
    compiled, hidden = compile(HOLDER), compile(lambda x: x * vars(np.random)["__glassgrad_test__"]["w"])
    vars(np.random)["__glassgrad_test__"] = HIDDEN
    for new in (1.0, 2.0):
        HOLDER.w[:] = HIDDEN["w"][:] = new
        assert compiled(X).tolist() == hidden(X).tolist() == (new * X).tolist()
    del vars(np.random)["__glassgrad_test__"]


def test_memory_of_another_type_is_followed():
    memory = bytearray(X.tobytes())
    compiled = compile(lambda x: x * np.frombuffer(memory))
    assert compiled(X).tolist() == [1.0, 4.0, 9.0]
    memory[:8] = np.array([7.0]).tobytes()
    assert compiled(X).tolist() == [7.0, 4.0, 9.0]


def test_arrays_that_no_other_code_can_write_to_are_constants():
    fixed = np.frombuffer(X.tobytes())
    tape = record(lambda x: x * (np.ones(3) + ag.exp(np.zeros(3))) + x[np.arange(3)] * ag.cos(fixed), X)
    assert "captured" not in str(tape)
    assert "exp" not in str(tape)
    assert "constant float64[3]" in str(tape)


def test_plain_numpy_is_frozen_and_shown_as_a_constant():
    w = np.ones(3)
    tape = record(lambda x: x * (w * 2.0), X)
    assert "constant float64[3]" in str(tape)


@pytest.mark.parametrize("change", [lambda w: setattr(w, "shape", (3, 1)), lambda w: setattr(w, "dtype", np.int64)])
@pytest.mark.filterwarnings("ignore:Setting the:DeprecationWarning")  # since NumPy 2.5
def test_another_shape_or_dtype_is_an_error(change):
    w = np.ones(3)
    compiled = compile(lambda x: x * w)
    compiled(X)
    change(w)
    with pytest.raises(TypeError, match="record the function again"):
        compiled(X)


def test_a_write_during_the_recording_is_an_error():
    w, seen = np.ones(3), []

    def f(x):
        seen.append(1)
        w[0] += 1.0
        return x * w

    for run in (lambda: compile(f)(X), lambda: record(f, X)):
        with pytest.raises(TypeError, match="was written to while a tape was recorded"):
            run()
    assert (w.tolist(), seen, w.flags.writeable) == ([1.0, 1.0, 1.0], [], True)


def test_a_write_to_an_array_of_the_function_is_allowed():
    def f(x):
        w = np.ones(3)
        y = x * w
        w[0] = 5.0
        return y + w

    assert compile(f)(X).tolist() == [6.0, 3.0, 4.0]


@pytest.mark.parametrize("f", [lambda x, w: x * float(ag.sum(w)), lambda x, w: x * ag.exp(w).numpy()])
def test_reading_an_op_of_captured_arrays_is_an_error(f):
    w = np.ones(3)
    with pytest.raises(TypeError, match="would make a constant"):
        record(lambda x: f(x, w), X)
