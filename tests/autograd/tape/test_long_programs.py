"""Long programs: no recursion, work in proportion to length, and nothing left behind."""

import gc
import linecache
import traceback

import numpy as np
import pytest

import autograd as ag
from autograd import GuardFailedError, Value, grad, record
from autograd.base.numerics import quiet
from autograd.tape.backends.jax import _is_fused, _pieces
from tests.laws.equality import assert_same
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id
from tests.work import lines_run

LONG = 10_000


def total(xs):
    return sum(x * x for x in xs)


def nested_right(xs):
    y = xs[0]
    for i, x in enumerate(xs):
        y = x - (1.0 - y) if i % 2 else x * 0.5 + y
    return y


def product(xs):
    y = xs[0]
    for x in xs:
        y = y * x
    return y


def largest(xs):
    y = xs[0]
    for x in xs:
        y = ag.maximum(y, x)
    return y


def smallest_above(xs):
    y = xs[0]
    for x in xs:
        y = ag.where(x < y, x, y)
    return y


def leapfrog(xs):
    x, v = xs[0], xs[1]
    for _ in range(len(xs) // 4):
        v = v - 0.01 * ag.sin(x)
        x = x + 0.01 * v
    return x


def branches(xs):
    x = xs[0]
    for _ in range(len(xs) // 4):
        x = x * 0.5 if x > 0.9 else 3.0 * x * (1.0 - x)
    return x


CHAINS = [sum, total, nested_right, product, largest, smallest_above, leapfrog, branches]


def numbers(n):
    """Numbers around 1, whose product is neither 0 nor infinite."""
    return (1.0 + 0.3 * np.cos(np.arange(float(n))) / np.sqrt(n)).tolist()


@pytest.mark.parametrize("backend", ["python", "native"])
@pytest.mark.parametrize("f", CHAINS)
def test_a_long_program_of_floats_equals_the_function(f, backend):
    xs = numbers(LONG)
    tape = record(f, xs, backend=backend)
    want = f(list(map(Value, xs))).data  # the `sum` of floats has more digits since Python 3.12
    assert_same(np.array(tape(xs)), np.array(want), ulps=0, what=f.__name__)
    assert len(tape.source.splitlines()) > len(tape) / 100
    assert len(str(tape).splitlines()) > len(tape)
    if f is total:
        assert_same(tape.map(list(np.array([xs, xs]).T)), np.array([want, want]), ulps=0, what=f.__name__)


@pytest.mark.parametrize("backend", ["python", "native"])
@pytest.mark.parametrize("f", CHAINS)
def test_a_long_gradient_equals_that_of_the_graph(f, backend):
    xs = numbers(LONG // 4)
    got, want = record(grad(f), xs, backend=backend)(xs), grad(f)(xs)
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("f", CHAINS)
@pytest.mark.parametrize("order", [0, 1])
def test_a_long_program_of_arrays_equals_the_function(f, order):
    xs = list(np.reshape(numbers(2 * LONG // 4), (-1, 2)))
    if f is branches:
        f = lambda xs: branches([x.sum() for x in xs])  # noqa: E731
    of_arrays = f if order == 0 else grad(lambda xs: ag.sum(f(xs)))
    np.testing.assert_array_equal(record(of_arrays, xs, backend="numpy")(xs), of_arrays(xs))


@pytest.mark.parametrize("f", [total, leapfrog, branches])
def test_a_long_program_runs_in_pieces_in_jax(f, monkeypatch):
    jax = pytest.importorskip("jax")
    for name in ("_MAX_OPERANDS", "_MAX_FUSED"):
        monkeypatch.setattr(f"autograd.tape.backends.jax.{name}", 50)
    with jax.enable_x64(True):
        xs = numbers(200)
        tape = record(grad(f), xs, backend="jax")
        np.testing.assert_allclose(tape(xs), grad(f)(xs), rtol=1e-12)
        if f is branches:
            with pytest.raises(GuardFailedError, match="decision 0 "):
                tape([0.5, *xs[1:]])
        rows = [np.array(xs[:3]), np.array(xs[3:6])]
        of_rows = grad(lambda rows: ag.sum(f([x if f is not branches else x.sum() for x in rows] * 40)))
        np.testing.assert_allclose(record(of_rows, rows, backend="jax")(rows), of_rows(rows), rtol=1e-12)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_a_chain_of_any_op_compiles(case):
    op, params = case

    def chain(x):
        for _ in range(300):
            x = op(x, *[0.75] * (op.arity - 1), **params)
        return x

    with quiet():
        assert_same(np.array(record(chain, 0.5, backend="python")(0.5)), np.array(chain(0.5)), ulps=0, what=op.name)


def work(backend, f, make):
    """Function of n that compiles and replays f for make(n) twice."""

    def run(n):
        x = make(n)
        tape = record(f, x, backend=backend)
        tape(x)
        tape(x)

    return run


def array_loop(n):
    def f(x):
        for k in range(n):
            x = ag.sin(x) * (1.0 + k / n) if ag.sum(x) > 0.0 else ag.where(x > k, x, -x)
        return ag.sum(x)

    return f


@pytest.mark.parametrize("backend", ["python", "native"])
@pytest.mark.parametrize("f", [total, smallest_above, leapfrog, branches])
def test_work_of_a_program_of_floats_grows_with_its_length(f, backend):
    run = work(backend, grad(f), numbers)
    run(8)  # imports and caches
    assert lines_run(run, 400) < 4.5 * lines_run(run, 100)


def test_work_of_a_program_of_arrays_grows_with_its_length():
    def run(n):
        work("numpy", grad(array_loop(n)), lambda n: np.full(2, 0.5))(n)

    run(8)
    assert lines_run(run, 400) < 4.5 * lines_run(run, 100)


@pytest.mark.parametrize("f", [total, leapfrog, branches])
def test_work_of_the_pieces_for_jax_grows_with_length(f):
    short, long = (record(grad(f), numbers(n)).program for n in (2000, 8000))
    assert lines_run(_pieces, long, 2000) < 4.5 * lines_run(_pieces, short, 2000)
    assert len(_pieces(long, 2000)) < 4.5 * len(_pieces(short, 2000))


def test_only_short_programs_of_arrays_are_fused():
    assert _is_fused(record(array_loop(30), np.ones(3)).program)
    assert not _is_fused(record(array_loop(1000), np.ones(3)).program)
    assert not _is_fused(record(leapfrog, np.ones(40), backend="numpy").program)
    assert not _is_fused(record(leapfrog, numbers(40)).program)


def sources():
    return sum(name.startswith("<autograd: tape") for name in linecache.cache)


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_a_dropped_tape_leaves_no_source(backend):
    gc.collect()
    before = sources()
    tapes = [record(lambda x, k=k: ag.sin(x) * k, np.ones(2) if backend == "numpy" else 1.0, backend=backend) for k in range(9)]
    for tape in tapes:
        tape(np.ones(2) if backend == "numpy" else 1.0)
    assert sources() == before + 9
    del tape, tapes
    gc.collect()
    assert sources() == before


def test_an_error_in_a_tape_shows_its_source():
    tape = record(lambda x: x * 2.0 if x > 0.0 else x, 1.0, backend="python")
    with pytest.raises(GuardFailedError) as error:
        tape(-1.0)
    assert "raise GuardFailedError(0)" in "".join(traceback.format_exception(error.value))


def test_dropped_tapes_leave_no_objects():
    def make(count):
        for k in range(count):
            ag.compile(grad(lambda x, k=k: ag.sin(x * k) ** 2))(0.5)
            ag.compile(grad(lambda x, k=k: ag.sum(ag.sin(x * k) ** 2)))(np.full(3, 0.5))
        gc.collect()
        return len(gc.get_objects())

    make(2)
    first = make(10)
    assert make(40) < first + 100
