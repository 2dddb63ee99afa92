"""Modules made of modules: Sequential, MLP, Residual."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nn.modules.activations import ReLU
from nn.modules.init import Initializer, Seed, he_uniform, random_generator
from nn.modules.layers import Linear
from nn.modules.module import Module


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


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each and the next, and none behind the last.

        y = φ(… φ(x W₁ + b₁) …) Wₙ + bₙ

    Shapes:
        x (…, in_features) -> y (…, out_features)
    Raises:
        Exception: As `Linear`

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
            layers += [_make_activation(activation), Linear(fan_in, fan_out, init=init, seed=random, dtype=dtype)]
        super().__init__(*layers[1:])


class Residual(Module):
    """What a module changes, added to what went in: a way around it for values and gradients.

        y = x + f(x)

    Shapes:
        x -> y the same, as f must give it
    Raises:
        TypeError: If `inner` cannot be called
        ValueError: In a call, if f changes the shape; names both
    Source:
        He, Zhang, Ren & Sun, CVPR 2016, section 3.2

    >>> from nn import ReLU
    >>> Residual(ReLU())(np.array([-1.0, 2.0])).tolist()
    [-1.0, 4.0]
    """

    def __init__(self, inner: Callable[[Any], Any]) -> None:
        if not callable(inner):
            raise TypeError(f"Residual takes a module, not {inner!r}")
        self.inner = inner

    def forward(self, x: Any) -> Any:
        change = self.inner(x)
        before, after = (a.shape if hasattr(a, "shape") else np.shape(a) for a in (x, change))
        if before != after:
            raise ValueError(f"{self!r} adds what goes in, of shape {before}, to what comes out, of shape {after}")
        return x + change


def _make_activation(activation: Any) -> Any:
    """The module that `activation` makes."""
    try:
        if not isinstance(activation, Module) and callable(made := activation()):
            return made
        why = "is an object already" if isinstance(activation, Module) else f"makes {made!r:.60}"
    except TypeError as error:
        why = f"does not: {error}"
    raise TypeError(f"activation must make a module when it is called, as nn.ReLU does; {activation!r:.60} {why}")
