"""Kinks: points where a function is not smooth, so that differences do not measure its derivative."""

from dataclasses import dataclass
from typing import Any, cast

from autograd.base.domain import NONZERO, POSITIVE, REALS, Domain
from autograd.checks.arguments import data_of, has_gradient
from autograd.checks.oracles.replay import GraphReplay
from autograd.engine.node import Node
from autograd.support.lazy_numpy import np

#: Distance in ulps below which a number may lie on either side of a kink.
NEAR = 512.0

#: Size from which all floats are integers, so that steps of 1 cannot be resolved.
COARSE = 2.0**52


@dataclass(frozen=True)
class Kink:
    """An op evaluated where it is not smooth; `at` is the value of its input there."""

    node: Node
    at: Any
    smooth_on: str

    def __str__(self) -> str:
        return f"{getattr(self.node.op, 'name', 'input')} at {self.at}: smooth on {self.smooth_on}"


def kinks_of(replay: GraphReplay) -> list[Kink]:
    """The kinks of a graph: ops evaluated at a kink, or so close to one that rounding decides the side.

    Elementwise ops declare where they are smooth; max, min, sort and norms have kinks at ties and at 0.
    """
    found = [(node, _kink(node, inputs)) for node, inputs in replay.steps]
    return [Kink(node, *kink) for node, kink in found if kink is not None]


def _kink(node: Node, inputs: tuple[Any, ...]) -> tuple[Any, str] | None:
    """(value of the input, set on which the op is smooth) if a node is at a kink."""
    arrays = [data_of(x) for x in inputs]
    if not all(a.dtype.kind in "fiub" for a in arrays):
        return None
    eps = max((float(np.finfo(a.dtype).eps) for a in arrays if a.dtype.kind == "f"), default=2.0**-52)
    moving = [has_gradient(x) for x in inputs]
    op: Any = node.op
    if op.kind != "elementwise":
        return _kink_at_tie(op.name, arrays, node, NEAR * eps)
    domain = _domain(op, arrays, moving)
    sizes = [_input_size(x) for x in inputs]
    with np.errstate(invalid="ignore"):
        kink = _kink_at_end(domain, arrays, moving, NEAR * eps, sizes)
        return _kink_at_equal(arrays, moving, NEAR * eps, sizes) if kink is None and domain.distinct else kink


def _domain(op: Any, arrays: list[Any], moving: list[bool]) -> Domain:
    """The domain on which an op is smooth: for powers with constant integer exponents that includes negative numbers."""
    if op.name not in ("power", "power_derivative") or moving[1]:
        return cast("Domain", op.smooth_on)
    exponents = arrays[1]
    if not (exponents == np.round(exponents)).all():
        return Domain((POSITIVE,))
    return Domain((REALS,)) if (exponents >= 0).all() else Domain((NONZERO,))


def _input_size(x: Any) -> float:
    """The largest number that x was computed from: its rounding error is proportional to it."""
    if not isinstance(x, Node):
        return 0.0
    sizes = [np.max(np.abs(data_of(p).astype(float)), initial=0.0) for p in x.inputs if data_of(p).dtype.kind in "fiub"]
    return max((s for s in sizes if np.isfinite(s)), default=0.0) if x.op is not None and x.op.name != "where" else 0.0


def _kink_at_end(
    domain: Domain, arrays: list[Any], moving: list[bool], near: float, sizes: list[float]
) -> tuple[Any, str] | None:
    """A kink at an end of an interval of the domain."""
    sets = domain.sets * len(arrays) if len(domain.sets) == 1 else domain.sets
    for a, openset, moves, size in zip(arrays, sets, moving, sizes, strict=True):
        coarse = np.abs(a.astype(float)) >= COARSE
        if moves and np.isfinite(openset.intervals[-1][1]) and coarse.any():
            return a[coarse].ravel()[0].item(), openset.name
        for end in {e for interval in openset.intervals for e in interval if moves and np.isfinite(e)}:
            close = np.abs(a.astype(float) - end) <= near * max(abs(end), size)
            if close.any():
                return a[close].ravel()[0].item(), openset.name
    return None


def _kink_at_equal(arrays: list[Any], moving: list[bool], near: float, sizes: list[float]) -> tuple[Any, str] | None:
    """A kink where two arguments are equal."""
    for i, a in enumerate(arrays):
        for j, b in enumerate(arrays[:i]):
            if moving[i] or moving[j]:
                equal = np.abs(a - b) <= near * np.maximum(np.maximum(np.abs(a), np.abs(b)), max(sizes[i], sizes[j]))
                if equal.any():
                    return np.broadcast_to(a, equal.shape)[equal].ravel()[0].item(), "arguments that differ"
    return None


def _kink_at_tie(name: str, arrays: list[Any], node: Node, near: float) -> tuple[Any, str] | None:
    """A kink of max, min or sort between equal entries, or of a norm at 0."""
    if name == "euclidean_norm" and (np.asarray(node._data) == 0).any():
        return 0.0, "‖x‖ > 0"
    if name not in ("max", "min", "sort") or not arrays or not arrays[0].size:
        return None
    lines = _lines(np.asarray(arrays[0], float), node.params.get("axis"))
    if lines.shape[-1] < 2:
        return None
    ordered = np.sort(lines, axis=-1)
    gaps = np.diff(ordered, axis=-1)
    gaps, at = {"max": (gaps[..., -1:], ordered[..., -1:]), "min": (gaps[..., :1], ordered[..., :1])}.get(
        name, (gaps, ordered[..., 1:])
    )
    ties = gaps <= near * np.abs(at)
    return (at[ties].ravel()[0].item(), "entries that differ") if ties.any() else None


def _lines(x: Any, axis: Any) -> Any:
    """The lines of an array along its reduced axes, as the last axis."""
    axes = (axis,) if isinstance(axis, int) else tuple(range(x.ndim)) if axis is None else tuple(axis)
    if not axes:
        return x[..., None]
    return np.moveaxis(x, axes, range(-len(axes), 0)).reshape(*(n for i, n in enumerate(x.shape) if i not in axes), -1)
