"""Optimizers with adaptive steps per coordinate: RMSprop, Adagrad, Adam, AdamW, Lion."""

from math import sqrt
from typing import Any, ClassVar

from nn._validation import check_finite, check_fraction
from nn.optim._blocks import Number, State, decay, entrywise, namespace, subtract
from nn.optim._groups import Parameters
from nn.optim.optimizer import Optimizer


def square_root(v: Number) -> Number:
    """√v, in the type of v."""
    return sqrt(v) if type(v) is float else namespace(v).sqrt(v)


def check_betas(name: str, betas: Any) -> tuple[float, float]:
    """Return two decay rates as a tuple; raise unless both are in [0, 1)."""
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"{name} must be a pair of numbers such as (0.9, 0.999), got {betas!r}")
    return check_fraction(f"{name}[0]", betas[0]), check_fraction(f"{name}[1]", betas[1])


class RMSprop(Optimizer):
    """RMSprop: gradients divided by a running root mean square.

        g ← g + weight_decay · p,   v ← α v + (1 − α) g²,   s = g / (√v + eps)
        b ← momentum · b + s,   p ← p − lr · b

    Raises:
        Exception: As `Optimizer`; ValueError if alpha or momentum is not in [0, 1), or another number is negative or infinite
    Source:
        Tieleman & Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> RMSprop([p], lr=0.1, alpha=0.75).step()
    >>> round(p.data, 6)
    0.8
    """

    checks: ClassVar = {"alpha": check_fraction, "eps": check_finite, "momentum": check_fraction, "weight_decay": check_finite}
    remembers = ("squares", "buffers")
    squares: list[Number]
    buffers: list[Number]

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay)

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        v, b = state
        if s.weight_decay:
            g = g + s.weight_decay * p
        v = decay(s.alpha, v, s)
        v += (1 - s.alpha) * (g * g)
        step = g / (square_root(v) + s.eps)
        if s.momentum:
            b = decay(s.momentum, b, s)
            b += step
            step = b
        return subtract(p, s.lr * step), (v, b)


class Adagrad(Optimizer):
    """Adagrad: gradients divided by the root of the sum of all their squares.

        g ← g + weight_decay · p,   v ← v + g²,   p ← p − lr / (1 + (t − 1) lr_decay) · g / (√v + eps)   at step t

    Raises:
        Exception: As `Optimizer`; ValueError if another number is negative or infinite
    Source:
        Duchi, Hazan & Singer, JMLR 12, 2011

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> Adagrad([p], lr=0.1).step()
    >>> round(p.data, 6)
    0.9
    """

    checks: ClassVar = {"lr_decay": check_finite, "eps": check_finite, "weight_decay": check_finite}
    remembers = ("sums",)
    sums: list[Number]

    def __init__(
        self, parameters: Parameters, lr: float = 1e-2, lr_decay: float = 0.0, eps: float = 1e-10, weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def scales(group: Any, step: int, /) -> dict[str, float]:
        return {"rate": group.lr / (1 + (step - 1) * group.lr_decay)}

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        if s.weight_decay:
            g = g + s.weight_decay * p
        v = state[0] + g * g
        return subtract(p, s.rate * (g / (square_root(v) + s.eps))), (v,)


class Adam(Optimizer):
    """Adam, adaptive moment estimation: steps of about lr in every coordinate, for gradients of any size.

        g ← g + weight_decay · p,   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   p ← p − lr · m̂ / (√v̂ + eps),
        m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)   after t steps

    Raises:
        Exception: As `Optimizer`; TypeError if betas is not a pair; ValueError if one is not in [0, 1), or another number is
            negative, infinite or NaN
    Source:
        Kingma & Ba, ICLR 2015, algorithm 1

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> (p * p).backward()
    >>> Adam([p], lr=0.1).step()
    >>> round(p.data, 6)
    0.9
    """

    checks: ClassVar = {"betas": check_betas, "eps": check_finite, "weight_decay": check_finite}
    remembers = ("means", "squares")
    means: list[Number]
    squares: list[Number]

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def scales(group: Any, step: int, /) -> dict[str, float]:
        beta1, beta2 = group.betas
        return {"rate": group.lr / (1 - beta1**step), "unbiased": square_root(1 - beta2**step)}

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        step, state = _adam(g + s.weight_decay * p if s.weight_decay else g, state, s)
        return subtract(p, step), state


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink directly, not through the gradient.

        p ← (1 − lr · weight_decay) p,   then the step of Adam without weight decay

    Raises:
        Exception: As `Adam`
    Source:
        Loshchilov & Hutter, ICLR 2019, algorithm 2

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> AdamW([p], lr=0.1, weight_decay=0.5).step()
    >>> round(p.data, 6)
    0.85
    """

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    @staticmethod
    def scales(group: Any, step: int, /) -> dict[str, float]:
        return Adam.scales(group, step) | {"shrink": 1 - group.lr * group.weight_decay}

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        step, state = _adam(g, state, s)
        return p * s.shrink - step, state


def _adam(g: Number, state: State, s: Any) -> tuple[Number, State]:
    """Return step and state of Adam for a gradient."""
    (m, v), (beta1, beta2) = state, s.betas
    m = decay(beta1, m, s)
    m += (1 - beta1) * g
    v = decay(beta2, v, s)
    v += (1 - beta2) * (g * g)
    scale, step = square_root(v), s.rate * m
    scale /= s.unbiased  # in place, as all sums here: memory that is in the cache already
    scale += s.eps
    step /= scale
    return step, (m, v)


class Lion(Optimizer):
    """Lion: steps of exactly lr in every coordinate, by the sign of a running mean of its gradients.

        p ← p − lr · (sign(β₁ m + (1 − β₁) g) + weight_decay · p),   m ← β₂ m + (1 − β₂) g

    Raises:
        Exception: As `Adam`
    Source:
        Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> Lion([p], lr=0.25).step()
    >>> p.data
    0.75
    """

    checks: ClassVar = {"betas": check_betas, "weight_decay": check_finite}
    remembers = ("means",)
    means: list[Number]

    def __init__(
        self, parameters: Parameters, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0
    ) -> None:
        super().__init__(parameters, lr, betas=betas, weight_decay=weight_decay)

    @staticmethod
    @entrywise
    def updated(p: Number, g: Number, state: State, s: Any, /) -> tuple[Number, State]:
        (m,), (beta1, beta2) = state, s.betas
        step = beta1 * m + (1 - beta1) * g
        m = decay(beta2, m, s)
        m += (1 - beta2) * g
        return subtract(p, s.lr * (namespace(step).sign(step) + s.weight_decay * p)), (m,)
