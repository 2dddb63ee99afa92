"""Checks at a kink: each op's claim against its one-sided derivatives, and the other ops of the graph as usual.

−f′(x; −v) ≤ ⟨g, v⟩ ≤ f′(x; v)   for every v, if g is a subgradient; the other way round for a supergradient
"""

import itertools
from typing import Any

import numpy as np

from autograd.checks.arguments import Arguments
from autograd.checks.diagnosis import first_fault
from autograd.checks.functions import GraphFunction
from autograd.checks.kinks import Kink
from autograd.checks.localize import isolate_op, op_fault
from autograd.checks.oracles.oracles import Oracles
from autograd.checks.report import GradientError

DIRECTIONS = 6
POINTS = 40
SLACK = 1e-7


def check_subgradients(subject: GraphFunction, kinks: list[Kink], rng: np.random.Generator) -> None:
    """Raise if the claim of an op at its kink lies outside of its subdifferential, or the rule of another op is wrong."""
    at_kink = {kink.node for kink in kinks}
    for kink in kinks:
        _check_subgradient(kink, subject, rng)
    smooth = [node for node, _ in subject.replay.steps if node not in at_kink]
    fault = first_fault(smooth, lambda node: op_fault(node, 1, rng))
    if fault is not None:
        node, (reason, _) = fault
        raise GradientError(f"{getattr(node.op, 'name', '')}: {reason}", op=node.op, order=subject.order)


def _check_subgradient(kink: Kink, subject: GraphFunction, rng: np.random.Generator) -> None:
    op = isolate_op(kink.node, 1, rng)
    if not op.n or not op.m or not np.isfinite(op.base).all():
        return
    oracles = Oracles(op, "differences", rng)
    singles = [np.eye(op.n)[i] for i in range(min(op.n, DIRECTIONS))]
    randoms = [rng.choice([-1.0, 1.0], op.n) * rng.uniform(0.5, 1.0, op.n) for _ in range(DIRECTIONS)]
    rows = [op.vjp(w)[0] for w in np.eye(op.m)] if op.m <= 64 else None
    for v in itertools.chain(singles, [np.ones(op.n)], randoms):
        v = v * op.arguments.scales
        left, right = oracles.one_sided(v)
        claimed = np.stack(rows) @ v if rows is not None else op.jvp(v)
        with np.errstate(invalid="ignore"):
            bars = left.error + right.error + SLACK * np.maximum(np.abs(left.value), np.abs(right.value)) + 1e-12
            low, high = np.minimum(left.value, right.value) - bars, np.maximum(left.value, right.value) + bars
            wrong = np.isfinite(bars) & ~((low <= claimed) & (claimed <= high))
        if wrong.any():  # neither convex nor concave: compare with derivatives nearby
            nearby = _nearby_slopes(op, v, rng)
            low, high = np.minimum(low, nearby.min(0) - bars), np.maximum(high, nearby.max(0) + bars)
            wrong &= ~((low <= claimed) & (claimed <= high))
        if wrong.any():
            k = int(np.argmax(wrong))
            ends = f"{min(left.value[k], low[k] + bars[k]):.6g} and {max(right.value[k], high[k] - bars[k]):.6g}"
            raise GradientError(
                f"{getattr(kink.node.op, 'name', '')}: at its kink ({kink}) the claim lies outside of the subdifferential, "
                f"whose ends along this direction are {ends}",
                entry=f"an input of {getattr(kink.node.op, 'name', '')}", claimed=float(claimed[k]),
                measured=float(np.clip(claimed[k], low[k], high[k])), bar=float(bars[k]), oracle="one-sided differences",
                op=kink.node.op, order=subject.order,
            )  # fmt: skip


def _nearby_slopes(op: GraphFunction, v: Any, rng: np.random.Generator) -> Any:
    """J v at smooth points nearby; the generalised Jacobian is the convex hull of their limits.

    Source:
        Clarke, Optimization and Nonsmooth Analysis, 1983, section 2.6
    """
    found = []
    for _ in range(POINTS):
        point = op.arguments.point + 1e-4 * op.arguments.scales * rng.uniform(-1.0, 1.0, op.n)
        moved = GraphFunction(op.f, Arguments(op.f, tuple(op.arguments.variables(point))), 1, rng)
        found.append(Oracles(moved, None, rng).best(v).value)
    return np.stack(found)
