"""Jumps: points where a function is not continuous, so that it has no derivative."""

from __future__ import annotations

from typing import Any

from autograd.checks.arguments import data_of, has_gradient
from autograd.checks.functions import GraphFunction, Subject, random_direction
from autograd.checks.oracles.oracles import Oracles
from autograd.checks.report import NotMeasuredError
from autograd.support.lazy_numpy import np

#: Steps across the point, the second smallest first: a change that stays the same for all is a jump.
STEPS = tuple(2.0**-k for k in (40, 30, 20, 45))

#: Smallest jump relative to the value: smaller ones are steps of rounding in single precision.
LEAST = 1e-6


def check_continuous(subject: Subject, oracles: Oracles, rng: np.random.Generator) -> None:
    """Raise if the function jumps at the point, along a random direction or against it."""
    if not subject.n * subject.m:
        return
    v = random_direction(subject, rng)
    along = oracles.values(v)
    for side in (1.0, -1.0):
        jumps = _jumps(along, side, subject)
        if jumps.any():
            k = int(np.argmax(jumps))
            value, beyond = float(subject.base[k]), float(along(side * STEPS[0])[k])
            op = _jumping_op(subject, side * STEPS[0] * v)
            raise NotMeasuredError(
                f"{op} jumps at {_point_text(subject)}: output {k} changes from {value:.6g} to {beyond:.6g}, and there is no "
                "derivative; check it where it is defined and continuous"
            )


def _jumps(along: Any, side: float, subject: Subject) -> Any:
    """True for each output that changes by the same amount at every step."""
    size = np.abs(subject.base)
    with np.errstate(invalid="ignore"):
        first = along(side * STEPS[0]) - subject.base
        jumps = np.abs(first) > np.maximum(LEAST, 64.0 * subject.eps) * size
        for step in STEPS[1:]:
            if not jumps.any():
                break
            change = along(side * step) - subject.base
            jumps &= np.abs(change - first) <= 0.1 * np.abs(first)
    return jumps


def _point_text(subject: Subject) -> str:
    """The first arguments, by name."""
    entries = [f"{subject.arguments.entry(i)} = {subject.arguments.point[i]:.6g}" for i in range(min(subject.n, 3))]
    return ", ".join(entries) + ", …" * (subject.n > 3)


def _jumping_op(subject: Subject, offset: Any) -> str:
    """The name of the first op whose result jumps though its inputs do not."""
    if not isinstance(subject, GraphFunction):
        return "the function"
    there = subject.replay_at(subject.arguments.point + offset)
    for (node, inputs), (other, others) in zip(subject.replay.steps, there.steps, strict=False):
        if node.op is not other.op:
            break
        changes = [(_change(x, y), has_gradient(x)) for x, y in zip(inputs, others, strict=True)]
        moved = max((change for change, moves in changes if moves), default=0.0)
        if _change(node, other) > LEAST * _size(node) + 1e3 * moved:
            is_step = any(change > 0 and not moves for change, moves in changes)
            return f"{getattr(node.op, 'name', '')}" + ", by an input without a gradient such as a condition," * is_step
    return "the function"


def _change(x: Any, y: Any) -> float:
    """The largest difference of two arrays or nodes."""
    a, b = (np.asarray(data_of(z)) for z in (x, y))
    if a.shape != b.shape or a.dtype.kind not in "fiub":
        return 0.0
    with np.errstate(invalid="ignore"):
        change = np.abs(a.astype(float) - b.astype(float))
    return float(change[np.isfinite(change)].max(initial=0.0))


def _size(x: Any) -> float:
    """The largest finite entry of a node."""
    a = np.abs(np.asarray(data_of(x), float))
    return float(a[np.isfinite(a)].max(initial=0.0))
