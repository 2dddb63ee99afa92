"""An array in an index is a constant or an input: eager, on tapes that replay other indices, and in vmap."""

from contextlib import nullcontext
from itertools import product

import numpy as np
import pytest

import autograd as ag
from autograd import GuardFailedError, Tensor, compile, grad, gradients, jvp, record, vmap
from tests.laws.equality import assert_close

SHAPE = (3, 4, 2)
#: Kinds of index arrays: integers for an axis of this length, in NumPy's range, or truth values.
MASK = None

#: (function of an array and of index arrays, (shape, kind) of each of these).
CALLS = {
    "0-d": (lambda x, i: x[i], ((), 3)),
    "vector": (lambda x, i: x[i], ((5,), 3)),
    "matrix": (lambda x, i: x[i], ((2, 2), 3)),
    "empty": (lambda x, i: x[i], ((0,), 3)),
    "None": (lambda x, i: x[None, i], ((4,), 3)),
    "None behind": (lambda x, i: x[..., i, None], ((2, 2), 2)),
    "Ellipsis": (lambda x, i: x[..., i], ((3,), 2)),
    "Ellipsis between": (lambda x, i, j: x[i, ..., j], ((3,), 3), ((3,), 2)),
    "Ellipsis, 0-d": (lambda x, i: x[..., i, :], ((), 4)),
    "slice": (lambda x, i: x[::-2, i], ((3,), 4)),
    "slice between": (lambda x, i, j: x[i, 1:, j], ((3,), 3), ((3, 1), 2)),
    "slices around": (lambda x, i: x[1:, i, ::-1], ((2, 3), 4)),
    "empty slice": (lambda x, i: x[2:1, i], ((3,), 4)),
    "together": (lambda x, i, j: x[:, i, j], ((3,), 4), ((2, 1), 2)),
    "broadcast": (lambda x, i, j: x[i, j], ((2, 1), 3), ((3,), 4)),
    "0-d apart": (lambda x, i, j: x[i, :, j], ((), 3), ((), 2)),
    "0-d and vector": (lambda x, i, j: x[i, :, j], ((), 3), ((3,), 2)),
    "number": (lambda x, i: x[-1, :, i], ((3,), 2)),
    "all axes": (lambda x, i, j, k: x[i, j, k], ((2,), 3), ((), 4), ((2,), 2)),
    "list": (lambda x, i, j: x[[i, j, 0]], ((), 3), ((), 3)),
    "mask": (lambda x, m: x[m], ((3,), MASK)),
    "mask of two axes": (lambda x, m: x[m], ((3, 4), MASK)),
    "mask behind": (lambda x, m: x[..., m, :], ((4,), MASK)),
    "mask and vector": (lambda x, m, i: x[m, i], ((3,), MASK), ((1,), 4)),
    "mask apart": (lambda x, m, i: x[m, :, i], ((3,), MASK), ((2, 1), 2)),
    "0-d mask": (lambda x, m: x[m], ((), MASK)),
    "take": (lambda x, i: ag.take(x, i), ((2, 2), 24)),
    "take along": (lambda x, i: np.take(x, i, axis=1) if isinstance(x, Tensor) else ag.take(x, i, 1), ((3,), 4)),
    "take_along_axis": (lambda x, i: ag.take_along_axis(x, i, axis=1), ((3, 2, 2), 4)),
    "put": (lambda x, i: ag.put(x, i, (5, 4, 2)), ((3,), 5)),
    "put 0-d": (lambda x, i: ag.put(x, (0, i), (2, 6, 3, 4, 2)), ((), 6)),
    "put apart": (lambda x, i, j: ag.put(x, (i, slice(None), j), (5, 2, 6)), ((3, 1), 5), ((4,), 6)),
    "put of a row": (lambda x, i: ag.put(x[0, 0], (i, slice(None)), (5, 2)), ((3,), 5)),
    "put with a mask": (lambda x, m: ag.put(x[m], m, SHAPE), ((3,), MASK)),
}  # fmt: skip
WITH_MASK = [name for name, (_, *specs) in CALLS.items() if any(kind is MASK for _, kind in specs)]
OF_INTEGERS = [name for name in CALLS if name not in WITH_MASK]


def draw(rng, specs):
    """Index arrays, with negative and repeated entries."""
    return [np.asarray(rng.random(s) < 0.6) if kind is MASK else np.asarray(rng.integers(-kind, kind, s)) for s, kind in specs]


def with_derivatives(call):
    """(value, gradient, derivative of the gradient along a line) of a call, of which x is not an index."""

    def apply(x, *arrays):
        def loss(x):
            y = call(x, *arrays)
            return ag.sum(y**3 * np.cos(np.arange(np.size(y))).reshape(np.shape(y)))

        direction = np.sin(np.arange(24.0)).reshape(SHAPE)
        return call(x, *arrays), grad(loss)(x), jvp(grad(loss), [x], [direction])[1]

    return apply


def subsets(n):
    """Which of n arrays are inputs; at least one is."""
    return [chosen for chosen in product([True, False], repeat=n) if any(chosen)]


def plain(y):
    return y.detach().numpy() if isinstance(y, Tensor) else np.asarray(y)


def assert_equal(got, want):
    for a, b in zip(got, want, strict=True):
        assert (plain(a).shape, plain(a).dtype) == (plain(b).shape, plain(b).dtype)
        np.testing.assert_array_equal(plain(a), plain(b))


def x64(backend):
    return pytest.importorskip("jax").enable_x64(True) if backend == "jax" else nullcontext()


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("name", CALLS)
def test_tensors_are_inputs_without_a_derivative(name, dtype, rng):
    """Value and derivatives of order 1 and 2 are those of constant arrays."""
    call, *specs = CALLS[name]
    x, arrays = Tensor(rng.standard_normal(SHAPE), requires_grad=True, dtype=dtype), draw(rng, specs)
    want = with_derivatives(call)(x, *arrays)
    for chosen in subsets(len(arrays)):
        nodes = [Tensor(a) if node else a for a, node in zip(arrays, chosen, strict=True)]
        assert_equal(with_derivatives(call)(x, *nodes), want)
    y = call(x, *map(Tensor, arrays))
    assert y.requires_grad
    assert not any(p.requires_grad for p in y.inputs[1:])


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("name", OF_INTEGERS)
def test_a_tape_follows_indices(name, backend, rng):
    call, *specs = CALLS[name]
    fixed = draw(rng, specs)
    with x64(backend):
        for chosen in subsets(len(specs)):

            def f(x, *arrays, chosen=chosen):
                return with_derivatives(call)(x, *[a if node else b for a, b, node in zip(arrays, fixed, chosen, strict=True)])

            compiled = compile(f, backend=backend)
            for _ in range(3):
                x, arrays = rng.standard_normal(SHAPE), draw(rng, specs)
                want = f(Tensor(x, requires_grad=True), *arrays)
                for a, b in zip(compiled(x, *arrays), want, strict=True):
                    assert_close(a, plain(b))
            assert len(compiled.tapes) == 1


@pytest.mark.parametrize("name", WITH_MASK)
def test_a_tape_has_one_count_of_a_mask(name, rng):
    """Another count is another tape of `compile`, and an error of a tape; the same count is followed."""
    call, *specs = CALLS[name]
    f = with_derivatives(call)
    compiled, counts = compile(f), set()
    for _ in range(8):
        x, arrays = rng.standard_normal(SHAPE), draw(rng, specs)
        assert_equal(compiled(x, *arrays), f(Tensor(x, requires_grad=True), *arrays))
        counts.add(int(arrays[0].sum()))
        assert len(compiled.tapes) == len(counts)
    tape, mask = record(f, x, *arrays), arrays[0]
    assert_equal(
        tape(x, mask.ravel()[::-1].reshape(mask.shape), *arrays[1:]), f(x, mask.ravel()[::-1].reshape(mask.shape), *arrays[1:])
    )
    with pytest.raises(GuardFailedError):
        tape(x, np.ones_like(mask) if not mask.all() else ~mask, *arrays[1:])
    if specs[0][0] == (3,):
        above = compile(lambda x, *rest: f(x, x[:, 0, 0] > 0.0, *rest))
        for sign in (1.0, -1.0, 2.0):
            x = sign * np.abs(x)
            assert_equal(above(x, *arrays[1:]), f(Tensor(x, requires_grad=True), x[:, 0, 0] > 0.0, *arrays[1:]))
        assert len(above.tapes) == 2


@pytest.mark.parametrize("name", WITH_MASK)
def test_jax_and_vmap_refuse_a_mask_that_changes(name, rng):
    call, *specs = CALLS[name]
    x, arrays = rng.standard_normal(SHAPE), draw(rng, specs)
    with x64("jax"), pytest.raises(TypeError, match="where"):
        compile(call, backend="jax")(x, *arrays)
    with pytest.raises(TypeError, match="where"):
        vmap(call, (None, 0, *[None] * (len(arrays) - 1)))(x, np.stack([arrays[0]] * 2), *arrays[1:])


def loop(f, n, in_axes, args):
    rows = [f(*[a if axis is None else a[k] for a, axis in zip(args, in_axes, strict=True)]) for k in range(n)]
    return [np.stack(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", CALLS)
def test_vmap_is_a_loop(name, rng):
    """Over x, over each set of integer arrays, over both; also recorded, with other indices."""
    call, *specs = CALLS[name]
    f, n = with_derivatives(call), 3
    first = draw(rng, specs)
    for chosen in product([True, False], *[[False] if kind is MASK else [True, False] for _, kind in specs]):
        if not any(chosen):
            continue
        in_axes = [0 if mapped else None for mapped in chosen]
        args = [[rng.standard_normal(SHAPE), *draw(rng, specs)] for _ in range(2 * n)]
        columns = [
            np.stack(c) if m else s for c, m, s in zip(zip(*args, strict=True), chosen, (args[0][0], *first), strict=True)
        ]
        compiled = compile(lambda *a, in_axes=in_axes: vmap(f, in_axes)(*a))
        for part in (slice(n), slice(n, None)):
            few = [c[part] if m else c for c, m in zip(columns, chosen, strict=True)]
            want = loop(f, n, in_axes, few)
            for got in (vmap(f, in_axes)(*few), compiled(*few)):
                for a, b in zip(got, want, strict=True):
                    assert_close(a, b)


@pytest.mark.parametrize("backend", ["eager", "numpy", "jax"])
@pytest.mark.parametrize("name", [name for name in OF_INTEGERS if name not in ("empty", "empty slice", "list")])
def test_an_index_out_of_range_is_an_error(name, backend, rng):
    call, *specs = CALLS[name]
    x = rng.standard_normal(SHAPE)
    good = [np.zeros(shape, int) for shape, _ in specs]
    with x64(backend):
        f = with_derivatives(call)
        forms = [(lambda x, *a: f(Tensor(x), *map(Tensor, a))) if backend == "eager" else compile(f, backend=backend)]
        if backend != "eager":  # an index that depends on x
            forms.append(compile(lambda x, *a: f(x, *[i + 0 * x.argmax() for i in a]), backend=backend))
        for g in forms:
            g(x, *good)
            for k, (shape, n) in enumerate(specs):
                for wrong in (n, -n - 1):
                    with pytest.raises(IndexError, match="out of bounds"):
                        g(x, *[np.full(shape, wrong) if i == k else a for i, a in enumerate(good)])


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("kind", [Tensor, np.asarray])
def test_batches_by_number(kind, backend, rng):
    """A loss of rows that an argument of the tape numbers, of arrays from outside."""
    x, y, w = rng.standard_normal((9, 3)), rng.integers(0, 4, 9), rng.standard_normal((3, 4))
    xs, ys = kind(x), kind(y)

    def loss(w, x, y):
        log_p = ag.log_softmax(x @ w)
        return -ag.mean(ag.take_along_axis(log_p, y[:, None], 1))

    with x64(backend):
        step = compile(ag.value_and_grad(lambda w, i: loss(w, ag.getitem(xs, i), ag.take(ys, i, 0))), backend=backend)
        for i in ([0, 1, 2], [8, -1, 3], [5, 5, 5]):
            want = ag.value_and_grad(lambda w, i=i: loss(w, x[i], y[i]))(w)
            for a, b in zip(step(w, np.array(i)), want, strict=True):
                assert_close(a, b)
    assert len(step.tapes) == 1


@pytest.mark.parametrize("backend", ["python", "native"])
def test_back_ends_of_floats_refuse_index_arrays(backend, rng):
    if backend == "native":
        pytest.importorskip("llvmlite")
    x, i, table = rng.standard_normal(3), np.array([0, 1]), Tensor(rng.standard_normal(3))
    with pytest.raises(TypeError, match=r"no entries at \[0, 1\]: use backend='numpy'"):
        record(lambda x, i: x[i], x, i, backend=backend)
    if backend == "native":
        with pytest.raises(TypeError, match=r"'native' runs programs of floats.*use backend='numpy'"):
            record(lambda x: table[table.argmax()] * x, 1.0, backend=backend)(1.0)


def test_nested_vmap(rng):
    x, i = rng.standard_normal((2, 3, 4)), rng.integers(-4, 4, (2, 3, 2))
    f = vmap(vmap(lambda x, i: x[i]))
    want = np.take_along_axis(x, i % 4, -1)
    for g in (f, compile(f)):
        np.testing.assert_array_equal(g(x, i), want)
    np.testing.assert_array_equal(vmap(vmap(lambda x, i: x[i], (None, 0)))(x[:, 0], i), np.take_along_axis(x[:, :1], i % 4, -1))
    assert vmap(lambda x, i: x[i], (None, 0))(x[0, 0], np.zeros((0, 5), int)).shape == (0, 5)


def test_an_index_that_changed_after_its_use_is_an_error():
    x, i = Tensor([1.0, 2.0, 3.0], requires_grad=True), Tensor([0, 1])
    y = ag.sum(x[i])
    i.data[0] = 2
    with pytest.raises(RuntimeError, match="was changed after getitem"):
        y.backward()


#: Indices of an array of shape (12, 5): few entries, many, none, and some of them more than once.
READS = [
    3, -1, (0, 2), (-2, -3), slice(4, 6), slice(None, None, -3), (slice(1, 3), 2), (..., 1), (5, None), ([1, 1], [0, 0]),
    [7, -5, 7], (slice(2, 2), 0), np.arange(60).reshape(12, 5) % 17 == 3, slice(None), (np.int64(3), slice(1, 4)),
]  # fmt: skip


def reads_of(rng, n):
    return [READS[i] for i in rng.integers(0, len(READS), n)]


def loss_of_reads(indices, weights):
    """Function that reads an array at all indices, one after the other."""

    def loss(x):
        total = ag.sum(x[2:4] * 0.25)
        for index, w in zip(indices, weights, strict=True):
            total = total + ag.sum(x[index] ** 3) * w
        return total

    return loss


@pytest.mark.parametrize("seed", range(5))
def test_reads_of_one_array_add_up(seed):
    """First and second derivatives, eager, on tapes and in vmap, are those of dense cotangents."""
    rng = np.random.default_rng(seed)
    x, direction = rng.normal(size=(2, 12, 5))
    indices, weights = reads_of(rng, 40), rng.normal(size=40)
    first, second = np.zeros_like(x), np.zeros_like(x)
    first[2:4] = 0.25
    for index, w in zip(indices, weights, strict=True):
        np.add.at(first, index, 3.0 * w * x[index] ** 2)
        np.add.at(second, index, 6.0 * w * x[index] * direction[index])
    loss = loss_of_reads(indices, weights)
    hvp = lambda x: grad(lambda x: ag.sum(grad(loss)(x) * direction))(x)  # noqa: E731
    for f, want in ((grad(loss), first), (hvp, second), (lambda x: jvp(grad(loss), [x], [direction])[1], second)):
        np.testing.assert_allclose(f(x), want, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(compile(f)(x), want, rtol=1e-12, atol=1e-12)  # index arrays are read one by one
        np.testing.assert_allclose(vmap(f)(np.stack([x, x])), [want, want], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(jvp(loss, [x], [direction])[1], np.sum(first * direction), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_reads_add_up_in_the_dtype_of_a_sweep(dtype):
    x = Tensor(np.ones(30, dtype), requires_grad=True)
    sum(x[4] * 2.0**-12 for _ in range(4095)).backward()
    assert x.grad.dtype == dtype
    assert x.grad[4] == dtype(4095 * 2.0**-12)
    assert not x.grad[[3, 5]].any()


def test_hooks_and_other_variables_see_the_joined_cotangent():
    x, seen = Tensor(np.arange(20.0), requires_grad=True), []
    y = x * 2.0
    y.register_hook(lambda g: seen.append(g.copy()))
    total = y[3] * y[4] + y[3]
    (g,) = gradients(total, [y])
    assert g.tolist() == seen[-1].tolist() == [9.0 if i == 3 else 6.0 if i == 4 else 0.0 for i in range(20)]
