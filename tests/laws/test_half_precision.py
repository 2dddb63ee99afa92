"""16-bit floats: every op and every gradient is computed in float32, and rounded to float16 once.

The reference is the same call on the same numbers in float32. Wherever it is representable, the result in float16 differs by at
most two units in the last place; by four of the largest entry if a call is composed of several ops, each of which rounds.
"""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, compile, gradients, hvp, jvp
from autograd.base import tree
from autograd.testing.call_catalogue import ARRAYS, COMPOSED
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in

HALF, SINGLE = np.float16, np.float32
LARGEST = float(np.finfo(HALF).max)

#: Numbers at which 16-bit squares, cubes or exponentials overflow or underflow.
HARD = np.array([0.0, 1e-4, 0.01, 0.3, 1.0, 2.5, 9.0, 12.0, 33.0, 45.0, 120.0, 300.0, 1000.0, 20000.0, 60000.0], HALF)
HARD = np.concatenate([-HARD[::-1], HARD])


def assert_rounded(got, want, what, ulps=2.0, composed=0.0):
    """`got`, in float16, is `want`, from float32, where that is representable."""
    assert got.dtype == HALF, f"{what} is in {got.dtype}"
    assert got.shape == want.shape
    in_range = np.asarray(np.abs(want) < LARGEST)
    if not in_range.any():
        return
    got, want = got[in_range].astype(float), want[in_range].astype(float)
    allowed = ulps * np.spacing(np.abs(want).astype(HALF)).astype(float) + composed * np.spacing(HALF(np.abs(want).max()))
    wrong = ~(np.abs(got - want) <= allowed)
    assert not wrong.any(), f"{what}: {got[wrong][:3]} in float16, {want[wrong][:3]} in float32"


def value_and_gradients(call, arrays, seed=None, *, create_graph=False):
    """(value, gradients) of the call on Tensors, with a seed of ones or `seed`."""
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    y = call(*xs)
    if not y.requires_grad:
        return y.numpy(), []
    found = gradients(y, xs, np.ones(y.shape, y.dtype) if seed is None else seed, create_graph=create_graph)
    return y.numpy(), [np.asarray(g.numpy() if create_graph else g) for g in found]


def check(call, arrays, what, composed=0.0):
    """Value and gradients, recorded or not, forward mode, and a tape agree with float32."""
    half = [a.astype(HALF) for a in arrays]
    single = [a.astype(SINGLE) for a in half]
    y, expected = value_and_gradients(call, single)
    found, gradient = value_and_gradients(call, half)
    assert_rounded(found, y, what, composed=composed)
    for i, (g, w) in enumerate(zip(gradient, expected, strict=True)):
        assert_rounded(g, w, f"gradient {i} of {what}", composed=composed)
    _, recorded = value_and_gradients(call, half, create_graph=True)
    for g, r in zip(gradient, recorded, strict=True):
        np.testing.assert_array_equal(g, r)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op_in_float16(case, rng):
    op, params = case
    xs = arrays_in(op.smooth_on, [(40,)] * op.arity, rng)
    check(lambda *xs: op(*xs, **params), xs, op.name)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op_far_out_in_float16(case, rng):
    op, params = case
    sets = op.smooth_on.sets * op.arity if len(op.smooth_on.sets) == 1 else op.smooth_on.sets
    hard = [[x for x in HARD if float(x) in s] for s in sets]
    points = np.array(
        [p for p in zip(*[rng.choice(h, 60) for h in hard], strict=True) if op.smooth_on.contains(*map(float, p))]
    )
    check(lambda *xs: op(*xs, **params), [points[:, i] for i in range(op.arity)], op.name)


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_array_op_in_float16(case, rng):
    _, _, example = case
    if "astype" not in example.call.text:
        check(example.call, example.arrays(rng), example.call.text, composed=4.0)


def entries(shape, rng, scale):
    return rng.uniform(0.5, 1.5, shape) * scale


ACCUMULATING = (
    "sum", "mean", "deviations", "cumsum", "softmax", "log_softmax", "logsumexp", "euclidean_norm", "sum_to", "max", "prod",
)  # fmt: skip
LONG = [c for name in ACCUMULATING for c in ARRAYS[name]]
LONG += [c for c in COMPOSED if c.text.startswith(("var", "norm", "trace"))]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("call", LONG, ids=lambda c: c.text)
def test_call_on_many_entries_in_float16(call, scale, rng):
    """Sums of 3,000 entries neither overflow nor lose digits on the way."""
    for shape in ((3000,), (2, 1500), (1500, 2)):
        array = entries(shape, rng, scale) * rng.choice([-1.0, 1.0], shape)
        try:
            call(array)
        except (ValueError, IndexError, TypeError):  # the call needs other shapes
            continue
        check(call, [array], call.text, composed=2.0)
        check(call, [np.abs(array)], call.text, composed=2.0)


@pytest.mark.parametrize(
    ("call", "shapes"),
    [
        (lambda a, b: a @ b, [(2, 3000), (3000, 2)]), (lambda a, b: a @ b, [(3000,), (3000,)]),
        (ag.dot, [(2, 3000), (3000, 2)]), (ag.inner, [(2, 3000), (2, 3000)]), (ag.convolve, [(3000,), (2900,)]),
        (lambda a, b: ag.einsum("ij,kj->ik", a, b), [(2, 3000), (2, 3000)]),
        (lambda a, b: ag.tensordot(a, b, 1), [(2, 3000), (3000, 2)]),
        (ag.std, [(3000,)]), (lambda a: ag.std(1000.0 * a, axis=0, ddof=1), [(3000, 2)]),
        (lambda a, b: ag.sum(a * b), [(3000,), (1,)]), (lambda a, b: ag.sum(a + b, axis=0), [(3000, 2), (2,)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scale", [0.01, 1.0, 4.0])
def test_sums_of_many_products_in_float16(call, shapes, scale, rng):
    check(call, [entries(s, rng, scale) for s in shapes], "sum", composed=2.0)


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradient_of_many_uses_adds_up_in_float32(create_graph):
    x = Tensor(np.ones(2, HALF), requires_grad=True)
    terms = [x * 1.0 for _ in range(3000)]
    total = ag.sum(ag.concatenate(terms))
    got = gradients(total, x, create_graph=create_graph)
    assert np.asarray(got.numpy() if create_graph else got).tolist() == [3000.0, 3000.0]  # 1 + 1 + … stops at 2,048 in float16


@pytest.mark.parametrize("index", [np.zeros(3000, int), (np.zeros(3000, int), np.zeros(3000, int))], ids=["one", "two"])
def test_gradient_of_a_repeated_index_adds_up_in_float32(index):
    x = Tensor(np.ones((2, 2) if isinstance(index, tuple) else 2, HALF), requires_grad=True)
    y = x[index]
    assert y.dtype == HALF
    assert gradients(y, x, np.ones(3000, HALF)).flat[0] == 3000.0


@pytest.mark.parametrize(
    ("array", "mean"),
    [(np.full(1000, 100, HALF), 100.0), (np.ones(70000, HALF), 1.0), (np.full((300, 300), 60000, HALF), 60000.0)],
)
def test_mean_does_not_overflow(array, mean):
    assert ag.mean(Tensor(array)).item() == ag.mean(array) == mean
    x = Tensor(array, requires_grad=True)
    x.mean().backward(np.array(float(array.size % 60000)))
    assert x.grad.flat[0] == HALF((array.size % 60000) / array.size)


@pytest.mark.parametrize("mode", [jvp, hvp])
@pytest.mark.parametrize("case", [c for c in ELEMENTWISE_CASES if c[0].arity == 1], ids=case_id)
def test_forward_mode_and_second_derivatives_in_float16(case, mode, rng):
    op, params = case

    def f(x):
        y = op(x, **params)
        return y if mode is jvp else ag.sum(y)

    (x,) = arrays_in(op.smooth_on, [(20,)], rng)
    x = x.astype(HALF)
    half, single = (tree.leaves(mode(f, [a], [np.ones_like(a)])) for a in (x, x.astype(SINGLE)))
    for got, want in zip(half, single, strict=True):
        assert_rounded(np.asarray(got), np.asarray(want, SINGLE), op.name, composed=2.0)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: ag.mean(x * 30.0), lambda x: ag.sum(ag.gelu(x, approximate="tanh")), lambda x: ag.std(100.0 * x),
        lambda x: ag.logsumexp(x), lambda x: ag.sum(ag.softmax(x) * x), lambda x: x @ x / 8.0, lambda x: ag.var(x),
        lambda x: ag.sum(ag.cumsum(x)[-3:]) / 3.0, lambda x: ag.norm(x) + x[0], lambda x: ag.sum(x[np.zeros(3000, int)]),
    ],
)  # fmt: skip
def test_tape_in_float16_equals_eager(f, backend, rng):
    if backend == "jax":
        pytest.importorskip("jax")
    x = entries(3000, rng, 2.0).astype(HALF)
    y, g = ag.value_and_grad(f)(x)
    tape_y, tape_g = compile(ag.value_and_grad(f), backend=backend)(x)
    for got, want in ((tape_y, y), (tape_g, g)):
        assert_rounded(np.asarray(got), np.asarray(want, SINGLE), backend, ulps=2.0 if backend == "jax" else 0.0)


@pytest.mark.parametrize("kind", [SINGLE, np.float64])
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_gradient_far_out_is_finite(case, kind):
    """Powers in a pullback neither overflow nor become NaN where value and derivative are finite."""
    op, params = case
    if op.arity > 1:
        return
    large = np.array([50.0, 1e4, 1e19, np.sqrt(np.finfo(kind).max) / 2], kind)
    x = np.array([x for x in [*large, *-large] if float(x) in op.smooth_on.sets[0]], kind)
    y, (g,) = value_and_gradients(lambda x: op(x, **params), [x]) if x.size else (x, [x])
    assert not np.isnan(g[np.isfinite(y)]).any()
