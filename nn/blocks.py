"""Parts to build networks of that are no affine maps: what drops, looks up, flattens, and goes around."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import Tensor, reshape
from nn._validation import whole, within
from nn.initializers import Seed, random_generator
from nn.module import Module


class Dropout(Module):
    """In training each entry is 0 with probability p, and the others are larger by 1/(1 − p); in use nothing happens.

        y = x · b / (1 − p),   b = 1 with probability 1 − p, else 0

    A recorded function cannot draw random numbers, and says so: compile a network in use, or without dropout.

    Shapes  x any -> y the same
    Raises  ValueError  if p is not in [0, 1)
    Source  Srivastava et al., JMLR 15, 2014
    >>> layer = Dropout(0.5, seed=0)
    >>> layer(np.ones(4)).tolist(), layer.eval()(np.ones(4)).tolist()
    ([2.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0])
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        self.p = within("p", p, below=1.0)
        self.random = random_generator(seed)

    def forward(self, x: Any) -> Any:
        if not self.training or not self.p:
            return x
        x = x if hasattr(x, "dtype") else np.asarray(x, dtype=float)
        kept = self.random.random(x.shape) >= self.p
        return x * (kept / (1.0 - self.p)).astype(x.dtype)

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


class Embedding(Module):
    """A vector of its own for each of `count` things, looked up by number.

        y = W[i]

    Shapes  i (…) integers -> y (…, features)
    Raises  TypeError   if i holds no integers
            ValueError  if one is not between 0 and count − 1; names the first
    >>> Embedding(10, 3, seed=0)([[1, 2], [1, 9]]).shape
    (2, 2, 3)
    """

    def __init__(self, count: int, features: int, *, seed: Seed = None, dtype: DTypeLike = np.float32) -> None:
        shape = whole("count", count, least=1), whole("features", features, least=1)
        self.weight = Tensor(random_generator(seed).standard_normal(shape), requires_grad=True, dtype=dtype)

    def forward(self, i: Any) -> Any:
        numbers = np.asarray(i)
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"{self!r} looks up whole numbers; got {numbers.dtype}: convert them with .astype(int)")
        count = self.weight.shape[0]
        wrong = (numbers < 0) | (numbers >= count)
        if wrong.any():
            raise ValueError(f"{self!r} holds numbers 0 to {count - 1}; got {numbers[wrong][0]}")
        return self.weight[numbers]

    def __repr__(self) -> str:
        return f"Embedding({', '.join(map(str, self.weight.shape))})"


class Flatten(Module):
    """Each example as one row: all axes but the first become one.

    Shapes  x (n, …) -> y (n, m)
    Raises  ValueError  if x has no axis
    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def forward(self, x: Any) -> Any:
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if not shape:
            raise ValueError("Flatten takes a batch of examples, and this is a single number")
        return reshape(x, (shape[0], int(np.prod(shape[1:]))))


class Residual(Module):
    """What a module changes, added to what went in: a way around it for values and gradients.

        y = x + f(x)

    Shapes  x -> y the same, as f must give it
    Raises  TypeError   if `inner` cannot be called
            ValueError  in a call, if f changes the shape; names both
    Source  He, Zhang, Ren & Sun, CVPR 2016, section 3.2
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
