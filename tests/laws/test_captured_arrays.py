"""A tape reads arrays from outside at every replay: every op, each argument in turn, after a write to the array."""

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import Tensor, compile, grad, gradients, record
from autograd.base.tree import leaves
from autograd.ops.op import OPS
from autograd.tape.backends.registry import find_backend
from tests.laws.equality import assert_close
from tests.laws.example_calls import COMPARISONS, ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in, few
from tests.laws.smooth_programs import programs
from tests.laws.test_indices import x64

#: NumPy in the quick tests, the others in the slow ones.
BACKENDS = ["numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("python", "jax"))]
#: Errors by which JAX refuses an op or a dtype.
REFUSALS = "JAX cannot run|jax.numpy lacks|JAX computes in float32"


def derivatives(f):
    """f, its gradient and its second gradient, as far as it has them, with respect to the variables."""

    def all_orders(*xs):
        y = f(*xs)
        if not getattr(y, "requires_grad", False):
            return [y]
        first = gradients(ag.sum(y * y), list(xs), create_graph=True)
        total = sum((ag.sum(g * g) for g in first), ag.sum(xs[0]))
        return [y, first, gradients(total, list(xs), create_graph=True)]

    return all_orders


def assert_follows(call, before, after, i, backend):
    """A function of all but the argument i of `call`, an array that is written to, is followed by a compiled one."""
    captured = before[i].copy()

    def f(*xs):
        return call(*xs[:i], captured, *xs[i:])

    orders = derivatives(f)
    with x64(backend):
        for row in (before, after):
            captured[...] = row[i]
            xs = [x for j, x in enumerate(row) if j != i]
            try:
                if row is before:
                    tape = record(orders, *xs, backend="jax" if backend == "jax" else "numpy")
                    tape._backend = find_backend(backend)  # the back end "python" would record lists of Values
                got = tape(*xs)
            except TypeError as error:
                if backend == "jax" and any(text in str(error) for text in REFUSALS.split("|")):
                    pytest.skip(str(error))
                raise
            want = orders(*[Tensor(x, requires_grad=x.dtype.kind == "f") for x in xs])
            for a, b in zip(leaves(got), leaves(want), strict=True):
                assert_close(np.asarray(a, float), np.asarray(b.numpy() if isinstance(b, Tensor) else b, float))
            assert all(not np.shares_memory(a, captured) for a in leaves(got))


MANY = [case for case in [*ELEMENTWISE_CASES, *((op, {}) for op in COMPARISONS)] if case[0].arity > 1]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", MANY, ids=case_id)
def test_elementwise_op_follows_each_argument(case, backend, rng):
    op, params = case
    for i in range(op.arity):
        before, after = ([np.asarray(x) for x in arrays_in(op.smooth_on, [(2, 3)] * op.arity, rng)] for _ in range(2))
        assert_follows(lambda *xs: op(*xs, **params), before, after, i, backend)


@pytest.mark.parametrize("case", MANY, ids=case_id)
def test_elementwise_op_with_a_float_for_each_argument_equals_eager(case, rng):
    op, params = case
    for i in range(op.arity):
        xs = [np.asarray(x) for x in arrays_in(op.smooth_on, [(2, 3)] * op.arity, rng)]
        xs[i] = np.full(1, xs[i][0, 0])
        assert_follows(lambda *xs, i=i: op(*xs[:i], float(xs[i][0]), *xs[i + 1 :], **params), xs, xs, i, "numpy")


@pytest.mark.parametrize("backend", ["python", pytest.param("native", marks=pytest.mark.slow)])
@pytest.mark.parametrize("case", MANY, ids=case_id)
def test_elementwise_op_of_numbers_follows_each_argument(case, backend, rng):
    op, params = case
    for i in range(op.arity):
        before, after = ([float(x) for x in arrays_in(op.smooth_on, [()] * op.arity, rng)] for _ in range(2))
        captured = np.array(before[i])

        def f(*xs, i=i, captured=captured):
            return op(*xs[:i], captured, *xs[i:], **params) * xs[0]

        orders = [f, grad(f), grad(grad(f))]
        compiled = [compile(f, backend=backend) for f in orders]
        for row in (before, after):
            captured[...] = row[i]
            xs = [x for j, x in enumerate(row) if j != i]
            try:
                got = [g(*xs) for g in compiled]
            except TypeError as error:
                if f"the back end '{backend}' does not know the op" in str(error):
                    pytest.skip(str(error))
                raise
            np.testing.assert_allclose(got, [g(*xs) for g in orders], rtol=1e-12)


#: Ops with an index array.
INDEXED = {
    "getitem": lambda x, i: x[i] ** 2,
    "with a slice": lambda x, i: x[1:, i] ** 3,
    "take": lambda x, i: ag.take(x, i, axis=1) * x[:, :1],
    "take_along_axis": lambda x, i: ag.take_along_axis(x, i[None, :], axis=1) ** 2,
    "put": lambda x, i: ag.put(x[0], i, 4) ** 3,
    "of a small part": lambda x, i: ag.sum(ag.stack([x.reshape(-1)[i[:1]] ** 3, x.reshape(-1)[i[1:2]]])),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", INDEXED)
def test_index_array_is_followed(name, backend, rng):
    x = rng.standard_normal((3, 3))
    before, after = [x, np.array([0, 2, 2])], [x, np.array([1, 0, -1])]
    assert_follows(INDEXED[name], before, after, 1, backend)


SEVERAL = [case for case in examples("linear", "bilinear", "general") if len(case[2].shapes) > 1]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", SEVERAL, ids=example_id)
def test_every_other_op_follows_each_argument(case, backend, rng):
    _, _, example = case
    for i in range(len(example.shapes)):
        assert_follows(example.call, example.arrays(rng), example.arrays(rng), i, backend)


@pytest.mark.parametrize("case", [(op, {}) for op in OPS.values() if op in COMPARISONS] + ELEMENTWISE_CASES, ids=case_id)
def test_op_of_captured_arrays_alone_is_followed(case, rng):
    op, params = case
    rows = [[np.asarray(x) for x in arrays_in(op.smooth_on, [(2, 3)] * op.arity, rng)] for _ in range(2)]
    captured = [x.copy() for x in rows[0]]
    compiled = compile(lambda x: x * op(*captured, **params))
    for row in rows:
        for x, new in zip(captured, row, strict=True):
            x[...] = new
        np.testing.assert_array_equal(compiled(np.ones((2, 3))), 1.0 * op(*captured, **params))


@few
@given(programs(rows=2))
def test_random_program_follows_captured_arrays(case):
    program, rows, _ = case
    before, after = ([np.linspace(x, x + 1.0, 6).reshape(2, 3) for x in row] for row in rows)
    for i in range(len(before) if len(before) > 1 else 0):
        # an op of the captured array, since plain NumPy would compute with it outside of the tape
        assert_follows(lambda *xs, i=i: program.run([*xs[:i], ag.positive(xs[i]), *xs[i + 1 :]], 1), before, after, i, "numpy")
