"""Arrays of objects that hold nodes, as NumPy makes them of Values: containers in every transform, or an error."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.base import tree

T = Tensor([1.0, 2.0], requires_grad=True)
A = np.array([Value(1.0), Value(2.0)])


def by_hand(t):
    array = np.empty(2, object)
    array[0], array[1] = t, t * t
    return array


#: Ways to an array (t, t²) of nodes.
BUILDERS = {
    "array": lambda t: np.array([t, t * t]), "asarray": lambda t: np.asarray([t, t * t]), "by hand": by_hand,
    "stack": lambda t: np.stack([t, t * t]), "ag.stack": lambda t: ag.stack([t, t * t]),
    "atleast_1d": lambda t: np.concatenate([np.atleast_1d(t), np.atleast_1d(t * t)]),
    "nested": lambda t: np.array([[t], [t * t]]),
    "product": lambda t: t * np.array([1.0 + 0.0 * t, t]), "array first": lambda t: np.array([1.0 + 0.0 * t, t]) * t,
    "op": lambda t: ag.power(np.array([t, t]), np.array([1.0, 2.0])), "numpy": lambda t: np.exp(np.log(np.array([t, t * t]))),
    "matrix": lambda t: np.array([[1.0, 0.0], [0.0, 1.0]], dtype=object) @ np.array([t, t * t]),
}  # fmt: skip


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_an_array_of_nodes_is_differentiated_in_every_transform(build):
    shape = build(Value(3.0)).shape
    w = np.array([10.0, 1.0]).reshape(shape)
    assert ag.jacobian(build)(3.0) == pytest.approx(np.array([1.0, 6.0]).reshape(shape))
    assert ag.jvp(build, (3.0,), (2.0,))[1] == pytest.approx(np.array([2.0, 12.0]).reshape(shape))
    y, pull = ag.vjp(build, 3.0)
    assert (y.dtype, y.shape) == (np.float64, shape)
    assert pull(w) == pytest.approx((16.0,))
    assert ag.grad(lambda t: ag.sum(build(t) * w.astype(object)))(3.0) == pytest.approx(16.0)
    assert ag.hessian(lambda t: np.sum(build(t)))(3.0) == pytest.approx(2.0)
    assert ag.hvp(lambda t: np.sum(build(t)), (3.0,), (1.0,)) == pytest.approx(2.0)
    assert ag.grad(lambda t: (t, build(t)), has_aux=True)(3.0)[1] == pytest.approx(np.array([3.0, 9.0]).reshape(shape))
    assert ag.grad(lambda t: t + np.sum(ag.stop_gradient(build(t))))(3.0) == 1.0


@pytest.mark.parametrize("backend", ["python", "numpy", "native"])
@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_an_array_of_nodes_is_a_result_of_a_tape(build, backend):
    if backend == "native":
        pytest.importorskip("llvmlite")
    f = ag.compile(build, backend=backend)
    tape = ag.record(ag.jacobian(build), 1.0, backend=backend)
    if backend == "native" and any(step.kind is not None for step in tape.program.instructions):
        with pytest.raises(TypeError, match="this one has arrays: use backend='numpy'"):
            tape(2.0)
        return
    for t in (2.0, 3.0):
        np.testing.assert_allclose(np.ravel(f(t)), [t, t * t], rtol=1e-15)
        np.testing.assert_allclose(np.ravel(tape(t)), [1.0, 2 * t], rtol=1e-12)
    assert f(2.0).dtype == np.float64


def test_a_mapped_tape_returns_arrays_of_examples():
    tape = ag.record(lambda t: np.array([[t, t * t]]), 1.0)
    assert tape.map(np.array([2.0, 3.0])).tolist() == [[[2.0, 4.0]], [[3.0, 9.0]]]


def test_a_loss_of_one_entry_is_a_number():
    assert ag.grad(lambda t: np.atleast_1d(t * t))(3.0) == 6.0
    assert ag.grad(lambda t: np.array(t * t))(3.0) == 6.0
    with pytest.raises(TypeError, match="must return one number"):
        ag.grad(lambda t: np.array([t, t]))(3.0)


def test_arguments_may_be_arrays_of_objects():
    x = np.array([2.0, 3.0], dtype=object)
    gradient = ag.grad(lambda p: p["x"][0] * p["x"][1])({"x": x})["x"]
    assert (gradient.dtype, gradient.tolist()) == (np.float64, [3.0, 2.0])
    assert ag.jacobian(lambda p: p * p)(x).tolist() == [[4.0, 0.0], [0.0, 6.0]]
    assert ag.compile(ag.grad(lambda p: p[0] * p[1]))(x).tolist() == [3.0, 2.0]
    assert ag.grad(ag.checkpoint(lambda p: p[0] * p[1]))(x).tolist() == [3.0, 2.0]
    nodes = np.array([Value(2.0), Value(3.0)])
    assert ag.gradients(nodes[0] * nodes[1], nodes).tolist() == [3.0, 2.0]
    assert ag.grad(lambda a: np.sum(ag.grad(lambda p: p[0] * p[1] ** 2)(np.array([a, a]))))(2.0) == 2 * 2.0 + 4 * 2.0


def test_tapes_return_arrays_of_arrays():
    """Entries with axes, of one shape or of several."""
    first, second = np.array([1.0, 2.0, 3.0]), np.array([3.0, 1.0, 0.5])
    for x in (tree.object_array([first, 2.0], (2,)), tree.object_array([first, second], (2, 1))):
        gradient = ag.grad(lambda p: ag.sum(p.ravel()[0] * p.ravel()[1]))
        expected, found = gradient(x), ag.compile(gradient)(x)
        assert found.shape == x.shape
        for a, b in zip(found.flat, expected.flat, strict=True):
            assert type(a) is type(b)
            np.testing.assert_array_equal(a, b)


def test_a_jacobian_of_a_container_has_the_structure_of_the_argument():
    j = ag.jacobian(lambda p: np.array([p["a"], p["a"] * p["b"]]))({"b": 3.0, "a": 2.0})
    assert {key: block.tolist() for key, block in j.items()} == {"b": [0.0, 2.0], "a": [1.0, 3.0]}


@pytest.mark.parametrize(
    "call",
    [
        lambda: Tensor(A), lambda: Tensor([Value(1.0), 2.0]), lambda: T.backward(A), lambda: np.array(list(T)),
        lambda: np.array([T[0], 1.0]), lambda: np.array([[T[0]], [T[1]]]), lambda: np.asarray([T[0]], float),
        lambda: ag.record(lambda t: np.array([t[0], t[1]]), np.ones(2)), lambda: ag.vjp(ag.sin, np.ones(2))[1](A),
        lambda: ag.record(lambda t: np.array([t[0], t[1]]), np.arange(2)),
    ],
)  # fmt: skip
def test_plain_arrays_of_nodes_are_refused(call):
    with pytest.raises(TypeError, match=r"autograd\.stack"):
        call()


def test_ops_stack_arrays_of_nodes():
    for y in (T * A, A * T, ag.add(T, A) - A + T * 0.0 * A + T * A - T, ag.where(T > 0.0, T * T, A)):
        assert y.numpy().tolist() == [1.0, 4.0]
    assert (T @ A).item() == ag.sum(ag.concatenate([T * T, 0.0 * A])).item() == 5.0
    assert ag.softmax(A).numpy().tolist() == ag.softmax(np.array([1.0, 2.0])).tolist()
    assert ag.arctan(A).numpy().tolist() == np.arctan([1.0, 2.0]).tolist()
    assert ag.jacobian(lambda t: ag.maximum(np.array([t, 2.0 * t]), 3.0))(3.0).tolist() == [0.5, 2.0]
    assert (A[0] >= A).tolist() == [True, False]
