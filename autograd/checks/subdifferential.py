"""Checks at a declared kink: each op's claim against its one-sided derivatives, and the other ops of the graph as usual.

−f′(x; −v) ≤ ⟨g, v⟩ ≤ f′(x; v)   for every v, if g is a subgradient; the other way round for a supergradient
"""

from __future__ import annotations

import itertools
from typing import Any

from autograd.checks.diagnosis import first_fault
from autograd.checks.functions import GraphFunction, isolate_op, unit_vector
from autograd.checks.kinks import COARSE, Kink
from autograd.checks.localize import op_fault
from autograd.checks.one_sided import SLACK, hull_around, judge_infinite
from autograd.checks.oracles.oracles import Oracles
from autograd.checks.report import GradientError
from autograd.checks.verdicts import Comparison
from autograd.support.lazy_numpy import np

DIRECTIONS = 6


def check_subgradients(subject: GraphFunction, kinks: list[Kink], rng: np.random.Generator) -> Comparison:
    """Compare each claim at a declared kink with its subdifferential, and check the other ops as usual."""
    at_kink = {kink.node for kink in kinks}
    measured = sum(_check_subgradient(kink, subject, rng) for kink in kinks)
    smooth = [node for node, _ in subject.replay.steps if node not in at_kink]
    fault = first_fault(smooth, lambda node: op_fault(node, 1, rng))
    if fault is not None:
        node, (reason, _) = fault
        raise GradientError(f"{getattr(node.op, 'name', '')}: {reason}", op=node.op, order=subject.order)
    return Comparison(
        measured=measured + len(smooth), used={"one-sided differences"}, kinks=[str(kink) for kink in kinks], at_kink=True,
        directions="each op alone, at a kink",
    )  # fmt: skip


def _check_subgradient(kink: Kink, subject: GraphFunction, rng: np.random.Generator) -> int:
    """The number of directions in which the claim of an op was compared with its one-sided derivatives."""
    op = isolate_op(kink.node, 1, rng)
    if not op.n or not op.m or not np.isfinite(op.base).all() or abs(kink.at) >= COARSE:
        return 0
    oracles, measured = Oracles(op, "differences", rng), 0
    singles = [np.eye(op.n)[i] for i in range(min(op.n, DIRECTIONS))]
    randoms = [rng.choice([-1.0, 1.0], op.n) * rng.uniform(0.5, 1.0, op.n) for _ in range(DIRECTIONS)]
    claims = [op.vjp(w) for w in np.eye(op.m)] if op.m <= 64 else []
    for v in itertools.chain(singles, [np.ones(op.n)], randoms):
        v = v * op.arguments.scales
        low, high, bars = _ends(oracles, v, at_edge=np.count_nonzero(v) == 1)
        with np.errstate(invalid="ignore"):
            claimed, rounding = _claim_along(op, claims, v)
            bars = bars + rounding
            wrong = np.isfinite(bars) & ~((low - bars <= claimed) & (claimed <= high + bars))
        measured += int(np.isfinite(bars).sum())
        for k in np.flatnonzero(~np.isfinite(claimed)):
            wrong[k] = False
            if np.count_nonzero(v) > 1:
                continue
            right, value = judge_infinite(oracles, v, unit_vector(op.m, k), float(claimed[k]))
            measured += right is not None
            if right is False:
                raise _outside(kink, subject, float(claimed[k]), value, value, 0.0)
        for k in np.flatnonzero(wrong):
            w = unit_vector(op.m, k)
            if hull_around(oracles, v, w, float(claimed[k])) is not None:  # neither convex nor concave
                continue
            raise _outside(kink, subject, float(claimed[k]), float(low[k]), float(high[k]), float(bars[k]))
    return measured


def _claim_along(op: GraphFunction, claims: list[Any], v: Any) -> tuple[Any, Any]:
    """(J v as claimed, its rounding error), from the rows of J and their errors, or by forward mode if there are none."""
    if not claims:
        return op.jvp(v), 0.0
    rows, errors = (np.where(v != 0, np.stack(part), 0.0) for part in zip(*claims, strict=True))
    rounding = errors @ np.abs(v)
    return rows @ v, np.where(np.isfinite(rounding), rounding, 0.0)


def _ends(oracles: Oracles, v: Any, at_edge: bool) -> tuple[Any, Any, Any]:
    """(smaller, larger one-sided derivative, error bar) per output; `at_edge` allows one derivative, inside of the domain."""
    left, right = oracles.one_sided(v)
    ends = np.stack([left.value, right.value])
    errors = np.stack([left.error, right.error])
    inside = (np.isfinite(errors) & at_edge) | ~(np.isfinite(errors).any(0) & at_edge)
    low = np.where(inside, ends, np.inf).min(0)
    high = np.where(inside, ends, -np.inf).max(0)
    bars = np.where(inside, errors, 0.0).sum(0) + SLACK * np.maximum(np.abs(low), np.abs(high)) + 1e-12
    return low, high, bars


def _outside(kink: Kink, subject: GraphFunction, claimed: float, low: float, high: float, bar: float) -> GradientError:
    name = getattr(kink.node.op, "name", "")
    return GradientError(
        f"{name}: at its kink ({kink}) the claim lies outside of the subdifferential, whose ends along this direction are "
        f"{low:.6g} and {high:.6g}",
        entry=f"an input of {name}", claimed=claimed, measured=float(np.clip(claimed, low, high)), bar=bar,
        oracle="one-sided differences", op=kink.node.op, order=subject.order,
    )  # fmt: skip
