"""checkpoint(f) = f, with gradients of any order: random programs whose inputs repeat, are captured or in containers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tensor, checkpoint, gradients
from autograd.base import tree
from tests.laws.inputs import few
from tests.laws.smooth_programs import programs

#: Ways to pass arguments in containers: (pack, unpack).
PACKAGES = [
    (lambda xs: xs, lambda *xs: xs),
    (lambda xs: [list(xs)], lambda xs: xs),
    (lambda xs: [{"first": xs[0], "rest": (list(xs[1:]),)}], lambda d: [d["first"], *d["rest"][0]]),
    (lambda xs: [list(xs), list(xs)], lambda a, b: [p if i % 2 else q for i, (p, q) in enumerate(zip(a, b, strict=True))]),
    (lambda xs: [(list(xs),) * 2], lambda pair: pair[1]),
]


def identity(f):
    return f


def compute(wrap, program, numbers, plan):
    """Value, gradients, and gradients of a function of both: with and without checkpoints the same numbers."""
    leaves = [Tensor(np.array([x, x / 2 + 0.25]), requires_grad=True) for x in numbers]
    # some inputs of the program are computed, from leaves that other inputs are
    outside = [ag.sin(leaves[i]) * leaves[0] if computed else leaves[i] for i, computed in plan["sources"]]
    captured, package, nested, several = plan["captured"], PACKAGES[plan["package"]], plan["nested"], plan["several"]

    def f(*packed):
        passed = iter(package[1](*packed))
        xs = [x if at in captured else next(passed) for at, x in enumerate(outside)]
        if nested:
            xs[0] = wrap(lambda t, s: t * leaves[-1] + s * t)(xs[0], xs[-1])
        y = program.run(xs, 1)
        return {"y": y, "also": [xs[0] * y, 3.0]} if several else y

    passed = [x for at, x in enumerate(outside) if at not in captured]
    found = wrap(f)(*package[0](passed)) if passed else f()
    y = found["y"] * found["also"][0] + found["also"][1] if several else found
    total = ag.sum(y * leaves[0] + ag.tanh(y))
    first = gradients(total, leaves, create_graph=True)
    second = gradients(ag.sum(ag.stack([g * g for g in first])), leaves)
    plain = gradients(total, leaves)
    return [total.numpy(), *(g.numpy() for g in first), *plain, *second]


@st.composite
def plans(draw):
    program, rows, _ = draw(programs(rows=1))
    n = len(rows[0])
    return program, rows[0], {
        "sources": draw(st.lists(st.tuples(st.integers(0, n - 1), st.booleans()), min_size=n, max_size=n)),
        "captured": draw(st.sets(st.integers(0, n - 1), max_size=n - 1)),
        "package": draw(st.integers(0, len(PACKAGES) - 1)),
        "nested": draw(st.booleans()),
        "several": draw(st.booleans()),
    }  # fmt: skip


@given(plans())
def test_checkpoint_of_a_random_program_is_the_program(case):
    program, numbers, plan = case
    expected, found = compute(identity, program, numbers, plan), compute(checkpoint, program, numbers, plan)
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(np.nan_to_num(a)).max()))


@pytest.mark.parametrize("order", [1, 2, 3])
@few
@given(plans())
def test_checkpoint_inside_transforms_of_higher_order(order, case):
    program, numbers, _ = case

    def f(xs):
        return ag.sum(program.run(xs, 1))

    def derivative(h, order=order):
        if not order:
            return h
        gradient = ag.grad(derivative(h, order - 1))
        return lambda xs: ag.sum(ag.stack([g * x for g, x in zip(gradient(xs), xs, strict=True)]))

    xs = [np.array([x, 0.5 - x]) for x in numbers]
    expected, found = derivative(f)(xs), derivative(checkpoint(f))(xs)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * max(1.0, abs(float(expected))))


@few
@given(plans())
def test_checkpoint_inside_jvp_and_hvp(case):
    program, numbers, _ = case
    xs = [np.array([x, 0.5 - x]) for x in numbers]
    tangents = [np.array([1.0, -2.0]) for _ in xs]

    def f(*xs):
        return ag.sum(program.run(xs, 1))

    for transform in (ag.jvp, ag.hvp):
        expected, found = (tree.leaves(transform(h, xs, tangents)) for h in (f, checkpoint(f)))
        for a, b in zip(expected, found, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(np.asarray(a)).max()))
