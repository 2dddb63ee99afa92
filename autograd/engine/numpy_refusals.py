"""Alternatives to NumPy functions that would lose the gradient of a node."""

from collections.abc import Callable
from typing import Any

_DECOMPOSITION = (
    "np.linalg.cholesky, inv, solve, det, slogdet and norm, or declare it, with its pullback, by autograd.custom_op"
)
_LEAST_SQUARES = "np.linalg.solve(a.T @ a, a.T @ b), for a with independent columns"
_FOURIER = (
    "real arithmetic, because nodes are real: np.cos(w) @ x and -np.sin(w) @ x are the two parts of a transform, "
    "for w = 2 * np.pi / n * np.outer(np.arange(n), np.arange(n))"
)

#: Expression to write instead of each function, by its name.
_INSTEAD: dict[str, str] = {
    **dict.fromkeys(("eig", "eigh", "eigvals", "eigvalsh", "qr", "svd", "svdvals"), _DECOMPOSITION),
    **dict.fromkeys(("lstsq", "pinv"), _LEAST_SQUARES),
    **dict.fromkeys(("fftshift", "ifftshift"), "np.roll(x, shift, axis)"),
    **{f"nan{name}": f"np.{name}(x[~np.isnan(x)], …)" for name in ("median", "percentile", "quantile")},
    **dict.fromkeys(("real", "real_if_close"), "x itself: nodes are real"),
    **dict.fromkeys(("hsplit", "vsplit", "dsplit"), "np.split(x, sections, axis)"),
    **dict.fromkeys(("fliplr", "flipud", "rot90"), "np.flip(x, axis), with np.transpose(x)"),
    **dict.fromkeys(("delete", "insert"), "np.concatenate of parts of x"),
    **dict.fromkeys(("put", "place", "putmask", "copyto", "fill_diagonal"), "np.where(mask, new, x), which returns a new node"),
    **dict.fromkeys(("partition", "unique"), "np.sort(x)"),
    **dict.fromkeys(("compress", "extract"), "x[mask]"),
    **dict.fromkeys(("matrix_norm", "vector_norm"), "np.linalg.norm(x, ord, axis)"),
    **dict.fromkeys(("tensorinv", "tensorsolve"), "np.linalg.inv or solve of x reshaped to a matrix"),
    "angle": "np.where(x < 0, np.pi, 0.0): nodes are real",
    "choose": "np.select(conditions, choices)",
    "cond": "np.linalg.norm(x) * np.linalg.norm(np.linalg.inv(x)), in the Frobenius norm",
    "corrcoef": "c = np.cov(x), then c / np.sqrt(np.outer(np.diag(c), np.diag(c)))",
    "cross": "np.cross(a, b)",
    "cumulative_prod": "np.cumprod(x, axis)",
    "cumulative_sum": "np.cumsum(x, axis)",
    "diagonal": "np.diagonal(x, axis1=-2, axis2=-1)",
    "imag": "0.0 * x: nodes are real",
    "matmul": "a @ b",
    "matrix_power": "x @ x",
    "matrix_transpose": "x.mT",
    "multi_dot": "a @ b @ c",
    "nancumprod": "np.cumprod(np.where(np.isnan(x), 1.0, x))",
    "nancumsum": "np.cumsum(np.where(np.isnan(x), 0.0, x))",
    "outer": "np.outer(a, b)",
    "permute_dims": "np.transpose(x, axes)",
    "polyval": "Horner's rule: y = y * x + p[i] for each coefficient",
    "rollaxis": "np.moveaxis(x, source, destination)",
    "tensordot": "np.tensordot(a, b, axes)",
    "trace": "np.trace(x, axis1=-2, axis2=-1)",
    "vecdot": "np.sum(a * b, axis)",
}  # fmt: skip


def lost_gradient(function: Callable[..., Any]) -> TypeError:
    """Error for a NumPy function that has no counterpart; names the alternative."""
    name, module = function.__name__, function.__module__
    known = _INSTEAD.get(name) or (_FOURIER if module == "numpy.fft" else None)
    cure = f"write {known}" if known else "write it with ops of autograd, or declare it by autograd.custom_op"
    return TypeError(f"{module}.{name} would lose the gradient of a node: {cure}, or use x.detach().numpy() for plain numbers")
