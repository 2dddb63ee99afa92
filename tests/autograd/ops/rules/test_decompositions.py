"""Decompositions: identities with polynomials and inverses to the third order, equal and zero values, errors, peers."""

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, grad, hessian, jvp
from tests.autograd.ops.rules.array_agreement import assert_like_numpy
from tests.laws.linalg_calls import STACK, A, B, X

W = np.cos(np.arange(9.0)).reshape(3, 3)


def t(x):
    return np.swapaxes(x, -1, -2)


def symmetric(a):
    return a + t(a)


def of_eigenvalues(a, f):
    w, v = np.linalg.eigh(symmetric(a))
    return (v * f(w)[..., None, :]) @ t(v)


def reconstructed(a, f=lambda s: s):
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return (u * f(s)[..., None, :]) @ v


#: Functions through decompositions, and equal ones without; square arguments.
IDENTITIES = {
    "Σ w³ = tr a³": (lambda a: np.sum(np.linalg.eigvalsh(symmetric(a)) ** 3),
                     lambda a: np.trace(np.linalg.matrix_power(symmetric(a), 3))),
    "v w² vᵀ = a²": (lambda a: np.sum(W * of_eigenvalues(a, lambda w: w * w)),
                     lambda a: np.sum(W * (symmetric(a) @ symmetric(a)))),
    "v w⁻¹ vᵀ = a⁻¹": (lambda a: np.sum(W * of_eigenvalues(a, lambda w: 1.0 / w)),
                       lambda a: np.sum(W * np.linalg.inv(symmetric(a)))),
    "Σ s⁴ = tr (aᵀa)²": (lambda a: np.sum(np.linalg.svdvals(a) ** 4), lambda a: np.sum((t(a) @ a) ** 2)),
    "u s v = a": (lambda a: np.sum(W * reconstructed(a) ** 2), lambda a: np.sum(W * a**2)),
    "u s³ v = a aᵀ a": (lambda a: np.sum(W * reconstructed(a, lambda s: s**3)), lambda a: np.sum(W * (a @ t(a) @ a))),
    "q r = a": (lambda a: np.sum(W * (np.linalg.qr(a).Q @ np.linalg.qr(a).R) ** 2), lambda a: np.sum(W * a**2)),
    "rᵀr = aᵀa": (lambda a: np.sum(W * (t(np.linalg.qr(a, "r")) @ np.linalg.qr(a, "r"))), lambda a: np.sum(W * (t(a) @ a))),
    "|Π r| = |det a|": (lambda a: np.abs(np.prod(np.diagonal(np.linalg.qr(a, "r")))), lambda a: np.abs(np.linalg.det(a))),
    "a⁺ = a⁻¹": (lambda a: np.sum(W * np.linalg.pinv(a)), lambda a: np.sum(W * np.linalg.inv(a))),
    "a⁺ of columns": (lambda a: np.sum(np.linalg.pinv(a[:, :2]) * W[:2]),
                      lambda a: np.sum(np.linalg.solve(t(a[:, :2]) @ a[:, :2], t(a[:, :2])) * W[:2])),
    "a⁺ of rows": (lambda a: np.sum(np.linalg.lstsq(a[:2], W[:2, 1])[0] ** 2),
                   lambda a: np.sum((t(a[:2]) @ np.linalg.solve(a[:2] @ t(a[:2]), W[:2, 1])) ** 2)),
    "least squares": (lambda a: np.sum(np.linalg.lstsq(a[:, :2], W[0])[0] ** 2),
                      lambda a: np.sum(np.linalg.solve(t(a[:, :2]) @ a[:, :2], t(a[:, :2]) @ W[0]) ** 2)),
    "Frobenius": (lambda a: np.linalg.norm(np.linalg.svdvals(a)), np.linalg.norm),
}  # fmt: skip


@pytest.mark.parametrize("name", IDENTITIES)
def test_identities_hold_to_the_third_order(name):
    f, same = IDENTITIES[name]
    for order in (1, 2, 3):
        np.testing.assert_allclose(f(B), same(B), rtol=1e-12)
        np.testing.assert_allclose(grad(f)(B), grad(same)(B), rtol=1e-9, atol=1e-10, err_msg=f"order {order}")
        f, same = [lambda a, h=h: jvp(h, (a,), (W,))[1] for h in (f, same)]


@pytest.mark.parametrize(("name", "a"), [
    ("cholesky", STACK @ t(STACK)), ("eigvalsh", STACK), ("svdvals", X), ("pinv", STACK), ("cond", STACK),
])  # fmt: skip
def test_stacks_of_any_shape_agree_with_numpy(name, a):
    f = getattr(np.linalg, name)
    for stack in (a, a[None].repeat(2, 0), a[:0] if a.ndim > 2 else a, a.astype(np.float32)):
        assert_like_numpy(f, f, stack, rtol=1e-11 if stack.dtype == float else 1e-4)


EYE = np.eye(3)
ORTHOGONAL = np.linalg.qr(A)[0]
TWICE = ORTHOGONAL @ np.diag([1.0, 1.0, 2.0]) @ ORTHOGONAL.T  # eigenvalues that are equal up to rounding
ONES = np.ones((3, 2))


@pytest.mark.parametrize(
    ("f", "x", "gradient"),
    [
        (lambda a: np.sum(np.linalg.eigvalsh(a)), EYE, EYE),
        (lambda a: np.sum(np.linalg.eigvalsh(symmetric(a)) ** 2), TWICE, 8.0 * TWICE),
        (lambda a: np.sum(np.linalg.svdvals(a) ** 2), TWICE, 2.0 * TWICE),
        (lambda a: np.linalg.norm(a, 2), EYE, EYE / 3.0),
        (lambda a: np.linalg.norm(a, "nuc"), np.zeros((2, 3)), np.zeros((2, 3))),
        (lambda a: np.linalg.norm(a, "nuc"), np.diag([2.0, 0.0]), np.diag([1.0, 0.0])),
        (lambda a: np.sum(np.linalg.svd(a, False).U[:, 0]) * 0.0 + np.linalg.svd(a, False).S[0], ONES, ONES / 6**0.5),
        (lambda a: np.sum(np.linalg.pinv(a)), ORTHOGONAL, -np.outer(ORTHOGONAL.sum(1), ORTHOGONAL.sum(0))),
        (lambda a: np.sum(np.linalg.svd(a, False).S), np.zeros((0, 3)), np.zeros((0, 3))),
        (lambda a: np.sum(np.linalg.matrix_power(a, 0)), A, 0.0 * A),
        (lambda x: np.linalg.norm(x, 0), np.array([0.0, 2.0, np.inf]), [0.0, 0.0, 0.0]),
        (lambda x: np.linalg.norm(x, 3), np.zeros(2), [0.0, 0.0]),
        (lambda x: np.linalg.norm(x, 3), np.array([0.0, -2.0]), [0.0, -1.0]),
        (lambda x: np.linalg.norm(x, 0.5), np.array([0.0, 1.0]), [0.0, 1.0]),
        (lambda x: np.linalg.norm(x, -1), np.array([0.0, 1.0]), [0.0, 0.0]),
        (lambda x: np.linalg.norm(x, -np.inf), np.array([3.0, -2.0]), [0.0, -1.0]),
    ],
)
def test_equal_and_zero_values_have_a_defined_gradient(f, x, gradient):
    for derivative in (grad(f), ag.compile(grad(f))):
        np.testing.assert_allclose(derivative(x), gradient, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "derivative", [grad, hessian, lambda f: ag.compile(grad(f)), lambda f: lambda x: ag.vmap(grad(f))(x[None])]
)
@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda a: np.sum(np.linalg.eigh(a).eigenvectors), EYE),
        (lambda a: np.sum(W * np.linalg.eigh(a).eigenvectors), TWICE),
        (lambda a: np.sum(W * of_eigenvalues(a, np.exp)), EYE),
        (lambda a: np.sum(W * np.linalg.svd(a).U), TWICE),
        (lambda a: np.sum(W[:, :2] * np.linalg.svd(a, False).U), ONES),
        (lambda a: np.sum(W[:2, :] * np.linalg.svd(a, False).Vh), ONES.T),
        (lambda a: np.sum(W[:, :2] * np.linalg.qr(a).Q), ONES),
    ],
)
def test_vectors_that_are_not_unique_have_no_derivative(f, x, derivative):
    with pytest.raises(np.linalg.LinAlgError, match=r"not unique and have no derivative: use the values alone|Singular"):
        derivative(f)(x)


def test_second_derivatives_of_equal_eigenvalues_raise():
    with pytest.raises(np.linalg.LinAlgError, match="not unique"):
        hessian(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(EYE)


def test_one_triangle_has_a_derivative():
    for triangle, empty in (("L", np.triu), ("U", np.tril)):
        for f in (
            lambda a, u=triangle: np.linalg.eigvalsh(a, u) ** 3,
            lambda a, u=triangle: np.linalg.cholesky(a, upper=u == "U"),
        ):
            assert not empty(grad(lambda a, f=f: np.sum(f(a)))(A), 1 if empty is np.triu else -1).any()


NAN = A * [[np.nan, 1.0, 1.0]]


@pytest.mark.filterwarnings("ignore:divide by zero|invalid value")
@pytest.mark.parametrize("p", [None, 2, 1, -1, np.inf, -np.inf, "fro"])
@pytest.mark.parametrize("x", [np.zeros((2, 2)), np.ones((3, 3)), NAN, np.stack([0.0 * A, A, NAN])], ids="01nx")
def test_condition_numbers_of_singular_matrices_are_those_of_numpy(x, p):
    if p in (None, 2) and np.isnan(x).any():
        pytest.skip("singular values of NaN raise LinAlgError, or not, by the version of NumPy")
    np.testing.assert_allclose(np.linalg.cond(Tensor(x), p).numpy(), np.linalg.cond(x, p), rtol=1e-12)
    if x.shape == (3, 3) and p not in (None, 2):
        assert not np.isfinite(grad(lambda a: np.linalg.cond(a, p))(x)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: np.linalg.qr(Tensor(X)), r"m ≥ n, got \(2, 3\): of a wide matrix take q, r = np\.linalg\.qr\(x\[:, :m\]\)"),
        (lambda: np.linalg.qr(Tensor(A), "complete"), "mode must be one of reduced, r"),
        (lambda: np.linalg.svd(Tensor(X)), r"full_matrices must be False for matrices of shape \(2, 3\)"),
        (lambda: np.linalg.pinv(Tensor(X), rcond=[0.1, 0.2]), r"rcond must be one number, got shape \(2,\)"),
        (lambda: np.linalg.lstsq(Tensor(X), X[0]), r"b must have the shape \(2,\) or \(2, k\), got \(3,\)"),
        (lambda: np.linalg.eigh(Tensor(X)), r"eigh: x must have the shape .* got \(2, 3\)"),
        (lambda: np.linalg.eigvalsh(Tensor(X[0])), r"at least two axes, got shape \(3,\)"),
        (lambda: np.linalg.multi_dot([Tensor(A)]), "at least two arrays, got 1"),
        (lambda: ag.OPS["least_squares"](X, X[0], rcond=0.0), r"got shapes \(2, 3\) and \(3,\)"),
        (lambda: ag.norm(X, "bad"), "got 'bad'"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


PEERS = {
    "cholesky": lambda m, a: m.cholesky(a @ a.mT),
    "eigh": lambda m, a: m.eigh(a + a.mT)[1] ** 2 * m.eigh(a + a.mT)[0][..., None, :],
    "svd": lambda m, a: (
        m.svd(a[..., :2], full_matrices=False)[0] ** 2 + m.svd(a[..., :2], full_matrices=False)[1][..., None, :]
    ),
    "qr": lambda m, a: m.qr(a)[0] ** 2 + m.qr(a)[1] ** 2,
    "pinv": lambda m, a: m.pinv(a[..., :2]),
    "nuclear norm": lambda m, a: m.norm(a[0], "nuc"),
}


@pytest.mark.peer
@pytest.mark.parametrize("name", PEERS)
def test_gradients_are_those_of_jax_and_torch(name):
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    jax.config.update("jax_enable_x64", True)
    f = PEERS[name]
    found = grad(lambda a: np.sum(np.sin(f(np.linalg, a))))(STACK)
    x = torch.tensor(STACK, requires_grad=True)
    f(torch.linalg if name != "nuclear norm" else torch, x).sin().sum().backward()
    np.testing.assert_allclose(found, x.grad.numpy(), rtol=1e-10, atol=1e-12)
    want = jax.grad(lambda a: jax.numpy.sum(jax.numpy.sin(f(jax.numpy.linalg, a))))(STACK)
    np.testing.assert_allclose(found, want, rtol=1e-10, atol=1e-12)
