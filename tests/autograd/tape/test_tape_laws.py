"""tape(x′) = eager(x′), bit for bit, for every op of the table, every back end, and random programs."""

import itertools
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import Tensor, Value, gradients, record, value_and_grad
from autograd.base.tree import leaves
from autograd.tape.backends import protocol
from autograd.tape.backends.registry import BACKENDS, find_backend
from tests.laws.equality import assert_same
from tests.laws.example_calls import COMPARISONS, ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import FEW, SPECIAL, arrays_in, few
from tests.laws.smooth_programs import programs

SCALAR_BACKENDS = [name for name in BACKENDS if find_backend(name).scalars]

SOME = [0.0, -0.0, 0.5, 1.0, -2.0, 710.0, float("nan"), float("inf")]


def recorded_gradient(f):
    """(value, gradients) by ops, as on a tape; the sweep on numbers multiplies in another order."""

    def both(*xs):
        y = f(*xs)
        return y, gradients(y, list(xs), create_graph=True)

    return both


def plain(x):
    return x.item() if isinstance(x, Value) else x.numpy()


@pytest.mark.slow
@pytest.mark.parametrize("backend", SCALAR_BACKENDS)
@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_op_on_floats_is_replayed_to_the_bit(case, backend):
    op, params = case
    f = recorded_gradient(lambda *xs: op(*xs, **params))
    tape = record(f, *[1.5, 0.5, 0.25][: op.arity], backend=backend)
    for xs in itertools.product(*[SPECIAL if op.arity == 1 else FEW if op.arity == 2 else SOME] * op.arity):
        y, g = f(*map(Value, xs))
        want = np.array([y.data, *(x.data for x in g)])
        got = tape(*xs)
        assert_same(np.array([got[0], *got[1]]), want, ulps=0, what=f"{op.name}{xs} by {backend}")


@pytest.mark.parametrize("case", [(op, {}) for op in COMPARISONS], ids=case_id)
@pytest.mark.parametrize("backend", [*SCALAR_BACKENDS, "numpy"])
def test_comparison_is_replayed(case, backend):
    op, _ = case
    tape = record(lambda *xs: op(*xs) * xs[0], *[1.0, 2.0][: op.arity], backend=backend)
    for xs in itertools.product(*[FEW] * op.arity):
        assert_same(tape(*xs), op(*xs) * xs[0], ulps=0, what=op.name)


@pytest.mark.parametrize("backend", [*SCALAR_BACKENDS, "numpy"])
def test_results_of_comparisons_are_numbers(backend):
    tape = record(lambda x: -((x < 1.0) + (x < 2.0)), 0.0, backend=backend)
    assert [tape(x) for x in (0.0, 1.5, 3.0)] == [-2.0, -1.0, 0.0]
    if find_backend(backend).scalars:
        for f in (lambda a, b: -a, lambda a, b: -(a + b), lambda a, b: -(a * b), lambda a, b: a * -1.0):
            for uses in (1, 2):  # a number that is used twice is a variable

                def signs(x, f=f, uses=uses):
                    a, b = ag.less(x, 1.0), ag.less(x, 2.0)
                    return ag.signbit(f(a, b)), [a * x, b * x][: 2 * (uses - 1)]

                assert record(signs, 0.0, backend=backend)(3.0) == (1.0, [0.0, 0.0][: 2 * (uses - 1)])  # the sign of −0


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@pytest.mark.parametrize("backend", ["numpy", "python"])
def test_op_on_arrays_is_replayed_to_the_bit(case, backend, rng):
    op, params = case
    shapes = [(2, 3), (3,), (2, 1)][: op.arity]
    assert_replays(lambda *xs: op(*xs, **params), [arrays_in(op.smooth_on, shapes, rng) for _ in range(3)], backend)


@pytest.mark.slow
@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
@pytest.mark.parametrize("backend", ["numpy", "python"])
def test_every_other_op_is_replayed_to_the_bit(case, backend, rng):
    _, _, example = case
    assert_replays(example.call, [example.arrays(rng) for _ in range(3)], backend)


def assert_replays(call, rows, backend):
    """Value, gradient and second gradient of a function, recorded with one row of arrays, equal eager ones with others."""

    def f(*xs):
        y = call(*xs)
        w = Tensor(np.cos(np.arange(y.size)).reshape(y.shape))
        first = gradients(y, list(xs), w, create_graph=True)
        total = sum((g * g).sum() for g in first)
        second = gradients(total, list(xs), create_graph=True) if total.requires_grad else []
        return y, first, second

    tape = record(f, *rows[0], backend="numpy")
    if backend == "python":
        tape._backend = find_backend("python")
    for row in rows:
        before = [x.copy() for x in row]
        got = tape(*row)
        want = f(*(Tensor(x, requires_grad=True) for x in row))
        for a, b in zip(leaves(got), leaves(want), strict=True):
            assert np.asarray(a).dtype == b.dtype
            np.testing.assert_array_equal(a, b.numpy())
        for a, b in zip(before, row, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["python", "native", "numpy"])
@given(programs())
def test_random_program_is_replayed_to_the_bit(backend, case):
    program, rows, _ = case
    f = recorded_gradient(lambda *xs: program.run(xs, 1))
    tape = record(f, *rows[0], backend=backend)
    for row in rows:
        y, g = f(*map(Value, row))
        got = tape(*row)
        want = np.array([y.data, *(x.data for x in g)])
        # NumPy's scalar functions differ from those of the C library
        slack = {"ulps": 1e4, "absolute": 1e-16} if backend == "numpy" else {"ulps": 0}
        assert_same(np.array([got[0], *got[1]]), want, **slack)


@few
@given(programs())
def test_random_program_on_arrays_is_replayed_to_the_bit(case):
    program, rows, _ = case
    f = recorded_gradient(lambda *xs: program.run(xs, 1).sum())
    arrays = [np.linspace(x, x + 1.0, 6).reshape(2, 3) for x in rows[0]]
    tape = record(f, *arrays)
    for row in rows:
        arrays = [np.linspace(x, x + 1.0, 6).reshape(2, 3) for x in row]
        y, g = f(*(Tensor(a, requires_grad=True) for a in arrays))
        got = tape(*arrays)
        assert got[0] == y.item()
        for a, b in zip(got[1], g, strict=True):
            np.testing.assert_array_equal(a, b.numpy())


@pytest.mark.parametrize("backend", SCALAR_BACKENDS)
@few
@given(programs())
def test_map_equals_the_loop(backend, case):
    program, rows, _ = case
    tape = record(value_and_grad(lambda *xs: program.run(xs, 1)), *rows[0], backend=backend)
    many = [np.tile(column, 50) for column in np.array(rows).T]
    value, gradient = tape.map(*many)
    want = np.array([np.hstack(tape(*row)) for row in rows])
    # the batched python back end calls NumPy, whose functions differ from those of the C library
    ulps = 0 if backend == "native" else 1e4
    assert_same(
        np.stack([value, np.asarray(gradient)], 1), np.tile(want, (50, 1)), ulps=ulps, absolute=1e-16 if ulps else 5e-324
    )


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_map_gives_the_same_bits_in_blocks_of_any_length(case, monkeypatch, rng):
    op, params = case
    first, *rest = arrays_in(op.smooth_on, [(5,)] * op.arity, rng)
    tape = record(value_and_grad(lambda *xs: op(*xs, **params)), *[float(a[0]) for a in (first, *rest)], backend="python")
    shared = (0, *(None for _ in rest))
    numbers = [float(a[0]) for a in rest]
    whole = tape.map(first, *rest), tape.map(first, *numbers, axes=shared)
    monkeypatch.setattr(protocol, "BLOCK", 2)
    for got, want in zip(leaves((tape.map(first, *rest), tape.map(first, *numbers, axes=shared))), leaves(whole), strict=True):
        assert_same(got, want, ulps=0)


def test_map_reads_captured_leaves_at_each_call():
    w = Value(2.0)
    tape = record(lambda x: (x * w, w), 1.0, backend="python")
    assert [a.tolist() for a in tape.map(np.arange(3.0))] == [[0.0, 2.0, 4.0], [2.0] * 3]
    w.data = 3.0
    assert [a.tolist() for a in tape.map(np.arange(3.0))] == [[0.0, 3.0, 6.0], [3.0] * 3]


@pytest.mark.parametrize("dtype", [">f8", ">f4", ">i8", np.longdouble])
@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_arrays_of_any_dtype_are_read_or_refused(backend, dtype):
    pytest.importorskip(backend)
    near = np.arange(1, 4).astype(dtype)
    lacks = backend == "jax" and near.dtype not in (np.dtype(float), np.dtype(int))  # longdouble is float on some systems
    for f, x in ((lambda x: ag.sum(x * x), near), (lambda x: ag.sum(x * near), np.ones(3))):
        with pytest.raises(TypeError, match="which JAX lacks: pass arrays of") if lacks else nullcontext():
            assert record(f, x, backend=backend)(x) == f(Tensor(x)).item()
