"""Linear algebra on matrices or stacks of them in the last two axes; diagonals and triangles."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from autograd.base.grad_mode import no_grad
from autograd.ops.op import general
from autograd.ops.rules.axes import PreparedCall, Shape, array_function, normalize_axes, shape_of
from autograd.ops.rules.indexing import getitem, put
from autograd.ops.rules.reductions import sum
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import moveaxis
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np

if TYPE_CHECKING:
    from autograd.ops import signatures

R = TypeVar("R")


def check_square(op: str, shape: Shape) -> None:
    """Raise ValueError unless the shape is that of square matrices."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"{op}: x must have the shape (…, n, n) of square matrices, got {shape}")


def _prepare_square(op: str) -> Callable[[Any], PreparedCall]:
    """`prepare` of an op on square matrices."""

    def prepare(x: Any) -> PreparedCall:
        check_square(op, shape_of(x))
        return (x,), {}

    return prepare


@general(lambda g, y, x: -(y.mT @ g @ y.mT), symbol="⁻¹", prepare=_prepare_square("inv"), stacks=True)
def inv(xp: Any, x: Any) -> Any:
    """Inverses of matrices.

        y x = 1

    Shapes:
        x (…, n, n) -> y the same
    Raises:
        numpy.linalg.LinAlgError: If a matrix is singular
        ValueError: If x is not square; names its shape
    Source:
        Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD, 2008, section 2.2

    >>> inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return xp.linalg.inv(x)


def _prepare_solve(a: Any, b: Any) -> PreparedCall:
    left, right = shape_of(a), shape_of(b)
    check_square("solve", left)
    if not right or left[-1] != right[max(len(right) - 2, 0)]:
        raise ValueError(f"solve: shapes {left} and {right} do not match: b must have columns of length {left[-1]}")
    return (a, b), {}


def _solve_right_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """a⁻ᵀ ȳ."""
    return solve(a.mT, g[..., None])[..., 0] if len(shape_of(b)) == 1 else solve(a.mT, g)


def _solve_left_pullback(g: Any, y: Any, a: Any, b: Any) -> Any:
    """−b̄ yᵀ."""
    b_cotangent = _solve_right_pullback(g, y, a, b)
    return -b_cotangent[..., None] * y[..., None, :] if len(shape_of(b)) == 1 else -b_cotangent @ y.mT


@general(_solve_left_pullback, _solve_right_pullback, prepare=_prepare_solve, stacks=True)
def solve(xp: Any, a: Any, b: Any) -> Any:
    """Solutions of systems of linear equations; b is one vector, or matrices of columns.

        a y = b

    Shapes:
        a (…, n, n), b (n,) or (…, n, m) -> y (…, n) or (…, n, m)
    Raises:
        numpy.linalg.LinAlgError: If a matrix is singular
        ValueError: If the shapes do not match; names both
    Source:
        Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD, 2008, section 2.3

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
    [1.0, 0.5]
    """
    return xp.linalg.solve(a, b)


@general(lambda g, y, x: g[..., None, None] * cofactors(x), symbol="det", prepare=_prepare_square("det"), stacks=True)
def det(xp: Any, x: Any) -> Any:
    """Determinants of matrices. The derivative is exact at singular ones too; the second derivative needs an inverse.

        y = det x

    Shapes:
        x (…, n, n) -> y (…)
    Raises:
        ValueError: If x is not square; names its shape

    >>> float(det([[0.0, 1.0], [1.0, 0.0]]))
    -1.0
    """
    return xp.linalg.det(x)


def _cofactors_pullback(g: Any, y: Any, x: Any) -> Any:
    """From C = det(x) x⁻ᵀ: ⟨ȳ, x⁻ᵀ⟩ C − x⁻ᵀ ȳᵀ C."""
    inverse = inv(x).mT
    return sum(g * inverse, (-2, -1), keepdims=True) * y - inverse @ g.mT @ y


@general(_cofactors_pullback, prepare=_prepare_square("cofactors"), stacks=True)
def cofactors(xp: Any, x: Any) -> Any:
    """Cofactor matrices, the derivative of the determinant, also of singular matrices.

        y = det(x) x⁻ᵀ = det(uv) u diag(Π_{j ≠ i} sⱼ) v,   x = u diag(s) v

    Shapes:
        x (…, n, n) -> y the same
    Raises:
        ValueError: If x is not square; names its shape
        numpy.linalg.LinAlgError: In the derivative at a singular matrix

    >>> np.allclose(cofactors([[1.0, 2.0], [2.0, 4.0]]), [[4.0, -2.0], [-2.0, 1.0]])
    True
    """
    finite = xp.all(xp.isfinite(x), axis=(-2, -1), keepdims=True)
    u, s, v = xp.linalg.svd(xp.where(finite, x, 0))
    sign = xp.sign(xp.linalg.det(u) * xp.linalg.det(v))
    others = xp.prod(xp.where(xp.eye(shape_of(s)[-1], dtype=bool), 1, s[..., None, :]), axis=-1)
    return xp.where(finite, (sign[..., None, None] * u * others[..., None, :]) @ v, xp.nan)


class SlogdetResult(NamedTuple, Generic[R]):
    """Determinant as sign · exp(logabsdet), without over- or underflow."""

    sign: R
    logabsdet: R


@cast("Callable[[Callable[..., Any]], signatures.Slogdet]", explained_arguments())
def slogdet(x: Any) -> SlogdetResult[Any]:
    """Signs and log |·| of the determinants of matrices; the signs are constants.

        det x = sign · exp(logabsdet)

    Shapes:
        x (…, n, n) -> both (…)
    Raises:
        ValueError: If x is not square; names its shape
        numpy.linalg.LinAlgError: In the derivative at a singular matrix

    >>> sign, logabsdet = slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> float(sign), float(logabsdet)
    (-1.0, 0.0)
    """
    logarithm = logabsdet(x)
    with no_grad():
        return SlogdetResult(signdet(x), logarithm)


@general(None, symbol="sign det", prepare=_prepare_square("signdet"), stacks=True)
def signdet(xp: Any, x: Any) -> Any:
    """Signs of determinants, −1, 0 or 1; their derivative is 0.

        y = sign det x

    Shapes:
        x (…, n, n) -> y (…)
    Raises:
        ValueError: If x is not square; names its shape

    >>> float(signdet([[0.0, 1.0], [1.0, 0.0]]))
    -1.0
    """
    return xp.linalg.slogdet(x)[0]


@general(lambda g, y, x: g[..., None, None] * inv(x).mT, symbol="log|det|", prepare=_prepare_square("logabsdet"), stacks=True)
def logabsdet(xp: Any, x: Any) -> Any:
    """Logarithms of the absolute values of determinants; −∞ for singular matrices.

        y = log |det x|

    Shapes:
        x (…, n, n) -> y (…)
    Raises:
        ValueError: If x is not square; names its shape
        numpy.linalg.LinAlgError: In the derivative at a singular matrix

    >>> float(logabsdet([[0.0, 1.0], [1.0, 0.0]]))
    0.0
    """
    return xp.linalg.slogdet(x)[1]


def _cholesky_pullback(g: Any, y: Any, x: Any) -> Any:
    """Symmetric part of y⁻ᵀ Φ(yᵀ ȳ) y⁻¹, where Φ takes the lower triangle and half of the diagonal."""
    n = shape_of(x)[-1]
    half = (np.tri(n) - 0.5 * np.eye(n)).astype(y.dtype)
    s = solve(y.mT, solve(y.mT, (y.mT @ g) * half).mT)
    return 0.5 * (s + s.mT)


@general(_cholesky_pullback, prepare=_prepare_square("cholesky"), stacks=True)
def cholesky(xp: Any, x: Any) -> Any:
    """Lower triangular Cholesky factors of positive definite matrices, or of the symmetric parts of others.

        y yᵀ = (x + xᵀ)/2

    Shapes:
        x (…, n, n) -> y the same
    Raises:
        numpy.linalg.LinAlgError: If a matrix is not positive definite
        ValueError: If x is not square; names its shape
    Source:
        Murray, Differentiation of the Cholesky Decomposition, arXiv:1602.07527, 2016, section 3.1

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return xp.linalg.cholesky(0.5 * (x + xp.matrix_transpose(x)))


def _diagonal_indices(rows: int, columns: int, offset: int) -> tuple[Any, Any]:
    """Row and column indices of a diagonal, `offset` to the right of the main one."""
    length = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    return np.arange(length) - min(offset, 0), np.arange(length) + max(offset, 0)


@array_function
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Diagonals of the matrices in two axes, `offset` to the right of the main ones.

        y[…, i] = x[i, i + offset, …]

    Shapes:
        x (n, m, …) -> y (…, k), the diagonal last
    Raises:
        ValueError: If x has fewer than two axes, or the two are the same

    >>> diagonal([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 4.0]
    """
    i, j = normalize_axes("diagonal", (axis1, axis2), shape_of(x))
    diagonals = _diagonal_indices(shape_of(x)[i], shape_of(x)[j], offset)
    return getitem(moveaxis(x, (i, j), (-2, -1)), (..., *diagonals))


@array_function
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Sums of the diagonals of the matrices in two axes, `offset` to the right of the main ones.

        y = Σᵢ x[i, i + offset]

    Shapes:
        x (n, m, …) -> y (…)

    >>> float(trace([[1.0, 2.0], [3.0, 4.0]]))
    5.0
    """
    return sum(diagonal(x, offset, axis1, axis2), -1)


@array_function
def diag(x: Any, k: int = 0) -> Any:
    """k-th diagonal of a matrix, or the matrix with a vector as its k-th diagonal and zeros elsewhere.

    Shapes:
        (n, m) -> (…,);  (n,) -> (n + |k|, n + |k|)
    Raises:
        ValueError: If x does not have one or two axes

    >>> diag([1.0, 2.0]).tolist(), diag([[1.0, 2.0], [3.0, 4.0]]).tolist()
    ([[1.0, 0.0], [0.0, 2.0]], [1.0, 4.0])
    """
    shape = shape_of(x)
    if len(shape) == 1:
        n = shape[0] + abs(k)
        return put(x, _diagonal_indices(n, n, k), (n, n))
    if len(shape) != 2:
        raise ValueError(f"diag: x must be a vector or a matrix, got shape {shape}: use diagonal for stacks of matrices")
    return diagonal(x, k)


@array_function
def triu(x: Any, k: int = 0) -> Any:
    """Upper triangles: the matrices x with zeros below the k-th diagonal.

        y[i, j] = x[i, j] if j − i ≥ k, else 0

    Raises:
        ValueError: If x has fewer than two axes

    >>> triu([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 2.0], [0.0, 4.0]]
    """
    return where(np.tri(*_matrix_shape("triu", x), k=k - 1, dtype=bool), 0, x)


@array_function
def tril(x: Any, k: int = 0) -> Any:
    """Lower triangles: the matrices x with zeros above the k-th diagonal.

        y[i, j] = x[i, j] if j − i ≤ k, else 0

    Raises:
        ValueError: If x has fewer than two axes

    >>> tril([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    return where(np.tri(*_matrix_shape("tril", x), k=k, dtype=bool), x, 0)


def _matrix_shape(op: str, x: Any) -> tuple[int, int]:
    shape = shape_of(x)
    if len(shape) < 2:
        raise ValueError(f"{op}: x must have at least two axes, got shape {shape}")
    return shape[-2], shape[-1]
