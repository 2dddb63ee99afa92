"""Localise a wrong derivative: check each op of the graph alone, at its recorded inputs."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from autograd.checks.arguments import Arguments
from autograd.checks.compare import compare
from autograd.checks.diagnosis import DIFFERENT_FACTORS, UNEXPLAINED, Fault, explain_difference, first_fault
from autograd.checks.functions import GraphFunction, Subject, differentiated_positions, isolate_op, unit_vector
from autograd.checks.invariants import backward_twice
from autograd.checks.kinks import kinks_of
from autograd.checks.one_sided import ends_at_kink
from autograd.checks.oracles.oracles import NAMES, Oracles
from autograd.checks.report import GradientError
from autograd.checks.verdicts import Mismatch
from autograd.drawing.draw import draw
from autograd.drawing.drawing import Drawing
from autograd.engine.gradients import gradients
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np

#: Most entries that are measured one by one to find the wrong one.
ENTRIES = 64

#: Relative difference of a single op that is taken for rounding.
ROUNDING = 1e-11

FORWARD = "forward mode is wrong"


def localize(subject: Subject, oracles: Oracles, miss: Mismatch, rng: np.random.Generator) -> list[str]:
    """The kinks of single ops that explain a mismatch; raise GradientError with entry, cause and op if none do."""
    kinks: list[str] = []
    fault = _graph_fault(subject, miss, rng, kinks)
    if fault is None and kinks:
        return kinks
    if fault is None or not getattr(fault[0].op, "is_custom", False):
        fault = _underflow(subject) or fault
    raise _error_of(subject, oracles, miss, fault)


def _error_of(subject: Subject, oracles: Oracles, miss: Mismatch, fault: tuple[Node, Fault] | None) -> GradientError:
    entry, claims, measured, bars = _entries(subject, oracles, miss)
    if entry is not None and np.isfinite(miss.claimed):
        miss.claimed, miss.measured, miss.bar = float(claims[entry]), float(measured[entry]), float(bars[entry])
    cause = _explain_mismatch(subject, miss, claims, measured, bars)
    node: Node | None = None
    position: int | None = None
    if fault is not None:
        node, (reason, position) = fault
        cause = f"{getattr(node.op, 'name', '')}: {reason}"
    details = [f"not used  {reason}" for reason in oracles.refused if "polynomial" not in reason]
    low, high, _ = ends_at_kink(oracles, miss.v, miss.w)
    if low <= high and getattr(getattr(node, "op", None), "is_custom", False):
        details.append(
            f"kink      the one-sided derivatives are {low:.6g} and {high:.6g}: the claim must lie between them; declare where "
            "the op is smooth, such as custom_op(…, smooth_on=autograd.domain.NONZERO)"
        )
    where = f"{subject.arguments.entry(entry)}" if entry is not None else "a random direction"
    return GradientError(
        cause, entry=where, claimed=miss.claimed, measured=miss.measured, bar=miss.bar, oracle=miss.oracle,
        op=node.op if node is not None else None, order=subject.order, details=tuple(details),
        drawn=lambda: _draw_fault(subject, node, position),
    )  # fmt: skip


def _explain_mismatch(subject: Subject, miss: Mismatch, claims: Any, measured: Any, bars: Any) -> str:
    if miss.mode == "forward":
        return "forward mode (jvp) and the measurement differ; reverse mode (vjp) is right"
    shape = subject.arguments.arrays[0].shape if len(subject.arguments.arrays) == 1 else ()
    bars = bars + 1e-12 * np.abs(measured)
    cause = explain_difference(claims, measured, bars, shape) if claims.size else "a random direction is wrong"
    if miss.mode != "detached":
        return cause
    return (
        "the function depends on its inputs outside of its graph: through .data, .item(), stop_gradient, no_grad or plain "
        f"NumPy; {cause}"
    )


def _graph_fault(subject: Subject, miss: Mismatch, rng: np.random.Generator, kinks: list[str]) -> tuple[Node, Fault] | None:
    """The op at fault, by its derivative, or of order 2 by the derivative of its pullback; None if no single op is.

    Ops whose claim is right at a kink are added to `kinks`.
    """
    if not isinstance(subject, GraphFunction):
        return None
    nodes = [node for node, _ in subject.replay.steps]
    fault = first_fault(nodes, lambda node: op_fault(node, 1, rng, kinks))
    if fault is None and subject.order > 1:
        below = GraphFunction(subject.f, subject.arguments, subject.order - 1, rng)
        nodes = [node for node, _ in below.replay.steps]
        fault = first_fault(nodes, lambda node: op_fault(node, 2, rng, kinks))
    return _fault_of_pullback(*fault, rng) if fault is not None and fault[1][0].startswith(FORWARD) else fault


def _fault_of_pullback(node: Node, fault: Fault, rng: np.random.Generator) -> tuple[Node, Fault]:
    """The op at fault in the pullback of a general op: its forward mode is the derivative of the pullback."""
    if getattr(node.op, "kind", "") != "general":
        return node, fault
    alone = isolate_op(node, 1, rng)

    def pulled(u: Any, *xs: Any) -> Any:
        return gradients([alone.f(*xs)], list(xs), [u], create_graph=True)

    u = Tensor(np.ones_like(node._data)) if isinstance(node, Tensor) else Value(1.0)
    ops = GraphFunction(pulled, Arguments(pulled, (u, *alone.arguments.args)), 1, rng).replay.steps
    return first_fault([inner for inner, _ in ops if inner.op is not node.op], lambda inner: op_fault(inner, 1, rng)) or (
        node,
        fault,
    )


def _underflow(subject: Subject) -> tuple[Node, Fault] | None:
    """The first op whose result is subnormal, so that what is computed from it has few digits; None if no result is."""
    for node, _ in subject.replay.steps if isinstance(subject, GraphFunction) else ():
        sizes = np.abs(np.asarray(node._data))
        small = (sizes > 0) & (sizes < np.finfo(sizes.dtype if sizes.dtype.kind == "f" else float).tiny)
        if small.any():
            return node, (
                f"its result {sizes[small].ravel()[0]:.3g} underflows, and what is computed from it loses digits",
                None,
            )
    return None


def _entries(subject: Subject, oracles: Oracles, miss: Mismatch) -> tuple[int | None, Any, Any, Any]:
    """(worst entry, claims, measurements, bars), per entry of the input, of the outputs weighted as in the mismatch."""
    if subject.n > ENTRIES:
        return _bisect_entries(subject, oracles, miss)
    if miss.mode == "forward":
        return None, np.zeros(0), np.zeros(0), np.zeros(0)
    claims, uncertain = subject.vjp(miss.w)
    sharp = miss.oracle in (NAMES["exact"], NAMES["complex"], NAMES["dual"])
    scales, found, bars = subject.arguments.scales, np.zeros(subject.n), np.zeros(subject.n)
    for i in range(subject.n):
        v = unit_vector(subject.n, i, scales[i])
        one = (oracles.sharpest(v) if sharp else None) or oracles.differences(v, thorough=True)
        found[i], bars[i] = miss.w @ one.value / scales[i], np.abs(miss.w) @ one.error / scales[i]
    bars = bars + uncertain
    known = np.isfinite(bars)
    excess = np.where(known, np.abs(claims - found) - bars, -np.inf)
    entry = miss.entry if miss.entry is not None else int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
    return entry, claims, found, np.where(known, bars, np.abs(found) + np.abs(claims))


def _bisect_entries(subject: Subject, oracles: Oracles, miss: Mismatch) -> tuple[int | None, Any, Any, Any]:
    """The result of `_entries` for many inputs: bisection measures the worst entry only."""
    claims, uncertain = subject.vjp(miss.w)
    members = np.arange(subject.n)

    def off(part: Any) -> tuple[float, float, float]:
        v = np.zeros(subject.n)
        v[part] = miss.v[part]
        one = oracles.best(v)
        claimed = float(claims @ v)
        return claimed, float(miss.w @ one.value), float(np.abs(miss.w) @ one.error + uncertain @ np.abs(v))

    while len(members) > 1:
        halves = np.array_split(members, 2)
        parts = [off(half) for half in halves]
        excess = [abs(c - m) - b for c, m, b in parts]
        members = halves[int(np.argmax(excess))]
    i = int(members[0])
    claimed, measured, bar = (x / abs(miss.v[i]) * np.sign(miss.v[i]) for x in off(members))
    miss.claimed, miss.measured, miss.bar = float(claimed), float(measured), abs(float(bar))
    n = subject.n
    return i, unit_vector(n, i, miss.claimed), unit_vector(n, i, miss.measured), unit_vector(n, i, miss.bar)


def op_fault(node: Node, order: int, rng: np.random.Generator, kinks: list[str] | None = None) -> Fault | None:
    """The fault of the op of a node, checked alone; None if its derivative is right, or right at a kink, added to `kinks`."""
    subject = isolate_op(node, order, rng)
    if not np.isfinite(subject.base).all() or kinks_of(subject.replay):
        return None
    oracles = Oracles(subject, None, rng)
    found = compare(subject, oracles, rng, None, None)
    miss = found.mismatch
    if miss is None:
        if kinks is not None and found.at_kink:
            kinks += [f"{getattr(node.op, 'name', '')}: {text}" for text in found.kinks]
        return None
    if abs(miss.claimed - miss.measured) <= ROUNDING * abs(miss.measured) < np.inf:
        return None
    if miss.mode == "forward":
        return f"{FORWARD}: the forward rule does not fit the kind {getattr(node.op, 'kind', '')!r} of the op", None
    weights = [np.ones(subject.m), miss.w] if subject.m > 1 else [miss.w]
    number, cause = _explain_op(subject, oracles, miss, weights)
    level = "" if order == 1 else "derivative of the pullback, "
    position = differentiated_positions(node)[number]
    cause = f"pullback {position}, {level}{cause}"
    if miss.mode == "detached" and "claimed is 0" in cause:
        cause = f"the forward rule depends on its input where the pullback does not: {cause}"
    return cause, position


def _explain_op(subject: GraphFunction, oracles: Oracles, miss: Mismatch, weights: list[Any]) -> tuple[int, str]:
    """(index of the wrong variable, cause): the simplest cause that some weights of the outputs show."""
    number, cause = 0, UNEXPLAINED
    for w in weights:
        entry, claims, measured, bars = _entries(subject, oracles, replace(miss, w=w, entry=None))
        if entry is None or abs(claims[entry] - measured[entry]) <= bars[entry]:
            continue
        number = int(np.searchsorted(np.cumsum(subject.arguments.sizes), entry, side="right"))
        part, bars = _variable_slice(subject, number), bars + 1e-12 * np.abs(measured)
        cause = explain_difference(claims[part], measured[part], bars[part], subject.arguments.arrays[number].shape)
        if cause != UNEXPLAINED and not cause.endswith(DIFFERENT_FACTORS):
            break
        transposed = _explain_by_transposed_input(subject, number, w, claims)
        if transposed:
            return number, transposed
    return number, cause


def _explain_by_transposed_input(subject: GraphFunction, number: int, w: Any, claims: Any) -> str:
    """A cause if the claim for a variable is the derivative at another input transposed (g b for g bᵀ), else ""."""
    part = _variable_slice(subject, number)
    for j, x in enumerate(subject.arguments.arrays):
        if j == number or x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            continue
        arrays = [a.swapaxes(-1, -2) if i == j else a for i, a in enumerate(subject.arguments.arrays)]
        at = Arguments(subject.f, tuple(Tensor(a, requires_grad=True) for a in arrays))
        other = GraphFunction(subject.f, at, subject.order, subject.rng)
        oracles, found = Oracles(other, None, subject.rng), []
        for i in range(part.start, part.stop):
            found.append(w @ oracles.best(np.eye(other.n)[i]).value)
        if np.allclose(claims[part], found, rtol=1e-6, atol=1e-9 * float(np.max(np.abs(claims[part]), initial=0.0))):
            return f"claimed is the derivative at input {j} transposed"
    return ""


def _variable_slice(subject: GraphFunction, number: int) -> slice:
    """The slice of a variable in the vector of all numbers."""
    begin = sum(subject.arguments.sizes[:number])
    return slice(begin, begin + subject.arguments.sizes[number])


def _draw_fault(subject: Subject, node: Node | None, position: int | None) -> Drawing | None:
    """The graph with the claimed gradients, and the path into the wrong op marked."""
    if not isinstance(subject, GraphFunction) or not subject.found:
        return None
    try:
        for x, label in zip(subject.variables, subject.arguments.labels, strict=True):
            x.label = x.label or label
        with backward_twice(subject, np.ones(subject.m)) if len(subject.found) == 1 else contextlib.nullcontext():
            if node is None or not node.inputs:
                return draw(list(subject.found))
            source = node.inputs[differentiated_positions(node)[0] if position is None else position]
            return draw(list(subject.found), path=(source, node))
    except (ValueError, TypeError, RuntimeError, IndexError):  # the error is reported without a picture too
        return None
