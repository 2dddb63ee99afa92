"""Containers of modules: Sequential, MLP, Residual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from autograd import Tensor
from autograd.support.lazy_numpy import DTypeLike, np
from nn._validation import check_choice
from nn.modules.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from nn.modules.init import Initializer, he_uniform, random_generator
from nn.modules.layers import Linear
from nn.modules.module import Module

if TYPE_CHECKING:
    from nn.modules.init import Seed

#: Activations by name.
Activation = Literal["elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "softplus", "tanh"]
ACTIVATIONS: dict[str, Callable[[], Module]] = dict(
    zip(get_args(Activation), (ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh), strict=True)
)


class Sequential(Module):
    """Modules in a chain: each takes the output of the one before it. An index gives a module, a slice a shorter chain of them.

        y = fₙ(… f₂(f₁(x)))

    >>> model = Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    >>> len(model), model[-1], model[:2]
    (3, Linear(3, 1), Sequential(Linear(2, 3), ReLU()))
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        self.layers: list[Callable[[Any], Any]] = []
        for layer in layers:
            self.append(layer)

    def append(self, layer: Callable[[Any], Any]) -> Self:
        """Add a module at the end; returns the chain. An optimizer made before does not know its parameters.

        Raises:
            TypeError: If `layer` is a class, or cannot be called
        """
        i, name = len(self.layers), type(self).__name__
        if isinstance(layer, type):
            raise TypeError(f"{name} takes modules, got the class {layer.__name__} as argument {i}: write {layer.__name__}(…)")
        if not callable(layer):
            raise TypeError(f"{name} takes modules, got {layer!r} as argument {i}: write {name}(first, second, …)")
        self.layers.append(layer)
        return self

    def __len__(self) -> int:
        return len(self.layers)

    def __bool__(self) -> bool:
        """True, also for a chain without modules."""
        return True

    def __iter__(self) -> Iterator[Callable[[Any], Any]]:
        return iter(self.layers)

    def __getitem__(self, index: int | slice) -> Any:
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def forward(self, x: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class MLP(Sequential):
    """Multi-layer perceptron: linear layers with an activation between them, and no activation after the last.

        y = φ(… φ(x W₁ + b₁) …) Wₙ + bₙ

    Args:
        activation: A class of activations, or its name: "relu", "tanh", "sigmoid", "gelu" and so on

    Shapes:
        x (…, in_features) -> y (…, out_features)
    Raises:
        ValueError: If the name is unknown
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
        activation: Callable[[], Module] | Activation = ReLU,
        init: Initializer = he_uniform,
        seed: Seed = None,
        dtype: DTypeLike = "float32",
    ) -> None:
        if not isinstance(hidden_features, Sequence) or isinstance(hidden_features, str):
            raise TypeError(f"hidden_features must be a list of widths such as [128], got {hidden_features!r}")
        widths = [in_features, *hidden_features, out_features]
        random = random_generator(seed)
        layers: list[Module] = []
        for fan_in, fan_out in pairwise(widths):
            layers += [_make_activation(activation), Linear(fan_in, fan_out, init=init, seed=random, dtype=dtype)]
        super().__init__(*layers[1:])


class Residual(Module):
    """Sum of the input and the output of a module: a skip connection for values and gradients.

        y = x + f(x)

    Shapes:
        x -> y the same; f must keep the shape
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
            raise TypeError(f"Residual takes a module, got {inner!r}")
        self.inner = inner

    def forward(self, x: Any) -> Tensor:
        change = self.inner(x)
        before, after = (a.shape if hasattr(a, "shape") else np.shape(a) for a in (x, change))
        if before != after:
            raise ValueError(
                f"{self!r} adds input and output of a module, which must have one shape; got input {before} and output {after}"
            )
        return x + change


def _make_activation(activation: Any) -> Any:
    """Call `activation` and return the module; raise if it returns none."""
    if isinstance(activation, str):
        check_choice("activation", activation, ACTIVATIONS)
        return ACTIVATIONS[activation]()
    try:
        if not isinstance(activation, Module) and callable(made := activation()):
            return made
        why = "is an object already" if isinstance(activation, Module) else f"returns {made!r:.60}"
    except TypeError as error:
        why = f"does not: {error}"
    raise TypeError(f"activation must return a module when it is called, such as nn.ReLU; {activation!r:.60} {why}")
