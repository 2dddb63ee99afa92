"""A Jacobian, forward or reverse, is the rows of a loop of reverse sweeps: of every op, and of random programs."""

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd import compile, grad, hessian, jacfwd, jacobian, jacrev, vjp, vmap
from autograd.base.tree import leaves
from autograd.testing.random_programs import draw_program
from autograd.transforms import jacobian as blocks
from benchmarks.choices import Generator
from tests.laws.equality import assert_close, assert_share_nothing
from tests.laws.inputs import few, seeds
from tests.laws.test_vmap import CASES

TRANSFORMS = [jacobian, jacfwd, jacrev]


def rows_of(f, arrays):
    """Jacobian of f with respect to each array, by one sweep per number in the output."""
    y, pull = vjp(f, *arrays)
    units = np.eye(np.size(y)).reshape(np.size(y), *np.shape(y))
    rows = [pull(unit) for unit in units]
    return [np.reshape([row[i] for row in rows], (*np.shape(y), *np.shape(x))).astype(x.dtype) for i, x in enumerate(arrays)]


def assert_may_be_written_to(blocks, arrays):
    named = [*((f"argument {i}", x) for i, x in enumerate(arrays)), *((f"block {i}", x) for i, x in enumerate(blocks))]
    assert_share_nothing(named)
    assert all(x.flags.writeable for x in blocks)


@pytest.mark.parametrize(("call", "draw"), CASES)
def test_jacobians_of_every_op(call, draw, rng, monkeypatch):
    arrays = [np.asarray(x) for x in draw(rng)]
    if np.asarray(call(*arrays)).dtype.kind != "f":
        return
    argnums = tuple(range(len(arrays)))

    def f(*xs):
        return ag.multiply(call(*xs), 1.5)

    want = rows_of(f, arrays)
    for entries in (blocks._ENTRIES, 1):  # all seeds at once, and one after the other
        monkeypatch.setattr(blocks, "_ENTRIES", entries)
        for transform in TRANSFORMS:
            found = transform(f, argnums)(*arrays)
            for got, block in zip(found, want, strict=True):
                assert_close(got, block)
            assert_may_be_written_to([*found, *leaves(transform(lambda *xs: (xs[0], f(*xs), f(*xs)), 0)(*arrays))], arrays)


@few
@given(seeds)
def test_jacobians_and_hessians_of_random_programs(rng):
    program = draw_program(Generator(rng), shapes=[(2,), (3,), (2, 2), (1, 3), ()])
    arrays = [np.asarray(x) for x in program.arguments]
    argnums = tuple(range(len(arrays)))

    def f(*xs):
        return program(*xs) * 1.0

    gradient = grad(f, argnums)
    want = [rows_of(lambda *xs, i=i: gradient(*xs)[i], arrays) for i in argnums]
    for second in (hessian(f, argnums), jacrev(gradient, argnums), jacobian(gradient, argnums), compile(hessian(f, argnums))):
        for found, row in zip(second(*arrays), want, strict=True):
            for block, expected in zip(found, row, strict=True):
                assert_close(block, expected, least=1.0)
    both = vmap(hessian(f, argnums))(*[np.stack([a, a]) for a in arrays])
    for block, expected in zip(leaves(both), leaves(want), strict=True):
        assert_close(block[1], expected, least=1.0)
