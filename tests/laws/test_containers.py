"""Transforms and tapes on random containers, dicts in any order, agree with the computation on a flat vector."""

import contextlib

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd as ag
from autograd.base import tree
from tests.laws import containers
from tests.laws.containers import Map, entries, flat, replaced, shuffled
from tests.laws.inputs import few, seeds


@st.composite
def maps(draw, arguments=st.one_of(containers.of_floats, containers.of_arrays), outputs=containers.of_floats):  # noqa: B008
    rng, x, y = draw(seeds), draw(arguments), draw(outputs)
    assume(flat(x).size)
    assume(flat(y).size)
    return Map(x, y, rng), rng


def numbers(tree, rng):
    """Tree of the same structure with random numbers, in another order of the keys."""
    return shuffled(replaced(tree, iter(rng.uniform(-1.0, 1.0, flat(tree).size).tolist())), rng)


def assert_close(got, want):
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


def assert_like(got, expected):
    """Check that a result has the structure of `expected`, with arrays of floats for arrays and numbers for numbers."""
    for path, x, y in tree.pairs("result", expected, got):
        if containers.is_static(x):
            assert x is y, path
            continue
        assert isinstance(y, np.ndarray if isinstance(x, np.ndarray) else float), f"{path}: {y!r}"


def blocks(jacobian, outputs):
    """Rows of a Jacobian: one for each number of the outputs."""
    rows = []
    for leaf, block in _leaves(outputs, jacobian):
        size, count = np.size(leaf), np.ndim(leaf)
        columns = [np.reshape(np.asarray(b, float), (size, np.size(b) // max(size, 1))) for b in _arrays(block, count)]
        rows.append(np.concatenate(columns, axis=1))
    return np.concatenate([row for row in rows if len(row)])


def _leaves(outputs, jacobian):
    if containers.is_static(outputs):
        return []
    parts = None if isinstance(outputs, np.ndarray) else containers.fields(outputs)
    if parts is None:
        return [(outputs, jacobian)]
    return [pair for (_, a), (_, b) in zip(parts, containers.fields(jacobian), strict=True) for pair in _leaves(a, b)]


def _arrays(block, count):
    parts = None if isinstance(block, np.ndarray) else containers.fields(block)
    if parts is None:
        return [] if containers.is_static(block) else [block]
    return [a for _, part in parts for a in _arrays(part, count)]


@few
@given(maps())
def test_reverse_mode(drawn):
    f, rng = drawn
    value, gradient = ag.value_and_grad(f.total)(f.arguments)
    assert_close(value, np.sum(f.y(f.x) ** 3))
    assert_close(flat(gradient), f.gradient(f.x))
    assert_like(gradient, f.arguments)
    gradient, aux = ag.grad(lambda x: (f.total(x), f(x)), has_aux=True)(f.arguments)
    assert_close(flat(gradient), f.gradient(f.x))
    assert_close(flat(aux), f.y(f.x))
    y, pull = ag.vjp(f, f.arguments)
    w = numbers(f.outputs, rng)
    assert_close(flat(y), f.y(f.x))
    assert_like(y, f.outputs)
    (pulled,) = pull(w)
    assert_close(flat(pulled), flat(w) @ f.jacobian(f.x))
    assert_like(pulled, f.arguments)


@few
@given(maps())
def test_forward_mode(drawn):
    f, rng = drawn
    v = numbers(f.arguments, rng)
    y, tangent = ag.jvp(f, (f.arguments,), (v,))
    assert_close(flat(y), f.y(f.x))
    assert_close(flat(tangent), f.jacobian(f.x) @ flat(v))
    assert_like(tangent, f.outputs)
    product = ag.hvp(f.total, (f.arguments,), (v,))
    assert_close(flat(product), f.hessian(f.x) @ flat(v))
    assert_like(product, f.arguments)


@few
@given(maps())
def test_jacobians(drawn):
    f, _ = drawn
    assert_close(blocks(ag.jacobian(f)(f.arguments), f.outputs), f.jacobian(f.x))
    assert_close(blocks(ag.hessian(f.total)(f.arguments), f.arguments), f.hessian(f.x))


@few
@given(maps())
def test_nested_transforms(drawn):
    """A derivative of the Jacobian, whose blocks are nodes, through a container that the outer function makes."""
    f, rng = drawn
    w = numbers(f.outputs, rng)

    def weighted(x):
        return sum(u * u for u in entries(ag.jacobian(lambda y: f(y))(x)))

    assert_close(flat(ag.grad(weighted)(f.arguments)), 8 * np.sum(f.a**2, 0) * f.x)
    slope = ag.grad(lambda x: sum(g * g for g in entries(ag.vjp(f, x)[1](w)[0])))
    assert_close(flat(slope(f.arguments)), 2 * (2 * flat(w) @ f.a) ** 2 * f.x)


@few
@given(maps())
def test_graphs(drawn):
    f, rng = drawn
    make = (
        ag.Value if all(isinstance(x, float) for x in tree.numbers(f.arguments)) else lambda x: ag.Tensor(x, requires_grad=True)
    )
    nodes = tree.map(lambda x: x if containers.is_static(x) else make(x), f.arguments)
    w = numbers(f.outputs, rng)
    assert_close(flat(ag.gradients(f(nodes), nodes, w)), flat(w) @ f.jacobian(f.x))
    stopped = ag.stop_gradient(nodes)
    assert not any(x.requires_grad for x in tree.numbers(stopped))
    assert [x.item() for x in entries(stopped)] == f.x.tolist()


@few
@given(maps())
def test_flat_vectors(drawn):
    f, rng = drawn
    vector, rebuild = ag.ravel_tree(f.arguments)
    assert (type(vector), vector.dtype) == (np.ndarray, np.float64)
    assert_like(rebuild(vector), f.arguments)
    assert_close(flat(rebuild(vector)), f.x)
    weights = rng.uniform(-1.0, 1.0, f.x.size)
    _, rebuild_weights = ag.ravel_tree(f.arguments)
    penalty = lambda x: ag.sum(ag.ravel_tree(x)[0] ** 2 * weights) + f.total(ag.ravel_tree(x)[1](ag.ravel_tree(x)[0]))  # noqa: E731
    want = flat(rebuild_weights(2 * vector * weights)) + f.gradient(f.x)
    assert_close(flat(ag.grad(penalty)(f.arguments)), want)
    assert_close(flat(ag.compile(ag.grad(penalty))(f.arguments)), want)


def check_tapes(backend, drawn):
    f, rng = drawn
    moved = numbers(f.arguments, rng)
    tape = ag.record(lambda x: (f(x), ag.grad(f.total)(x)), f.arguments, backend=backend)
    compiled = ag.compile(lambda x: (f(x), ag.grad(f.total)(x)), backend=backend)
    for x in (f.arguments, moved):
        for y, gradient in (tape(x), compiled(x)):
            assert_close(flat(y), f.y(flat(x)))
            assert_close(flat(gradient), f.gradient(flat(x)))
            assert_like(y, f.outputs)


@few
@given(maps())
def test_tapes_of_arrays(drawn):
    check_tapes("numpy", drawn)


@few
@given(maps(containers.of_floats))
def test_tapes_of_floats(drawn):
    check_tapes("python", drawn)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["native", "jax"])
def test_tapes_of_other_back_ends(backend):
    package = pytest.importorskip("llvmlite" if backend == "native" else backend)

    @few
    @given(maps(containers.of_floats))
    def check(drawn):
        check_tapes(backend, drawn)

    with package.enable_x64(True) if backend == "jax" else contextlib.nullcontext():
        check()


def broken(tree, rng):
    """(path, tree with another structure at this path)."""
    parts = containers.fields(tree)
    if isinstance(tree, np.ndarray) or not parts or rng.random() < 0.4:
        return "", _other_structure(tree, rng)
    i = rng.integers(len(parts))
    key, part = parts[i]
    path, changed = broken(part, rng)
    name = tree._fields[i] if isinstance(tree, containers.Pair) else key
    selector = f"[{key!r}]" if isinstance(tree, dict) or type(tree) in (list, tuple) else f".{name}"
    new = [changed if j == i else p for j, (_, p) in enumerate(parts)]
    if type(tree) in (list, tuple):
        return selector + path, type(tree)(new)
    return selector + path, containers.like(tree, dict(zip([key for key, _ in parts], new, strict=True)))


def _other_structure(tree, rng):
    if isinstance(tree, dict):
        others = [tuple(tree.values()), {**tree, "other": 1.0}, {key + "s": x for key, x in tree.items()} or None, 1.0]
    elif type(tree) in (list, tuple):
        others = [tuple(tree) if isinstance(tree, list) else list(tree), type(tree)([*tree, 1.0]), dict(enumerate(tree)), 1.0]
    elif isinstance(tree, np.ndarray):
        others = [[tree], {"a": tree}, containers.object_array([1.0] * 3, (1, 3)), tree.tolist()]
    else:
        others = [{"x": 1.0, "y": 1.0, "w": 1.0, "b": 1.0}, (1.0, 1.0), [1.0, 1.0], (1.0,)]
    return others[rng.integers(len(others))]


@few
@given(maps())
def test_other_structures_are_refused_with_their_path(drawn):
    f, rng = drawn
    path, cotangent = broken(f.outputs, rng)
    with pytest.raises(TypeError) as error:
        ag.vjp(f, f.arguments)[1](cotangent)
    assert f"the cotangent{path} must have the structure" in str(error.value)
    path, tangent = broken(f.arguments, rng)
    for call in (lambda: ag.jvp(f, (f.arguments,), (tangent,)), lambda: ag.hvp(f.total, (f.arguments,), (tangent,))):
        with pytest.raises(TypeError) as error:
            call()
        assert f"tangents[0]{path} must have the structure" in str(error.value)
