"""Gradient clipping, by norm or by value."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np

from autograd import Tensor
from autograd.support.deprecated import renamed_arguments
from nn._validation import check_positive
from nn.modules.module import Parameter


@renamed_arguments(most="max_norm")
def clip_gradients_by_norm(parameters: Iterable[Parameter], max_norm: float) -> float:
    """Scale all gradients by one factor if their joint Euclidean norm is above `max_norm`; returns the norm before.

        g ← g · max_norm / max(‖g‖, max_norm)

    Raises:
        ValueError: If `max_norm` is not positive and finite, or the norm is not finite; no gradient is changed then
    Source:
        Pascanu, Mikolov & Bengio, ICML 2013, algorithm 1

    >>> p = Tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = np.array([3.0, 4.0])
    >>> clip_gradients_by_norm([p], 1.0), p.grad.tolist()
    (5.0, [0.6000000000000001, 0.8])
    """
    limit = check_positive("max_norm", max_norm)
    moving: list[tuple[Parameter, Any]] = [(p, p.grad) for p in parameters if p.grad is not None]
    norm = float(np.sqrt(sum(float(np.sum(np.square(g, dtype=float))) for _, g in moving)))
    if not isfinite(norm):
        raise ValueError(
            f"the norm of the gradients must be finite, got {norm}, so none was clipped: find the op with detect_anomaly()"
        )
    if norm > limit:
        for p, g in moving:
            p.grad = _like(p, g * (limit / norm))
    return norm


@renamed_arguments(most="max_value")
def clip_gradients_by_value(parameters: Iterable[Parameter], max_value: float) -> None:
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
    for p in parameters:
        if p.grad is not None:
            p.grad = _like(p, np.clip(p.grad, -limit, limit))


def _like(p: Parameter, gradient: Any) -> Any:
    return gradient.astype(p.dtype, copy=False) if isinstance(p, Tensor) else float(gradient)
