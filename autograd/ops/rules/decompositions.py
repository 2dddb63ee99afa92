"""Decompositions of matrices, or stacks of them: eigenvalues, singular values, QR, pseudo-inverse, least squares.

An op with several factors returns them as one array, one factor below the other; `autograd.engine.numpy_linalg` takes it apart.
A vector of equal eigenvalues or singular values is an arbitrary one of many: its derivative is an error, as is that of a vector
of singular values 0 of a matrix that is not square. Functions of the eigenvalues alone have derivatives there.
"""

from typing import Any

from autograd.ops.op import general
from autograd.ops.rules.arithmetic import abs, divide_or_zero
from autograd.ops.rules.axes import PreparedCall, shape_of
from autograd.ops.rules.linalg import solve, tril
from autograd.ops.rules.reductions import euclidean_norm
from autograd.ops.rules.selection import where
from autograd.support.lazy_numpy import np


@general(lambda g, y, a, b: rotations(g, b), lambda g, y, a, b: -rotations(g * y, b), stacks=True)
def rotations(xp: Any, a: Any, b: Any) -> Any:
    """Rotations of vectors by a change a, from gaps b between eigenvalues; 0 where a is 0.

        y = a / b,   0 / 0 = 0

    Shapes:
        a (…, n, m), b the same, or with axes of length 1 -> y (…, n, m)
    Raises:
        numpy.linalg.LinAlgError: If a gap is 0 and its a is not; back ends that cannot raise, such as JAX, return ±∞

    >>> rotations(np.array([[1.0, 0.0]]), np.array([[4.0, 0.0]])).tolist()
    [[0.25, 0.0]]
    """
    if not xp.abstract and xp.any((b == 0) & (xp.abs(a) > 0)):
        raise np.linalg.LinAlgError(
            "vectors of equal eigenvalues or singular values, or of singular values 0, are not unique and have no derivative: "
            "use the values alone, or a function without such vectors, such as np.linalg.pinv, inv, norm or matrix_power"
        )
    return xp.where((a == 0) & (b == 0), 0, a / b)


def _without_rounding(x: Any, terms: Any) -> Any:
    """x, and 0 where it is as small as the rounding errors of the columns of `terms`."""
    return where(abs(x) <= 2.0 * np.finfo(x.dtype).eps * euclidean_norm(terms, -2, keepdims=True), 0.0, x)


def _gaps(values: Any) -> tuple[Any, Any]:
    """(main diagonal, vⱼ − vᵢ with 1 on it), for a column of values vᵢ; gaps of the size of rounding errors are 0."""
    diagonal = np.eye(shape_of(values)[-2], dtype=bool)
    return diagonal, where(diagonal, 1.0, _without_rounding(values.mT - values, values))


def _eigen_pullback(g: Any, y: Any, x: Any, UPLO: str) -> Any:
    """Symmetric part of v (diag(w̄) + F ∘ vᵀ v̄) vᵀ with Fᵢⱼ = 1 / (wⱼ − wᵢ)."""
    v = y[..., 1:, :]
    diagonal, gaps = _gaps(y[..., :1, :].mT)
    core = where(diagonal, g[..., :1, :], rotations(where(diagonal, 0.0, v.mT @ g[..., 1:, :]), gaps))
    s = v @ core @ v.mT
    return 0.5 * (s + s.mT)


@general(_eigen_pullback, stacks=True)
def eigenpairs(xp: Any, x: Any, *, UPLO: str = "L") -> Any:
    """Eigenvalues, ascending, above orthonormal eigenvectors, of symmetric matrices, or of the symmetric parts of others.

        (x + xᵀ)/2 · v = v diag(w),   y = [w; v]

    Args:
        UPLO: Triangle that LAPACK reads, "L" or "U", which decides on the signs of v

    Shapes:
        x (…, n, n) -> y (…, 1 + n, n)
    Raises:
        numpy.linalg.LinAlgError: In the derivative of eigenvectors of equal eigenvalues
    Source:
        Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD, 2008, section 3.1

    >>> np.abs(eigenpairs(np.diag([1.0, 3.0]))).tolist()
    [[1.0, 3.0], [1.0, 0.0], [0.0, 1.0]]
    """
    w, v = xp.linalg.eigh(0.5 * (x + xp.matrix_transpose(x)), UPLO)
    return xp.concatenate([w[..., None, :], v], axis=-2)


def _singular_pullback(g: Any, y: Any, x: Any) -> Any:
    """u (diag(s̄) + (J + Jᵀ) s + s (K + Kᵀ)) vᵀ + (1 − u uᵀ) ū s⁻¹ vᵀ + u s⁻¹ v̄ᵀ (1 − v vᵀ).

    J = F ∘ uᵀū, K = F ∘ vᵀv̄, Fᵢⱼ = 1 / (sⱼ² − sᵢ²). At s = 0, a kink as that of |s|, s̄ counts as 0.
    """
    m, n = shape_of(x)[-2:]
    (u, s, v), (gu, gs, gv) = [(z[..., :m, :], z[..., m : m + 1, :], z[..., m + 1 :, :]) for z in (y, g)]
    column = s.mT
    diagonal, gaps = _gaps(column)
    sums = where(diagonal, 1.0, s + column)
    nonzero = _without_rounding(s, column)

    def inner(vectors: Any, cotangent: Any) -> tuple[Any, Any]:
        """(J + Jᵀ, the part of the cotangent outside of the span, divided by s)."""
        p = vectors.mT @ cotangent
        f = divide_or_zero(rotations(where(diagonal, 0.0, p), gaps), sums)
        outside = cotangent - vectors @ p if shape_of(vectors)[-2] > min(m, n) else None
        return f + f.mT, None if outside is None else rotations(outside, nonzero)

    (j, left), (k, right) = inner(u, gu), inner(v, gv)
    core = where(diagonal, where(s == 0, 0.0, gs), j * s + k * column)
    result = u @ core @ v.mT
    result = result if left is None else result + left @ v.mT
    return result if right is None else result + u @ right.mT


@general(_singular_pullback, stacks=True)
def singular_triplets(xp: Any, x: Any) -> Any:
    """Left singular vectors, above singular values, descending, above right ones, of matrices.

        x = u diag(s) vᵀ,   y = [u; s; v],   k = min(m, n)

    Shapes:
        x (…, m, n) -> y (…, m + 1 + n, k)
    Raises:
        numpy.linalg.LinAlgError: In the derivative of vectors of equal singular values, and of singular values 0 if m ≠ n
    Source:
        Townsend, Differentiating the Singular Value Decomposition, 2016, equation 28

    >>> np.abs(singular_triplets(np.array([[0.0, 2.0]]))).tolist()
    [[1.0], [2.0], [0.0], [1.0]]
    """
    u, s, v = xp.linalg.svd(x, full_matrices=False)
    return xp.concatenate([u, s[..., None, :], xp.matrix_transpose(v)], axis=-2)


def _prepare_qr(x: Any) -> PreparedCall:
    shape = shape_of(x)
    if len(shape) < 2 or shape[-2] < shape[-1]:
        raise ValueError(
            f"qr: x must have the shape (…, m, n) with m ≥ n, got {shape}: of a wide matrix take "
            "q, r = np.linalg.qr(x[:, :m]), and q.T @ x[:, m:] for the other columns of r"
        )
    return (x,), {}


def _qr_pullback(g: Any, y: Any, x: Any) -> Any:
    """(q̄ + q L) r⁻ᵀ, where L is symmetric with the lower triangle of r r̄ᵀ − q̄ᵀ q."""
    m, n = shape_of(x)[-2:]
    (q, r), (gq, gr) = [(z[..., :m, :], z[..., m:, :]) for z in (y, g)]
    lower = r @ gr.mT - gq.mT @ q
    symmetric = tril(lower) + tril(lower, -1).mT
    pivots = where(np.eye(n, dtype=bool), _without_rounding(r, r), r)  # exactly 0, so that `solve` raises
    return solve(pivots, (gq + q @ symmetric).mT).mT


@general(_qr_pullback, prepare=_prepare_qr, stacks=True)
def orthogonal_triangular(xp: Any, x: Any) -> Any:
    """Orthonormal columns, above an upper triangular matrix, of matrices with at least as many rows as columns.

        x = q r,   y = [q; r]

    Shapes:
        x (…, m, n) -> y (…, m + n, n)
    Raises:
        numpy.linalg.LinAlgError: In the derivative, if the columns of x are dependent
        ValueError: If x has more columns than rows; names its shape
    Source:
        Walter & Lehmann, Algorithmic Differentiation of Linear Algebra Functions with Application in Optimum Experimental
        Design, arXiv:1001.1654, 2010

    >>> np.abs(orthogonal_triangular(np.array([[3.0], [4.0]]))).round(12).tolist()
    [[0.6], [0.8], [5.0]]
    """
    return xp.concatenate(list(xp.linalg.qr(x)), axis=-2)


def _pinv_pullback(g: Any, y: Any, x: Any, rcond: float) -> Any:
    """−yᵀ ȳ yᵀ + (1 − x y) ȳᵀ y yᵀ + yᵀ y ȳᵀ (1 − y x)."""
    left, right = g.mT @ y, y @ g.mT
    return (left - x @ (y @ left)) @ y.mT + y.mT @ (right - (right @ y) @ x) - y.mT @ g @ y.mT


@general(_pinv_pullback, symbol="⁺", stacks=True)
def pinv(xp: Any, x: Any, *, rcond: float) -> Any:
    """Pseudo-inverses of matrices; singular values up to `rcond` times the largest count as 0, and must be rounding errors.

        x y x = x,   y x y = y,   x y and y x symmetric

    The derivative is that among matrices of the same rank; where the rank changes, y is not continuous.

    Shapes:
        x (…, m, n) -> y (…, n, m)
    Source:
        Golub & Pereyra, SIAM J. Numer. Anal. 10(2), 1973, equation 4.12

    >>> pinv([[0.0, 2.0], [0.0, 0.0]], rcond=1e-15).tolist()
    [[0.0, 0.0], [0.5, 0.0]]
    """
    return xp.linalg.pinv(x, rcond)


def _prepare_least_squares(a: Any, b: Any, *, rcond: float) -> PreparedCall:
    left, right = shape_of(a), shape_of(b)
    if len(left) != 2 or len(right) != 2 or left[0] != right[0]:
        raise ValueError(f"least_squares: a and b must be matrices with as many rows, got shapes {left} and {right}")
    return (a, b), {"rcond": rcond}


def _least_squares_pullback(g: Any, y: Any, a: Any, b: Any, rcond: float) -> Any:
    """With c = a⁺ᵀ ȳ: −c yᵀ + (b − a y) (a⁺ c)ᵀ + a⁺ᵀ y (ȳ − aᵀ c)ᵀ."""
    c = least_squares(a.mT, g, rcond=rcond)
    of_residual = (b - a @ y) @ least_squares(a, c, rcond=rcond).mT
    return of_residual + least_squares(a.mT, y, rcond=rcond) @ (g - a.mT @ c).mT - c @ y.mT


@general(_least_squares_pullback, lambda g, y, a, b, rcond: least_squares(a.mT, g, rcond=rcond), prepare=_prepare_least_squares)
def least_squares(xp: Any, a: Any, b: Any, *, rcond: float) -> Any:
    """Solution of least norm of a least-squares problem; `rcond` as in `pinv`.

        y = a⁺ b,   min ‖a y − b‖

    Shapes:
        a (m, n), b (m, k) -> y (n, k)
    Raises:
        ValueError: If the shapes do not match; names both
    Source:
        Golub & Pereyra, SIAM J. Numer. Anal. 10(2), 1973, equation 4.12

    >>> least_squares([[1.0], [1.0]], [[1.0], [3.0]], rcond=1e-15).round(12).tolist()
    [[2.0]]
    """
    return xp.linalg.lstsq(a, b, rcond)[0]
