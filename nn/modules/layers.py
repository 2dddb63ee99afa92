"""Deterministic layers: Linear and Flatten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import Tensor, custom_op, matmul, reshape
from autograd.support.lazy_numpy import DTypeLike, np
from nn._validation import check_integer
from nn.modules.init import Initializer, he_uniform, random_generator
from nn.modules.module import Module

if TYPE_CHECKING:
    from nn.modules.init import Seed


def _rows(x: Any) -> Any:
    return x if x.ndim == 2 else reshape(x, (-1, x.shape[-1]))


@custom_op(
    lambda g, y, x, w, b: g @ w.mT,
    lambda g, y, x, w, b: _rows(x).mT @ _rows(g),
    lambda g, y, x, w, b: g,  # the sweep sums it over the rows
    symbol="x W + b",
    checked=False,
)
def affine(xp: Any, x: Any, w: Any, b: Any) -> Any:
    """Product of each row of x with a matrix, plus an offset, in one op.

        y = x W + b

    Shapes:
        x (…, n), W (n, m), b (m,) -> y (…, m)

    >>> affine(np.ones((1, 2)), np.eye(2), np.array([0.0, 1.0])).tolist()
    [[1.0, 2.0]]
    """
    return xp.matmul(x, w) + b


class Linear(Module):
    """Affine map of each row: a matrix, and an offset that is 0 at first.

        y = x W + b

    W has shape (in_features, out_features): the transpose of the weight in PyTorch, which computes x Wᵀ + b.
    The weights are drawn in float64 and rounded to `dtype`, so that they are the same in every type.

    Shapes:
        x (…, in_features) -> y (…, out_features)
    Raises:
        TypeError: If a number of features or the seed is not an integer
        ValueError: If a number of features is below 1; in a call, if the last axis of x has another length

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
        dtype: DTypeLike = "float32",
    ) -> None:
        shape = check_integer("in_features", in_features, least=1), check_integer("out_features", out_features, least=1)
        if not callable(init):
            raise TypeError(f"init must be a function that returns weights, such as nn.he_uniform, got {init!r}")
        weight = init(shape, random_generator(seed))
        if np.shape(weight) != shape:
            raise ValueError(f"init must return weights of shape {shape}, returned shape {np.shape(weight)}")
        self.weight = Tensor(weight, requires_grad=True, dtype=dtype)
        self.bias = Tensor(np.zeros(shape[1]), requires_grad=True, dtype=dtype) if bias else None

    def forward(self, x: Any) -> Tensor:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if shape[-1:] != self.weight.shape[:1]:
            raise ValueError(
                f"{self!r} takes x of shape (…, {self.weight.shape[0]}), for weights of shape {self.weight.shape}; "
                f"got x of shape {shape}"
            )
        return matmul(x, self.weight) if self.bias is None else affine(x, self.weight, self.bias)

    def __repr__(self) -> str:
        return f"Linear({', '.join(map(str, self.weight.shape))}{', bias=False' * (self.bias is None)})"


class Flatten(Module):
    """Examples as rows: all axes but the first are joined to one.

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
            raise ValueError("Flatten takes a batch of shape (n, …), got a single number")
        return reshape(x, (shape[0], int(np.prod(shape[1:]))))
