"""Memory: inputs are not written to, and gradients share no memory."""

import gc
import tracemalloc

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import Tensor, Value, gradients
from tests.laws.equality import assert_share_nothing
from tests.laws.example_calls import ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import arrays_in, few, seeds

ARRAY_OPS = examples("linear", "bilinear", "general")


def memory_of(y, xs, seed):
    """(name, array) of every array after a backward pass."""
    constants = [x for x in y.inputs if isinstance(x, np.ndarray)]
    return [
        ("the seed", seed),
        *((f"data {i}", x.numpy()) for i, x in enumerate(xs)),
        *((f"gradient {i}", x.grad) for i, x in enumerate(xs) if x.grad is not None),
        *((f"constant {i}", c) for i, c in enumerate(constants)),
    ]


def check_memory(call, arrays, rng):
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    given_bytes = [a.tobytes() for a in arrays]
    y = call(*xs)
    seed = rng.normal(size=y.shape)
    seed_bytes, y_bytes = seed.tobytes(), y.numpy().tobytes()
    y.backward(seed)
    assert_share_nothing(memory_of(y, xs, seed))
    assert_share_nothing([("y", y.numpy()), *((f"gradient {i}", x.grad) for i, x in enumerate(xs) if x.grad is not None)])
    first = [None if x.grad is None else x.grad.copy() for x in xs]
    for x in xs:
        if x.grad is not None:
            x.grad[...] = -17.0
    again = gradients(y, xs, seed)
    assert_share_nothing([("the seed", seed), *((f"gradient {i}", g) for i, g in enumerate(again))])
    for before, now in zip(first, again, strict=True):
        np.testing.assert_array_equal(now, np.zeros_like(now) if before is None else before)
    assert given_bytes == [a.tobytes() for a in arrays] == [x.numpy().tobytes() for x in xs]
    assert (seed.tobytes(), y.numpy().tobytes()) == (seed_bytes, y_bytes)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
@few
@given(rng=seeds)
def test_elementwise_op_shares_no_memory(case, rng):
    op, params = case
    check_memory(lambda *xs: op(*xs, **params), arrays_in(op.smooth_on, [(2, 3)] * op.arity, rng), rng)


@pytest.mark.parametrize("case", ARRAY_OPS, ids=example_id)
@few
@given(rng=seeds)
def test_array_op_shares_no_memory(case, rng):
    _, _, example = case
    check_memory(example.call, example.arrays(rng), rng)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op_on_plain_arrays_only_reads_them(case):
    op, params = case
    arrays = arrays_in(op.smooth_on, [(5,)] * op.arity, np.random.default_rng(2))
    before = [a.copy() for a in arrays]
    op(*arrays, **params)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_op_on_immutable_arrays_works_without_a_copy(case):
    op, params = case
    arrays = arrays_in(op.smooth_on, [(5,)] * op.arity, np.random.default_rng(2))
    arrays = [np.frombuffer(a.tobytes()) for a in arrays]
    xs = [Tensor(a, requires_grad=True) for a in arrays]
    assert all(np.shares_memory(x.numpy(), a) for x, a in zip(xs, arrays, strict=True))
    op(*xs, **params).backward(np.ones(5))


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def overwrite(array):
    """Make a read-only array writable again and change its numbers."""
    array.flags.writeable = True
    array[...] = 1 if array.dtype.kind in "iub" else 7.25


def check_changed_operands(call, arrays):
    """Operands that were read-only may be written to after use: gradients are those of the old numbers."""
    for i, array in enumerate(arrays):
        seed = np.ones(np.shape(call(*arrays)))
        x = Tensor(array, requires_grad=True)
        expected = gradients(call(*arrays[:i], x, *arrays[i + 1 :]), x, seed)
        given = [read_only(a) for a in arrays]
        leaf = Tensor(given[i], requires_grad=True)
        y = call(*given[:i], leaf, *given[i + 1 :])
        for a in given:
            overwrite(a)
        np.testing.assert_array_equal(gradients(y, leaf, seed), expected)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_operands_of_elementwise_op_may_change_after_use(case):
    op, params = case
    arrays = arrays_in(op.smooth_on, [(2, 3)] * op.arity, np.random.default_rng(4))
    check_changed_operands(lambda *xs: op(*xs, **params), arrays)


@pytest.mark.parametrize("case", ARRAY_OPS, ids=example_id)
def test_operands_of_array_op_may_change_after_use(case):
    _, _, example = case
    check_changed_operands(example.call, example.arrays(np.random.default_rng(4)))


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_op_used_with_one_node_twice_adds_its_gradients(case):
    op, params = case
    if op.arity == 1:
        return
    (a,) = arrays_in(op.smooth_on, [(3,)], np.random.default_rng(3)) if len(op.smooth_on.sets) == 1 else [np.full(3, 0.5)]
    x = Tensor(a, requires_grad=True)
    apart = [Tensor(a, requires_grad=True) for _ in range(op.arity)]
    op(*[x] * op.arity, **params).backward(np.ones(3))
    op(*apart, **params).backward(np.ones(3))
    want = sum(p.grad for p in apart if p.grad is not None)
    np.testing.assert_allclose(x.grad, want, rtol=1e-15)
    v = Value(a[0])
    op(*[v] * op.arity, **params).backward()
    np.testing.assert_allclose(v.grad, want[0], rtol=1e-14)


@pytest.mark.parametrize("case", ARRAY_OPS, ids=example_id)
def test_an_operand_is_copied_once(case):
    """The copy that a node keeps is used as it is by the ops of a recorded sweep, also as a view."""
    _, _, example = case
    arrays = example.arrays(np.random.default_rng(4))
    xs = [Tensor(arrays[0], requires_grad=True), *arrays[1:]]
    y = example.call(*xs)
    for constant in [x for x in y.inputs if isinstance(x, np.ndarray)]:
        product = ag.add(np.zeros(constant.shape[::-1]), Tensor(np.ones(1), requires_grad=True))
        again = ag.multiply(product, constant.T)
        assert np.shares_memory(again.inputs[1], constant) == bool(constant.size)


def matrix_loss(w, x):
    return (ag.tanh(w @ x) * w).sum()


def loop_loss(w, x):
    carry, ys = ag.scan(lambda c, row: (ag.tanh(w @ c + row), c.sum()), x, w)
    return (carry * carry).sum() + ys.sum()


TRANSFORMS = {
    "grad": ag.grad,
    "jacobian": ag.jacobian,
    "jacfwd": ag.jacfwd,
    "hessian": ag.hessian,
    "vjp": lambda f: lambda w, x: ag.vjp(f, w, x)[1](1.0),
    "jvp": lambda f: lambda w, x: ag.jvp(f, (w, x), (w, x)),
    "hvp": lambda f: lambda w, x: ag.hvp(f, (w, x), (w, x)),
    "elementwise_grad": ag.elementwise_grad,
    "vmap": lambda f: lambda w, x: ag.vmap(ag.grad(f), (None, 0))(w, np.stack([x, x])),
    "checkpoint": lambda f: ag.grad(ag.checkpoint(f)),
    "compile": lambda f: ag.compile(ag.grad(f)),
    "record": lambda f: lambda w, x: ag.record(f, w, x)(w, x),
}


@pytest.mark.parametrize("f", [matrix_loss, loop_loss])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_leave_no_reference_cycles(name, f):
    """Without garbage collection, a cycle would keep arrays and graphs in memory."""
    args = np.eye(3) * 0.5, np.arange(3.0)
    TRANSFORMS[name](f)(*args)
    gc.collect()
    gc.disable()
    try:
        TRANSFORMS[name](f)(*args)
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("transform", [ag.jacrev, ag.jacfwd, ag.vmap])
def test_memory_of_a_batch_does_not_grow_with_the_number_of_ops(transform):
    n = 256

    def peak(length):
        def f(x):
            for _ in range(length):
                x = ag.sin(x)
            return x

        run, x = transform(f), np.ones((n, n) if transform is ag.vmap else n)
        run(x)
        tracemalloc.start()
        run(x)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(24) - peak(4) < 8 * n * n
