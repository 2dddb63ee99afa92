"""Modules with buffers and random draws, and trainings of them that give comparable numbers."""

import numpy as np

import autograd as ag
import nn
from autograd import Tensor

ROWS = np.random.default_rng(0).standard_normal((44, 3))
LABELS = (ROWS[:, 0] > 0).astype(int)


class Stateful(nn.Module):
    """A layer with buffers in every kind of place, and two generators."""

    def __init__(self, n=3, dtype=np.float64):
        self.layer = nn.Linear(n, n, seed=n, dtype=dtype)
        self.random, self.more = np.random.default_rng(5), {"of": [np.random.default_rng(7)]}
        self.count, self.calls, self.on = np.array(0), np.zeros(1, dtype), np.array(False)
        self.means, self.inside, self.tensor = np.zeros(n, dtype), {"m": [np.zeros(n, dtype)]}, Tensor(np.zeros(n, dtype))
        self.shares, self.phase = np.array([0.2, 0.8]), 0


class Counts(Stateful):
    def forward(self, x):
        self.count = self.count + 1
        self.calls += 1
        return self.layer(x) * (1 - 0.9**self.count) + self.calls


class Means(Stateful):
    def forward(self, x):
        self.means = 0.9 * self.means + 0.1 * ag.stop_gradient(ag.mean(x, axis=0))
        return self.layer(x - self.means)


class InContainers(Stateful):
    def forward(self, x):
        z = self.layer(x)
        self.inside["m"][0] = 0.9 * self.inside["m"][0] + 0.1 * ag.stop_gradient(ag.mean(z, axis=0))
        return z - self.inside["m"][0]


class TensorBuffer(Stateful):
    def forward(self, x):
        z = self.layer(x)
        self.tensor = 0.9 * self.tensor + 0.1 * ag.stop_gradient(ag.mean(z, axis=0))
        return z - self.tensor


class Overwritten(Stateful):
    def forward(self, x):
        z = self.layer(x)
        self.tensor, self.means, self.on = ag.stop_gradient(ag.mean(z, axis=0)), np.ones(x.shape[1]), ~self.on
        return ag.where(self.on, z, z + 1.0)


class Noise(Stateful):
    def forward(self, x):
        return self.layer(x + 0.1 * self.random.normal(size=x.shape).astype(x.dtype))


class OneFloat(Stateful):
    def forward(self, x):
        return self.layer(x * self.random.uniform(0.5, 2.0))


class Integers(Stateful):
    def forward(self, x):
        k = int(self.random.integers(0, x.shape[1]))
        return self.layer(ag.roll(x, k, axis=1) * self.random.integers(1, 3, x.shape))


class Permutation(Stateful):
    def forward(self, x):
        return self.layer(x + 0.1 * x[self.random.permutation(len(x))])


class Choice(Stateful):
    def forward(self, x):
        return self.layer(x * self.more["of"][0].choice(np.array([0.5, 2.0]), size=x.shape, p=self.shares))


class Alternating(Stateful):
    def forward(self, x):
        self.phase = 1 - self.phase
        return self.layer(x) * (1.0 + self.phase)


class Rerun(Stateful):
    """Dropout and batch statistics in a checkpoint, which is run again in the backward pass."""

    def __init__(self, n=3):
        super().__init__(n)
        self.drop, self.norm = nn.Dropout(0.5, seed=3), nn.BatchNorm1d(n, dtype=float)

    def forward(self, x):
        return ag.checkpoint(lambda v: self.norm(self.drop(self.layer(v))))(x)


class Branch(Stateful):
    """A draw decides which numbers are drawn next; the shapes of the two are equal."""

    def forward(self, x):
        z = self.layer(x)
        kept = self.random.random() < 0.5
        return z * (self.random.random(z.shape) if kept else self.random.normal(size=z.shape))


def layers(n=3):
    """Makers of layers of n features, all in float64, by name."""
    own = [Counts, Means, InContainers, TensorBuffer, Overwritten, Noise, OneFloat, Integers, Permutation, Choice, Alternating]
    return {cls.__name__: (lambda cls=cls: cls(n)) for cls in [*own, Rerun]} | {
        "batch norm": lambda: nn.BatchNorm1d(n, dtype=float),
        "layer norm": lambda: nn.LayerNorm(n, dtype=float),
        "rms norm": lambda: nn.RMSNorm(n, dtype=float),
        "dropout": lambda: nn.Dropout(0.3, seed=1),
        "frozen": lambda: nn.BatchNorm1d(n, dtype=float).eval(),
        "residual": lambda: nn.Residual(nn.Sequential(nn.BatchNorm1d(n, dtype=float), nn.Dropout(0.5, seed=2))),
        "linear": lambda: nn.Linear(n, n, seed=4, dtype=float),
    }


def model_of(names):
    """A model with these layers between two linear ones."""
    made = layers()
    ends = nn.Linear(3, 3, seed=8, dtype=float), nn.Linear(3, 2, seed=9, dtype=float)
    return nn.Sequential(ends[0], *[made[name]() for name in names], ends[1])


def generators(model):
    """The next numbers of the generators of a model."""
    return [
        read.random() for module in model.modules() for read in vars(module).values() if isinstance(read, np.random.Generator)
    ]


def trained(model, data=(ROWS, LABELS), **options):
    """History as a list, state, and the next random numbers after a training with a smaller last batch."""
    optimizer = nn.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    options = {"loss": nn.cross_entropy, "epochs": 3, "batch_size": 16, "metrics": None, "progress": False} | options
    history = nn.fit(model, data, optimizer=optimizer, **options)
    return {"loss": history.loss, "validation": history.validation_loss, **model.state_dict(), "next": generators(model)}
