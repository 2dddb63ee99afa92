"""vjp, jvp, jacobian, hessian, hvp and the flat view: shapes, containers, nesting, errors."""

import collections
import tracemalloc
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import scipy.optimize

import autograd as ag
from autograd import (
    Tensor,
    Value,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    ravel_tree,
    record,
    stop_gradient,
    value_and_grad,
    vjp,
    vmap,
)  # fmt: skip
from autograd.base.tree import leaves
from autograd.transforms import jacobian as blocks


class Pair(NamedTuple):
    a: object
    b: object


@dataclass
class Line:
    slope: object
    offset: object


def test_vjp_of_a_container_gives_one_cotangent_an_argument():
    y, pull = vjp(lambda p, s: {"sum": p["a"] + s, "product": p["a"] * s}, {"a": np.array([1.0, 2.0])}, 3.0)
    assert y["product"].tolist() == [3.0, 6.0]
    pulled = pull({"sum": np.zeros(2), "product": np.ones(2)})
    assert pulled[0]["a"].tolist() == [3.0, 3.0]
    assert pulled[1] == 3.0


def test_a_pullback_may_be_called_many_times():
    _, pull = vjp(ag.square, np.array([1.0, 2.0]))
    rows = [pull(row)[0].tolist() for row in np.eye(2)]
    assert rows == [[2.0, 0.0], [0.0, 4.0]]


@pytest.mark.parametrize(
    "make",
    [Pair, Line, lambda a, b: [a, b], lambda a, b: (a, {"b": b})],
    ids=["namedtuple", "dataclass", "list", "nested"],
)
def test_gradients_have_the_container_of_the_argument(make):
    given = make(2.0, np.array([1.0, 3.0]))

    def f(container):
        a, b = leaves(container)
        return a * a + stop_gradient(a).item() * ag.sum(b * b).item()

    def g(container):
        return ag.sum(leaves(container)[1] ** 2)

    found = grad(g)(given)
    assert type(found) is type(given)
    assert leaves(found)[0] == 0.0
    assert leaves(found)[1].tolist() == [2.0, 6.0]
    assert leaves(grad(f)(given))[0] == 4.0


def test_jacobian_has_the_output_s_axes_first():
    x = np.arange(6.0).reshape(2, 3)
    j = jacobian(lambda x: x @ np.ones((3, 4)))(x)
    assert j.shape == (2, 4, 2, 3)
    expected = np.einsum("ik,jl->ijkl", np.eye(2), np.ones((4, 3)))
    assert np.array_equal(j, expected)


def test_jacobian_of_containers_nests_argument_in_output():
    j = jacobian(lambda p: {"y": p["w"] * 2.0, "z": ag.sum(p["w"])})({"w": np.array([1.0, 2.0])})
    assert j["y"]["w"].tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert j["z"]["w"].tolist() == [1.0, 1.0]


def test_jacobian_of_a_constant_function_is_zero():
    assert jacobian(lambda x: np.ones(2))(np.ones(3)).tolist() == np.zeros((2, 3)).tolist()


@pytest.mark.parametrize("transform", [jacobian, jacfwd, jacrev])
def test_all_jacobians_have_one_structure(transform):
    def f(p, s):
        return {"wide": p["w"] * s, "one": ag.sum(p["w"]), "fixed": np.ones(2), "other": s * np.ones((3, 2))}

    j = transform(f, argnums=(0, 1))({"w": np.array([1.0, 2.0], np.float32)}, 3.0)
    assert {k: (type(v), v[0]["w"].shape, np.shape(v[1])) for k, v in j.items()} == {
        "wide": (tuple, (2, 2), (2,)), "one": (tuple, (2,), ()), "fixed": (tuple, (2, 2), (2,)),
        "other": (tuple, (3, 2, 2), (3, 2)),
    }  # fmt: skip
    assert j["wide"][0]["w"].tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert j["wide"][1].tolist() == [1.0, 2.0]
    assert j["one"][0]["w"].tolist() == [1.0, 1.0]
    assert {j[k][0]["w"].dtype for k in ("wide", "one", "other")} == {np.dtype(np.float32)}
    assert not np.any(j["other"][0]["w"])
    assert transform(lambda a: [a * a, 2.0 * a])(3.0) == [6.0, 2.0]
    assert transform(lambda p: p[0] * p[1])([3.0, 2.0]) == [2.0, 3.0]


@pytest.mark.parametrize(("n", "m"), [(1, 30), (30, 1), (30, 30), (2, 30), (30, 2)])
@pytest.mark.parametrize("transform", [jacobian, jacfwd, jacrev])
def test_the_number_of_ops_does_not_grow_with_the_jacobian(transform, n, m):
    def count(n, m):
        matrix = np.linspace(-1.0, 1.0, m * n).reshape(m, n)
        return record(transform(lambda x: ag.tanh(matrix @ x)), np.ones(n)).recorded

    assert count(n, m) <= count(3, 3) + 3


def test_the_number_of_ops_does_not_grow_with_the_hessian_or_the_examples():
    def loss(x):
        return ag.sum(ag.tanh(np.ones((len(x), len(x))) @ x) ** 2)

    assert len({record(hessian(loss), np.ones(n)).recorded for n in (3, 30)}) == 1
    assert len({record(vmap(grad(loss)), np.ones((n, 3))).recorded for n in (3, 30)}) == 1
    assert len({record(vmap(hessian(loss)), np.ones((n, 3))).recorded for n in (3, 30)}) == 1


@pytest.mark.parametrize("transform", [jacrev, jacfwd])
def test_blocks_of_seeds_bound_the_memory_and_keep_every_bit(transform, monkeypatch):
    x = np.linspace(0.1, 2.0, 400)

    def f(x):
        for _ in range(20):
            x = ag.sin(x) * 1.5
        return x

    whole = transform(f)(x)
    monkeypatch.setattr(blocks, "_ENTRIES", 100_000)
    tracemalloc.start()
    in_blocks = transform(f)(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(in_blocks, whole)
    assert peak < 4 * whole.nbytes


def test_a_hook_may_replace_a_cotangent_by_a_constant():
    def f(x):
        y = ag.sin(x)
        y.register_hook(lambda g: np.full(3, 2.0))
        return ag.exp(y)

    x = np.arange(3.0)
    assert np.array_equal(jacrev(f)(x), np.tile(2.0 * np.cos(x), (3, 1)))


def test_a_derivative_of_a_jacobian_includes_all_its_entries():
    a = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]])
    for transform in (jacobian, jacfwd, jacrev):
        slopes = grad(lambda x, transform=transform: ag.sum(transform(lambda x: ag.sin(a @ x))(x)))(np.array([0.3, -0.2]))
        assert np.allclose(slopes, -(np.sin(a @ [0.3, -0.2]) * a.sum(1)) @ a, rtol=1e-13)


def test_hessian_is_symmetric_and_hvp_is_its_product():
    rng = np.random.default_rng(0)
    x, v = rng.standard_normal(5), rng.standard_normal(5)

    def f(x):
        return ag.logsumexp(ag.sin(x)) * ag.sum(x * x)

    h = hessian(f)(x)
    assert np.allclose(h, h.T, rtol=1e-13, atol=1e-15)
    assert np.allclose(hvp(f, (x,), (v,)), h @ v, rtol=1e-12, atol=1e-14)


def test_hessian_of_several_arguments():
    h = hessian(lambda a, b: ag.sum(a * b * b), argnums=(0, 1))(np.array([2.0]), np.array([3.0]))
    assert [[block.item() for block in row] for row in h] == [[0.0, 6.0], [6.0, 4.0]]


def test_third_derivatives_by_every_nesting():
    def f(x):
        return x**4

    def forward(f):
        return lambda x: jvp(f, (x,), (1.0,))[1]

    for outer in (grad, forward):
        for middle in (grad, forward):
            for inner in (grad, forward):
                assert outer(middle(inner(f)))(2.0) == 48.0


def test_jvp_excludes_other_uses_of_its_argument():
    assert grad(lambda x: x * jvp(lambda y: x + y, (x,), (1.0,))[1])(2.0) == 1.0


def test_aux_is_returned_with_the_value():
    (value, aux), g = value_and_grad(lambda x: (x * x, {"double": x + x, "name": "x"}), has_aux=True)(3.0)
    assert (value, aux, g) == (9.0, {"double": 6.0, "name": "x"}, 6.0)
    assert grad(lambda x: (x * x, "aux"), has_aux=True)(3.0) == (6.0, "aux")


def test_stop_gradient_keeps_numbers_and_containers():
    assert stop_gradient({"a": 1.0, "b": [np.ones(2)]})["b"][0].tolist() == [1.0, 1.0]
    assert grad(lambda x: x * stop_gradient(x * x))(3.0) == 9.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: jvp(ag.sin, (np.ones(2),), (np.ones(3),)), "shape of its primal"),
        (lambda: jvp(ag.sin, (1.0,), ()), r"tangents must have the structure \(leaf,\), got \(\)"),
        (lambda: vjp(ag.sin, np.ones(2))[1]([1.0, 1.0]), r"must have the structure array of shape \(2,\), got \[leaf, leaf\]"),
        (lambda: vjp(ag.sin, np.ones(2))[1](np.ones(3)), r"got \(3,\)"),
        (lambda: jvp(ag.sin, 1.0, 1.0), r"primals must be a tuple with one entry per argument, got 1.0: write \(primal,\)"),
        (lambda: hvp(ag.sin, (1.0,), np.ones(1)), r"tangents must be a tuple"),
        (
            lambda: jvp(ag.sin, ([1.0],), ([1j],)),
            r"tangents\[0\]\[0\] must hold real numbers, as its primal does, got 1j of type c",
        ),
        (lambda: hvp(ag.sum, ({"a": np.ones(2)},), ({"a": np.ones(2) * 1j},)), r"tangents\[0\]\['a'\] must hold real numbers"),
        (lambda: jvp(ag.sin, (np.ones(1),), (np.array(["1.0"]),)), r"tangents\[0\] must hold real numbers"),
        (lambda: vjp(ag.sin, np.ones(1))[1](np.array(["1.0"])), "the cotangent must hold real numbers, as its output does"),
        (lambda: hvp(ag.sum, (np.ones(1),), (np.array([True]),)), r"tangents\[0\] must hold real numbers.* of type bool"),
        (lambda: vjp(lambda x: {"y": x}, 1.0)[1]({"y": None}), r"the cotangent\['y'\] must hold real numbers"),
        (lambda: vjp(ag.sin, 1.0)[1](np.ones(1)), r"the cotangent must have the shape of its output, \(\), got \(1,\)"),
        (lambda: value_and_grad(lambda x: x * x, has_aux=True)(1.0), "must return"),
        (lambda: grad(ag.sin, argnums=1)(1.0), "argnums 1"),
        (lambda: ravel_tree([1.0])[1](np.ones(2)), r"\(1,\).*\(2,\)"),
    ],
)
def test_error_messages(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


def rosenbrock(x):
    return ag.sum(100.0 * ag.square(x[1:] - ag.square(x[:-1])) + ag.square(1.0 - x[:-1]))


def test_scipy_minimises_rosenbrock_with_our_gradient_and_hessian_products():
    start = np.full(10, -1.2)
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), start, jac=True, method="BFGS", options={"gtol": 1e-8})
    assert np.allclose(found.x, 1.0, atol=1e-6)
    found = scipy.optimize.minimize(
        value_and_grad(rosenbrock), start, jac=True, hessp=lambda x, v: hvp(rosenbrock, (x,), (v,)), method="trust-ncg"
    )
    assert np.allclose(found.x, 1.0, atol=1e-4)


def test_scipy_minimises_a_logistic_regression_over_a_container():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((200, 3))
    labels = (rng.random(200) < 1 / (1 + np.exp(-(x @ [1.0, -2.0, 0.5] + 0.3)))).astype(float)
    parameters = {"w": np.zeros(3), "b": 0.0}

    def loss(p):
        score = x @ p["w"] + p["b"]
        return ag.mean(ag.softplus(score) - labels * score) + 0.01 * ag.sum(p["w"] * p["w"])

    vector, rebuild = ravel_tree(parameters)
    found = scipy.optimize.minimize(value_and_grad(lambda v: loss(rebuild(v))), vector, jac=True, options={"gtol": 1e-10})
    slope = grad(loss)({"w": rebuild(found.x)["w"], "b": np.array([rebuild(found.x)["b"]])})
    assert np.abs(slope["w"]).max() < 1e-8
    assert abs(slope["b"].item()) < 1e-8


def test_nodes_as_arguments_return_nodes():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = jvp(ag.square, (x,), (np.ones(2),))[1]
    assert isinstance(y, Tensor)
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    v = Value(3.0)
    grad(lambda x: x**3)(v).backward()
    assert v.grad == 18.0


def test_a_seed_may_be_a_list_as_for_backward():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert ag.gradients(x * x, x, [1.0, 0.0]).tolist() == [2.0, 0.0]


def test_a_constant_output_has_a_zero_tangent_of_its_shape():
    _, tangents = jvp(lambda x: (x * 2.0, np.ones((2, 3)), 1.0), [np.ones(2)], [np.ones(2)])
    assert [np.shape(t) for t in tangents] == [(2,), (2, 3), ()]
    assert not np.any(tangents[1])


def test_seeds_of_gradients_pair_by_key():
    x = Value(1.0)
    y = {"a": 2.0 * x, "b": 30.0 * x}
    assert ag.gradients(y, x, {"b": 1.0, "a": 0.0}) == 30.0
    for wrong, words in (
        ((1.0, 0.0), "got"),
        ({"a": 1.0}, "missing"),
        ({"a": 1.0, "b": 1j}, r"seed\['b'\] must hold real numbers"),
    ):
        with pytest.raises(TypeError, match=words):
            ag.gradients(y, x, wrong)


def test_a_tape_pairs_dicts_by_key():
    tape = ag.record(lambda p: p["a"] - 2.0 * p["b"], {"a": 1.0, "b": 2.0})
    assert tape({"b": 1.0, "a": 10.0}) == 8.0
    with pytest.raises(TypeError, match=r"arguments\[0\] must have the structure \{'a': leaf, 'b': leaf\}, got"):
        tape({"a": 1.0, "c": 2.0})
    assert tape.map({"b": np.array([1.0, 2.0]), "a": np.array([10.0, 20.0])}).tolist() == [8.0, 16.0]
    with pytest.raises(TypeError, match=r"arguments of the tape\[0\] must have the structure"):
        tape.map((np.ones(2), np.ones(2)))
    first = ag.compile(lambda p: next(iter(p.values())))
    assert [first(collections.OrderedDict(a=1.0, b=2.0)), first(collections.OrderedDict(b=3.0, a=4.0))] == [1.0, 3.0]
