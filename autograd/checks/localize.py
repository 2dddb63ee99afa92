"""From a wrong derivative to the op whose row is at fault: each op on the way is checked alone, at the inputs it had."""

import contextlib
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.checks.arguments import Arguments
from autograd.checks.compare import Mismatch, compared
from autograd.checks.diagnosis import UNEXPLAINED, explained, op_at_fault
from autograd.checks.functions import GraphFunction, Subject
from autograd.checks.invariants import swept
from autograd.checks.kinks import kinks_of
from autograd.checks.oracles.oracles import NAMES, Oracles
from autograd.checks.report import GradientError
from autograd.drawing.draw import draw
from autograd.drawing.drawing import Drawing
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value

#: So many entries are measured one by one to find the wrong one.
ENTRIES = 64


def blamed(subject: Subject, oracles: Oracles, miss: Mismatch, rng: np.random.Generator) -> GradientError:
    """The error that says which entry is wrong and why."""
    entry, claims, measured, bars = _entries(subject, oracles, miss)
    if entry is not None:
        miss.claimed, miss.measured, miss.bar = float(claims[entry]), float(measured[entry]), float(bars[entry])
    shape = subject.arguments.arrays[0].shape if len(subject.arguments.arrays) == 1 else ()
    cause = (
        explained(claims, measured, bars + 1e-12 * np.abs(measured), shape) if claims.size else "a random direction is wrong"
    )
    if miss.mode == "forward":
        cause = "forward mode (jvp) and the measurement differ, where reverse mode (vjp) is right"
    node: Node | None = None
    position: int | None = None
    if miss.mode == "detached":
        cause = (
            "the function depends on its inputs by a way that its graph does not know: .data, .item(), stop_gradient, no_grad, "
            f"or plain NumPy; {cause}"
        )
    if isinstance(subject, GraphFunction) and subject.replay is not None and (miss.mode != "detached" or subject.order > 1):
        nodes = [node for node, _ in subject.replay.steps]
        fault = op_at_fault(nodes, lambda node: wrong_alone(node, 1, rng))
        if fault is None and subject.order > 1:
            below = GraphFunction(subject.f, subject.arguments, subject.order - 1, rng)
            nodes = [node for node, _ in below.replay.steps] if below.replay else []
            fault = op_at_fault(nodes, lambda node: wrong_alone(node, 2, rng))
        if fault is not None:
            node, (reason, position) = fault
            cause = f"{getattr(node.op, 'name', '')}: {reason}"
    details = tuple(f"not used  {reason}" for reason in oracles.refused if "polynomial" not in reason)
    where = f"{subject.arguments.entry(entry)}" if entry is not None else "a random direction"
    return GradientError(
        cause, entry=where, claimed=miss.claimed, measured=miss.measured, bar=miss.bar, oracle=miss.oracle,
        op=node.op if node is not None else None, order=subject.order, details=details,
        drawn=lambda: _drawn(subject, node, position),
    )  # fmt: skip


def _entries(subject: Subject, oracles: Oracles, miss: Mismatch) -> tuple[int | None, Any, Any, Any]:
    """(the worst entry, claims, measurements, bars) of the output weighted as in the mismatch, entry by entry of the input."""
    if subject.n > ENTRIES:
        return _searched(subject, oracles, miss)
    claims, uncertain = subject.vjp(miss.w) if miss.mode != "forward" else (np.zeros(0), np.zeros(0))
    if miss.mode == "forward":
        return None, claims, claims, claims
    sharply = miss.oracle in (NAMES["exact"], NAMES["complex"], NAMES["dual"])
    scales, found, bars = subject.arguments.scales, np.zeros(subject.n), np.zeros(subject.n)
    for i in range(subject.n):
        v = np.zeros(subject.n)
        v[i] = scales[i]
        one = (oracles.sharply(v) if sharply else None) or oracles.differences(v, thorough=True)
        found[i], bars[i] = miss.w @ one.value / scales[i], np.abs(miss.w) @ one.error / scales[i]
    bars = bars + uncertain
    usual = np.isfinite(bars)
    excess = np.where(usual, np.abs(claims - found) - bars, -np.inf)
    entry = miss.entry if miss.entry is not None else int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
    return entry, claims, found, np.where(usual, bars, np.abs(found) + np.abs(claims))


def _searched(subject: Subject, oracles: Oracles, miss: Mismatch) -> tuple[int | None, Any, Any, Any]:
    """The same for many inputs: halves of them are tried, and of the wrong half the halves."""
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
    full = np.full(subject.n, np.nan)
    full[i] = claimed
    return i, *_only(i, subject.n, float(claimed), float(measured), abs(float(bar)))


def _only(i: int, n: int, *numbers: float) -> tuple[Any, Any, Any]:
    """Vectors of zeros, but for one entry."""
    vectors = []
    for x in numbers:
        vector = np.zeros(n)
        vector[i] = x
        vectors.append(vector)
    return vectors[0], vectors[1], vectors[2]


def alone(node: Node, order: int, rng: np.random.Generator) -> GraphFunction:
    """The op of a node as a function of its own, at the inputs it had."""
    inputs, op, params = node.inputs, node.op, node.params
    moving = _moving(node)

    def f(*xs: Any) -> Any:
        given = list(inputs)
        for i, x in zip(moving, xs, strict=True):
            given[i] = x
        given = [x.detach() if isinstance(x, Value | Tensor) and i not in moving else x for i, x in enumerate(given)]
        return type(node).record(op, tuple(given), params)  # type: ignore[arg-type]

    args = tuple(inputs[i].detach() for i in moving)
    return GraphFunction(f, Arguments(f, args), order, rng)


def _moving(node: Node) -> list[int]:
    """The places of the inputs that are differentiated."""
    return [i for i, x in enumerate(node.inputs) if isinstance(x, Node) and x.requires_grad]


def wrong_alone(node: Node, order: int, rng: np.random.Generator) -> tuple[str, int | None] | None:
    """(what is wrong with the derivative of a node's op alone, for which input, if it is one); None if nothing is."""
    subject = alone(node, order, rng)
    if not np.isfinite(subject.base).all() or (subject.replay is not None and kinks_of(subject.replay)):
        return None
    oracles = Oracles(subject, None, rng)
    miss = compared(subject, oracles, rng, 1e-11, None).mismatch
    if miss is None:
        return None
    if miss.mode == "forward":
        return f"forward mode is wrong: its kind, {getattr(node.op, 'kind', '')}, promises what it does not keep", None
    weights = [np.ones(subject.m), miss.w] if subject.m > 1 else [miss.w]
    number, said = _said(subject, oracles, miss, weights)
    level = "" if order == 1 else "of the pullback's own derivative, "
    position = _moving(node)[number]
    said = f"pullback {position}, {level}{said}"
    if miss.mode == "detached":
        said = f"its forward rule depends on its input where the pullback does not: {said}"
    return said, position


def _said(subject: GraphFunction, oracles: Oracles, miss: Mismatch, weights: list[Any]) -> tuple[int, str]:
    """(of which variable, what explains the claims of an op alone): the plainest that some weights of its outputs give."""
    number, said = 0, UNEXPLAINED
    for w in weights:
        entry, claims, measured, bars = _entries(subject, oracles, replace(miss, w=w, entry=None))
        if entry is None or abs(claims[entry] - measured[entry]) <= bars[entry]:
            continue
        number, said = _number(subject, entry), _explained_part(subject, entry, claims, measured, bars)
        if said != UNEXPLAINED and not said.endswith("by no one factor"):
            break
        turned = _with_transposed_input(subject, number, w, claims)
        if turned:
            return number, turned
    return number, said


def _with_transposed_input(subject: GraphFunction, number: int, w: Any, claims: Any) -> str:
    """Whether the claim for a variable is the derivative at another input transposed, in words: g b in place of g bᵀ, say."""
    part = _part(subject, number)
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


def _number(subject: GraphFunction, i: int) -> int:
    """Which variable number i of the vector belongs to."""
    return int(np.searchsorted(np.cumsum(subject.arguments.sizes), i, side="right"))


def _part(subject: GraphFunction, number: int) -> slice:
    """Where in the vector of all numbers a variable lies."""
    begin = sum(subject.arguments.sizes[:number])
    return slice(begin, begin + subject.arguments.sizes[number])


def _explained_part(subject: GraphFunction, i: int, claims: Any, measured: Any, bars: Any) -> str:
    number = _number(subject, i)
    part = _part(subject, number)
    shape = subject.arguments.arrays[number].shape
    bars = bars + 1e-12 * np.abs(measured)
    return explained(claims[part], measured[part], bars[part], shape)


def _drawn(subject: Subject, node: Node | None, position: int | None) -> Drawing | None:
    """The graph, with the claimed gradients, and the way into the op at fault, by its wrong pullback, marked."""
    if not isinstance(subject, GraphFunction) or not subject.found:
        return None
    try:
        for x, label in zip(subject.variables, subject.arguments.labels, strict=True):
            x.label = x.label or label  # type: ignore[misc]
        with swept(subject, np.ones(subject.m)) if len(subject.found) == 1 else contextlib.nullcontext():
            if node is None or not node.inputs:
                return draw(list(subject.found))
            source = node.inputs[_moving(node)[0] if position is None else position]
            return draw(list(subject.found), path=(source, node))
    except (ValueError, TypeError, RuntimeError, IndexError):  # a graph that cannot be drawn is no reason to lose the error
        return None
