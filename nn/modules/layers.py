"""Layers without a random part: Linear and Flatten."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor, custom_op, matmul, reshape
from nn._validation import whole
from nn.modules.init import Initializer, Seed, he_uniform, random_generator
from nn.modules.module import Module


def _rows(x: Any) -> Any:
    return x if x.ndim == 2 else reshape(x, (-1, x.shape[-1]))


@custom_op(
    lambda g, y, x, w, b: g @ w.mT,
    lambda g, y, x, w, b: _rows(x).mT @ _rows(g),
    lambda g, y, x, w, b: g,  # summed over the rows by the sweep, as b was added to each
    symbol="x W + b",
)
def affine(xp: Any, x: Any, w: Any, b: Any) -> Any:
    """Every row of x times a matrix, plus an offset: product and sum in one op.

        y = x W + b

    Shapes:
        x (…, n), W (n, m), b (m,) -> y (…, m)

    >>> affine(np.ones((1, 2)), np.eye(2), np.array([0.0, 1.0])).tolist()
    [[1.0, 2.0]]
    """
    return xp.matmul(x, w) + b


class Linear(Module):
    """An affine map of each row: a matrix, and an offset that starts at 0.

        y = x W + b

    A row of x is a point, so W has shape (in_features, out_features): the transpose of what PyTorch stores, which
    computes x Wᵀ + b. The weights are drawn in float64 and rounded to `dtype`, so that they are the same in every type.

    Shapes:
        x (…, in_features) -> y (…, out_features)
    Raises:
        TypeError: If a number of features or the seed is no integer
        ValueError: If one is below 1, or in a call if x has another last axis; names both shapes

    >>> layer = Linear(2, 3, seed=0)
    >>> layer([[1.0, 2.0]]).shape
    (1, 3)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Initializer = he_uniform,
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shape = whole("in_features", in_features, least=1), whole("out_features", out_features, least=1)
        if not callable(init):
            raise TypeError(f"init is a function that gives weights, such as nn.he_uniform, got {init!r}")
        weight = init(shape, random_generator(seed))
        if np.shape(weight) != shape:
            raise ValueError(f"the initializer gave weights of shape {np.shape(weight)} for a layer of shape {shape}")
        self.weight = Tensor(weight, requires_grad=True, dtype=dtype)
        self.bias = Tensor(np.zeros(shape[1]), requires_grad=True, dtype=dtype) if bias else None

    def forward(self, x: Any) -> Any:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if shape[-1:] != self.weight.shape[:1]:
            raise ValueError(
                f"{self!r} takes x of shape (…, {self.weight.shape[0]}), to multiply it by weights of shape "
                f"{self.weight.shape}; got x of shape {shape}"
            )
        return matmul(x, self.weight) if self.bias is None else affine(x, self.weight, self.bias)

    def __repr__(self) -> str:
        return f"Linear({', '.join(map(str, self.weight.shape))}{', bias=False' * (self.bias is None)})"


class Flatten(Module):
    """Each example as one row: all axes but the first become one.

    Shapes:
        x (n, …) -> y (n, m)
    Raises:
        ValueError: If x has no axis

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def forward(self, x: Any) -> Any:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if not shape:
            raise ValueError("Flatten takes a batch of examples, and this is a single number")
        return reshape(x, (shape[0], int(np.prod(shape[1:]))))
