"""Why a derivative is wrong: what turns the claim into the measurement, and which op's row does it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.engine.node import Node

#: (what is wrong with the derivative of an op, for which of its inputs, if it is one).
Fault = tuple[str, int | None]

#: What is said where nothing explains it.
UNEXPLAINED = "no simple factor, sign or change of order explains it"


def explained(claimed: Any, measured: Any, bars: Any, shape: tuple[int, ...] = ()) -> str:
    """What explains the difference between a claimed and a measured gradient of a variable of this shape, in words.

    >>> explained(np.array([-2.0, 4.0]), np.array([2.0, -4.0]), 1e-12)
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
        return "claimed is 0: the function depends on this input by a way that the derivative leaves out"
    if sure.any():
        ratio = float(np.median(claimed[sure] / measured[sure]))
        if np.isfinite(ratio) and ratio and same(claimed, ratio * measured):
            return _factor(ratio)
        for name, turned in _rearrangements(measured, shape):
            if not same(turned, measured) and same(claimed, turned):
                return name
        if claimed.size > 1 and same(claimed / len(measured), measured):
            return f"claimed is {len(measured)} times too large: a sum in place of a mean"
    wrong = int((np.abs(claimed - measured) > bars + 1e-9 * np.abs(measured)).sum())
    if claimed.size > 1 and 0 < wrong < claimed.size:
        return f"{wrong} of {claimed.size} entries are wrong, by no one factor"
    return UNEXPLAINED


def _factor(ratio: float) -> str:
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
        found.append((f"the entries stand in reverse order along axis {i}", np.flip(array, i)))
        found += [(f"the entries are shifted by {s} along axis {i}", np.roll(array, s, i)) for s in (1, -1)]
    return [(name, np.ravel(turned)) for name, turned in found]


def op_at_fault(nodes: list[Node], wrong_alone: Callable[[Node], Fault | None]) -> tuple[Node, Fault] | None:
    """The first node, from the inputs on, whose op alone gives a wrong derivative at the inputs it had, and what is wrong.

    Ops that stand in the graph more often are tried at up to eight places.
    """
    tried: dict[Any, int] = {}
    for node in nodes:
        tried[node.op] = tried.get(node.op, 0) + 1
        if tried[node.op] <= 8:
            reason = wrong_alone(node)
            if reason is not None:
                return node, reason
    return None
