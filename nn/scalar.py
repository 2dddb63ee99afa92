"""Networks of scalars: neurons, layers and perceptrons of `Value` objects, where every weight is a node of the graph.

Names and arguments are those of `nn` in micrograd: a program for it runs with changed imports.
"""

import operator
import random
from typing import Any

from autograd import Value, no_grad
from nn._validation import check_integer
from nn.modules.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron", "Perceptron"]


class Perceptron(Module):
    """Perceptron: a linear classifier with output 1 on one side of a line and 0 on the other; mistakes move the line.

        y = [w · x + b > 0],   after a mistake  w ← w + (label − y) x,   b ← b + (label − y)

    Training needs no derivative, which is 0 for a step function. If a line separates the classes with margin γ, and no point
    is farther than R from the origin, it is found after at most (R/γ)² mistakes; b is the weight of a constant input 1.

    Shapes:
        nin numbers -> 0 or 1
    Raises:
        ValueError: If the number of inputs differs, or a label is neither 0 nor 1
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
        self.w = [Value(0.0) for _ in range(check_integer("nin", nin, least=1))]
        self.b = Value(0.0)

    def score(self, x: Any) -> Value:
        """Return w · x + b; its sign is the side of the line."""
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} takes {len(self.w)} inputs, got {len(x)}: {x!r:.80}")
        return sum((w * number for w, number in zip(self.w, x, strict=True)), self.b)

    def forward(self, x: Any) -> int:
        with no_grad():
            return int(self.score(x).data > 0)

    def learn(self, x: Any, label: int) -> bool:
        """Move the line if the output for x is wrong; returns True if it was."""
        if label not in (0, 1):
            raise ValueError(f"label must be 0 or 1, got {label!r}")
        miss = int(label) - self(x)
        if miss:
            for w, number in zip(self.w, x, strict=True):
                w.data += miss * float(number)
            self.b.data += miss
        return bool(miss)

    def fit(self, points: Any, labels: Any, epochs: int = 100) -> list[int]:
        """Train for at most `epochs` epochs, until no mistake is made; returns the number of mistakes per epoch."""
        mistakes: list[int] = []
        while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
            mistakes.append(sum(self.learn(x, label) for x, label in zip(points, labels, strict=True)))
        return mistakes

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)})"


class Neuron(Module):
    """Neuron: a weighted sum of the inputs plus an offset, with ReLU if `nonlin` is true.

        y = max(b + Σᵢ wᵢ xᵢ, 0)

    The weights are drawn from U(−1, 1) by the module `random`; b is 0 at first.

    Shapes:
        nin numbers -> a Value
    Raises:
        ValueError: If the number of inputs differs
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(check_integer("nin", nin, least=1))]
        self.b = Value(0)
        self.nonlin = nonlin

    def forward(self, x: Any) -> Value:
        if len(x) != len(self.w):
            raise ValueError(f"{self!r} takes {len(self.w)} inputs, got {len(x)}: {x!r:.80}")
        y = sum([*map(operator.mul, self.w, x)], self.b)  # products before sums: that takes less time
        return y.relu() if self.nonlin else y

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Layer: neurons with the same inputs.

    Shapes:
        nin numbers -> a list of nout Values, or the Value itself if nout is 1
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(check_integer("nout", nout, least=1))]

    def forward(self, x: Any) -> Any:
        y = [neuron(x) for neuron in self.neurons]
        return y if len(y) > 1 else y[0]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """Multi-layer perceptron: a chain of layers, all with ReLU except the last.

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
