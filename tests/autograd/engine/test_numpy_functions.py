"""NumPy functions on tensors: autograd's function, a plain result, or an error."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.engine import numpy_functions

X = np.array([[1.5, 2.0, 0.5], [4.0, 3.0, 1.0]])
SQUARE = np.array([[4.0, 1.0], [1.0, 3.0]])

CALLS = {
    "sum": lambda np, t: np.sum(t, axis=0, keepdims=True),
    "mean": lambda np, t: np.mean(t, 1),
    "max": lambda np, t: np.max(t, axis=1),
    "min": lambda np, t: np.min(t),
    "prod": lambda np, t: np.prod(t, axis=-1),
    "std": lambda np, t: np.std(t, axis=1, ddof=1),
    "var": lambda np, t: np.var(t, keepdims=True),
    "cumsum": lambda np, t: np.cumsum(t),
    "cumprod": lambda np, t: np.cumprod(t, axis=1),
    "reshape": lambda np, t: np.reshape(t, (3, 2)),
    "ravel": lambda np, t: np.ravel(t),
    "transpose": lambda np, t: np.transpose(t, axes=(1, 0)),
    "swapaxes": lambda np, t: np.swapaxes(t, 0, 1),
    "moveaxis": lambda np, t: np.moveaxis(t, 0, -1),
    "squeeze": lambda np, t: np.squeeze(t[:1], axis=0),
    "expand_dims": lambda np, t: np.expand_dims(t, axis=1),
    "broadcast_to": lambda np, t: np.broadcast_to(t, (2, 2, 3)),
    "flip": lambda np, t: np.flip(t, axis=1),
    "roll": lambda np, t: np.roll(t, shift=1, axis=1),
    "concatenate": lambda np, t: np.concatenate([t, X], axis=1),
    "stack": lambda np, t: np.stack((X, t), axis=-1),
    "split": lambda np, t: np.split(t, 3, axis=1)[1],
    "tile": lambda np, t: np.tile(t, reps=(1, 2)),
    "repeat": lambda np, t: np.repeat(t, 2, axis=0),
    "pad": lambda np, t: np.pad(t, 1, mode="constant", constant_values=2.0),
    "take": lambda np, t: np.take(t, [0, 0, 5]),
    "take_along_axis": lambda np, t: np.take_along_axis(t, X.argsort(1), axis=1),
    "sort": lambda np, t: np.sort(t, axis=None),
    "diag": lambda np, t: np.diag(t, k=1),
    "diagonal": lambda np, t: np.diagonal(t),
    "trace": lambda np, t: np.trace(t),
    "triu": lambda np, t: np.triu(t),
    "tril": lambda np, t: np.tril(t, -1),
    "dot": lambda np, t: np.dot(X.T, t),
    "inner": lambda np, t: np.inner(t, t),
    "outer": lambda np, t: np.outer(t, [1.0, 2.0]),
    "tensordot": lambda np, t: np.tensordot(t, X, axes=([0], [0])),
    "einsum": lambda np, t: np.einsum("ij,kj->ik", t, X),
    "convolve": lambda np, t: np.convolve(t[0], t[1], mode="same"),
    "matmul": lambda np, t: np.matmul(t, X.T),
    "clip": lambda np, t: np.clip(t, 1.2, 3.5),
    "where": lambda np, t: np.where(X > 1.0, t, 0.0),
    "round": lambda np, t: np.round(t),
    "sinc": lambda np, t: np.sinc(t / 3.5),
}
if hasattr(np, "astype"):  # since NumPy 2.1
    CALLS["astype"] = lambda np, t: np.astype(t, "float32")
LINALG = {
    "inv": lambda linalg, t: linalg.inv(t),
    "det": lambda linalg, t: linalg.det(t),
    "solve": lambda linalg, t: linalg.solve(t, np.ones(2)),
    "slogdet": lambda linalg, t: linalg.slogdet(t).logabsdet,
    "norm": lambda linalg, t: linalg.norm(t, axis=1),
}


def assert_the_same(through_numpy, ours, plain):
    assert isinstance(through_numpy, Tensor)
    assert through_numpy.requires_grad
    assert through_numpy.op is ours.op
    np.testing.assert_array_equal(through_numpy.numpy(), ours.numpy())
    np.testing.assert_allclose(through_numpy.numpy(), plain, rtol=1e-14)
    assert through_numpy.dtype == np.asarray(plain).dtype


@pytest.mark.parametrize("name", CALLS)
def test_numpy_function_calls_autograd(name):
    t = Tensor(X, requires_grad=True)
    assert_the_same(CALLS[name](np, t), CALLS[name](ag, t), CALLS[name](np, X))


@pytest.mark.parametrize("name", LINALG)
def test_numpy_linalg_calls_autograd(name):
    t = Tensor(SQUARE, requires_grad=True)
    assert_the_same(LINALG[name](np.linalg, t), LINALG[name](ag, t), LINALG[name](np.linalg, SQUARE))


def test_every_function_that_has_a_counterpart_is_called_here():
    called = {getattr(np, name) for name in CALLS} | {getattr(np.linalg, name) for name in LINALG}
    composed = {getattr(np, name) for names in numpy_functions._COMPOSED.values() for name in names.split()}
    composed |= {getattr(np.linalg, name) for name in numpy_functions._COMPOSED_OF_MATRICES.split()}
    assert called | composed | {np.amax, np.amin, np.around, np.full_like} == {*numpy_functions._OURS, np.matmul}


def test_other_names_of_the_same_functions():
    t = Tensor(X, requires_grad=True)
    assert np.amax(t).item() == 4.0
    assert np.amin(t, axis=1).numpy().tolist() == [0.5, 1.0]
    assert np.around(t).requires_grad


PREDICATES = [
    np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.isnan, np.isinf, np.isfinite, np.isposinf, np.isneginf,
    np.signbit, np.logical_not, np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.any, np.all, np.isrealobj,
    np.iscomplexobj, np.zeros_like, np.ones_like, np.array_repr, np.array_str, np.array2string, np.result_type,
    lambda a: np.array_equal(a, X), lambda a: np.array_equiv(a, X), lambda a: np.allclose(X, a), lambda a: np.isclose(a, 2.0),
    np.isreal, np.iscomplex, np.nanargmax, np.nanargmin, np.lexsort, lambda a: np.argpartition(a, 1),
    lambda a: np.digitize(a, [1.0, 2.0]), lambda a: np.isin(a, [2.0, 3.0]), lambda a: np.full_like(a, 3),
    lambda a: np.empty_like(a).shape, lambda a: np.shares_memory(a, a), lambda a: np.einsum_path("ij,ij", a, a)[1],
    lambda a: np.may_share_memory(a, a), lambda a: np.searchsorted(a[1] * 0, 1.0), lambda a: np.can_cast(a.dtype, float),
    lambda a: a < 2.0, lambda a: np.less_equal(a, 2.0), lambda a: np.logical_and(a, a), lambda a: np.argmax(a, axis=1),
]  # fmt: skip


@pytest.mark.parametrize("ask", PREDICATES, ids=lambda f: f.__name__)
def test_predicates_return_plain_results(ask):
    got, want = ask(Tensor(X, requires_grad=True)), ask(X)
    assert isinstance(got, type(want))
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda t: np.nancumsum(t), r"nancumsum would lose the gradient of a node: write np\.cumsum.*detach\(\)\.numpy\(\)"),
        (lambda t: np.fft.rfft(t), r"numpy\.fft\.rfft would lose .* nodes are real: np\.cos\(w\) @ x"),
        (lambda t: np.fft.fftshift(t), r"fftshift .* np\.roll"),
        (lambda t: np.real(t), r"numpy\.real .* x itself"),
        (lambda t: np.linalg.eig(t), r"numpy\.linalg\.eig .*np\.linalg\.eigh of a symmetric matrix"),
        (lambda t: np.linalg.eigvals(t), r"np\.linalg\.eigvalsh of a symmetric matrix"),
        (lambda t: np.linalg.tensorinv(t), r"np\.linalg\.inv or solve of x reshaped"),
        (lambda t: np.linalg.pinv(t, rcond=t[0, 0]), r"rcond must be plain numbers"),
        (lambda t: np.linalg.matrix_power(t[:, :2], 0.5), r"n must be an integer, got 0\.5"),
        (lambda t: t * 1j, r"real numbers, not 1j .*z\.real and z\.imag"),
        (lambda t: np.array([1j, 2.0, 3.0]) * t, r"z\.real and z\.imag"),
        (lambda t: 1j * ag.Value(2.0), r"real number is required, not 1j of type complex: .*z\.real and z\.imag"),
        (lambda t: np.vstack([t, [1j, 0.0, 0.0]]), r"z\.real and z\.imag"),
        (lambda t: np.histogram(t), r"numpy\.histogram would lose"),
        (lambda t: np.linalg.trace(t), r"numpy\.linalg\.trace.* np\.trace\(x, axis1=-2"),
        (lambda t: np.put(t, [0], [1.0]), "put"),
        (lambda t: np.full_like(X, t), "lose the gradient"),
        (lambda t: np.full_like(t, t[0, 0]), "lose the gradient"),
        (lambda t: np.copyto(X.copy(), t), "copyto"),
        (lambda t: np.save("/nowhere", t), "save"),
        (
            lambda t: np.sum(t, initial=1.0),
            r"np\.sum of a tensor is autograd\.sum\(x, axis=None, keepdims=False\), without 'initial': combine",
        ),
        (lambda t: np.sum(t, dtype=int), r"without 'dtype': .* floating-point"),
        (lambda t: t.sum(0, out=X), "without 'out': use the tensor"),
        (lambda t: t.max(initial=0.0), "without 'initial'"),
        (lambda t: t.sum(0, None, None, False, 1, 2, 3), r"np\.sum takes at most 7 positional arguments, got 8"),
        (lambda t: t.sum(axes=0), "without 'axes'"),
        (lambda t: t.sum(0, True), "without 'dtype': write keepdims=True"),
        (lambda t: t.max(0, True), "without 'out': write keepdims=True"),
        (lambda t: np.sum(X, out=t), "'out'"),
        (lambda t: np.concatenate([t], dtype=np.float32), "'dtype'"),
        (lambda t: np.mean(t, where=X > 1), "'where'"),
        (lambda t: np.sort(t, kind="stable"), "'kind'"),
        (lambda t: np.add.reduce(t, initial=1.0), r"np\.add\.reduce\(…, initial=…\) .*autograd\.sum;"),
        (lambda t: np.hypot.reduce(t, dtype=float), r"np\.hypot\.reduce\(…, dtype=…\) .*: leave them out;"),
        (lambda t: np.copysign.outer(t, t, where=True), r"np\.copysign\.outer.*: leave them out;"),
        (lambda t: np.multiply.reduceat(t, [0, 1]), "stack the results for slices of x"),
        (lambda t: np.add.at(t, 0, 1.0), r"add autograd\.put\(values, index, x\.shape\)"),
        (lambda t: np.add(t, t, out=np.zeros_like(X)), r"np\.add\(…, out=…\)"),
        (lambda t: np.heaviside(t, 0.5), r"np\.heaviside"),
        (lambda t: np.asarray(t), r"would lose its gradient"),
        (lambda t: np.array([t, t]), r"would lose its gradient"),
    ],
)
def test_functions_that_would_lose_a_gradient_raise(call, named):
    with pytest.raises(TypeError, match=named):
        call(Tensor(X, requires_grad=True))


def test_sparse_matrices_name_toarray():
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(SQUARE)
    t = Tensor(SQUARE, requires_grad=True)
    for call in (lambda: sparse @ t, lambda: t @ sparse, lambda: ag.matmul(sparse, t), lambda: sparse.dot(t)):
        with pytest.raises(TypeError, match=r"\.toarray\(\)"):
            call()


@pytest.mark.parametrize("index", [0, (0, slice(1, 2)), [0, 1], ...])
@pytest.mark.parametrize("requires_grad", [False, True])
def test_an_assignment_to_entries_names_functions_that_return_a_new_tensor(index, requires_grad):
    t = Tensor(X, requires_grad=requires_grad)
    with pytest.raises(TypeError, match=r"shape \(2, 3\).*autograd\.where.*autograd\.stack.*autograd\.put"):
        t[index] = 3.0
    np.testing.assert_array_equal(t.numpy(), X)


@pytest.mark.parametrize("f", [np.std, np.var, lambda v: np.vdot(v, v)])
@pytest.mark.parametrize("container", [list, np.array])
def test_squares_of_values_in_numpy_name_stack(f, container):
    values = [ag.Value(1.0), ag.Value(2.0)]
    with pytest.raises(TypeError, match=r"array of Values.*Value\(data=.*np\.std\(autograd\.stack\(values\)\)"):
        f(container(values))
    assert np.std(ag.stack(values)).item() == 0.5


def test_an_array_is_not_added_to_in_place():
    array = X.copy()
    with pytest.raises(TypeError, match="out"):
        array += Tensor(X, requires_grad=True)
    np.testing.assert_array_equal(array, X)


def test_any_numpy_function_accepts_constants():
    t = Tensor(X)
    assert np.delete(t, 0, axis=0).shape == (1, 3)
    assert type(np.delete(t, 0, axis=0)) is np.ndarray
    assert isinstance(np.sum(t), Tensor)
    with ag.no_grad():
        assert np.median(Tensor(X, requires_grad=True)) == np.median(X)


def test_gradients_flow_through_a_function_written_for_numpy():
    def energy(x):
        centred = x - np.mean(x, axis=0)
        return np.sum(np.linalg.norm(np.concatenate([centred, np.exp(-centred)]), axis=1))

    want = ag.grad(lambda x: ag.sum(ag.norm(ag.concatenate([x - ag.mean(x, 0), ag.exp(-(x - ag.mean(x, 0)))]), axis=1)))(X)
    np.testing.assert_allclose(ag.grad(energy)(X), want, rtol=1e-14)
    assert isinstance(energy(X), float)


def test_another_class_with_the_protocol_is_called():
    class Other:
        def __array_function__(self, function, types, args, kwargs):
            return "other"

    assert np.concatenate([Tensor(X, requires_grad=True), Other()]) == "other"


#: For functions that are refused: a call, and what its error says to write instead.
CURES = {
    "bincount": (lambda x: np.bincount([0, 1, 1], weights=x), lambda x: ag.put(x, np.array([0, 1, 1]), (2,))),
    "correlate": (lambda x: np.correlate(x, X[0, :2]), lambda x: np.convolve(x, X[0, 1::-1], "valid")),
    "diagflat": (lambda x: np.diagflat(x, 1), lambda x: np.diag(np.ravel(x), 1)),
    "ediff1d": (lambda x: np.ediff1d(x), lambda x: np.diff(np.ravel(x))),
    "fix": (lambda x: np.fix(x), lambda x: np.trunc(x)),
    "logaddexp2": (
        lambda x: np.logaddexp2(x, 1.0),
        lambda x: np.logaddexp(x * np.log(2.0), 1.0 * np.log(2.0)) / np.log(2.0),
    ),
    "logspace": (lambda x: np.logspace(x, 2.0, 4), lambda x: 10.0 ** np.linspace(x, 2.0, 4)),
    "polymul": (lambda x: np.polymul(x, X[1]), lambda x: np.convolve(x, X[1])),
    "resize": (lambda x: np.resize(x, 7), lambda x: np.tile(x, 3)[:7]),
    "sliding_window_view": (
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 2),
        lambda x: x[np.arange(2)[:, None] + np.arange(2)],
    ),
    "vander": (lambda x: np.vander(x, 4), lambda x: x[:, None] ** np.arange(4)[::-1]),
    "vecdot": (lambda x: np.vecdot(x, X), lambda x: np.sum(x * X, -1)),
}


@pytest.mark.parametrize("name", [name for name in CURES if name != "vecdot" or hasattr(np, name)])
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # from NumPy 2.5 on
def test_the_cure_of_a_refused_function_gives_its_result(name):
    call, cure = CURES[name]
    x = Tensor(X[0], requires_grad=True)
    with pytest.raises(TypeError, match=rf"{name} .*: (write|use) "):
        call(x)
    np.testing.assert_allclose(cure(x).numpy(), call(X[0]), rtol=1e-14)
    assert cure(x).requires_grad
