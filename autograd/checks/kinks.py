"""Kinks: points where a function bends, jumps or ends, so that its derivative is a choice and a difference is no measure."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.base.domain import NONZERO, POSITIVE, REALS, Domain
from autograd.checks.oracles.replay import GraphReplay
from autograd.engine.node import Node

#: Within so many ulps of a kink a number may lie on either side of it.
NEAR = 512.0


@dataclass(frozen=True)
class Kink:
    """An op that stands where it is not smooth: `at` is the input that does so, by value."""

    node: Node
    at: Any
    smooth_on: str

    def __str__(self) -> str:
        return f"{getattr(self.node.op, 'name', 'input')} at {self.at}: smooth on {self.smooth_on}"


def kinks_of(replay: GraphReplay) -> list[Kink]:
    """The kinks that the graph stands on, or so close to that rounding decides on which side.

    Read from the sets on which the rows say that they are smooth, and for max, min, sort and norms from their own ties.
    """
    found = []
    for node, inputs in replay.steps:
        arrays = [np.asarray(x._data if isinstance(x, Node) else x) for x in inputs]
        if not all(a.dtype.kind in "fiub" for a in arrays):
            continue
        eps = max((float(np.finfo(a.dtype).eps) for a in arrays if a.dtype.kind == "f"), default=2.0**-52)
        moving = [isinstance(x, Node) and x.requires_grad for x in inputs]
        op: Any = node.op
        if op.kind == "elementwise":
            smooth_on = _of_whole_powers(arrays[1]) if op.name == "power" and not moving[1] else op.smooth_on
            kink = _outside(smooth_on, arrays, moving, NEAR * eps, [_size(x) for x in inputs])
        else:
            kink = _tied(op.name, arrays, node, NEAR * eps)
        if kink is not None:
            found.append(Kink(node, *kink))
    return found


def _of_whole_powers(exponents: Any) -> Domain:
    """Where x to the power of constants is smooth: at negative numbers and at 0 too, if these are whole."""
    if not (exponents == np.round(exponents)).all():
        return Domain((POSITIVE,))
    return Domain((REALS,)) if (exponents >= 0).all() else Domain((NONZERO,))


def _size(x: Any) -> float:
    """The size of the numbers that x was computed from, which sets the size of its rounding error."""
    if not isinstance(x, Node):
        return 0.0
    sizes = [
        np.max(np.abs(np.asarray(p._data if isinstance(p, Node) else p, float)), initial=0.0) for p in x.inputs if _real(p)
    ]
    return max((s for s in sizes if np.isfinite(s)), default=0.0) if x.op is not None and x.op.name != "where" else 0.0


def _real(p: Any) -> bool:
    return np.asarray(p._data if isinstance(p, Node) else p).dtype.kind in "fiub"


def _outside(domain: Domain, arrays: list[Any], moving: list[bool], near: float, sizes: list[float]) -> tuple[Any, str] | None:
    sets = domain.sets * len(arrays) if len(domain.sets) == 1 else domain.sets
    with np.errstate(invalid="ignore"):
        for a, openset, moves, size in zip(arrays, sets, moving, sizes, strict=True):
            if not moves:
                continue
            for end in {e for interval in openset.intervals for e in interval if np.isfinite(e)}:
                close = np.abs(a.astype(float) - end) <= near * max(abs(end), size)
                if close.any():
                    return a[close].ravel()[0].item(), openset.name
        if domain.distinct:
            for i, a in enumerate(arrays):
                for j, b in enumerate(arrays[:i]):
                    if moving[i] or moving[j]:
                        equal = np.abs(a - b) <= near * np.maximum(np.maximum(np.abs(a), np.abs(b)), max(sizes[i], sizes[j]))
                        if equal.any():
                            return np.broadcast_to(a, equal.shape)[equal].ravel()[0].item(), "arguments that differ"
    return None


def _tied(name: str, arrays: list[Any], node: Node, near: float) -> tuple[Any, str] | None:
    if name == "euclidean_norm" and (np.asarray(node._data) == 0).any():
        return 0.0, "‖x‖ > 0"
    if name not in ("max", "min", "sort") or not arrays or not arrays[0].size:
        return None
    x, params = np.asarray(arrays[0], float), node.params
    axis = params.get("axis")
    axes = (axis,) if isinstance(axis, int) else tuple(range(x.ndim)) if axis is None else tuple(axis)
    if not axes:
        return None
    lines = np.moveaxis(x, axes, range(-len(axes), 0)).reshape(*(n for i, n in enumerate(x.shape) if i not in axes), -1)
    if lines.shape[-1] < 2:
        return None
    ordered = np.sort(lines, axis=-1)
    gaps = np.diff(ordered, axis=-1)
    gaps, at = {"max": (gaps[..., -1:], ordered[..., -1:]), "min": (gaps[..., :1], ordered[..., :1])}.get(
        name, (gaps, ordered[..., 1:])
    )
    tied = gaps <= near * np.abs(at)
    return (at[tied].ravel()[0].item(), "entries that differ") if tied.any() else None
