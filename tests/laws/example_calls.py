"""How ops are called in the laws: parameters of the elementwise ones, and example calls of all the others.

Inputs of an elementwise op are drawn from its `smooth_on`; it needs a line in PARAMS only if it has parameters without
defaults (more than one line if there are cases worth a law of their own). Any other op needs at least one example call, of
arrays of given shapes; its result is the output of the op itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd as ag
from autograd import OPS

TABLE = [op for op in OPS.values() if op.__module__ == "autograd"]
QUESTIONS = [op for op in TABLE if op.forward.__module__.endswith("comparisons")]  # test_questions.py has the laws of these two
ANSWERS = [OPS["argsort"], OPS["signdet"]]
ELEMENTWISE = [op for op in TABLE if op.kind == "elementwise" and op not in QUESTIONS]
OTHERS = [op for op in TABLE if op.kind != "elementwise" and op not in ANSWERS]

PARAMS: dict[str, list[dict[str, Any]]] = {
    "polygamma": [{"n": 1}, {"n": 2}],
    "sinc_derivative": [{"n": 0}, {"n": 1}, {"n": 2}],
    "gelu": [{"approximate": "none"}, {"approximate": "tanh"}],
    "leaky_relu": [{"slope": 0.01}, {"slope": 0.25}],
    "elu": [{"alpha": 1.0}, {"alpha": 0.7}],
    "celu": [{"alpha": 1.0}, {"alpha": 0.7}],
    "hardtanh": [{"low": -1.0, "high": 1.0}],
    "round": [{"decimals": 0}],
}


@dataclass(frozen=True)
class Example:
    """A call of an op on arrays of these shapes."""

    call: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]

    def arrays(self, rng: np.random.Generator) -> list[Any]:
        """Entries that lie apart, so that no kink at a tie is near."""
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        spread = (rng.permutation(sum(sizes)) + rng.uniform(0.3, 0.7, sum(sizes))) / max(sum(sizes), 1)
        parts = np.split(4.0 * spread - 2.0, np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]


def on(call: Callable[..., Any], *shapes: tuple[int, ...]) -> Example:
    return Example(call, shapes)


_MASK = np.array([[True, False, True], [False, True, True]])
_THREE = np.diag([5.0, 6.0, 7.0]).astype(np.float32)  # what it is added to has an inverse; in single precision, to keep that

CALLS: dict[str, list[Example]] = {
    "matmul": [
        on(lambda a, b: a @ b, (2, 3), (3, 4)),
        on(lambda a, b: a @ b, (3,), (3,)),
        on(lambda a, b: a @ b, (2, 3), (3,)),
        on(lambda a, b: a @ b, (3,), (3, 2)),
        on(lambda a, b: a @ b, (2, 1, 2, 3), (4, 3, 2)),
        on(lambda a, b: a @ b, (3,), (2, 3, 2)),
        on(lambda a, b: a @ b, (2, 2, 3), (3,)),
        on(lambda a, b: a @ b, (2, 0), (0, 3)),
        on(lambda a, b: a @ b, (0, 2), (2, 3)),
    ],
    "einsum": [
        on(lambda a, b: ag.einsum("ij,jk->ik", a, b), (2, 3), (3, 4)),
        on(lambda a, b: ag.einsum("ij,j", a, b), (2, 3), (3,)),
        on(lambda a, b: ag.einsum("ij,ij->", a, b), (2, 3), (2, 3)),
        on(lambda a, b: ag.einsum("i,j->ji", a, b), (2,), (3,)),
        on(lambda a, b: ag.einsum("...ij,...jk->...ik", a, b), (2, 1, 2, 3), (3, 3, 2)),
        on(lambda a, b: ag.einsum("ij,kj->ik", a, b), (2, 1), (3, 4)),
        on(lambda a, b: ag.einsum("ij,k->k", a, b), (2, 3), (2,)),
        on(lambda a, b, c: ag.einsum("ij,jk,kl->il", a, b, c), (2, 3), (3, 2), (2, 2)),
        on(lambda a, b: ag.einsum("ii,i->i", a, b), (3, 3), (3,)),
        on(lambda a: ag.einsum("iji->j", a), (2, 3, 2)),
        on(lambda a: ag.einsum("ij->ji", a), (2, 3)),
        on(lambda a, b: ag.einsum("ij,jk->ik", a, b), (2, 0), (0, 3)),
    ],
    "convolve": [
        on(lambda a, v: ag.convolve(a, v), (4,), (3,)),
        on(lambda a, v: ag.convolve(a, v, "same"), (5,), (3,)),
        on(lambda a, v: ag.convolve(a, v, "valid"), (5,), (2,)),
        on(lambda a, v: ag.convolve(a, v), (2,), (4,)),
        on(lambda a, v: ag.convolve(a, v, "valid"), (2,), (5,)),
        on(lambda a, v: ag.convolve(a, v, "same"), (2,), (4,)),
    ],
    "sum": [
        on(ag.sum, (2, 3)),
        on(ag.sum, ()),
        on(ag.sum, (0,)),
        on(lambda x: ag.sum(x, axis=0), (3,)),
        on(lambda x: ag.sum(x, axis=-1), (2, 3)),
        on(lambda x: ag.sum(x, axis=(0, -1), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.sum(x, axis=()), (2, 2)),
        on(lambda x: ag.sum(x, axis=1), (2, 0)),
    ],
    "mean": [
        on(ag.mean, (2, 3)),
        on(ag.mean, ()),
        on(lambda x: ag.mean(x, axis=0), (3, 2)),
        on(lambda x: ag.mean(x, axis=(-1, 0), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.mean(x, axis=1), (0, 2)),
    ],
    "broadcast_to": [
        on(lambda x: ag.broadcast_to(x, (2, 3)), (3,)),
        on(lambda x: ag.broadcast_to(x, (2, 3)), ()),
        on(lambda x: ag.broadcast_to(x, (4, 2, 3)), (2, 1)),
        on(lambda x: ag.broadcast_to(x, (0, 3)), (1, 3)),
        on(lambda x: ag.broadcast_to(x, (2,)), (2,)),
    ],
    "sum_to": [
        on(lambda x: ag.sum_to(x, (3,)), (2, 3)),
        on(lambda x: ag.sum_to(x, ()), (2, 3)),
        on(lambda x: ag.sum_to(x, (2, 1)), (4, 2, 3)),
        on(lambda x: ag.sum_to(x, (1, 3)), (0, 3)),
        on(lambda x: ag.sum_to(x, (1, 1, 2)), (1, 1, 2)),
    ],
    "reshape": [
        on(lambda x: ag.reshape(x, (3, -1)), (2, 3)),
        on(lambda x: ag.reshape(x, 6), (2, 3)),
        on(lambda x: ag.reshape(x, ()), (1, 1)),
        on(lambda x: ag.reshape(x, (0, 5)), (2, 0)),
        on(lambda x: ag.reshape(ag.transpose(x), (2, 3)), (2, 3)),
    ],
    "transpose": [
        on(ag.transpose, (2, 3)),
        on(ag.transpose, ()),
        on(lambda x: ag.transpose(x, (2, 0, 1)), (2, 3, 4)),
        on(lambda x: ag.transpose(x, (-1, 0, -2)), (2, 3, 4)),
        on(lambda x: ag.transpose(x, (1, -4, 2, -1)), (2, 1, 3, 2)),
        on(ag.transpose, (0, 3)),
    ],
    "getitem": [
        on(lambda x: x[0], (2, 3)),
        on(lambda x: x[-1, ..., None], (2, 3)),
        on(lambda x: x[::-2, 1:], (5, 3)),
        on(lambda x: x[()], ()),
        on(lambda x: x[[0, 0, 2]], (3,)),
        on(lambda x: x[[1, 1], [0, 0]], (2, 3)),
        on(lambda x: x[:, [2, 0, 2]], (2, 3)),
        on(lambda x: x[_MASK], (2, 3)),
        on(lambda x: x[np.array([True, False])], (2, 3)),
        on(lambda x: x[[]], (3,)),
        on(lambda x: x[2:1], (3, 2)),
        on(lambda x: x[..., None, :], (0, 3)),
    ],
    "put": [
        on(lambda x: ag.put(x, [0, 0, 2], 3), (3,)),
        on(lambda x: ag.put(x, (slice(None), 1), (2, 3)), (2,)),
        on(lambda x: ag.put(x, _MASK, (2, 3)), (4,)),
        on(lambda x: ag.put(x, slice(None, None, -2), (5,)), (3,)),
        on(lambda x: ag.put(x, [], 3), (0,)),
    ],
    "concatenate": [
        on(lambda a, b: ag.concatenate([a, b]), (2,), (3,)),
        on(lambda a, b, c: ag.concatenate((a, b, c), axis=1), (2, 1), (2, 0), (2, 3)),
        on(lambda a, b: ag.concatenate([a, b], axis=-2), (1, 2), (3, 2)),
        on(lambda a, b: ag.concatenate([a, b, a]), (1,), (2,)),
        on(lambda a: ag.concatenate([a]), (2, 2)),
        on(lambda a, b: ag.concatenate([a, b], axis=None), (2, 2), (3,)),
    ],
    "roll": [
        on(lambda x: ag.roll(x, 1), (2, 3)),
        on(lambda x: ag.roll(x, -2, axis=1), (2, 3)),
        on(lambda x: ag.roll(x, (1, 4), axis=(0, -1)), (2, 3)),
        on(lambda x: ag.roll(x, 2, axis=0), (0, 3)),
    ],
    "cumsum": [
        on(ag.cumsum, (2, 3)),
        on(lambda x: ag.cumsum(x, axis=0), (3, 2)),
        on(lambda x: ag.cumsum(x, axis=-1), (2, 0)),
    ],
    "deviations": [
        on(ag.deviations, (2, 3)),
        on(lambda x: ag.deviations(x, axis=0), (3, 2)),
        on(lambda x: ag.deviations(x, axis=-1), (2, 1)),
    ],
    "astype": [
        on(lambda x: ag.astype(x, np.float32), (2, 3)),
        on(lambda x: ag.astype(x, np.float64), ()),
    ],
    "sort": [
        on(ag.sort, (5,)),
        on(lambda x: ag.sort(x, axis=0), (3, 2)),
        on(lambda x: ag.sort(x, axis=None), (2, 3)),
        on(ag.sort, (2, 0)),
    ],
    "max": [
        on(ag.max, (2, 3)),
        on(ag.max, ()),
        on(lambda x: ag.max(x, axis=0), (3, 2)),
        on(lambda x: ag.max(x, axis=(-1, 0), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.max(x, axis=1), (0, 2)),
    ],
    "logsumexp": [
        on(ag.logsumexp, (2, 3)),
        on(ag.logsumexp, ()),
        on(lambda x: ag.logsumexp(x, axis=0), (3, 2)),
        on(lambda x: ag.logsumexp(x, axis=(-1, 0), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.logsumexp(x, axis=-1), (2, 0)),
    ],
    "min": [
        on(ag.min, (2, 3)),
        on(lambda x: ag.min(x, axis=0, keepdims=True), (3, 2)),
        on(lambda x: ag.min(x, axis=1), (0, 2)),
    ],
    "prod": [
        on(ag.prod, (2, 3)),
        on(ag.prod, ()),
        on(lambda x: ag.prod(x, axis=0), (3, 2)),
        on(lambda x: ag.prod(x, axis=(-1, 0), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.prod(x, axis=-1), (2, 0)),
        on(lambda x: ag.prod(x, axis=()), (2,)),
    ],
    "cumprod": [
        on(ag.cumprod, (5,)),
        on(lambda x: ag.cumprod(x, axis=0), (3, 2)),
        on(lambda x: ag.cumprod(x, axis=-1), (2, 0)),
    ],
    "euclidean_norm": [
        on(ag.euclidean_norm, (2, 3)),
        on(lambda x: ag.euclidean_norm(x, axis=0), (3, 2)),
        on(lambda x: ag.euclidean_norm(x, axis=(-1, 0), keepdims=True), (2, 3, 2)),
        on(lambda x: ag.euclidean_norm(x, axis=-1), (0, 2)),
    ],
    "softmax": [
        on(ag.softmax, (2, 3)),
        on(lambda x: ag.softmax(x, axis=0), (3, 2)),
        on(lambda x: ag.softmax(x, axis=None), (2, 2)),
        on(ag.softmax, (2, 0)),
    ],
    "log_softmax": [
        on(ag.log_softmax, (2, 3)),
        on(lambda x: ag.log_softmax(x, axis=0), (3, 2)),
        on(lambda x: ag.log_softmax(x, axis=None), (2, 2)),
        on(ag.log_softmax, (2, 0)),
    ],
    "inv": [on(lambda x: ag.inv(x + _THREE), (3, 3)), on(lambda x: ag.inv(x + _THREE), (2, 3, 3))],
    "solve": [
        on(lambda a, b: ag.solve(a + _THREE, b), (3, 3), (3,)),
        on(lambda a, b: ag.solve(a + _THREE, b), (3, 3), (3, 2)),
        on(lambda a, b: ag.solve(a + _THREE, b), (2, 3, 3), (3, 1)),
        on(lambda a, b: ag.solve(a + _THREE, b), (2, 3, 3), (3,)),
    ],
    "permute": [
        on(lambda x: ag.permute(x, np.array([2, 0, 1]), 0), (3,)),
        on(lambda x: ag.permute(x, np.array([[1, 0], [0, 1]]), 1), (2, 2)),
    ],
    "det": [on(ag.det, (3, 3)), on(ag.det, (2, 2, 2)), on(ag.det, (1, 1)), on(ag.det, (0, 2, 2))],
    "cofactors": [on(lambda x: ag.cofactors(x + _THREE), (3, 3)), on(lambda x: ag.cofactors(x + _THREE), (2, 3, 3))],
    "logabsdet": [on(lambda x: ag.logabsdet(x + _THREE), (3, 3)), on(lambda x: ag.logabsdet(x - _THREE), (2, 3, 3))],
    "cholesky": [
        on(lambda x: ag.cholesky(x @ x.mT + _THREE), (3, 3)),
        on(lambda x: ag.cholesky(x @ x.mT + _THREE), (2, 3, 3)),
        on(lambda x: ag.cholesky(0.1 * x + _THREE), (3, 3)),
    ],
}


def rows_of(op):
    """An elementwise op with each of the parameters it is to be tested with."""
    return [(op, params) for params in PARAMS.get(op.name, [{}])]


def named(case):
    """The id of a case in the test's name."""
    op, params = case
    return "-".join([op.name, *(f"{k}={v}" for k, v in params.items())])


#: Every elementwise op with parameters: what a law over the table is parametrised with.
ELEMENTWISE_CASES = [case for op in ELEMENTWISE for case in rows_of(op)]


def examples(*kinds: str) -> list[tuple[str, int, Example]]:
    """(op, number, example) of every op of these kinds."""
    return [(op.name, i, e) for op in OTHERS if op.kind in kinds for i, e in enumerate(CALLS.get(op.name, []))]


def numbered(case: tuple[str, int, Example]) -> str:
    return f"{case[0]}-{case[1]}"
