"""Softmax, log-softmax and log-sum-exp, without overflow."""

from typing import TYPE_CHECKING, Any

from autograd.base.numerics import regular_array
from autograd.ops.op import elementwise, general
from autograd.ops.recorder import stack_nodes
from autograd.ops.rules.activations import sigmoid
from autograd.ops.rules.axes import PreparedCall, Shape, normalize_axes, shape_of
from autograd.ops.rules.exponential import exp
from autograd.ops.rules.reductions import restore_axes, sum
from autograd.ops.rules.shape import astype

if TYPE_CHECKING:
    from autograd.ops import signatures


def _prepare_over_axis(name: str, default: int | None) -> "signatures.PrepareAlongAxis":
    def prepare(x: Any, axis: Any = default) -> PreparedCall:
        return (_to_floating(x),), {"axis": normalize_axes(name, axis, shape_of(x))}

    return prepare


def _to_floating(x: Any) -> Any:
    """x, converted to floating-point numbers if it has integers."""
    if isinstance(x, float):
        return x
    x = stack_nodes(x)
    x = x if hasattr(x, "dtype") else regular_array(x)
    return x if x.dtype.kind == "f" else astype(x, float)


def _prepare_logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> PreparedCall:
    return (_to_floating(x),), {"axis": normalize_axes("logsumexp", axis, shape_of(x)), "keepdims": bool(keepdims)}


@general(
    lambda g, y, x, axis, keepdims: restore_axes(g, x, axis) * softmax(x, axis),
    prepare=_prepare_logsumexp,
    kinds={"axis": "axis"},
)
def logsumexp(xp: Any, x: Any, *, axis: Shape, keepdims: bool) -> Any:
    """Log-sum-exp over `axis`, without overflow; −∞ over no entries. Its derivative is softmax.

        y = m + log Σ exp(x − m),   m = max x

    Shapes:
        x (…, n, …) -> y (…, …), or (…, 1, …) if keepdims
    Units:
        nats, as x
    Raises:
        ValueError: If `axis` is out of range; names the axis and the shape
    Source:
        Blanchard, Higham & Higham, IMA J. Numer. Anal. 41(4), 2021

    >>> float(logsumexp([1000.0, 1000.0]))
    1000.6931471805599
    """
    m = xp.max(x, axis=axis, keepdims=True, initial=-xp.inf)
    y = m + _log_sum(xp, x - xp.where(xp.isfinite(m), m, 0), axis)
    return y if keepdims else xp.squeeze(y, axis=axis)[()]


def _log_sum(xp: Any, d: Any, axis: Shape) -> Any:
    """log Σ exp(d) with max d = 0, to full relative accuracy: the terms equal to 1 are summed separately."""
    e = xp.exp(d)
    ones = xp.maximum(xp.sum(xp.where(d == 0, e, 0), axis=axis, keepdims=True), 1)
    rest = xp.sum(xp.where(d == 0, 0, e), axis=axis, keepdims=True)
    return xp.log(ones) + xp.log1p(rest / ones)


@general(
    lambda g, y, x, axis: y * (g - sum(g * y, axis, keepdims=True)),
    prepare=_prepare_over_axis("softmax", -1),
    kinds={"axis": "axis"},
)
def softmax(xp: Any, x: Any, *, axis: Shape) -> Any:
    """Softmax over `axis`, without overflow: probabilities from log-odds.

        y = exp(x − m) / Σ exp(x − m),   m = max x

    Shapes:
        x (…) -> y (…)
    Units:
        x in nats; y adds up to 1 over `axis`

    >>> softmax([1000.0, 1000.0]).tolist()
    [0.5, 0.5]
    """
    e = xp.exp(x - xp.max(x, axis=axis, keepdims=True, initial=-xp.inf))
    return e / xp.sum(e, axis=axis, keepdims=True)


@general(
    lambda g, y, x, axis: g - exp(y) * sum(g, axis, keepdims=True),
    prepare=_prepare_over_axis("log_softmax", -1),
    kinds={"axis": "axis"},
)
def log_softmax(xp: Any, x: Any, *, axis: Shape) -> Any:
    """Logarithm of `softmax` over `axis`, accurate also where softmax underflows.

        y = x − m − log Σ exp(x − m),   m = max x

    Shapes:
        x (…) -> y (…)
    Units:
        nats

    >>> log_softmax([-1000.0, 1000.0]).tolist()
    [-2000.0, 0.0]
    """
    d = x - xp.max(x, axis=axis, keepdims=True, initial=-xp.inf)
    return d - _log_sum(xp, d, axis)


@elementwise(lambda g, y, a, b: g * sigmoid(a - b), lambda g, y, a, b: g * sigmoid(b - a))
def logaddexp(xp: Any, a: Any, b: Any) -> Any:
    """Logarithm of eᵃ + eᵇ, without overflow: a smooth maximum.

        y = m + log(1 + e^(−|a − b|)),   m = max(a, b)

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """
    return xp.logaddexp(a, b)
