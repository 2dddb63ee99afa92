"""Ufuncs of SciPy made of ops: SciPy's values, dtypes and special values, and derivatives of two orders to the last digits."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value

special = pytest.importorskip("scipy.special")
mpmath = pytest.importorskip("mpmath")

TAILS = np.array([-1e9, -1e3, -60.0, -37.0, -12.0, -11.9, -2.0, -0.1, 0.0, 0.3, 4.0, 9.0])
INSIDE = np.array([1e-300, 1e-9, 0.1, 0.5, 0.7, 0.999])
NUMBERS = np.array([1e-12, 0.2, 0.9999999, 1.0, 1.3, 700.0])
CALLS = {
    "erfcinv": (special.erfcinv, 2.0 * INSIDE),
    "erfinv": (special.erfinv, np.array([-0.9, -1e-9, 0.0, 1e-300, 0.6, 0.9999])),
    "ndtri": (special.ndtri, INSIDE),
    "ndtr": (special.ndtr, TAILS[2:]),
    "log_ndtr": (special.log_ndtr, TAILS),
    "entr": (special.entr, NUMBERS),
    "rel_entr by x": (lambda x: special.rel_entr(x, 1.0), NUMBERS),
    "rel_entr by y": (lambda y: special.rel_entr(1.0, y), NUMBERS),
    "kl_div": (lambda x: special.kl_div(x, 2.0), NUMBERS),
    "gammainc": (lambda x: special.gammainc(1.5, x), NUMBERS),
    "gammaincc": (lambda x: special.gammaincc(0.7, x), NUMBERS[:-1]),
    "betainc": (lambda x: special.betainc(2.0, 0.5, x), INSIDE),
}


#: Exact values, where those of SciPy before 1.15 lose digits.
VALUES = {"rel_entr by x": lambda x: x * mpmath.log(x), "rel_entr by y": lambda y: -mpmath.log(y)}


def mills(x):
    """φ(x) / Φ(x)."""
    return mpmath.npdf(x) / (mpmath.erfc(-x / mpmath.sqrt(2)) / 2)


def quantile_slope(p):
    """1 / φ(Φ⁻¹(p)); 1 − 2 p is exact."""
    return 1 / mpmath.npdf(mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * p))


SLOPES = {
    "erfcinv": lambda x: -quantile_slope(x / 2) / 2 / mpmath.sqrt(2),
    "erfinv": lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(mpmath.erfinv(x) ** 2),
    "ndtri": quantile_slope,
    "ndtr": mpmath.npdf,
    "log_ndtr": mills,
    "entr": lambda x: -mpmath.log(x) - 1,
    "rel_entr by x": lambda x: mpmath.log(x) + 1,
    "rel_entr by y": lambda y: -1 / y,
    "kl_div": lambda x: mpmath.log(x / 2),
    "gammainc": lambda x: x ** mpmath.mpf(0.5) * mpmath.exp(-x) / mpmath.gamma(1.5),
    "gammaincc": lambda x: -(x ** mpmath.mpf(0.7 - 1.0)) * mpmath.exp(-x) / mpmath.gamma(0.7),
    "betainc": lambda x: x / mpmath.sqrt(1 - x) / mpmath.beta(2, 0.5),
}
CURVATURES = {
    "ndtr": lambda x: -x * mpmath.npdf(x),
    "log_ndtr": lambda x: -mills(x) * (x + mills(x)),
    "entr": lambda x: -1 / x,
    "rel_entr by x": lambda x: 1 / x,
    "rel_entr by y": lambda y: 1 / y**2,
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", CALLS)
def test_values_are_those_of_scipy_in_the_dtype_of_the_argument(name, dtype):
    f, x = CALLS[name]
    x = x.astype(dtype)
    want, got = f(x), f(Tensor(x, requires_grad=True))
    if name in VALUES:
        want = np.array([float(VALUES[name](mpmath.mpf(float(point)))) for point in x])
    assert got.requires_grad
    assert got.dtype == dtype  # SciPy returns float64 for some
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-12 if dtype == np.float64 else 1e-5, atol=1e-300)
    if dtype == np.float64:
        assert f(Value(x[3])).data == pytest.approx(want[3], rel=1e-12)


@pytest.mark.parametrize(("name", "judge", "order"), [
    *[(name, judge, 1) for name, judge in SLOPES.items()], *[(name, judge, 2) for name, judge in CURVATURES.items()],
])  # fmt: skip
def test_derivatives_have_their_digits(name, judge, order):
    f, x = CALLS[name]
    derivative = ag.grad(lambda t: ag.sum(f(t)))
    if order == 2:
        derivative = ag.grad(lambda t, first=derivative: ag.sum(first(t)))
    x = x[(np.abs(x) < 1e4) & (x > (-1e4 if order == 1 else -20.0))]
    with mpmath.workdps(400):
        want = [float(judge(mpmath.mpf(float(point)))) for point in x]
    for found in (derivative(x), ag.compile(derivative)(x), ag.vmap(derivative)(x[:, None])[:, 0]):
        np.testing.assert_allclose(found, want, rtol=2e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (special.entr, [-1.0, 0.0, 1.0], [0.0, np.inf, -1.0]),
        (lambda x: special.rel_entr(x, 2.0), [-1.0, 0.0, 2.0], [0.0, -np.inf, 1.0]),
        (lambda y: special.rel_entr(0.0, y), [-1.0, 0.0, 2.0], [0.0, 0.0, 0.0]),
        (lambda y: special.rel_entr(1.0, y), [-1.0, 0.0, 1.0], [0.0, 0.0, -1.0]),
        (special.log_ndtr, [-np.inf, np.inf, -1e200], [np.inf, 0.0, 1e200]),
    ],
)
def test_ends_of_the_domain(f, x, slope):
    x = np.array(x)
    np.testing.assert_array_equal(f(Tensor(x)).numpy(), f(x))
    np.testing.assert_array_equal(ag.grad(lambda t: ag.sum(f(t)))(x), slope)


def test_shape_parameters_have_no_derivative():
    x = Value(0.5)
    for call in (lambda: special.gammainc(x, 0.5), lambda: special.gammaincc(x, x), lambda: special.betainc(1.0, x, 0.5)):
        with pytest.raises(TypeError, match=r"no derivative with respect to [ab], got Value.*pass a number"):
            call()
    with pytest.raises(ValueError, match="one number above 0"):
        special.gammainc(np.array([1.0, 2.0]), Tensor([1.0, 2.0]))


def test_functions_that_scipy_does_not_dispatch_name_the_op():
    pytest.importorskip("scipy", "1.16", reason="older versions look into arguments, and fail there, before they convert them")
    linalg, fft = pytest.importorskip("scipy.linalg"), pytest.importorskip("scipy.fft")
    t = Tensor(np.eye(2), requires_grad=True)
    for call, cure in [
        (lambda: special.logsumexp(t), r"use autograd\.logsumexp,"),
        (lambda: special.softmax(t, axis=1), r"use autograd\.softmax,"),
        (lambda: special.log_softmax(t), r"use autograd\.log_softmax,"),
        (lambda: special.polygamma(1, t), r"use autograd\.polygamma,"),
        (lambda: fft.rfft(t), r"np\.cos\(w\) @ x"),
        (lambda: linalg.eigh(t), r"use np\.linalg\.eigh,"),
        (lambda: linalg.solve(t, np.ones(2)), r"use np\.linalg\.solve,"),
        (lambda: linalg.solve_triangular(t, np.ones(2)), r"use autograd\.solve\(autograd\.tril\(a\), b\)"),
        (lambda: special.logsumexp(Value(1.0)), r"use autograd\.logsumexp;"),
    ]:
        with pytest.raises(TypeError, match=cure):
            call()
    with pytest.raises(TypeError, match=r"S\.toarray\(\) @ x"):
        pytest.importorskip("scipy.sparse").csr_matrix(np.eye(2)).dot(t)
