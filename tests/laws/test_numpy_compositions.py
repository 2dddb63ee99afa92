"""NumPy functions made of ops: NumPy's value, shape and dtype, exact gradients of two orders, tapes and `vmap`."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.engine import numpy_functions

X = np.array([[0.65, 1.85, 1.25], [0.35, 0.95, 1.55]])
Y = np.array([[2.85, 0.5, 1.44], [1.91, 2.38, 0.97]])
V, W = X[0], Y[1]
NAN_AT = np.array([[False, True, False], [False, False, False]])

CALLS = {
    "append": [(lambda a, b: np.append(a, b), X, V), (lambda a, b: np.append(a, b, axis=0), X, Y)],
    "array_split": [(lambda a: np.array_split(a, 2, axis=1)[0], X)],
    "atleast_1d": [(lambda a: np.atleast_1d(a[0, 1] * 2.0), X)],
    "atleast_2d": [(lambda a, b: np.atleast_2d(a, b)[0], V, X)],
    "atleast_3d": [(lambda a, b: np.atleast_3d(a, b)[1], X, V)],
    "average": [
        (lambda a, w: np.average(a, axis=1, weights=w), X, W),
        (lambda a, w: np.average(a, weights=w, returned=True)[0] * np.average(a), X, Y),
        (lambda a, w: np.average(a, axis=(1, 0), weights=w.T), X, Y),
    ],
    "block": [
        (lambda a, b: np.block([[a, b], [np.zeros((2, 1)), b, a[:, :2]]]), X, Y),
        (lambda a, b: np.block([a, b, 1.0]), V, W),
    ],
    "column_stack": [(lambda a, b: np.column_stack([a, b, np.ones((3, 2))]), V, W)],
    "copy": [(lambda a: np.copy(a), X)],
    "copysign": [(lambda a, b: np.copysign(a - 1.0, b - 1.5), X, Y)],
    "cov": [
        (lambda a: np.cov(a), X),
        (lambda a, b: np.cov(a, b, rowvar=False, bias=True), X, Y),
        (lambda a, w: np.cov(a, fweights=[1, 2, 3], aweights=w), X, W),
    ],
    "cross": [(lambda a, b: np.cross(a, b), X, W), (lambda a, b: np.cross(a, b, axis=0), X.T, Y.T)],
    "deg2rad": [(lambda a: np.deg2rad(a) * np.radians(a), X)],
    "diff": [(lambda a, b: np.diff(a, 2, prepend=b), X, Y), (lambda a: np.diff(a, axis=0, append=3.0), X)],
    "dstack": [(lambda a, b: np.dstack([a, b]), X, Y)],
    "einsum": [
        (lambda a, b: np.einsum(a, [0, 1], b, [2, 1], [0, 2]), X, Y),
        (lambda a, b: np.einsum(a, [..., 1], b, [..., 1]), X, Y),
        (lambda a: np.einsum(a[:, :2], [0, 0]), X),
        (lambda a: np.einsum("ii->i", a[:, :2]), X),
        (lambda a, b: np.einsum("...j,j", a, b), X, V),
        (lambda a, b: np.einsum("ba,bc", a, b), X, Y),
    ],
    "gradient": [
        (lambda a, h: np.gradient(a, np.cumsum(h), axis=1, edge_order=2), X, V),
        (lambda a, h: np.gradient(a, h[0], h[1])[1], X, V),
    ],
    "hstack": [(lambda a, b: np.hstack([a, b]), X, Y), (lambda a, b: np.hstack([a, b, 3.0]), V, W)],
    "interp": [
        (lambda x, xp, fp: np.interp(x, np.cumsum(xp), fp), X, V, W),
        (lambda x, xp, fp: np.interp(3.0 * x - 2.0, np.cumsum(xp), fp, left=xp[0], right=fp[2]), X, V, W),
        (lambda x, xp, fp: np.interp(3.0 * x, xp, fp, period=1.1), X, V, W),
    ],
    "kron": [(lambda a, b: np.kron(a, b), X, V), (lambda a, b: np.kron(a, b), V, Y)],
    "linspace": [(lambda a, b: np.linspace(a, b, 5, axis=1), V, W), (lambda a, b: np.linspace(a, b, 3, False), X, Y)],
    "median": [(lambda a: np.median(a, axis=(0, 1)), X), (lambda a: np.median(a, axis=1, keepdims=True), X)],
    "meshgrid": [(lambda a, b: np.meshgrid(a, b)[0] * np.meshgrid(a, b, sparse=True)[1], V, W)],
    "nan_to_num": [(lambda a: np.nan_to_num(np.where(NAN_AT, np.nan, a), nan=2.0), X)],
    **{
        name: [
            (lambda a, name=name: getattr(np, name)(np.where(NAN_AT, np.nan, a)), X),
            (lambda a, name=name: getattr(np, name)(np.where(NAN_AT, np.nan, a), axis=1), X),
        ]
        for name in ("nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar")
    },
    "percentile": [(lambda a: np.percentile(a, [10, 50, 99], axis=0), X)],
    "ptp": [(lambda a: np.ptp(a, axis=0), X)],
    "quantile": [(lambda a: np.quantile(a, 0.3), X), (lambda a: np.quantile(a, [[0.3], [1.0]], axis=1, method="hazen"), X)],
    "rad2deg": [(lambda a: np.rad2deg(a) + np.degrees(a), X)],
    "select": [(lambda a, b: np.select([a > 1.2, b > 1.5], [a * a, a * b], b), X, Y)],
    "trapezoid": [
        (lambda a, b: np.trapezoid(a, np.cumsum(b)), X, V),
        (lambda a, b: np.trapezoid(a, b, axis=0), X, Y),
        (lambda a, h: np.trapezoid(a, dx=h[0]), X, V),
    ],
    "vdot": [(lambda a, b: np.vdot(a, b), X, Y)],
    "vstack": [(lambda a, b: np.vstack([a, b, b[0]]), X, Y)],
}
CASES = [pytest.param(f, args, id=f"{name}-{i}") for name, calls in CALLS.items() for i, (f, *args) in enumerate(calls)]


def test_every_composition_has_a_call():
    composed = {name for names in numpy_functions._COMPOSED.values() for name in names.split()}
    assert CALLS.keys() == composed | {"copysign", "deg2rad", "rad2deg"}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("f", "args"), CASES)
def test_the_value_is_that_of_numpy(f, args, dtype):
    arrays = [a.astype(dtype) for a in args]
    want = np.asarray(f(*arrays))
    got = f(*[Tensor(a, requires_grad=True) for a in arrays])
    assert got.requires_grad
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-13 if dtype == np.float64 else 2e-5, atol=1e-6)


@pytest.mark.parametrize(("f", "args"), CASES)
def test_gradients_are_exact_in_two_orders_and_followed_by_tapes_and_vmap(f, args):
    want = f(*args)
    weights = np.cos(np.arange(np.size(want))).reshape(np.shape(want))

    def loss(*arrays):
        return np.sum(np.square(f(*arrays)) * weights)

    ag.check_gradients(loss, *args, order=2)
    others = [a[..., ::-1] for a in args]
    gradient = ag.grad(loss, argnums=tuple(range(len(args))))
    tape, mapped = ag.compile(gradient), ag.vmap(gradient)(*[np.stack(pair) for pair in zip(args, others, strict=True)])
    for i, arrays in enumerate((args, others)):
        for expected, again, row in zip(gradient(*arrays), tape(*arrays), mapped, strict=True):
            np.testing.assert_allclose(again, expected, rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(row[i], expected, rtol=1e-12, atol=1e-13)
