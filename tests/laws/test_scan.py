"""scan = the loop written out: random steps, orders 0 to 3, batched, in tapes of every back end, with random structures."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import compile, scan
from autograd.base import tree
from autograd.tape.loops import scan_op

#: Terms of a step, of the carry c, the row x and an outside w, all vectors of two entries or all numbers.
TERMS = [
    lambda c, x, w: ag.tanh(c * w),
    lambda c, x, w: ag.sin(c + x),
    lambda c, x, w: c * 0.5,
    lambda c, x, w: x * w,
    lambda c, x, w: ag.exp(-c * c),
    lambda c, x, w: w / (2.0 + c * c),
    lambda c, x, w: ag.where(c > x, c, x * c),
    lambda c, x, w: ag.maximum(c, w) * 0.3,
    lambda c, x, w: ag.stop_gradient(c) * x,
    lambda c, x, w: ag.logaddexp(c, x),
    lambda c, x, w: ag.sum(c) * x,
]
#: Terms on vectors alone.
ARRAY_TERMS = [
    lambda c, x, w: ag.softmax(c) * w,
    lambda c, x, w: ag.stack([c[1], x[0]]),
    lambda c, x, w: ag.outer(c, w) @ x,
    lambda c, x, w: ag.cumsum(c) * 0.3,
]


def written_out(f, carry, xs, reverse):
    n = len(tree.leaves(xs)[0])
    ys = [None] * n
    for t in reversed(range(n)) if reverse else range(n):
        carry, ys[t] = f(carry, tree.map(lambda a, t=t: a[t], xs))
    return carry, ag.stack(ys) if n else np.zeros(0)


@st.composite
def loops(draw, arrays):
    terms = st.sampled_from(TERMS + ARRAY_TERMS * arrays)
    plan = draw(st.lists(terms, min_size=1, max_size=3)), draw(st.lists(terms, min_size=1, max_size=2)), draw(terms)
    reverse, pairs, active = draw(st.booleans()), draw(st.booleans()), draw(st.sets(st.integers(0, 2), min_size=1))
    shape = (2,) * arrays
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    start, w = (rng.normal(size=shape) for _ in range(2))
    xs = rng.normal(size=(draw(st.integers(0, 4)), *shape))
    return plan, reverse, pairs, active, (start if arrays else float(start), xs, w if arrays else float(w))


def function(run, plan, reverse, pairs):
    first, second, result = plan

    def step(c, x, w):
        a, b = c if pairs else (c, c)
        new = sum(term(a, x, w) for term in first) * 0.7
        other = sum(term(b, x, a) for term in second) * 0.6
        return ((new, other) if pairs else new + other * 0.5), result(new, x, other)

    def f(start, xs, w):
        carry, ys = run(lambda c, x: step(c, x, w), (start, start * 0.5) if pairs else start, xs, reverse=reverse)
        total = sum(ag.sum(ag.sin(x)) for x in tree.leaves(carry))
        return total + ag.sum(ys * ys)

    return f


def derivatives(f, active, order):
    """f and the sums of its gradients of sums of gradients, of the active arguments."""
    if not order:
        return f
    below = derivatives(f, active, order - 1)

    def g(*args):
        found = ag.grad(below, tuple(active))(*args)
        return sum(ag.sum(ag.arctan(x)) for x in found)

    return g


def check(drawn, order, transform=lambda f: f):
    plan, reverse, pairs, active, args = drawn
    active = sorted(active)

    def of(run):
        below = derivatives(function(run, plan, reverse, pairs), active, order - 1)
        return ag.value_and_grad(below, tuple(active))

    expected = ag.ravel_tree(of(written_out)(*args))[0]
    found = ag.ravel_tree(transform(of(scan))(*args))[0]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("order", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@given(loops(True))
def test_loops_of_arrays(order, drawn):
    check(drawn, order)


@pytest.mark.parametrize("order", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@given(loops(False))
def test_loops_of_numbers(order, drawn):
    check(drawn, order)


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
@given(drawn=loops(False))
@settings(max_examples=20)
def test_machine_code_has_the_bits_of_python(order, drawn):
    pytest.importorskip("llvmlite")
    plan, reverse, pairs, active, args = drawn
    f = ag.value_and_grad(derivatives(function(scan, plan, reverse, pairs), sorted(active), order - 1), tuple(sorted(active)))
    expected = ag.ravel_tree(f(*args))[0]
    with patch.object(scan_op, "MANY_STEPS", 1):
        found = ag.ravel_tree(f(*args))[0]
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("order", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("arrays", [True, False])
@given(data=st.data())
@settings(max_examples=20)
def test_tapes(arrays, order, data):
    check(data.draw(loops(arrays)), order, compile)


@pytest.mark.slow
@pytest.mark.parametrize("order", [1, 2])
@given(data=st.data())
@settings(max_examples=8)
def test_jax(order, data):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        check(data.draw(loops(True)), order, lambda f: compile(f, backend="jax"))


@pytest.mark.parametrize("arrays", [True, False])
@given(data=st.data())
@settings(max_examples=20)
def test_batched_loops(arrays, data):
    """vmap over each set of arguments, of values and gradients, equals the loop over examples."""
    plan, reverse, pairs, active, args = data.draw(loops(arrays))
    active = sorted(active)
    f = ag.value_and_grad(function(scan, plan, reverse, pairs), tuple(active))
    mapped = data.draw(st.sets(st.integers(0, 2), min_size=1))
    batch = [np.stack([x, np.asarray(x) * 0.5, np.asarray(x) - 1.0]) if i in mapped else x for i, x in enumerate(args)]
    found = ag.vmap(f, in_axes=tuple(0 if i in mapped else None for i in range(3)))(*batch)
    for k in range(3):
        one = f(*[x[k] if i in mapped else x for i, x in enumerate(batch)])
        part = tree.map(lambda y, k=k: y[k], found)
        np.testing.assert_allclose(ag.ravel_tree(part)[0], ag.ravel_tree(one)[0], rtol=1e-10, atol=1e-10)


@given(loops(True), loops(False))
@settings(max_examples=20)
def test_nested_loops(outer, inner):
    _, xs, _ = inner[4]

    def f(run):
        def step(c, x):
            d, ys = run(lambda u, s: (ag.sin(u * ag.sum(c) + s), u * s), 0.5, xs, reverse=inner[1])
            return ag.tanh(c * d + x) + ag.sum(ys) * 0.1, d

        def g(start, rows, w):
            c, ys = run(step, start * w, rows, reverse=outer[1])
            return ag.sum(c) + ag.sum(ys)

        return ag.value_and_grad(lambda *args: ag.sum(ag.sin(ag.grad(g)(*args))), (0, 1, 2))

    found, expected = [ag.ravel_tree(f(run)(*outer[4]))[0] for run in (scan, written_out)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
