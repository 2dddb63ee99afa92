"""Calls of the functions of `np.linalg` that are made of ops, for the laws of compositions."""

import math

import numpy as np

X = np.array([[0.65, 1.85, 1.25], [0.35, 0.95, 1.55]])
A = np.array([[3.1, 0.6, 0.45], [0.2, 1.3, 0.7], [0.55, 0.15, 5.2]])
B = np.array([[2.85, 0.5, 1.44], [1.91, 2.38, 0.97], [0.3, 0.25, 4.9]])
STACK = np.stack([A, B + np.diag([0.0, 0.0, 3.0])])
V = X[0]


def every_part(parts):
    """Sum of functions of all parts, so that each has a gradient."""
    return sum(np.sum(np.sin(part) * (i + 1.0)) for i, part in enumerate(parts))


LINALG_CALLS = {
    "cholesky": [
        (lambda a: np.linalg.cholesky(a @ np.swapaxes(a, -1, -2) + np.triu(a, 1)), STACK),
        (lambda a: np.linalg.cholesky(a @ np.transpose(a) + np.tril(a, -1), upper=True), A),
    ],
    "cond": [(lambda a, p=p: np.linalg.cond(a, p), STACK) for p in (None, 2, -2, 1, -1, math.inf, -math.inf, "fro", "nuc")],
    "eigh": [
        (lambda a: every_part(np.linalg.eigh(a)), A),
        (lambda a: every_part(np.linalg.eigh(a, UPLO="U")), STACK),
        (lambda a: np.linalg.eigh(a).eigenvectors[..., 1] * np.linalg.eigh(a)[0], STACK),
    ],
    "eigvalsh": [(lambda a: np.linalg.eigvalsh(a), A), (lambda a: np.linalg.eigvalsh(a, "U"), STACK)],
    "lstsq": [
        (lambda a, b: np.linalg.lstsq(a, b)[0], A[:, :2], V),
        (lambda a, b: np.linalg.lstsq(a, b)[0], A[:2], X),
        (lambda a, b: np.linalg.lstsq(a, b)[1], A[:, :2], X.T),
        (lambda a, b: np.linalg.lstsq(a, b, rcond=0.5)[0], A, V),
        (lambda a, b: np.linalg.lstsq(a, b)[3], A[:, :2], V),
    ],
    "matrix_norm": [
        (lambda a, o=o: np.linalg.matrix_norm(a, ord=o), STACK) for o in (1, -1, 2, -2, math.inf, -math.inf, "nuc", "fro")
    ],
    "matrix_power": [(lambda a, n=n: np.linalg.matrix_power(a, n), A) for n in (1, 2, 3, 5, -2)],
    "multi_dot": [
        (lambda a, b: np.linalg.multi_dot([a, b, a[:, :1]]), A, B),
        (lambda v, a, x: np.linalg.multi_dot([v, a, np.transpose(x), x, v]), V, A, X),
    ],
    "pinv": [
        (lambda a: np.linalg.pinv(a), X),
        (lambda a: np.linalg.pinv(a, rcond=0.5), STACK),
        (lambda a: np.linalg.pinv(a, hermitian=True), A),
        (lambda a: np.linalg.pinv(a, rtol=1e-3), X.T),
    ],
    "qr": [
        (lambda a: every_part(np.linalg.qr(a)), A),
        (lambda a: np.linalg.qr(a).Q, X.T),
        (lambda a: np.linalg.qr(a, mode="r"), STACK),
    ],
    "svd": [
        (lambda a: every_part(np.linalg.svd(a)), A),
        (lambda a: every_part(np.linalg.svd(a, full_matrices=False)), X),
        (lambda a: np.linalg.svd(a, full_matrices=False).U, X.T),
        (lambda a: np.linalg.svd(a).Vh, STACK),
        (lambda a: np.linalg.svd(a, compute_uv=False), X),
        (lambda a: every_part(np.linalg.svd(a - 3.0 * np.eye(3), hermitian=True)), STACK),
        (lambda a: np.linalg.svd(a - 3.0 * np.eye(3), hermitian=True, compute_uv=False), A),
    ],
    "svdvals": [(lambda a: np.linalg.svdvals(a), X)],
    "vector_norm": [
        *[(lambda a, o=o: np.linalg.vector_norm(a, ord=o), X) for o in (1, 2, 3, 2.5, 0.5, -1, -2, math.inf, -math.inf)],
        (lambda a: np.linalg.vector_norm(a, axis=(0, 2), keepdims=True, ord=4), STACK),
    ],
}  # fmt: skip
