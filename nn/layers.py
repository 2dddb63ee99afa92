"""Layers, and networks made of layers in a row."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor, custom_op, matmul, reshape
from nn._validation import whole
from nn.activations import ReLU
from nn.initializers import Initializer, Seed, he_uniform, random_generator
from nn.module import Module


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

    Shapes  x (…, n), W (n, m), b (m,) -> y (…, m)
    >>> affine(np.ones((1, 2)), np.eye(2), np.array([0.0, 1.0])).tolist()
    [[1.0, 2.0]]
    """
    return xp.matmul(x, w) + b


class Linear(Module):
    """An affine map of each row: a matrix, and an offset that starts at 0.

        y = x W + b

    A row of x is a point, so W has shape (in_features, out_features): the transpose of what PyTorch stores, which
    computes x Wᵀ + b. The weights are drawn in float64 and rounded to `dtype`, so that they are the same in every type.

    Shapes  x (…, in_features) -> y (…, out_features)
    Raises  TypeError   if a number of features or the seed is no integer
            ValueError  if one is below 1, or in a call if x has another last axis; names both shapes

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


class Sequential(Module):
    """Modules one after the other, each fed with what the one before it gave.

        y = fₙ(… f₂(f₁(x)))

    >>> Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for i, layer in enumerate(layers):
            if isinstance(layer, type):
                raise TypeError(
                    f"Sequential takes modules, and argument {i} is the class {layer.__name__}: write {layer.__name__}(…)"
                )
            if not callable(layer):
                raise TypeError(f"Sequential takes modules, and argument {i} is {layer!r}: write Sequential(first, second, …)")
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


def _made(activation: Any) -> Any:
    """The module that `activation` makes."""
    try:
        if not isinstance(activation, Module) and callable(made := activation()):
            return made
        why = "is an object already" if isinstance(activation, Module) else f"makes {made!r:.60}"
    except TypeError as error:
        why = f"does not: {error}"
    raise TypeError(f"activation must make a module when it is called, as nn.ReLU does; {activation!r:.60} {why}")


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each and the next, and none behind the last.

        y = φ(… φ(x W₁ + b₁) …) Wₙ + bₙ

    Shapes  x (…, in_features) -> y (…, out_features)
    Raises  as `Linear`

    >>> MLP(784, [128], 10)
    MLP(Linear(784, 128), ReLU(), Linear(128, 10))
    """

    def __init__(
        self,
        in_features: int,
        hidden_features: Sequence[int],
        out_features: int,
        *,
        activation: Callable[[], Module] = ReLU,
        init: Initializer = he_uniform,
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if not isinstance(hidden_features, Sequence):
            raise TypeError(f"hidden_features must be a list of widths such as [128], got {hidden_features!r}")
        widths = [in_features, *hidden_features, out_features]
        random = random_generator(seed)
        layers: list[Module] = []
        for fan_in, fan_out in pairwise(widths):
            layers += [_made(activation), Linear(fan_in, fan_out, init=init, seed=random, dtype=dtype)]
        super().__init__(*layers[1:])
