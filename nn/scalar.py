"""Networks of single numbers: neurons, layers and perceptrons of `Value`s, every weight a node that can be looked at.

The names and their arguments are those of micrograd's `nn`, so that a program written for it runs with its imports changed.
"""

import random
from typing import Any

from autograd import Value, no_grad
from nn._validation import whole
from nn.modules.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron", "Perceptron"]


class Perceptron(Module):
    """The first machine that learned: it answers 1 on one side of a line, 0 on the other, and moves the line by its mistakes.

        y = [w · x + b > 0],   after a mistake  w ← w + (label − y) x,   b ← b + (label − y)

    It learns without a derivative: a step has none but zero. If a line parts the classes it is found after at most (R/γ)²
    mistakes, for points no farther than R from the origin and a margin γ, with b taken as the weight of an input 1.

    Shapes:
        nin numbers -> 0 or 1
    Raises:
        ValueError: If called with another number of inputs, or a label is neither 0 nor 1
    Source:
        Rosenblatt, Psychological Review 65(6), 1958; Novikoff, On convergence proofs for perceptrons, 1962

    >>> gate = Perceptron(2)
    >>> points, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> gate.fit(points, labels)
    [1, 3, 3, 2, 1, 0]
    >>> [gate(point) for point in points]
    [0, 0, 0, 1]
    """

    def __init__(self, nin: int) -> None:
        self.w = [Value(0.0) for _ in range(whole("nin", nin, least=1))]
        self.b = Value(0.0)

    def score(self, x: Any) -> Value:
        """On which side of the line x is, by its sign: w · x + b."""
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} has {len(self.w)} weights and was called with {len(x)} inputs: {x!r:.80}")
        return sum((w * number for w, number in zip(self.w, x, strict=True)), self.b)

    def forward(self, x: Any) -> int:
        with no_grad():
            return int(self.score(x).data > 0)

    def learn(self, x: Any, label: int) -> bool:
        """Whether x was mistaken; if so, the line has moved."""
        if label not in (0, 1):
            raise ValueError(f"a perceptron knows the labels 0 and 1, got {label!r}")
        miss = int(label) - self(x)
        if miss:
            for w, number in zip(self.w, x, strict=True):
                w.data += miss * float(number)
            self.b.data += miss
        return bool(miss)

    def fit(self, points: Any, labels: Any, epochs: int = 100) -> list[int]:
        """Go through the points until there is no mistake, at most `epochs` times; gives the mistakes of each time."""
        mistakes: list[int] = []
        while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
            mistakes.append(sum(self.learn(x, label) for x, label in zip(points, labels, strict=True)))
        return mistakes

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)})"


class Neuron(Module):
    """A weighted sum of its inputs and an offset, rectified unless `nonlin` is false.

        y = max(b + Σᵢ wᵢ xᵢ, 0)

    The weights are drawn from U(−1, 1) by the module `random`, and b starts at 0.

    Shapes:
        nin numbers -> a Value
    Raises:
        ValueError: If called with another number of inputs
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(whole("nin", nin, least=1))]
        self.b = Value(0)
        self.nonlin = nonlin

    def forward(self, x: Any) -> Value:
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} has {len(self.w)} weights and was called with {len(x)} inputs: {x!r:.80}")
        y = sum((w * number for w, number in zip(self.w, x, strict=True)), self.b)
        return y.relu() if self.nonlin else y

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, all with the same inputs.

    Shapes:
        nin numbers -> a list of nout Values, or the Value itself if nout is 1
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(whole("nout", nout, least=1))]

    def forward(self, x: Any) -> Any:
        y = [neuron(x) for neuron in self.neurons]
        return y if len(y) > 1 else y[0]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """A multi-layer perceptron: layers one after the other, all rectified but the last.

    Shapes:
        nin numbers -> a list of nouts[-1] Values, or the Value itself if that is 1

    >>> MLP(2, [2, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    """

    def __init__(self, nin: int, nouts: list[int]) -> None:
        if not isinstance(nouts, list | tuple) or not nouts:
            raise TypeError(f"nouts must be a list of the widths of the layers, such as [16, 1], got {nouts!r}")
        last = len(nouts) - 1
        self.layers = [Layer(n, nout, nonlin=i < last) for i, (n, nout) in enumerate(zip([nin, *nouts], nouts, strict=False))]

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)
        return x

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"
