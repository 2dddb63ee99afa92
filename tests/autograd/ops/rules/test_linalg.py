"""Linear algebra: NumPy's values on any stack of matrices, derivatives to the second order, singular matrices, errors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Tensor, grad, gradients, hessian
from tests.autograd.ops.rules.array_agreement import DTYPES, assert_derivatives, assert_like_numpy, integers, leaves

ROUNDING = {np.float64: 1e-11, np.float32: 1e-3}
STACKS = st.sampled_from([(), (2,), (2, 1), (0,)])


@st.composite
def well_conditioned(draw, stack=None, n=None, dtype=np.float64):
    """Matrices with singular values between 1 and 3."""
    stack = draw(STACKS) if stack is None else stack
    n = draw(st.integers(0, 3)) if n is None else n
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    u, _, v = np.linalg.svd(rng.normal(size=(*stack, n, n)))
    return (u * rng.uniform(1.0, 3.0, (*stack, 1, n)) @ v).astype(dtype)


def symmetric(x):
    return x @ np.swapaxes(x, -1, -2)


@pytest.mark.parametrize("name", ["inv", "det", "cholesky"])
@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_function_of_matrices_agrees_with_numpy(name, data, dtype):
    x = data.draw(well_conditioned(dtype=dtype))
    x = symmetric(x) if name == "cholesky" else x
    assert_like_numpy(getattr(ag, name), getattr(np.linalg, name), x, rtol=ROUNDING[dtype])


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_slogdet_agrees_with_numpy_and_has_a_constant_sign(data, dtype):
    x = data.draw(well_conditioned(dtype=dtype))
    want = np.linalg.slogdet(x)
    for got in (ag.slogdet(x), ag.slogdet(Tensor(x, requires_grad=True))):
        np.testing.assert_array_equal(np.asarray(got.sign), want.sign)
        np.testing.assert_array_equal(np.asarray(got.logabsdet.data), want.logabsdet)
    sign, logabsdet = got
    assert not sign.requires_grad
    assert logabsdet.requires_grad
    assert sign.dtype == logabsdet.dtype == dtype


@given(data=st.data(), dtype=st.sampled_from(DTYPES))
def test_solve_agrees_with_numpy(data, dtype):
    n = data.draw(st.integers(1, 3))
    a = data.draw(well_conditioned(data.draw(st.sampled_from([(), (2,), (3, 1)])), n, dtype))
    columns = data.draw(st.sampled_from([(n,), (n, 2), (n, 0), (2, n, 1)]))
    assert_like_numpy(ag.solve, np.linalg.solve, a, data.draw(integers(columns, dtype)), rtol=ROUNDING[dtype])


@pytest.mark.parametrize(
    "f",
    [
        ag.inv,
        ag.det,
        ag.logabsdet,
        ag.cofactors,
        lambda x: ag.cholesky(x @ x.mT),
        lambda x: ag.solve(x, np.arange(3.0)),
        lambda x: ag.solve(x, x.mT),
        lambda x: ag.slogdet(ag.cholesky(x @ x.mT)).logabsdet,
    ],
    ids=["inv", "det", "logabsdet", "cofactors", "cholesky", "solve vector", "solve matrix", "log-likelihood"],
)
@given(data=st.data(), seed=st.integers(0, 99))
def test_derivatives_agree_with_differences(f, data, seed):
    assert_derivatives(f, data.draw(well_conditioned(stack=data.draw(st.sampled_from([(), (2,)])), n=3)), seed=seed)


@given(data=st.data())
def test_solve_has_the_derivatives_of_inv_times_b(data):
    a, b = data.draw(well_conditioned((2,), 3)), data.draw(integers((3, 2)))
    w = np.arange(12.0).reshape(2, 3, 2)
    one, other = leaves([a, b]), leaves([a, b])
    found = gradients(ag.solve(*one), one, w), gradients(ag.inv(other[0]) @ other[1], other, w)
    for got, want in zip(*found, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11)


def minors(x):
    """Cofactors by definition: signed determinants without row i and column j."""
    n = len(x)

    def determinant(m):
        return sum(
            (-1.0) ** sum(p[i] > p[j] for i in range(len(p)) for j in range(i + 1, len(p)))
            * math.prod(m[i, j] for i, j in enumerate(p))
            for p in itertools.permutations(range(len(m)))
        )

    without = [[np.delete(np.delete(x, i, 0), j, 1) for j in range(n)] for i in range(n)]
    return np.array([[(-1.0) ** (i + j) * determinant(without[i][j]) for j in range(n)] for i in range(n)])


@given(data=st.data())
def test_gradient_of_det_is_that_of_the_polynomial_at_singular_matrices_too(data):
    x = data.draw(st.one_of(integers((3, 3)), integers((3, 1)).map(lambda u: u * [1.0, 2.0, 0.0]), integers((2, 2))))
    np.testing.assert_allclose(grad(ag.det)(x), minors(x), atol=1e-12)


def test_gradient_of_det_where_a_matrix_of_the_stack_is_not_a_number():
    x = Tensor(np.stack([np.full((2, 2), np.nan), np.eye(2)]), requires_grad=True)
    ag.det(x).backward(np.ones(2))
    assert np.isnan(x.grad[0]).all()
    np.testing.assert_array_equal(x.grad[1], np.eye(2))


def test_second_derivative_of_det_is_known_where_there_is_an_inverse():
    np.testing.assert_allclose(
        hessian(ag.det)(np.array([[1.0, 2.0], [3.0, 4.0]])).reshape(4, 4),
        [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]],
        atol=1e-12,
    )
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        hessian(ag.det)(np.zeros((2, 2)))


def test_singular_matrix_has_logabsdet_of_minus_infinity_and_no_derivative():
    x = Tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    y = ag.slogdet(x)
    assert (y.sign.item(), y.logabsdet.item()) == (0.0, -math.inf)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        y.logabsdet.backward()


def test_cholesky_reads_the_symmetric_part_and_has_a_symmetric_gradient():
    x = np.array([[4.0, 1.0], [3.0, 5.0]])
    np.testing.assert_array_equal(ag.cholesky(x), np.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]))
    t = Tensor(x, requires_grad=True)
    ag.sum(ag.cholesky(t) * np.array([[1.0, 7.0], [2.0, 3.0]])).backward()
    np.testing.assert_array_equal(t.grad, t.grad.T)


def test_log_determinant_by_cholesky_has_the_inverse_as_gradient():
    x = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
    found = grad(lambda a: 2.0 * ag.sum(ag.log(ag.diagonal(ag.cholesky(a)))))(x)
    np.testing.assert_allclose(found, np.linalg.inv(x), rtol=1e-13, atol=1e-13)


SQUARE, WIDE = np.eye(2), np.ones((2, 3))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        *[(f, rf"{f.name}: .* got \(2, 3\)") for f in (ag.inv, ag.det, ag.logabsdet, ag.cholesky, ag.cofactors)],
        (ag.slogdet, r"logabsdet: .* got \(2, 3\)"),
        (lambda x: ag.inv(x[0]), r"inv: .* got \(3,\)"),
        (lambda x: ag.solve(x, SQUARE), r"solve: .* got \(2, 3\)"),
        (lambda x: ag.solve(SQUARE, x.mT), r"solve: shapes \(2, 2\) and \(3, 2\)"),
        (lambda x: ag.solve(SQUARE, x[0]), r"solve: shapes \(2, 2\) and \(3,\)"),
        (lambda x: ag.solve(SQUARE, x[0, 0]), r"solve: shapes \(2, 2\) and \(\)"),
    ],
)
@pytest.mark.parametrize("make", [Tensor, np.array])
def test_shape_errors(make, call, named):
    with pytest.raises(ValueError, match=named):
        call(make(WIDE))


def test_errors_of_singular_matrices():
    for call in (ag.inv, lambda x: ag.solve(x, SQUARE), lambda x: ag.cholesky(x - 2.0)):
        with pytest.raises(np.linalg.LinAlgError, match=r"of \(2, 2\) float64"):
            call(Tensor(np.ones((2, 2))))
