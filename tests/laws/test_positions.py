"""Positions and truth values that depend on data: plain eagerly, ops while a tape is recorded and in vmap."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, compile, grad, vmap
from tests.laws.equality import assert_close
from tests.laws.test_indices import plain, x64

#: Functions of a matrix with positions that depend on its numbers.
POSITIONS = {
    "argmax": lambda x: x[x[:, 0].argmax()],
    "np.argmin": lambda x: x[np.argmin(x[:, 1])] * np.argmin(x),
    "argmax of an axis": lambda x: x[np.arange(4), x.argmax(axis=1)],
    "keepdims": lambda x: ag.take_along_axis(x, x.argmin(axis=1, keepdims=True), axis=1),
    "argsort": lambda x: ag.take_along_axis(x, np.argsort(x, kind="stable"), axis=-1),
    "argsort of all": lambda x: x.ravel()[x.argsort(axis=None)],
    "op": lambda x: ag.take(x, ag.argmax(x, axis=1), axis=1),
    "a computed index": lambda x: x[x.argmax() % 4, ..., None],
    "two in a list": lambda x: x[[x[:, 0].argmax(), x[:, 1].argmax(), -1]],
    "a comparison": lambda x: x[(x[:, :1] > x).sum(axis=1)],
    "floor": lambda x: x[ag.floor(abs(x[0])).astype(int) % 4],
    "a branch": lambda x: x[0] * x[1] if x[:, 0].argmax() > 1 else x[2] * 1.0,
    "any": lambda x: x * (x > 1).any(axis=0, keepdims=True),
    "all": lambda x: ag.where(np.all(x > -1, axis=1), x[:, 0], x[:, 1]),
    "any of all": lambda x: x * np.any(x > 2) + x * (x != 0).all(),
    "xor": lambda x: ag.where((x > 0) ^ (x < 1) ^ True, x, 2.0 * x),
    "logical functions": lambda x: ag.where(np.logical_xor(x > 0, np.signbit(x - 1)), x, 0.0),
    "finite": lambda x: ag.where(np.isfinite(1.0 / (x * (x > 0))) & ~np.isnan(x) & ~np.isinf(x), x, 0.0),
    "a branch on any": lambda x: x[0] * x[1] if (x[0] > 0).any() else x[2] * 1.0,
}  # fmt: skip


@pytest.mark.parametrize("backend", ["numpy", "jax"])
@pytest.mark.parametrize("name", POSITIONS)
def test_positions_are_followed(name, backend, rng):
    f = POSITIONS[name]

    def both(x):
        return f(x), grad(lambda x: ag.sum(f(x) ** 2))(x)

    with x64(backend):
        compiled = compile(both, backend=backend)
        xs = [rng.standard_normal((4, 3)) for _ in range(4)]
        for x in xs:
            for a, b in zip(compiled(x), both(Tensor(x, requires_grad=True)), strict=True):
                assert_close(a, plain(b))
    if not name.startswith("a branch"):
        assert len(compiled.tapes) == 1
        want = [both(Tensor(x, requires_grad=True)) for x in xs]
        for got, column in zip(vmap(both)(np.stack(xs)), zip(*want, strict=True), strict=True):
            assert_close(got, np.stack([plain(y) for y in column]))


#: Functions of a vector with truth values: the back ends of scalars record a list of Values.
TRUTHS = {
    "comparison": lambda x: ag.where(x > 0.1, x, x * x),
    "of two arrays": lambda x: ag.where(x <= x[::-1], x, -x),
    "reflected": lambda x: ag.where(CAPTURED[0] < x, x, 2 * x),
    "captured": lambda x: ag.where(x != CAPTURED, x * CAPTURED, x),
    "and": lambda x: ag.where((x > 0) & (x < 1), x, x**2),
    "or, xor": lambda x: ag.where(((x > 0) | (x < -1)) ^ (x > 1), x, -x),
    "not": lambda x: ag.where(~(x > 0), abs(x), x + 1.0),
    "times NaN": lambda x: (x > 0) * ag.log(x - 0.5) + ag.log(x) * (x > 1),
    "isnan": lambda x: ag.where(np.isnan(x) | ~np.isfinite(x), 0.0, x),
    "any": lambda x: x * 2.0 if (x > 1).any() else x - 1.0,
    "np.all": lambda x: x * 2 if np.all(x > -1) else 1.0 / x,
    "any of a list": lambda x: x[:2] if np.any([t > 1 for t in x]) else x[1:],
    "all of a list": lambda x: x[0] * x if all(t > 0 for t in x) else x[1] * x,
    "methods": lambda x: (x - x.mean()) / x.sum(),
    "in place": lambda x: increased(x, x[:]),
}  # fmt: skip
CAPTURED = np.array([0.5, -1.0, 2.0])


def increased(x, y):
    y += x
    return y * y.shape[0]


@pytest.mark.parametrize("backend", ["python", "numpy", pytest.param("native", marks=pytest.mark.slow), "jax"])
@pytest.mark.parametrize("name", TRUTHS)
def test_truth_values_of_an_array_are_followed(name, backend, rng):
    f = TRUTHS[name]
    if backend == "native":
        pytest.importorskip("llvmlite")

    def all_orders(x):
        first = grad(lambda x: ag.sum(ag.sin(f(x))))
        return f(x), first(x), grad(lambda x: ag.sum(first(x) ** 2))(x)

    with x64(backend):
        compiled = compile(all_orders, backend=backend)
        for x in rng.standard_normal((4, 3)):
            try:
                got = compiled(x)
            except TypeError as error:  # for functions of whole arrays
                if backend == "native" and str(error).endswith("use backend='numpy'"):
                    return
                raise
            for a, b in zip(got, all_orders(Tensor(x, requires_grad=True)), strict=True):
                np.testing.assert_allclose(a, plain(b), rtol=1e-12, atol=1e-12)


def test_positions_are_plain_outside_a_recording(rng):
    x = rng.standard_normal((4, 3))
    t = Tensor(x, requires_grad=True)
    for got, want in (
        (t.argmax(), x.argmax()),
        (np.argmin(t, 1), x.argmin(1)),
        (t.argsort(), x.argsort()),
        (np.nonzero(t)[0], np.nonzero(x)[0]),
    ):
        assert type(got) is type(want)
        np.testing.assert_array_equal(got, want)
