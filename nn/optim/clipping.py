"""Gradient clipping, by norm or by value."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from autograd import Tensor, Value
from autograd.support.deprecated import renamed_arguments
from autograd.support.lazy_numpy import np
from autograd.support.likely_mistakes import follow_gradients
from nn._validation import check_positive
from nn.modules.module import Parameter


@renamed_arguments(most="max_norm")
def clip_gradients_by_norm(parameters: Parameter | Iterable[Parameter], max_norm: float) -> float:
    """Scale all gradients by one factor if their joint Euclidean norm is above `max_norm`; returns the norm before.

        g ← g · max_norm / max(‖g‖, max_norm)

    Raises:
        ValueError: If `max_norm` is not positive and finite, or a gradient is not finite; no gradient is changed then
    Source:
        Pascanu, Mikolov & Bengio, ICML 2013, algorithm 1

    >>> p = Tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = np.array([3.0, 4.0])
    >>> clip_gradients_by_norm([p], 1.0), p.grad.tolist()
    (5.0, [0.6000000000000001, 0.8])
    """
    limit = check_positive("max_norm", max_norm)
    moving = _with_gradients(parameters)
    root, scale = _norm(g for _, g in moving), 1.0
    if not isfinite(root):  # a gradient is not, or squares overflow
        scale = float(np.max([np.max(np.abs(g), initial=0.0) for _, g in moving]))
        if not isfinite(scale):
            raise ValueError(
                f"the gradients must be finite, got the entry {scale}, so none was clipped: find the op with detect_anomaly()"
            )
        root = _norm(g / scale for _, g in moving)
    if root * scale > limit:
        for p, g in moving:
            _replace_gradient(p, g, (g if scale == 1.0 else g / scale) * (limit / root))
    return root * scale


@renamed_arguments(most="max_value")
def clip_gradients_by_value(parameters: Parameter | Iterable[Parameter], max_value: float) -> None:
    """Clip every entry of every gradient to [−max_value, max_value].

        g ← min(max(g, −max_value), max_value)

    Raises:
        ValueError: If `max_value` is not positive and finite

    >>> p = Tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = np.array([3.0, -0.5])
    >>> clip_gradients_by_value([p], 1.0)
    >>> p.grad.tolist()
    [1.0, -0.5]
    """
    limit = check_positive("max_value", max_value)
    for p, g in _with_gradients(parameters):
        _replace_gradient(p, g, np.clip(g, -limit, limit))


def _norm(gradients: Iterable[Any]) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(sum(float(np.sum(np.square(g, dtype=float))) for g in gradients)))


def _with_gradients(parameters: Parameter | Iterable[Parameter]) -> list[tuple[Parameter, Any]]:
    """Pairs of parameter and gradient, where there is one; raise if an item is not a parameter."""
    listed = [parameters] if isinstance(parameters, Tensor | Value) else list(parameters)
    for p in listed:
        if not isinstance(p, Tensor | Value):
            raise TypeError(f"parameters must be Tensors or Values, got {p!r:.60} of type {type(p).__name__}")
    return [(p, p.grad) for p in listed if p.grad is not None]


def _replace_gradient(p: Parameter, old: Any, new: Any) -> None:
    p.grad = new.astype(p.dtype, copy=False) if isinstance(p, Tensor) else float(new)
    follow_gradients([p], [old], [p.grad])
