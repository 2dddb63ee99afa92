"""vmap is a loop over the examples: of every op, of random programs, and in every nesting with derivatives and tapes."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import Tensor, compile, grad, hvp, jvp, vjp, vmap
from autograd.base.tree import leaves
from autograd.testing.random_programs import draw_program
from benchmarks.choices import Generator
from tests.laws.equality import assert_close, assert_share_nothing
from tests.laws.example_calls import COMPARISONS, DISCRETE, ELEMENTWISE_CASES, case_id, examples
from tests.laws.inputs import arrays_in, few, seeds
from tests.laws.smooth_programs import programs

N = 3

#: Shapes of the inputs of an elementwise op, for one example.
BROADCASTING = [[(2, 3), (3,), (2, 1)], [(), (2,), (1, 1)]]


def elementwise_cases():
    for op, params in [*ELEMENTWISE_CASES, *((op, {}) for op in COMPARISONS)]:
        for i, shapes in enumerate(BROADCASTING):
            yield pytest.param(
                lambda *xs, op=op, params=params: op(*xs, **params),
                lambda rng, op=op, shapes=shapes: arrays_in(op.smooth_on, shapes[: op.arity], rng),
                id=f"{case_id((op, params))}-{i}",
            )


def array_cases():
    for name, i, example in examples("linear", "bilinear", "general"):
        yield pytest.param(example.call, example.arrays, id=f"{name}-{i}")
    for op in DISCRETE:
        yield pytest.param(op, lambda rng: [rng.standard_normal((3, 3))], id=op.name)


CASES = [*elementwise_cases(), *array_cases()]


def mapped_sets(count):
    """Each input in turn, and all together."""
    return list(dict.fromkeys([*((i,) for i in range(count)), tuple(range(count))]))


def mapped_arguments(draws, mapped, axis):
    """(in_axes, arguments): N draws of the inputs in `mapped`, stacked along `axis`, and the first draw of the others."""
    columns = list(zip(*draws, strict=True))
    arguments = [np.stack(column, axis) if i in mapped else np.asarray(column[0]) for i, column in enumerate(columns)]
    return tuple(axis if i in mapped else None for i in range(len(columns))), arguments


def rows_of(draws, mapped):
    """Arguments of each example, for a loop."""
    return [[np.asarray(x if i in mapped else draws[0][i]) for i, x in enumerate(row)] for row in draws]


def assert_all_close(got, rows, least=0.0):
    """A tuple of batched results is the stack of the tuples of a loop."""
    for one, column in zip(got, zip(*rows, strict=True), strict=True):
        assert_close(one, np.stack(column), least)


@pytest.mark.parametrize(("axis", "dtype"), [(0, np.float64), (-1, np.float64), (0, np.float32)])
@pytest.mark.parametrize(("call", "draw"), CASES)
def test_values_of_every_op(call, draw, axis, dtype, rng):
    draws = [[np.asarray(x, dtype) for x in draw(rng)] for _ in range(N)]
    for mapped in mapped_sets(len(draws[0]))[-1 if dtype is np.float32 else 0 :]:
        in_axes, arguments = mapped_arguments(draws, mapped, axis)
        want = [np.asarray(call(*row)) for row in rows_of(draws, mapped)]
        assert_close(vmap(call, in_axes)(*arguments), np.stack(want))
        assert_close(vmap(call, in_axes, axis)(*arguments), np.stack(want, axis))


@pytest.mark.parametrize(("call", "draw"), CASES)
def test_results_share_no_memory(call, draw, rng):
    """Results may be written to: they share no memory with arguments, arrays from outside or each other."""
    draws = [draw(rng) for _ in range(N)]
    for mapped in mapped_sets(len(draws[0])):
        in_axes, arguments = mapped_arguments(draws, mapped, 0)
        arguments = [Tensor(x) if i == 0 else x for i, x in enumerate(arguments)]
        outside = Tensor(np.ones(2))
        given = [("outside", outside.numpy())]
        given += [(f"argument {i}", x.numpy() if isinstance(x, Tensor) else x) for i, x in enumerate(arguments)]
        is_mapped = 0 in mapped
        results = vmap(
            lambda *xs, outside=outside: (*shared_results(call(*xs), xs[0]), outside, xs[0]),
            in_axes,
            (*(0,) * 6, None, 0 if is_mapped else None),
        )(*arguments)
        assert_share_nothing([*given, *((f"result {i}", y) for i, y in enumerate(results))])
        assert all(y.flags.writeable for y in results if y.ndim)


def shared_results(y, x):
    """Results that share memory as nodes of one example."""
    return y, y, ag.transpose(y), ag.reshape(y, -1), x, x


def weighted(call, example, rng):
    """(number made of a call, positions of its inputs), or None if the call has no derivative."""
    y = np.asarray(call(*example))
    w = rng.standard_normal(y.shape)
    return (lambda *xs: ag.sum(call(*xs) * w)) if y.dtype.kind == "f" else None


def batches(call, draw, rng):
    """(number made of a call, positions mapped, in_axes, arguments, rows) for each choice of positions; none without slopes."""
    draws = [draw(rng) for _ in range(N)]
    h = weighted(call, draws[0], rng)
    for mapped in mapped_sets(len(draws[0])) if h else ():
        yield h, mapped, *mapped_arguments(draws, mapped, 0), rows_of(draws, mapped)


@pytest.mark.parametrize(("call", "draw"), CASES)
def test_gradients_of_every_op(call, draw, rng):
    """vmap of grad, grad of vmap, vmap of jvp, jvp of vmap, vmap of vmap."""
    for h, mapped, in_axes, arguments, rows in batches(call, draw, rng):
        count = len(arguments)
        argnums = tuple(range(count))
        want = [grad(h, argnums)(*row) for row in rows]
        assert_all_close(vmap(grad(h, argnums), in_axes)(*arguments), want)
        outer = grad(lambda *xs, h=h, axes=in_axes: ag.sum(vmap(h, axes)(*xs)), argnums)(*arguments)
        for i, (one, column) in enumerate(zip(outer, zip(*want, strict=True), strict=True)):
            assert_close(one, np.stack(column) if i in mapped else np.sum(column, axis=0))
        tangents = [np.asarray(rng.standard_normal(np.shape(x))) for x in arguments]
        rows_of_tangents = [[np.asarray(t[k]) if i in mapped else t for i, t in enumerate(tangents)] for k in range(N)]
        slopes = [jvp(h, row, ts)[1] for row, ts in zip(rows, rows_of_tangents, strict=True)]
        assert_close(jvp(vmap(h, in_axes), arguments, tangents)[1], np.stack(slopes))
        inner = vmap(lambda *both, h=h, count=count: jvp(h, both[:count], both[count:])[1], (*in_axes, *in_axes))
        assert_close(inner(*arguments, *tangents), np.stack(slopes))
        if mapped == argnums:
            twice = [np.stack([x, x[::-1]]) for x in arguments]
            assert_all_close(
                vmap(vmap(grad(h, argnums)))(*twice), [[np.stack(c) for c in zip(*w, strict=True)] for w in (want, want[::-1])]
            )


@pytest.mark.parametrize(("call", "draw"), CASES)
def test_second_derivatives_of_every_op(call, draw, rng):
    """Products with the Hessian, reverse over reverse and forward over reverse, inside and outside of vmap."""
    for h, mapped, in_axes, arguments, rows in batches(call, draw, rng):
        count = len(arguments)
        argnums = tuple(range(count))

        def product(*both, h=h, count=count):
            return hvp(h, both[:count], both[count:]) if count > 1 else (hvp(h, both[:1], both[1:]),)

        def slope_of_gradient(*both, h=h, count=count, argnums=argnums):
            return jvp(grad(h, argnums), both[:count], both[count:])[1]

        tangents = [np.asarray(rng.standard_normal(np.shape(x))) for x in arguments]
        want = [
            product(*row, *[np.asarray(t[k] if i in mapped else t) for i, t in enumerate(tangents)])
            for k, row in enumerate(rows)
        ]
        for second in (product, slope_of_gradient):
            assert_all_close(vmap(second, (*in_axes, *in_axes))(*arguments, *tangents), want, least=1.0)
        if mapped == argnums:  # the Hessian of the sum is that of each example
            outer = hvp(lambda *xs, h=h: ag.sum(vmap(h)(*xs)), arguments, tangents)
            assert_all_close(outer if count > 1 else (outer,), want, least=1.0)


def total(f):
    """Sum of f over the examples."""
    return lambda x: ag.sum(vmap(f)(x))


#: Derivatives at x, a list of arrays, along t: of one example, and the same of all, with vmap inside the derivatives.
DERIVATIVES = {
    "value": (lambda f, x, t: f(x), lambda f, x, t: vmap(f)(x)),
    "gradient": (lambda f, x, t: grad(f)(x), lambda f, x, t: grad(total(f))(x)),
    "pullback": (lambda f, x, t: vjp(f, x)[1](2.0)[0], lambda f, x, t: vjp(vmap(f), x)[1](np.full(N, 2.0))[0]),
    "slope": (lambda f, x, t: jvp(f, [x], [t])[1], lambda f, x, t: jvp(vmap(f), [x], [t])[1]),
    "forward over reverse": (lambda f, x, t: jvp(grad(f), [x], [t])[1], lambda f, x, t: jvp(vmap(grad(f)), [x], [t])[1]),
    "reverse over forward": (
        lambda f, x, t: grad(lambda x: jvp(f, [x], [t])[1])(x),
        lambda f, x, t: grad(lambda x: ag.sum(jvp(vmap(f), [x], [t])[1]))(x),
    ),
    "two batches": (lambda f, x, t: f(x), lambda f, x, t: vmap(vmap(f))([np.stack([a, a]) for a in x])[1]),
}


def assert_equal_to_a_loop(f, rows, rng, backend="numpy"):
    """Value and derivatives of f by vmap, in every nesting, eager and recorded, against a loop over lists of arrays."""
    x = [np.stack(column) for column in zip(*rows, strict=True)]
    t = [np.asarray(rng.standard_normal(a.shape)) for a in x]
    for one, inside in DERIVATIVES.values():
        want = [leaves(one(f, *([np.asarray(a[k]) for a in arrays] for arrays in (x, t)))) for k in range(N)]
        batched = {"outside": vmap(lambda x, t, one=one: one(f, x, t)), "inside": lambda x, t, inside=inside: inside(f, x, t)}
        for run in batched.values():
            assert_all_close(leaves(run(x, t)), want)
            assert_all_close(leaves(compile(run, backend=backend)(x, t)), want)


@few
@given(seeds)
def test_random_programs(rng):
    program = draw_program(Generator(rng))
    rows = [[np.asarray(x * (1.0 - 0.01 * k)) for x in program.arguments] for k in range(N)]
    assert_equal_to_a_loop(lambda x: program(*x) * 1.0, rows, rng)


@few
@given(programs(rows=N))
def test_smooth_random_programs(drawn):
    program, rows, _ = drawn
    assert_equal_to_a_loop(lambda x: program.run(x, 1), np.array(rows), np.random.default_rng(0))


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_every_back_end_for_arrays(backend, rng):
    def f(x):
        hidden = ag.tanh(x[0] @ x[1]) + ag.softmax(x[2])
        return ag.logsumexp(hidden) + ag.sum(ag.sort(hidden)[1:] * ag.roll(x[2], 1)[:-1])

    rows = [[rng.standard_normal(shape) for shape in ((3,), (3, 4), (4,))] for _ in range(N)]
    with pytest.importorskip("jax").enable_x64(True) if backend == "jax" else nullcontext():
        assert_equal_to_a_loop(f, rows, rng, backend)
