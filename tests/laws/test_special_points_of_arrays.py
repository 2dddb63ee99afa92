"""Derivatives up to the third order of array ops and of norms at zeros, ties and constant arrays, along two random rays."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor
from tests.laws.exact_arrays import ExactArray
from tests.laws.example_calls import example_id, examples
from tests.laws.test_special_points import check

#: Arrays by size: zero, constant, one zero, many zeros, ties, one large entry.
PATTERNS = [
    lambda n: np.zeros(n),
    lambda n: np.ones(n),
    lambda n: np.arange(n) - 1.0,
    lambda n: np.arange(n) % 2 * 2.0,
    lambda n: np.minimum(np.arange(n), 1.0) - 2.0,
    lambda n: np.where(np.arange(n) == 1, 40.0, 0.0),
    lambda n: np.where(np.arange(n) == 1, -np.inf, np.arange(n)),
]

#: Ops that mpmath cannot compute, and sort, which keeps the order of ties.
WITHOUT_JUDGE = {
    "inv", "solve", "det", "cofactors", "logabsdet", "cholesky", "astype", "sort", "eigenpairs", "least_squares",
    "orthogonal_triangular", "pinv", "rotations", "singular_triplets",
}  # fmt: skip

EXAMPLES = [e for e in examples("bilinear", "general") if e[0] not in WITHOUT_JUDGE]
EXAMPLES += [e for e in examples("linear") if e[0] in ("mean", "deviations")]  # others compute with no number

#: Sums of terms of this size are exact up to rounding.
ROUNDING = 1e-11

#: Functions made of several ops.
FUNCTIONS = {
    "norm": ag.norm,
    "norm along an axis": lambda x: ag.norm(x, axis=0),
    "1-norm": lambda x: ag.norm(x, 1, axis=0),
    "∞-norm": lambda x: ag.norm(x, math.inf, axis=0),
    "std": lambda x: ag.std(x, axis=0),
    "std of all": lambda x: ag.std(x, ddof=1),
    "var": lambda x: ag.var(x, axis=-1),
    "hypot": lambda x: ag.hypot(x[0], x[1]),
}


def check_at(call, arrays, name, seed=1):
    """Compare derivatives of ⟨w, call(x + s u + t v)⟩ by s and t at 0."""
    rng = np.random.default_rng(seed)
    u, v = ([rng.integers(-3, 4, a.shape).astype(float) for a in arrays] for _ in range(2))
    y = call(*arrays)
    if np.isnan(y).any() or not np.size(y):
        return
    w = rng.integers(1, 4, np.shape(y)).astype(float)

    def moved(s, t):
        return call(*[a + s * b + t * c for a, b, c in zip(arrays, u, v, strict=True)])

    def exactly(s, t):
        y = moved(ExactArray(np.array(s)), ExactArray(np.array(t)))
        return sum(y.data.ravel() * w.ravel())

    check(
        lambda s, t: ag.sum(w * moved(ag.reshape(s, ()), ag.reshape(t, ()))), exactly,
        [(0.0, 0.0)], (0, 1), (Tensor,), name, ROUNDING,
    )  # fmt: skip


def special_arrays(shapes, patterns=PATTERNS):
    for pattern in patterns:
        yield [pattern(math.prod(shape)).reshape(shape) for shape in shapes]


@pytest.mark.parametrize("case", EXAMPLES, ids=example_id)
def test_array_op(case):
    name, _, example = case
    for arrays in special_arrays(example.shapes, PATTERNS[-2:-1] if OPS[name].kind == "bilinear" else PATTERNS):
        check_at(example.call, arrays, f"{example.call.text} at {[a.tolist() for a in arrays]}, ")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(3, 2), (2, 1)], ids=str)
def test_function(name, shape):
    for (x,) in special_arrays([shape]):
        check_at(FUNCTIONS[name], [x], f"{name} at {x.tolist()}, ")
