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

ELEMENTWISE = [op for op in OPS.values() if op.kind == "elementwise"]
OTHERS = [op for op in OPS.values() if op.kind != "elementwise"]

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
    "astype": [
        on(lambda x: ag.astype(x, np.float32), (2, 3)),
        on(lambda x: ag.astype(x, np.float64), ()),
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
