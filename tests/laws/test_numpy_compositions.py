"""NumPy functions made of ops: NumPy's value, shape and dtype, exact gradients of two orders, tapes and `vmap`."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.base.tree import object_array
from autograd.engine import numpy_functions
from tests.laws.linalg_calls import LINALG_CALLS

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
    **LINALG_CALLS,
}
CASES = [pytest.param(f, args, id=f"{name}-{i}") for name, calls in CALLS.items() for i, (f, *args) in enumerate(calls)]


def test_every_composition_has_a_call():
    composed = {name for names in numpy_functions._COMPOSED.values() for name in names.split()}
    assert CALLS.keys() == composed | set(numpy_functions._COMPOSED_OF_MATRICES.split()) | {"copysign", "deg2rad", "rad2deg"}


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


KNOTS, HEIGHTS = np.arange(4.0), np.array([0.0, 1.0, 3.0, 2.0])
AT_KNOTS = np.array([0.0, 1.0, 2.0, 3.0, 0.5, -9.0, np.inf, -np.inf])


@pytest.mark.parametrize(
    ("f", "x", "gradient"),
    [
        (np.median, [1.0, 3.0, 3.0, 5.0], [0.0, 0.5, 0.5, 0.0]),
        (np.ptp, [2.0, 2.0], [0.0, 0.0]),
        (np.nanmax, [1.0, 3.0, np.nan, 3.0], [0.0, 0.5, 0.0, 0.5]),
        (np.nanmin, [1.0, np.nan, 1.0, 3.0], [0.5, 0.0, 0.5, 0.0]),
        (np.nansum, [1.0, np.nan], [1.0, 0.0]),
        (np.nanmean, [1.0, np.nan, 2.0], [0.5, 0.0, 0.5]),
        (np.nanprod, [0.0, np.nan, 2.0, 3.0], [6.0, 0.0, 0.0, 0.0]),
        (np.nanvar, [1.0, np.nan, 2.0], [-0.5, 0.0, 0.5]),
        (np.nanstd, [2.0, np.nan, 2.0], [0.0, 0.0, 0.0]),
        (lambda x: np.sum(np.nan_to_num(x)), [1.0, np.nan, np.inf, -np.inf], [1.0, 0.0, 0.0, 0.0]),
        (lambda x: np.sum(np.copysign(x, -1.0)), [0.0, -0.0, 2.0, -2.0], [0.0, 0.0, -1.0, 1.0]),
        (lambda x: np.sum(np.copysign(2.0, x)), [0.0, 1.0], [0.0, 0.0]),
        (lambda x: np.sum(np.interp(x, KNOTS, HEIGHTS)), AT_KNOTS, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        (lambda fp: np.sum(np.interp(AT_KNOTS, KNOTS, fp)), HEIGHTS, [3.5, 1.5, 1.0, 2.0]),
    ],
)
def test_the_derivative_at_kinks_ties_and_missing_entries(f, x, gradient):
    np.testing.assert_array_equal(ag.grad(f)(np.array(x)), gradient)
    np.testing.assert_array_equal(ag.compile(ag.grad(f))(np.array(x)), gradient)


STATISTICS = (np.nansum, np.nanmean, np.nanmax, np.nanmin, np.nanstd, np.nanvar, np.nanprod, np.median, np.ptp)


@pytest.mark.filterwarnings("ignore:.*(slice|NaN|freedom|invalid)")
@pytest.mark.parametrize("f", [*STATISTICS, lambda x: np.quantile(x, 0.25)], ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [[np.nan, np.nan], [np.nan, 1.0], [np.inf, 1.0], [1e8, 1e8 + 1.0, 1e8 + 2.0]])
@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_statistics_of_special_numbers(f, x, dtype):
    if dtype == np.float16 and max(x) > 1e5 and np.isfinite(max(x)):
        x = [6e4, 6e4, 5e4]
    x = np.array(x, dtype)
    if f in (np.nansum, np.nanprod) and dtype == np.float16:
        x = x / dtype(256)
    with np.errstate(all="ignore"):
        want, got = np.asarray(f(x.astype(float))).astype(dtype), f(Tensor(x, requires_grad=True)).detach().numpy()
    assert (got.dtype, got.shape) == (want.dtype, want.shape)
    np.testing.assert_allclose(got, want, rtol=1e-15 if dtype == np.float64 else 1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: np.quantile(X, t[0]), r"quantile: q must be plain numbers, got Tensor.*detach"),
        (lambda t: np.percentile(t, [t[0, 0] * 9.0]), r"q must be plain numbers"),
        (lambda t: np.interp(t, V, W, period=t[0, 0]), r"period must be plain numbers"),
        (lambda t: np.cov(t, fweights=t[0]), r"fweights must be plain numbers"),
        (lambda t: np.cov(t, fweights=[0.5, 1.0, 1.0]), r"fweights must be non-negative integers, got \[0.5"),
        (lambda t: np.cross(t[:, :2], t[:, :2]), r"3 entries, got shapes \(2, 2\) and \(2, 2\): append a 0"),
        (lambda t: np.select([t], [t]), r"conditions must be truth values, such as x > 0, got Tensor"),
        (lambda t: np.einsum(t, [0, 60]), r"from 0 to 51 or \.\.\., got 60"),
        (lambda t: np.average(t, weights=[1.0, 2.0]), r"weights of shape \(2,\) must have the shape \(2, 3\)"),
        (lambda t: np.average(t, 1, [1.0, -1.0, 0.0]), r"sum of weights must not be 0"),
        (lambda t: np.gradient(t, 1.0, 2.0, 3.0), r"1 or 2 spacings"),
        (
            lambda t: np.median(t, overwrite_input=True),
            r"np\.median of a tensor takes \(a.*without 'overwrite_input': a tensor",
        ),
        (lambda t: np.quantile(t, 0.5, weights=X), r"without 'weights': repeat"),
    ],
)
def test_refused_arguments_name_the_cure(call, message):
    with pytest.raises((TypeError, ValueError, ZeroDivisionError), match=message):
        call(Tensor(X, requires_grad=True))


@pytest.mark.parametrize(("f", "args"), [case for case in CASES if "gradient" not in case.id])
def test_constants_of_integers_have_the_value_and_dtype_of_numpy(f, args):
    arrays = [np.rint(4.0 * a).astype(int) for a in args]
    want = np.asarray(f(*arrays))
    got = f(*map(Tensor, arrays))
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(("f", "args"), CASES)
def test_the_back_end_of_scalars_follows_or_names_that_of_arrays(f, args):
    def loss(*arrays):
        return np.sum(f(*arrays))

    gradient = ag.grad(loss, argnums=tuple(range(len(args))))
    try:
        found = ag.compile(gradient, backend="python")(*args)
    except TypeError:
        with pytest.raises(TypeError, match="backend='numpy'"):
            ag.compile(gradient, backend="python")(*args)
        return
    for got, want in zip(found, gradient(*args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


# NumPy's nan_to_num leaves objects as they are.
@pytest.mark.parametrize(("f", "args"), [case for case in CASES if "nan_to_num" not in case.id])
def test_arrays_of_values_are_followed_or_refused(f, args):
    objects = [object_array([ag.Value(x) for x in a.ravel().tolist()], a.shape) for a in args]
    try:
        total = np.sum(f(*objects))
    except (TypeError, AttributeError):  # raised by NumPy itself, which computes with objects by their operators
        return
    tensors = [Tensor(a, requires_grad=True) for a in args]
    want = np.sum(f(*tensors))
    np.testing.assert_allclose(total.item(), want.item(), rtol=1e-12)
    for got, expected in zip(ag.gradients(total, objects), ag.gradients(want, tensors), strict=True):
        np.testing.assert_allclose(np.asarray(got, float), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, w: np.sum(np.quantile(x, w)),
        lambda x, w: np.sum(np.percentile(x, w)),
        lambda x, w: np.cov(x, fweights=w, ddof=0),
        lambda x, w: np.cov(x, aweights=w, ddof=0),
        lambda x, w: np.average(x, weights=w),
        lambda x, w: np.sum(np.interp(x, [0.0, 1.0, 2.0], w)),
        lambda x, w: np.sum(np.interp(x, w, [2.0, 5.0, 1.0])),
    ],
)
def test_a_tape_follows_an_array_from_outside(f):
    outside = np.array([0.0, 0.0, 1.0])
    tape = ag.compile(lambda x: f(x, outside))
    for numbers in ([0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]):
        outside[:] = numbers
        np.testing.assert_allclose(tape(V), f(V, outside), rtol=1e-12)
