"""Diagnosis of a wrong derivative: the difference in words, and the op at fault."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from autograd.engine.node import Node
from autograd.support.lazy_numpy import np

#: (cause, position of the input, or None if it concerns all).
Fault = tuple[str, int | None]

#: Number of nodes of an op that are checked alone.
NODES_PER_OP = 8

#: The cause if no explanation fits.
UNEXPLAINED = "no simple factor, sign or change of order explains it"
DIFFERENT_FACTORS = ", by different factors"


def explain_difference(claimed: Any, measured: Any, bars: Any, shape: tuple[int, ...] = ()) -> str:
    """An explanation of the difference between a claimed and a measured gradient of a variable of this shape.

    >>> explain_difference(np.array([-2.0, 4.0]), np.array([2.0, -4.0]), 1e-12)
    'claimed has the wrong sign'
    """
    claimed, measured = np.asarray(claimed, float).ravel(), np.asarray(measured, float).ravel()
    bars = np.broadcast_to(bars, measured.shape)
    if not np.isfinite(claimed).all():
        return "claimed is not finite where the function is smooth"

    def same(a: Any, b: Any) -> bool:
        return bool((np.abs(a - b) <= 2 * bars + 1e-6 * np.maximum(np.abs(a), np.abs(b))).all())

    sure = np.abs(measured) > 10 * bars
    if not claimed.any() and sure.any():
        return "claimed is 0: the derivative omits a dependence on this input"
    if sure.any():
        ratio = float(np.median(claimed[sure] / measured[sure]))
        if 0 < abs(ratio) < np.inf and same(claimed, ratio * measured):
            return _explain_factor(ratio)
        for name, other in _rearrangements(measured, shape):
            if not same(other, measured) and same(claimed, other):
                return name
        if claimed.size > 1 and same(claimed / len(measured), measured):
            return f"claimed is {len(measured)} times too large: a sum in place of a mean"
    return _explain_entries(claimed, measured, bars)


def _explain_entries(claimed: Any, measured: Any, bars: Any) -> str:
    wrong = int((np.abs(claimed - measured) > bars + 1e-9 * np.abs(measured)).sum())
    if claimed.size > 1 and 0 < wrong < claimed.size:
        return f"{wrong} of {claimed.size} entries are wrong{DIFFERENT_FACTORS}"
    return UNEXPLAINED


def _explain_factor(ratio: float) -> str:
    if abs(ratio + 1.0) < 1e-6:
        return "claimed has the wrong sign"
    whole = round(abs(ratio)) if abs(ratio) > 1 else round(1 / abs(ratio))
    exact = abs(ratio) if abs(ratio) > 1 else 1 / abs(ratio)
    sign = " and the wrong sign" if ratio < 0 else ""
    if whole > 1 and abs(exact - whole) < 1e-6 * whole:
        if abs(ratio) > 1:
            return f"claimed is {whole} × what it should be: a factor {whole} too much{sign}"
        return f"claimed is 1/{whole} of what it should be: a factor {whole} is missing{sign}"
    if abs(abs(ratio) - 1.0) < 1e-3:
        return f"claimed is too {'large' if abs(ratio) > 1 else 'small'} by a relative {abs(abs(ratio) - 1.0):.2g}{sign}"
    return f"claimed is {abs(ratio):.6g} × what it should be{sign}"


def _rearrangements(measured: Any, shape: tuple[int, ...]) -> list[tuple[str, Any]]:
    array = measured.reshape(shape) if int(np.prod(shape)) == measured.size else measured
    found = []
    if array.ndim >= 2:
        for i in range(array.ndim):
            for j in range(i):
                if array.shape[i] == array.shape[j]:
                    found.append((f"the axes {j} and {i} are exchanged: transposed", np.swapaxes(array, i, j)))
        if len(set(array.shape)) > 1:
            found.append(("the entries are those of the transpose", array.T.reshape(array.shape)))
    for i in range(array.ndim):
        found.append((f"the entries are reversed along axis {i}", np.flip(array, i)))
        found += [(f"the entries are shifted by {s} along axis {i}", np.roll(array, s, i)) for s in (1, -1)]
    return [(name, np.ravel(other)) for name, other in found]


def first_fault(nodes: list[Node], find_fault: Callable[[Node], Fault | None]) -> tuple[Node, Fault] | None:
    """(node, fault) of the first op at fault, from the inputs on; an op is checked at its first nodes only."""
    for node in first_nodes(nodes):
        reason = find_fault(node)
        if reason is not None:
            return node, reason
    return None


def first_nodes(nodes: list[Node]) -> list[Node]:
    """The first nodes of each op, at most `NODES_PER_OP` of them."""
    counts: Counter[Any] = Counter()
    found = []
    for node in nodes:
        counts[node.op] += 1
        if counts[node.op] <= NODES_PER_OP:
            found.append(node)
    return found
