"""Normalization layers: over the features of a row, or over the rows of a batch."""

from typing import Any

import autograd as ag
from autograd import Tensor
from autograd.support.lazy_numpy import DTypeLike, np
from nn._validation import check_finite, check_integer, check_share, in_dtype_of, in_single_precision
from nn.modules.module import Module


class _Normalization(Module):
    """Base class of normalization layers: a weight for each feature, which are the entries of the last axis."""

    def __init__(self, features: int, eps: float, dtype: DTypeLike) -> None:
        size = check_integer("features", features, least=1)
        self.eps = check_finite("eps", eps)
        self.weight = Tensor(np.ones(size), requires_grad=True, dtype=dtype)

    def _check_features(self, x: Any) -> None:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if shape[-1:] != self.weight.shape:
            raise ValueError(f"{self!r} takes x of shape (…, {self.weight.shape[0]}); got x of shape {shape}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.weight.shape[0]})"


class LayerNorm(_Normalization):
    """Normalize each row to mean 0 and variance 1 over its features, then scale and shift it by parameters.

        y = (x − μ) / √(σ² + eps) · weight + bias,   μ and σ² over the last axis

    Shapes:
        x (…, features) -> y the same
    Raises:
        ValueError: If features is below 1 or eps is negative; in a call, if the last axis of x has another length
    Source:
        Ba, Kiros & Hinton, Layer Normalization, arXiv:1607.06450, 2016, eq. 3

    >>> LayerNorm(2)(np.array([[1.0, 3.0]])).numpy().round(4).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(self, features: int, eps: float = 1e-5, *, dtype: DTypeLike = "float32") -> None:
        super().__init__(features, eps, dtype)
        self.bias = Tensor(np.zeros(features), requires_grad=True, dtype=dtype)

    def forward(self, x: Any) -> Tensor:
        self._check_features(x)
        d = ag.deviations(in_single_precision(x), axis=-1)
        y = d / ag.sqrt(ag.mean(ag.square(d), axis=-1, keepdims=True) + self.eps)
        return in_dtype_of(x, y) * self.weight + self.bias


class RMSNorm(_Normalization):
    """Divide each row by its root mean square, then scale it by a parameter: LayerNorm without the mean.

        y = x / √(mean x² + eps) · weight,   the mean over the last axis

    Shapes and errors  as `LayerNorm`

    Source:
        Zhang & Sennrich, NeurIPS 2019, eq. 4

    >>> RMSNorm(2, eps=0.0)(np.array([[3.0, 4.0]])).numpy().round(4).tolist()
    [[0.8485, 1.1314]]
    """

    def __init__(self, features: int, eps: float = 1e-6, *, dtype: DTypeLike = "float32") -> None:
        super().__init__(features, eps, dtype)

    def forward(self, x: Any) -> Tensor:
        self._check_features(x)
        wide = in_single_precision(x)
        return in_dtype_of(x, wide / ag.sqrt(ag.mean(ag.square(wide), axis=-1, keepdims=True) + self.eps)) * self.weight


class BatchNorm1d(_Normalization):
    """Normalize each feature to mean 0 and variance 1 over the rows of a batch, then scale and shift it by parameters.

        y = (x − μ) / √(σ² + eps) · weight + bias,   μ and σ² over the rows

    In training, μ and σ² are those of the batch, and running means of μ and of σ² n / (n − 1) are updated by
    r ← (1 − momentum) r + momentum · new. In eval mode the running means are used.

    Attributes:
        running_mean, running_var: Arrays of shape (features,)
    Shapes:
        x (n, features) -> y the same
    Raises:
        ValueError: If features is below 1 or momentum not in [0, 1]; in a call, if x has another shape, or one row in training
    Source:
        Ioffe & Szegedy, ICML 2015, algorithms 1 and 2

    >>> layer = BatchNorm1d(1, momentum=0.5)
    >>> layer(np.array([[1.0], [3.0]])).numpy().round(4).tolist(), layer.running_mean.tolist()
    ([[-1.0], [1.0]], [1.0])
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1, *, dtype: DTypeLike = "float32") -> None:
        super().__init__(features, eps, dtype)
        self.momentum = check_share("momentum", momentum)
        self.bias = Tensor(np.zeros(features), requires_grad=True, dtype=dtype)
        self.running_mean, self.running_var = np.zeros(features, dtype), np.ones(features, dtype)

    def forward(self, x: Any) -> Tensor:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if len(shape) != 2:
            raise ValueError(f"{self!r} takes x of shape (n, {self.weight.shape[0]}); got x of shape {shape}")
        self._check_features(x)
        if not self.training:
            scale = self.weight / ag.sqrt(ag.add(self.running_var, self.eps))
            return (x - self.running_mean) * scale + self.bias
        n = shape[0]
        if n < 2:
            raise ValueError(f"{self!r} in training needs at least 2 rows; got x of shape {shape}: use drop_last=True")
        wide = in_single_precision(x)
        d = ag.deviations(wide, axis=0)
        variance = ag.mean(ag.square(d), axis=0)
        self._update_running_statistics(ag.mean(wide, axis=0), variance, n)
        return in_dtype_of(x, d / ag.sqrt(variance + self.eps)) * self.weight + self.bias

    def _update_running_statistics(self, mean: Any, variance: Any, n: int) -> None:
        self.running_mean = self._running(self.running_mean, mean)
        self.running_var = self._running(self.running_var, variance, n / (n - 1))

    def _running(self, old: Any, new: Any, factor: float = 1.0) -> Any:
        """Return the next running mean: a node if the old one is an input of a recorded step, else an array."""
        if isinstance(new, Tensor):
            new = ag.stop_gradient(new) if isinstance(old, Tensor) else new.numpy()
        return ((1.0 - self.momentum) * old + self.momentum * new * factor).astype(old.dtype)
