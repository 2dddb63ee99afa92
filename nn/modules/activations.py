"""Activation functions as modules; they call the functions of `autograd`."""

from typing import TYPE_CHECKING, Any, TypeVar, overload

import autograd as ag
from nn.modules.module import Module

N = TypeVar("N", bound=ag.Tensor | ag.Value)


class _Activation(Module):
    """Base class of activations, for type checkers: a node gives a node of the same class."""

    if TYPE_CHECKING:

        @overload
        def __call__(self, x: N) -> N: ...
        @overload
        def __call__(self, x: Any) -> Any: ...
        def __call__(self, x: Any) -> Any: ...


class ReLU(_Activation):
    """Rectified linear unit, elementwise.

        y = max(x, 0)

    >>> ReLU()([-2.0, 3.0]).tolist()
    [0.0, 3.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.relu(x)


class Tanh(_Activation):
    """Hyperbolic tangent, elementwise.

        y = tanh x

    >>> Tanh()([0.0, 50.0]).tolist()
    [0.0, 1.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.tanh(x)


class Sigmoid(_Activation):
    """Logistic function, elementwise.

        y = 1 / (1 + e⁻ˣ)

    >>> Sigmoid()([0.0, 50.0]).tolist()
    [0.5, 1.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.sigmoid(x)


class LeakyReLU(_Activation):
    """ReLU with a small slope for negative inputs, elementwise.

        y = x if x ≥ 0, else slope · x

    >>> LeakyReLU(0.25)([-2.0, 3.0]).tolist()
    [-0.5, 3.0]
    """

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = float(slope)

    def forward(self, x: Any) -> Any:
        return ag.leaky_relu(x, slope=self.slope)


class ELU(_Activation):
    """Exponential linear unit, elementwise.

        y = x if x > 0, else alpha (eˣ − 1)

    Source:
        Clevert, Unterthiner & Hochreiter, ICLR 2016

    >>> ELU()([-1000.0, 3.0]).tolist()
    [-1.0, 3.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = float(alpha)

    def forward(self, x: Any) -> Any:
        return ag.elu(x, alpha=self.alpha)


class GELU(_Activation):
    """Gaussian error linear unit, elementwise: x times the probability of a smaller normal number.

        y = x Φ(x)

    Source:
        Hendrycks & Gimpel, arXiv:1606.08415, 2016

    >>> GELU()([0.0, 50.0]).tolist()
    [0.0, 50.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.gelu(x)


class SiLU(_Activation):
    """Sigmoid linear unit, elementwise; also called swish.

        y = x σ(x)

    Source:
        Elfwing, Uchibe & Doya, Neural Networks 107, 2018

    >>> SiLU()([0.0, 50.0]).tolist()
    [0.0, 50.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.silu(x)


class Softplus(_Activation):
    """Smooth ReLU, elementwise.

        y = log(1 + eˣ)

    >>> Softplus()([-1000.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """

    def forward(self, x: Any) -> Any:
        return ag.softplus(x)


class Softmax(_Activation):
    """Probabilities from scores along an axis, for inference; `cross_entropy` takes the scores.

        y = exp(x) / Σ exp(x)

    >>> Softmax()([[1000.0, 1000.0]]).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return ag.softmax(x, axis=self.axis)


class LogSoftmax(_Activation):
    """Logarithms of probabilities from scores along an axis; the input of `nll`.

        y = x − log Σ exp(x)

    >>> LogSoftmax()([[0.0, -1000.0]]).tolist()
    [[0.0, -1000.0]]
    """

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return ag.log_softmax(x, axis=self.axis)
