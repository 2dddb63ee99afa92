"""Ops whose every output may depend on every input, in a way of their own."""

from typing import Any

import numpy as np

from autograd.op import general
from autograd.rules.exponential import exp
from autograd.rules.linear import broadcast_to, reshape, sum
from autograd.rules.shapes import Call, Shape, axes_of, count, kept, shape_of


def _max_call(x: Any, axis: Any = None, keepdims: bool = False) -> Call:
    shape = shape_of(x)
    axes = axes_of("max", axis, shape)
    if not count(shape, axes):
        raise ValueError(f"max: shape {shape} has no entries along axis {axis!r}, so there is no largest one")
    return (x,), {"axis": axes, "keepdims": bool(keepdims)}


def _max_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ to the largest entries, shared equally between ties; to the NaNs if y is one."""
    shape = shape_of(x)
    largest = (x == broadcast_to(reshape(y, kept(shape, axis)), shape)) | (x != x)
    share = largest / np.add.reduce(largest, axis=axis, keepdims=True)
    return reshape(g, kept(shape, axis)) * share


@general(_max_pullback, prepare=_max_call)
def max(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """The largest entry over `axis`; NaN if one is NaN. Ties share the derivative equally.

        y = max x

    Raises  ValueError  if there are no entries
    >>> float(max([1.0, 3.0, 3.0]))
    3.0
    """
    return xp.max(x, axis=axis, keepdims=keepdims)


def _logsumexp_call(x: Any, axis: Any = None, keepdims: bool = False) -> Call:
    return (x,), {"axis": axes_of("logsumexp", axis, shape_of(x)), "keepdims": bool(keepdims)}


def _logsumexp_pullback(g: Any, y: Any, x: Any, axis: Shape, keepdims: bool) -> Any:
    """ȳ times softmax. Of a large y the last digit is coarse, and exp(x − y) off by as much: hence the division."""
    shape = kept(shape_of(x), axis)
    share = exp(x - reshape(y, shape))
    return reshape(g, shape) * (share / sum(share, axis, keepdims=True))


@general(_logsumexp_pullback, prepare=_logsumexp_call)
def logsumexp(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """log Σ exp(x) over `axis`, without overflow; −∞ over no entries. Its derivative is softmax.

        y = m + log Σ exp(x − m),   m = max x

    Shapes  x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Units   nats, as x
    Raises  ValueError  if `axis` is out of range; names the axis and the shape
    Source  Blanchard, Higham & Higham, IMA J. Numer. Anal. 41(4), 2021
    >>> float(logsumexp([1000.0, 1000.0]))
    1000.6931471805599
    """
    m = xp.max(x, axis=axis, keepdims=True, initial=-xp.inf)
    m = xp.where(xp.isfinite(m), m, 0.0)
    y = m + xp.log(xp.sum(xp.exp(x - m), axis=axis, keepdims=True))
    return y if keepdims else xp.squeeze(y, axis=axis)
