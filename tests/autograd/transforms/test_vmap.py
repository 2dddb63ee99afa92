"""vmap: axes, containers, what f captures, nesting, and what it refuses. That it is a loop is tests/laws/test_vmap.py."""

from dataclasses import dataclass

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor, Value, checkpoint, compile, custom_op, grad, hessian, jacobian, no_grad, stop_gradient, vmap

X = np.random.default_rng(0).standard_normal((4, 3))


@dataclass
class Layer:
    weight: object
    bias: object


def squares(x):
    return ag.sum(x * x)


def test_gradients_for_each_example_are_those_of_a_loop():
    rng = np.random.default_rng(1)
    parameters = Layer(rng.standard_normal((3, 2)), np.zeros(2))
    targets = rng.standard_normal((4, 2))

    def loss(p, x, y):
        return ag.sum((ag.tanh(x @ p.weight + p.bias) - y) ** 2)

    found = vmap(grad(loss), in_axes=(None, 0, 0))(parameters, X, targets)
    wanted = [grad(loss)(parameters, x, y) for x, y in zip(X, targets, strict=True)]
    assert np.allclose(found.weight, [w.weight for w in wanted], rtol=1e-13)
    assert np.allclose(found.bias, [w.bias for w in wanted], rtol=1e-13)


@pytest.mark.parametrize(
    ("in_axes", "arguments"),
    [
        (0, (X, X)),
        ((0, None), (X, X[0])),
        ([0, -1], (X, X.T)),
        ((1, 0), (X.T, X)),
        ((-2, 0), (X, np.arange(4.0))),
    ],
)
def test_axes_of_arguments(in_axes, arguments):
    axes = in_axes if isinstance(in_axes, tuple | list) else (in_axes,) * 2
    columns = [[a] * 4 if axis is None else list(np.moveaxis(a, axis, 0)) for a, axis in zip(arguments, axes, strict=True)]
    assert np.array_equal(vmap(lambda a, b: a * b - b, in_axes)(*arguments), [a * b - b for a, b in zip(*columns, strict=True)])


def test_axes_of_containers_may_be_less_deep_and_dicts_are_paired_by_key():
    def f(p, s):
        return p["a"] * p["b"][0] + p["b"][1] * s

    p = {"a": X.T, "b": (2.0, np.arange(4.0))}
    wanted = 2.0 * X + np.arange(4.0)[:, None] * 3.0
    assert np.allclose(vmap(f, in_axes=({"b": (None, 0), "a": 1}, None))(p, 3.0), wanted, rtol=1e-15)
    shared = vmap(lambda layer, x: Layer(x @ layer.weight, layer.bias), in_axes=(Layer(None, 0), 0))
    found = shared(Layer(np.eye(3), np.arange(4.0)), X)
    assert np.array_equal(found.weight, X)
    assert found.bias.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_keywords_are_mapped_over_axis_0_and_other_arguments_are_passed_as_they_are():
    assert np.array_equal(vmap(lambda x, *, scale: x * scale)(X, scale=np.arange(4.0)), X * np.arange(4.0)[:, None])
    assert vmap(lambda x, mode, weights: x.sum() if mode == "sum" else x, (0, None, None))(X, "sum", None).shape == (4,)
    assert vmap(lambda pair: pair[0])((X, None)).shape == (4, 3)


def test_axes_of_results():
    found = vmap(lambda x: {"x": x, "pair": (ag.sum(x), 7.0), "none": None}, out_axes={"x": 1, "pair": (-1, None), "none": 0})(
        X
    )
    assert np.array_equal(found["x"], X.T)
    assert np.allclose(found["pair"][0], X.sum(1), rtol=1e-15)
    assert (found["pair"][1], found["none"]) == (7.0, None)


def test_results_that_do_not_depend_on_an_example_are_repeated():
    one, array, flag, outside = vmap(lambda x: (1.0, np.arange(2), True, Tensor([5.0])))(X)
    assert (one.tolist(), flag.tolist(), outside.tolist()) == ([1.0] * 4, [True] * 4, [[5.0]] * 4)
    assert array.tolist() == [[0, 1]] * 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_that_of_one_example(dtype):
    x = X.astype(dtype)
    results = vmap(lambda x: (x[0] * 2.0, x[0] * np.float64(2.0), ag.mean(x) / 3, ag.softmax(x) @ x, ag.logsumexp(x), x + 1))(x)
    assert {r.dtype for r in results} == {np.dtype(dtype)}
    assert vmap(grad(squares))(x).dtype == dtype


@pytest.mark.parametrize(
    "f",
    [
        squares,
        ag.inv,
        ag.det,
        lambda x: ag.cholesky(x),
        lambda x: ag.convolve(x[0], x[1]),
        lambda x: x[0, :1],
        grad(lambda x: ag.sum(ag.convolve(x[0], x[1]))),
    ],
)
def test_no_examples_give_results_of_length_0(f):
    x = np.eye(3) + np.zeros((1, 1, 1))
    assert vmap(f)(np.zeros((0, 3, 3))).shape == (0, *np.shape(f(x[0])))
    assert grad(lambda x: ag.sum(vmap(f)(x)))(np.zeros((0, 3, 3))).shape == (0, 3, 3)


@pytest.mark.parametrize("written", [False, True])
def test_captured_parameters_get_gradients_from_all_examples(written):
    w = Tensor(np.zeros(3) if written else np.ones(3), requires_grad=True)
    if written:
        w.data[:] = 1.0
    y = vmap(lambda x: ag.sum(w * x) ** 2)(X)
    assert isinstance(y, Tensor)
    y.sum().backward()
    assert np.allclose(w.grad, (2 * X.sum(1)[:, None] * X).sum(0), rtol=1e-13)
    with no_grad():
        assert type(vmap(lambda x: ag.sum(w * x))(X)) is np.ndarray


def test_nodes_give_nodes_and_arrays_give_arrays():
    assert type(vmap(squares)(X)) is np.ndarray
    assert type(vmap(grad(squares))(X)) is np.ndarray
    assert type(vmap(squares)(Tensor(X))) is np.ndarray
    assert isinstance(vmap(squares)(Tensor(X, requires_grad=True)), Tensor)


def test_an_inner_vmap_sees_the_example_of_the_outer_one():
    pairs = vmap(lambda x: vmap(lambda y: ag.sum(x * y))(X))
    assert np.allclose(pairs(X), X @ X.T, rtol=1e-14)
    slopes = grad(lambda z: ag.sum(vmap(lambda x: vmap(lambda y: ag.sum(x * y))(z))(X)))
    assert np.allclose(slopes(X), np.ones((4, 4)) @ X, rtol=1e-14)


def test_other_transforms_nest_inside_and_outside():
    def cubes(x):
        return ag.sum(x**3)

    assert np.allclose(vmap(hessian(cubes))(X), 6 * X[:, :, None] * np.eye(3), rtol=1e-14)
    assert np.allclose(vmap(jacobian(ag.square))(X), 2 * X[:, :, None] * np.eye(3), rtol=1e-14)
    assert np.allclose(jacobian(vmap(squares))(X), 2 * X * np.eye(4)[:, :, None], rtol=1e-14)
    assert np.allclose(vmap(grad(checkpoint(squares)))(X), 2 * X, rtol=1e-15)
    assert np.allclose(grad(checkpoint(lambda x: ag.sum(vmap(cubes)(x))))(X), 3 * X**2, rtol=1e-14)
    assert np.allclose(vmap(compile(squares))(X), (X * X).sum(1), rtol=1e-14)
    assert np.allclose(hessian(lambda x: ag.sum(vmap(cubes)(x)))(X).reshape(12, 12), np.diag(6 * X.ravel()), rtol=1e-14)


def test_what_f_detaches_stays_detached():
    def stopped(x):
        return ag.sum(x * stop_gradient(x))

    def without_recording(x):
        with no_grad():
            y = x * x
        return ag.sum(x * y)

    assert np.array_equal(vmap(grad(stopped))(X), X)
    assert np.array_equal(grad(lambda x: ag.sum(vmap(stopped)(x)))(X), X)
    assert np.array_equal(grad(lambda x: ag.sum(vmap(without_recording)(x)))(X), X * X)


def test_a_tape_of_vmap_follows_its_arguments_and_branches_on_shared_ones():
    f = compile(vmap(lambda x, w: ag.sum(x * w) if ag.sum(w) > 0 else ag.sum(x), (0, None)))
    for w in (np.ones(3), -np.ones(3), np.full(3, 2.0)):
        assert np.allclose(f(X, w), (X * w).sum(1) if w.sum() > 0 else X.sum(1), rtol=1e-14)
    assert len(f.tapes) == 2


def test_a_branch_or_number_that_no_example_decides_is_allowed():
    w = Tensor(2.0)
    assert np.array_equal(vmap(lambda x: x * w.item() if w > 1.0 else x)(X), 2.0 * X)
    assert np.array_equal(vmap(lambda x, w: x * float(w[0]) if w[0] > 1.0 else x, (0, None))(X, np.array([2.0])), 2.0 * X)


@custom_op(lambda g, y, x: g * 2.0 * x, symbol="E")
def sum_of_squares(xp, x):
    """Σ x²"""
    return xp.sum(x * x, axis=None, keepdims=False)


@custom_op(lambda g, y, x, axis: reverse(g, axis), kind="linear", kinds={"axis": "axis"})
def reverse(xp, x, *, axis):
    """x with its axis reversed, by a rule that shows the shape it is called with."""
    calls.append(np.shape(x))
    return xp.flip(x, axis)


@custom_op(lambda g, y, x: g[0] * ag.cos(x) - ag.sum(g[1]) * ag.sin(x))
def sine_and_total(xp, x):
    """Sine, and sum of the cosines."""
    return xp.sin(x), xp.sum(xp.cos(x), axis=None, keepdims=False)


@custom_op(lambda g, y, x: 2.0 * g, kind="elementwise")
def remembered_double(xp, x):
    """2 x, by a rule that keeps its result."""
    kept.append(2.0 * x)
    return kept[-1]


OPS.pop(remembered_double.name)
OPS.pop(sine_and_total.name)
OPS.pop(sum_of_squares.name)
OPS.pop(reverse.name)
calls: list[tuple[int, ...]] = []
kept: list[object] = []


def test_an_op_without_a_batched_form_is_called_for_each_example():
    x = np.random.default_rng(2).standard_normal((5, 3))
    assert np.allclose(vmap(sum_of_squares)(x), (x * x).sum(1), rtol=1e-14)
    assert np.allclose(vmap(grad(sum_of_squares))(x), 2 * x, rtol=1e-14)
    assert np.allclose(grad(lambda x: ag.sum(vmap(sum_of_squares)(x) ** 2))(x), 4 * (x * x).sum(1)[:, None] * x, rtol=1e-13)
    assert np.allclose(
        vmap(vmap(sum_of_squares))(x[:, None] + np.zeros((5, 2, 3))), np.repeat((x * x).sum(1), 2).reshape(5, 2), rtol=1e-14
    )


def test_a_result_that_a_custom_op_may_keep_is_a_copy():
    found = vmap(remembered_double)(X)
    assert np.array_equal(found, kept[-1])
    assert not np.shares_memory(found, kept[-1])


def test_an_op_of_several_outputs():
    def f(x):
        sine, total = sine_and_total(x)
        return ag.sum(sine) * total

    wanted = [grad(lambda x: ag.sum(ag.sin(x)) * ag.sum(ag.cos(x)))(x) for x in X]
    assert [y.shape for y in vmap(sine_and_total)(X)] == [(4, 3), (4,)]
    assert np.allclose(vmap(grad(f))(X), wanted, rtol=1e-13)
    assert np.allclose(grad(lambda x: ag.sum(vmap(f)(x)))(X), wanted, rtol=1e-13)
    assert np.allclose(vmap(hessian(f))(X)[1], hessian(f)(X[1]), rtol=1e-13)


def test_an_op_that_declares_kinds_is_called_once():
    calls.clear()
    assert np.array_equal(vmap(lambda x: reverse(x, axis=0))(X), X[:, ::-1])
    assert calls == [(3,), (4, 3)]
    with pytest.raises(ValueError, match="the kind of axis must be one of"):
        custom_op(None, kinds={"axis": "plain"})(reverse.forward)
    with pytest.raises(ValueError, match="a parameter of an op must be one of axis"):
        custom_op(None, kinds={"axes": "axis"})(reverse.forward)


@pytest.mark.parametrize(
    "index",
    [0, (0, 1), (..., 0), (slice(None), [1, 0]), ([0, 1], slice(None), [1, 0]), (0, ..., [1, 0, 0]), (None, [True, False])],
)
def test_indices_keep_numpy_s_order_of_axes(index):
    x = np.arange(96.0).reshape(4, 2, 3, 4)
    assert np.array_equal(vmap(lambda x: x[index])(x), [a[index] for a in x])
    found = vmap(grad(lambda x: ag.sum(x[index] ** 2)))(x)
    assert np.array_equal(found, [grad(lambda x: ag.sum(x[index] ** 2))(a) for a in x])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: vmap(lambda x: x if ag.sum(x) > 0 else -x)(X), TypeError, r"condition greater\(Tensor\(.*, 0\).*use where"),
        (lambda: vmap(lambda x: max(x[0], x[1]))(X), TypeError, r"condition greater.*maximum"),
        (lambda: vmap(lambda x: x if x[0] else -x)(X), TypeError, "condition getitem"),
        (lambda: vmap(lambda x: vmap(lambda y: y if x[0] > 0 else x)(X))(X), TypeError, "condition greater"),
        (lambda: vmap(lambda x: x.item())(X[:, 0]), TypeError, r"\.item\(\) of .* inside vmap .* number of one example"),
        (lambda: vmap(np.array)(X), TypeError, "inside vmap"),
        (lambda: vmap(lambda i: X[i])(np.arange(4)), TypeError, r"getitem\(a, i\).* inside vmap"),
        (lambda: vmap(lambda x: np.nonzero(x))(X), TypeError, "inside vmap would give.*where"),
        (lambda: vmap(lambda x: x[x > 0])(X), TypeError, "inside vmap differs from example to example.*where"),
        (lambda: vmap(squares)(2.0), TypeError, "2.0 of type float has no axis of examples.*in_axes=None"),
        (lambda: vmap(squares)([1.0, 2.0]), TypeError, "1.0 of type float has no axis"),
        (lambda: vmap(squares)(Value(2.0)), TypeError, "has no axis of examples"),
        (lambda: vmap(squares)(np.array(2.0)), TypeError, "has no axis of examples"),
        (lambda: vmap(ag.add)(X, X.T), ValueError, r"4 along axis 0 of shape \(4, 3\) and 3 along axis 0 of shape \(3, 4\)"),
        (lambda: vmap(squares, in_axes=2)(X), ValueError, r"axis 2 is out of range for shape \(4, 3\)"),
        (lambda: vmap(squares, in_axes=-3)(X), ValueError, "axis -3 is out of range"),
        (lambda: vmap(squares, out_axes=1)(X), ValueError, r"out_axes: axis 1 is out of range for shape \(4,\)"),
        (lambda: vmap(squares, out_axes=None)(X), ValueError, r"out_axes is None for a result of shape \(\) that differs"),
        (lambda: vmap(squares, in_axes=(0, 0))(X), ValueError, r"tuple of 1 entries, one per argument, got \(0, 0\)"),
        (lambda: vmap(squares, in_axes="x")(X), TypeError, "in_axes must contain integers and None, got 'x'"),
        (lambda: vmap(squares, in_axes=None)(X), ValueError, "no argument is mapped"),
        (lambda: vmap(lambda: 1.0)(), ValueError, "no argument is mapped"),
        (lambda: vmap(lambda p: p["a"], in_axes=({"b": 0},))({"a": X}), ValueError, r"\{'b': 0\} does not have the structure"),
        (lambda: vmap(lambda x: (x, x), out_axes=(0, 0, 0))(X), ValueError, "out_axes .* does not have the structure"),
        (lambda: vmap(lambda x: "text")(X), TypeError, "text"),
    ],
)
def test_refusals(call, error, words):
    with pytest.raises(error, match=words):
        call()
