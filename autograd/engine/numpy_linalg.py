"""Functions of `np.linalg` made of ops, in NumPy's signatures: factors of matrices, least squares, products, norms."""

import functools
from typing import Any, NamedTuple

import numpy as np

from autograd.base.trace_state import is_traced
from autograd.engine.node import Node
from autograd.engine.numpy_compositions import as_operand, check_plain, dtype_of, to_dtype
from autograd.ops.rules import decompositions, linalg
from autograd.ops.rules.arithmetic import abs, sign, square
from autograd.ops.rules.axes import normalize_axes, reduced_shape, shape_of
from autograd.ops.rules.comparisons import equal, greater
from autograd.ops.rules.indexing import take_along_axis
from autograd.ops.rules.norms import norm
from autograd.ops.rules.rearranging import flip
from autograd.ops.rules.reductions import sum
from autograd.ops.rules.selection import where
from autograd.ops.rules.shape import reshape
from autograd.ops.rules.sorting import argsort, sort
from autograd.support.validation import check_choice


class EighResult(NamedTuple):
    """Eigenvalues, ascending, and eigenvectors in columns, of symmetric matrices."""

    eigenvalues: Any
    eigenvectors: Any


class QRResult(NamedTuple):
    """Orthonormal columns Q and an upper triangular matrix R."""

    Q: Any
    R: Any


class SVDResult(NamedTuple):
    """Singular vectors, and singular values, descending: x = U diag(S) Vh."""

    U: Any
    S: Any
    Vh: Any


def _matrix(function: str, x: Any) -> Any:
    """Operand of a function of matrices, in a floating-point dtype."""
    x = as_operand(x)
    if len(shape_of(x)) < 2:
        raise ValueError(f"np.linalg.{function}: a matrix must have at least two axes, got shape {shape_of(x)}")
    return to_dtype(x, dtype_of(x))


def _symmetric(function: str, a: Any, UPLO: str) -> Any:
    """Symmetric matrices with the lower or upper triangles of others, which alone have a derivative, as in NumPy."""
    a = _matrix(function, a)
    linalg.check_square(function, shape_of(a))
    check_choice("UPLO", UPLO.upper(), ("L", "U"))
    lower = np.tri(shape_of(a)[-1], dtype=bool)
    return where(lower if UPLO.upper() == "L" else lower.T, a, a.mT)


def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """Lower or upper triangular Cholesky factors of the symmetric matrices with the same triangles as a."""
    y = linalg.cholesky(_symmetric("cholesky", a, "U" if upper else "L"))
    return y.mT if upper else y


def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of the symmetric matrices with the triangles UPLO of a."""
    y = decompositions.eigenpairs(_symmetric("eigh", a, UPLO), UPLO=UPLO.upper())
    return EighResult(y[..., 0, :], y[..., 1:, :])


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of symmetric matrices."""
    return eigh(a, UPLO).eigenvalues


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Singular values, with singular vectors if `compute_uv`."""
    a = _matrix("svd", a)
    m, n = shape_of(a)[-2:]
    if hermitian:
        return _hermitian_svd(a, compute_uv)
    if compute_uv and full_matrices and m != n:
        raise ValueError(
            f"np.linalg.svd: full_matrices must be False for matrices of shape ({m}, {n}): the other vectors are not unique"
        )
    y = decompositions.singular_triplets(a)
    return SVDResult(y[..., :m, :], y[..., m, :], y[..., m + 1 :, :].mT) if compute_uv else y[..., m, :]


def _hermitian_svd(a: Any, compute_uv: bool) -> Any:
    """Singular values, the absolute values of eigenvalues, and vectors, of symmetric matrices."""
    w, v = eigh(a)
    if not compute_uv:
        return flip(sort(abs(w), -1), -1)
    order = flip(argsort(abs(w), -1), -1)
    w, v = take_along_axis(w, order, -1), take_along_axis(v, order[..., None, :], -1)
    return SVDResult(v, abs(w), (v * sign(w)[..., None, :]).mT)


def svdvals(x: Any, /) -> Any:
    """Singular values of matrices, descending."""
    return svd(x, compute_uv=False)


def qr(a: Any, mode: str = "reduced") -> Any:
    """Factors Q and R, or R alone, of matrices with at least as many rows as columns."""
    check_choice("mode", mode, ("reduced", "r"))
    a = _matrix("qr", a)
    m = shape_of(a)[-2]
    y = decompositions.orthogonal_triangular(a)
    return y[..., m:, :] if mode == "r" else QRResult(y[..., :m, :], y[..., m:, :])


def _cutoff(name: str, x: Any) -> float:
    if np.ndim(check_plain("linalg", name, x)):
        raise ValueError(f"np.linalg: {name} must be one number, got shape {np.shape(x)}: use autograd.vmap over the matrices")
    return float(x)


def _rounding(a: Any) -> float:
    """Relative size of singular values that are rounding errors."""
    return float(max(shape_of(a)[-2:]) * np.finfo(a.dtype).eps)


def _truncated_inverse(a: Any, rcond: float) -> Any:
    """Pseudo-inverses without singular values up to `rcond` times the largest, which are not rounding errors."""
    u, s, v = svd(a, full_matrices=False)
    kept = greater(s, rcond * s[..., :1])
    return v.mT @ (where(kept, 1.0 / where(kept, s, 1.0), 0.0)[..., None] * u.mT)


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """Pseudo-inverses of matrices; singular values up to `rcond` or `rtol` times the largest count as 0."""
    a = _symmetric("pinv", a, "L") if hermitian else _matrix("pinv", a)
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("np.linalg.pinv: rcond must be None if there is an rtol")
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else _rounding(a) if rtol is None else rtol
    rcond = _cutoff("rcond", rcond)
    return decompositions.pinv(a, rcond=rcond) if rcond < 100 * _rounding(a) else _truncated_inverse(a, rcond)


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """Solution of a least-squares problem, sums of squared residuals, rank, and singular values of a.

    The rank has no derivative. In a recording it is assumed to be full where it decides if there are sums of residuals.
    """
    a, b = _matrix("lstsq", a), as_operand(b)
    a, b = to_dtype(a, dtype_of(a, b)), to_dtype(b, dtype_of(a, b))
    (m, n), shape = shape_of(a), shape_of(b)
    if len(shape) not in (1, 2) or shape[0] != m:
        raise ValueError(f"np.linalg.lstsq: b must have the shape ({m},) or ({m}, k), got {shape}")
    rcond = _rounding(a) if rcond is None or _cutoff("rcond", rcond) < 0 else _cutoff("rcond", rcond)
    columns = reshape(b, (m, -1 if len(shape) == 1 else shape[1]))
    if rcond < 100 * _rounding(a):
        y = decompositions.least_squares(a, columns, rcond=rcond)
    else:
        y = _truncated_inverse(a, rcond) @ columns
    s = svdvals(a)
    rank = sum(greater(s, rcond * s[:1]))
    in_recording = isinstance(rank, Node) and is_traced(rank)
    rank = rank if in_recording else np.int32(getattr(rank, "_data", rank))
    has_residuals = m > n and (in_recording or rank == n)
    residuals = sum(square(columns - a @ y), 0) if has_residuals else np.zeros(0, y.dtype)
    return reshape(y, (n, *shape[1:])), residuals, rank, s


def matrix_power(a: Any, n: int) -> Any:
    """n-th powers of square matrices, by repeated squares; of their inverses if n is negative."""
    if not isinstance(n, int | np.integer):
        raise TypeError(f"np.linalg.matrix_power: n must be an integer, got {n!r}")
    a = as_operand(a)
    linalg.check_square("matrix_power", shape_of(a))
    if n == 0:
        return where(True, np.eye(shape_of(a)[-1], dtype=a.dtype), a)
    square, result, n = a if n > 0 else linalg.inv(a), None, int(np.abs(n))
    while n:
        n, odd = divmod(n, 2)
        result = square if odd and result is None else result @ square if odd else result
        square = square @ square if n else square
    return result


def multi_dot(arrays: Any) -> Any:
    """Product of several matrices, the first and last of which may be vectors, in the order of the fewest multiplications."""
    parts = [as_operand(x) for x in arrays]
    if len(parts) < 2:
        raise ValueError(f"np.linalg.multi_dot: expecting at least two arrays, got {len(parts)}: use the array itself")
    sizes = [1 if len(shape_of(x)) == 1 and i == 0 else shape_of(x)[0] for i, x in enumerate(parts)]
    sizes.append(shape_of(parts[-1])[1] if len(shape_of(parts[-1])) == 2 else 1)

    @functools.cache
    def cheapest(i: int, j: int) -> tuple[int, int]:
        """(number of multiplications, last factor of the left side) of the product of the factors i to j."""
        costs = [(cheapest(i, k)[0] + cheapest(k + 1, j)[0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
        return min(costs, default=(0, i))

    def product(i: int, j: int) -> Any:
        k = cheapest(i, j)[1]
        return parts[i] if i == j else product(i, k) @ product(k + 1, j)

    return product(0, len(parts) - 1)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Norms of the vectors in one axis, or of all entries in several."""
    x = as_operand(x)
    x = to_dtype(x, dtype_of(x))
    axes = normalize_axes("vector_norm", axis, shape_of(x))
    if len(axes) == 1:
        return norm(x, ord, axes, keepdims)
    rest = tuple(i for i in range(len(shape_of(x))) if i not in axes)
    flat = reshape(x.transpose(axes + rest), (-1, *(shape_of(x)[i] for i in rest)))
    return reshape(norm(flat, ord, 0), reduced_shape(shape_of(x), axes, keepdims))


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norms of the matrices in the last two axes."""
    return norm(_matrix("matrix_norm", x), ord, (-2, -1), keepdims)


def cond(x: Any, p: Any = None) -> Any:
    """Condition numbers of matrices, infinity for singular ones."""
    x = _matrix("cond", x)
    if 0 in shape_of(x)[-2:]:
        raise ValueError(f"np.linalg.cond: matrices must have entries, got shape {shape_of(x)}")
    if p is None or p in (2, -2):
        s = svdvals(x)
        y, scale = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
    else:
        scale = abs(linalg.signdet(x))  # 1, or 0 if a pivot is 0, where `inv` would raise
        inverse = linalg.inv(where(scale[..., None, None], x, np.eye(shape_of(x)[-1], dtype=x.dtype)))
        y = norm(x, p, (-2, -1)) * norm(inverse, p, (-2, -1))
    return (y + equal(y + scale, 0.0)) / scale  # infinity for zeros too
