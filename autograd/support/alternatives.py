"""Cures for calls of functions that autograd does not have: what to write in their place."""

#: What to use in place of a function of NumPy or `math` that has no op.
_ALTERNATIVES = {
    **dict.fromkeys(
        ("svd", "svdvals", "eig", "eigh", "eigvals", "eigvalsh", "qr"), "declare it with autograd.custom_op and its derivative"
    ),
    **dict.fromkeys(("pinv", "lstsq"), "use autograd.solve(x.T @ x, x.T @ b), for least squares"),
    "matrix_rank": "call it on x.detach().numpy(): it has no derivative",
    **dict.fromkeys(("vector_norm", "matrix_norm"), "use autograd.norm"),
    "matrix_power": "use products by @",
    **dict.fromkeys(("real", "conj", "conjugate"), "use x itself: its numbers are real"),
    "imag": "use np.zeros(x.shape): its numbers are real",
    **dict.fromkeys(
        ("fft", "ifft", "rfft", "irfft", "fft2", "fftn"), "use products with the matrices of cosines and sines, c @ x and s @ x"
    ),
    "psi": "use autograd.digamma",
    "gamma": "use autograd.exp(autograd.gammaln(x)) for x > 0", "factorial": "use autograd.exp(autograd.gammaln(x + 1.0))",
    "lgamma": "use autograd.gammaln",
    "loggamma": "use autograd.gammaln",
    "expit": "use autograd.sigmoid",
    "log_expit": "use autograd.log_sigmoid",
    "asin": "use autograd.arcsin", "acos": "use autograd.arccos", "atan": "use autograd.arctan",
    "atan2": "use autograd.arctan2",
    "asinh": "use autograd.arcsinh", "acosh": "use autograd.arccosh", "atanh": "use autograd.arctanh",
    "pow": "use autograd.power", "float_power": "use autograd.power", "fabs": "use autograd.abs",
    "fsum": "use autograd.sum", "nansum": "use autograd.where(np.isnan(x), 0.0, x), then sum",
    "cat": "use autograd.concatenate",
    "dist": "use autograd.norm(x - y)", "degrees": "use x * (180 / math.pi)", "radians": "use x * (math.pi / 180)",
    "deg2rad": "use x * (np.pi / 180)", "rad2deg": "use x * (180 / np.pi)",
    "nan_to_num": "use autograd.where(np.isfinite(x), x, 0.0)",
    "heaviside": "use autograd.where(x > 0, 1.0, 0.0)", "piecewise": "use autograd.where", "copyto": "use autograd.where",
    "putmask": "use autograd.where", "place": "use autograd.where", "put_along_axis": "use autograd.put",
    **dict.fromkeys(("trapezoid", "trapz"), "use autograd.sum((y[1:] + y[:-1]) * dx / 2)"),
    "gradient": "use differences of slices, or autograd.grad of a function",
    "polyfit": "use autograd.solve(a.T @ a, a.T @ y) with a = np.vander(x, degree + 1)",
    "cov": "use d = x - x.mean(axis=1, keepdims=True), and d @ d.T / (n - 1)",
    "corrcoef": "use d = x - x.mean(axis=1, keepdims=True), and d @ d.T, divided by the norms of the rows of d",
    **dict.fromkeys(("apply_along_axis", "apply_over_axes", "vectorize"), "use autograd.vmap"),
    **dict.fromkeys(("zeros", "ones", "full", "arange", "eye", "empty", "array", "asarray"), "use NumPy for constants"),
}  # fmt: skip


def alternative(name: str, default: str = "use other ops of autograd, or autograd.custom_op with its derivative") -> str:
    """Cure for a call of the function `name`, which autograd does not have.

    >>> alternative("psi")
    'use autograd.digamma'
    """
    return _ALTERNATIVES.get(name, default)
