"""Cures for calls of functions that autograd does not have: what to write in their place."""

_FOURIER = (
    "real arithmetic, because nodes are real: np.cos(w) @ x and -np.sin(w) @ x are the two parts of a transform, "
    "for w = 2 * np.pi / n * np.outer(np.arange(n), np.arange(n))"
)

#: Expression to write instead of a function of NumPy, by its name.
_INSTEAD: dict[str, str] = {
    **{f"eig{s}": f"np.linalg.eig{s}h of a symmetric matrix, or np.linalg.svd: nodes are real" for s in ("", "vals")},
    **dict.fromkeys(("fftshift", "ifftshift"), "np.roll(x, shift, axis)"),
    **dict.fromkeys(("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn"), _FOURIER),
    **{f"nan{name}": f"np.{name}(x[~np.isnan(x)], …)" for name in ("median", "percentile", "quantile")},
    **dict.fromkeys(("real", "real_if_close"), "x itself: nodes are real"),
    **dict.fromkeys(("hsplit", "vsplit", "dsplit"), "np.split(x, sections, axis)"),
    **dict.fromkeys(("fliplr", "flipud", "rot90"), "np.flip(x, axis), with np.transpose(x)"),
    **dict.fromkeys(("delete", "insert"), "np.concatenate of parts of x"),
    **dict.fromkeys(("put", "place", "putmask", "copyto", "fill_diagonal"), "np.where(mask, new, x), which returns a new node"),
    **dict.fromkeys(("partition", "unique"), "np.sort(x)"),
    **dict.fromkeys(("compress", "extract"), "x[mask]"),
    **dict.fromkeys(("logspace", "geomspace"), "base ** np.linspace(…) of the exponents"),
    **dict.fromkeys(("save", "savez", "savetxt"), "x.detach().numpy() to the file"),
    **dict.fromkeys(("tensorinv", "tensorsolve"), "np.linalg.inv or solve of x reshaped to a matrix"),
    "angle": "np.where(x < 0, np.pi, 0.0): nodes are real",
    "choose": "np.select(conditions, choices)",
    "corrcoef": "c = np.cov(x), then c / np.sqrt(np.outer(np.diag(c), np.diag(c)))",
    "correlate": "np.convolve(a, v[::-1], mode)",
    "cross": "np.cross(a, b)",
    "cumulative_prod": "np.cumprod(x, axis)",
    "cumulative_sum": "np.cumsum(x, axis)",
    "diagflat": "np.diag(np.ravel(x), k)",
    "diagonal": "np.diagonal(x, axis1=-2, axis2=-1)",
    "ediff1d": "np.diff(np.ravel(x))",
    "fix": "np.trunc(x)",
    "imag": "0.0 * x: nodes are real",
    "ldexp": "x * 2.0**n",
    "logaddexp2": "np.logaddexp(a * np.log(2.0), b * np.log(2.0)) / np.log(2.0)",
    "matmul": "a @ b",
    "matrix_transpose": "x.mT",
    "matvec": "(a @ x[..., None])[..., 0]",
    "modf": "x - np.trunc(x), and np.trunc(x)",
    "nancumprod": "np.cumprod(np.where(np.isnan(x), 1.0, x))",
    "nancumsum": "np.cumsum(np.where(np.isnan(x), 0.0, x))",
    "outer": "np.outer(a, b)",
    "permute_dims": "np.transpose(x, axes)",
    "polymul": "np.convolve(a, b)",
    "polyval": "Horner's rule: y = y * x + p[i] for each coefficient",
    "resize": "np.tile(x, n), with x[:m]",
    "rollaxis": "np.moveaxis(x, source, destination)",
    "sliding_window_view": "x[i[:, None] + j], with the starts i and the offsets j of windows",
    "tensordot": "np.tensordot(a, b, axes)",
    "trace": "np.trace(x, axis1=-2, axis2=-1)",
    "unstack": "np.moveaxis(x, axis, 0), which can be unpacked",
    "vander": "x[:, None] ** np.arange(n)[::-1]",
    "vecdot": "np.sum(a * b, axis)",
    "vecmat": "(x[..., None, :] @ a)[..., 0, :]",
}  # fmt: skip

_IMPLICIT = "give the root the derivative of the implicit function theorem with autograd.custom_gradient"

#: Cure for a call of a function of NumPy, `math` or SciPy that has no op.
_ALTERNATIVES = {
    **{name: f"write {expression}" for name, expression in _INSTEAD.items()},
    **{name: f"use np.linalg.{name}" for name in (
        "cond", "eigh", "eigvalsh", "lstsq", "matrix_norm", "matrix_power", "multi_dot", "pinv", "qr", "svd", "svdvals",
        "vector_norm",
    )},
    **{name: f"use scipy.special.{name}" for name in (
        "betainc", "entr", "erfcinv", "gammainc", "gammaincc", "erfinv", "kl_div", "log_ndtr", "ndtr", "ndtri", "rel_entr",
    )},
    **dict.fromkeys(("matrix_rank", "histogram"), "call it on x.detach().numpy(): it has no derivative"),
    "broadcast_arrays": "use autograd.broadcast_to for each array",
    "bincount": "use autograd.put(weights, index, (n,))",
    "psi": "use autograd.digamma",
    "gamma": "use autograd.exp(autograd.gammaln(x)) for x > 0", "factorial": "use autograd.exp(autograd.gammaln(x + 1.0))",
    "lgamma": "use autograd.gammaln",
    "loggamma": "use autograd.gammaln",
    "beta": "use exp of autograd.gammaln(a) + gammaln(b) - gammaln(a + b)",
    "betaln": "use autograd.gammaln(a) + gammaln(b) - gammaln(a + b)",
    **{name: f"declare it by autograd.custom_op, with the derivative {slope}" for name, slope in {
        "i0": "i1(x)", "i1": "(i0(x) + iv(2, x)) / 2", "j0": "-j1(x)", "j1": "(j0(x) - jv(2, x)) / 2",
    }.items()},
    "solve_triangular": "use autograd.solve(autograd.tril(a), b), or triu",
    "cho_solve": "use autograd.solve(a, b)",
    "expit": "use autograd.sigmoid",
    "log_expit": "use autograd.log_sigmoid",
    "asin": "use autograd.arcsin", "acos": "use autograd.arccos", "atan": "use autograd.arctan",
    "atan2": "use autograd.arctan2",
    "asinh": "use autograd.arcsinh", "acosh": "use autograd.arccosh", "atanh": "use autograd.arctanh",
    "pow": "use autograd.power", "float_power": "use autograd.power", "fabs": "use autograd.abs",
    "fsum": "use autograd.sum",
    "cat": "use autograd.concatenate",
    "dist": "use autograd.norm(x - y)", "degrees": "use x * (180 / math.pi)", "radians": "use x * (math.pi / 180)",
    "heaviside": "use autograd.where(x > 0, 1.0, 0.0)", "piecewise": "use autograd.where",
    "put_along_axis": "use autograd.put",
    "polyfit": "use autograd.solve(a.T @ a, a.T @ y) with a = np.vander(x, degree + 1)",
    **dict.fromkeys(("quad", "quad_vec", "simpson", "romberg"), "use np.trapezoid(f(t), t) on a grid t of the interval"),
    **dict.fromkeys(("brentq", "bisect", "newton", "root", "root_scalar", "fsolve"), _IMPLICIT),
    **dict.fromkeys(("minimize", "minimize_scalar", "basinhopping"), "pass autograd.value_and_grad(f) with jac=True"),
    **dict.fromkeys(("least_squares", "curve_fit", "leastsq"), "return f(x).numpy(), and pass jac=autograd.jacobian(f)"),
    **dict.fromkeys(("odeint", "solve_ivp"), "write the steps of the method, with autograd.scan"),
    **dict.fromkeys(("apply_along_axis", "apply_over_axes", "vectorize"), "use autograd.vmap"),
    **dict.fromkeys(("zeros", "ones", "full", "arange", "eye", "empty", "array", "asarray"), "use NumPy for constants"),
}  # fmt: skip


def alternative(name: str, default: str = "use other ops of autograd, or autograd.custom_op with its derivative") -> str:
    """Cure for a call of the function `name`, which autograd does not have.

    >>> alternative("psi")
    'use autograd.digamma'
    """
    return _ALTERNATIVES.get(name, default)
