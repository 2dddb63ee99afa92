"""`autograd.scipy`: SciPy's values, checked gradients, and errors that say what there is."""

import importlib

import numpy as np
import pytest

import autograd as ag
from autograd import check_gradients

pytest.importorskip("scipy")
import autograd.scipy.stats.norm as norm
import scipy.integrate
import scipy.signal
import scipy.special
import scipy.stats
from autograd.scipy import special
from autograd.scipy.integrate import odeint
from autograd.scipy.signal import convolve
from autograd.scipy.stats import multivariate_normal, t

X = np.array([-40.0, -3.0, -0.5, 0.0, 1.0, 6.0])


def same(got, want, rtol=1e-13):
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-300)
    assert np.shape(got) == np.shape(want)


@pytest.mark.parametrize("name", ["pdf", "cdf", "sf", "logpdf", "logcdf", "logsf"])
def test_the_normal_distribution(name):
    f, reference = getattr(norm, name), getattr(scipy.stats.norm, name)
    for args in ((X,), (X, 0.5, 2.0), (0.5,), (X[:, None], np.array([0.0, 1.0]), np.array([0.5, 2.0])), ([1.0, 2.0],)):
        same(f(*args), reference(*args))
    check_gradients(lambda x, loc, scale: np.sum(f(x, loc, scale)), X[1:], 0.5, 2.0)


@pytest.mark.parametrize("name", ["pdf", "logpdf"])
def test_student_s_distribution(name):
    f, reference = getattr(t, name), getattr(scipy.stats.t, name)
    for args in ((X, 3.0), (X, 4.5, 0.5, 2.0), (0.5, 1.0)):
        same(f(*args), reference(*args), 1e-12)
    check_gradients(lambda x, df, loc, scale: np.sum(f(x, df, loc, scale)), X[1:], 3.5, 0.5, 2.0)


COVARIANCE = np.array([[2.0, 0.3], [0.3, 1.0]])


@pytest.mark.parametrize("name", ["pdf", "logpdf"])
def test_the_multivariate_normal_distribution(name):
    f, reference = getattr(multivariate_normal, name), getattr(scipy.stats.multivariate_normal, name)
    rows, mean = np.arange(12.0).reshape(3, 2, 2) / 6.0, np.array([0.5, -0.5])
    for x in (rows, rows[0], rows[0, 0]):
        for cov in (COVARIANCE, np.array([2.0, 1.0]), 1.5):
            same(f(x, mean, cov), reference(x, mean, cov))
    for x in (X[1:], 0.5):
        same(f(x, 0.5, 2.0), reference(x, 0.5, 2.0))
    check_gradients(lambda x, mean, scale: np.sum(f(x, mean, scale * COVARIANCE + np.diag(mean**2))), rows[0], mean, 1.5)
    want = 0.5 * (np.outer(d := np.linalg.solve(COVARIANCE, rows[0, 0] - mean), d) - np.linalg.inv(COVARIANCE))
    same(ag.grad(lambda c: multivariate_normal.logpdf(rows[0, 0], mean, c))(COVARIANCE), want, 1e-12)
    same(multivariate_normal.entropy(mean, COVARIANCE), scipy.stats.multivariate_normal.entropy(mean, COVARIANCE))
    with pytest.raises(np.linalg.LinAlgError):
        f(rows, mean, -COVARIANCE)


def test_special_functions_are_those_of_scipy_which_take_nodes():
    x = np.array([0.25, 0.5, 0.75])
    assert {"gammaln", "psi", "expit", "logit", "erf", "erfc", "polygamma", "logsumexp", "softmax"} <= set(dir(special))
    for name in ("gammaln", "psi", "expit", "logit", "erf", "erfc", "erfinv", "log_ndtr"):
        assert getattr(special, name) is getattr(scipy.special, name)
        assert isinstance(getattr(special, name)(ag.Tensor(x, requires_grad=True)), ag.Tensor)
    same(special.polygamma(2, x), scipy.special.polygamma(2, x))
    same(ag.grad(lambda t: special.polygamma(1, t))(0.5), scipy.special.polygamma(2, 0.5))
    same(special.softmax(x), scipy.special.softmax(x))


@pytest.mark.parametrize("b", [None, 2.0, np.array([[1.0, 0.0, 3.0], [2.0, 1.0, 0.0]])])
@pytest.mark.parametrize("options", [{}, {"axis": 1}, {"axis": 0, "keepdims": True}, {"axis": (0, 1)}])
def test_logarithms_of_weighted_sums(b, options):
    x = np.array([[1.0, 800.0, -2.0], [0.5, 2.0, -np.inf]])
    same(special.logsumexp(x, b=b, **options), scipy.special.logsumexp(x, b=b, **options))
    x = np.array([[1.0, 3.0, -2.0], [0.5, 0.0, 3.0]])
    check_gradients(lambda x: np.sum(special.logsumexp(x, b=b, **options)), x)
    if b is not None:
        check_gradients(lambda x, b: np.sum(special.logsumexp(x, b=b, **options)), x, b)


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("shapes", [((5,), (3,)), ((3,), (5,)), ((4, 5), (2, 3)), ((4, 3), (4, 3))], ids=str)
def test_convolutions_over_all_axes_are_scipy_s(mode, shapes):
    random = np.random.default_rng(0)
    a, b = (random.standard_normal(shape) for shape in shapes)
    same(convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode=mode, method="direct"), 1e-12)
    check_gradients(lambda a, b: np.sum(np.sin(convolve(a, b, mode=mode))), a, b)


@pytest.mark.parametrize("mode", ["full", "valid"])
@pytest.mark.parametrize("swapped", [False, True])
def test_convolutions_of_images_with_filters(mode, swapped):
    random = np.random.default_rng(0)
    images, filters = random.standard_normal((2, 3, 5, 4)), random.standard_normal((3, 4, 2, 3))
    want = [
        [sum(scipy.signal.convolve(image[c], filters[c, k], mode=mode) for c in range(3)) for k in range(4)] for image in images
    ]
    call = (images, filters, ([2, 3], [2, 3]), ([1], [0]))
    got = convolve(*(call[1], call[0], call[2], call[3][::-1]) if swapped else call, mode=mode)
    same(got.swapaxes(0, 1) if swapped else got, np.array(want), 1e-12)


def test_wrong_convolutions_are_explained():
    with pytest.raises(ValueError, match="got 'circular'"):
        convolve(X, X, mode="circular")
    with pytest.raises(ValueError, match="use 'full'"):
        convolve(np.ones((2, 5)), np.ones((3, 4)), mode="valid")


def test_gradients_of_differential_equations():
    def rate(y, t, a, b):
        return -a * y + b

    y0, times = np.array([1.0, 2.0]), np.array([0.0, 0.3, 1.0])

    def solve(y0, times, a, b):
        return odeint(rate, y0, times, (a, b), rtol=1e-10, atol=1e-12)

    def exact(y0, times, a, b):
        return np.exp(-a * (times[:, None] - times[0])) * (y0 - b / a) + b / a

    same(solve(y0, times, 2.0, 0.5), exact(y0, times, 2.0, 0.5), 1e-8)
    got, want = (ag.grad(lambda *xs, f=f: np.sum(np.sin(f(*xs))), (0, 1, 2, 3))(y0, times, 2.0, 0.5) for f in (solve, exact))
    for x, y in zip(got, want, strict=True):
        same(x, y, 1e-6)


@pytest.mark.parametrize(
    ("module", "there"),
    [("autograd.scipy.fft", "special, stats"), ("autograd.scipy.stats.cauchy", "multivariate_normal, norm, t")],
)
def test_absent_modules_are_an_error_that_says_what_there_is(module, there):
    package, _, name = module.rpartition(".")
    for call in (lambda: importlib.import_module(module), lambda: __import__(package, fromlist=[name])):
        with pytest.raises(ImportError, match=f"{there}; declare"):
            call()
    with pytest.raises(AttributeError, match=r"SciPy's ufuncs, logsumexp.*not 'comb'"):
        special.comb  # noqa: B018
