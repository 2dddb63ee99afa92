"""Random weights to start from, scaled so that signals neither vanish nor blow up from layer to layer.

Weights have shape (fan_in, fan_out): each output adds up `fan_in` inputs, and each input reaches `fan_out` outputs.
"""

from collections.abc import Callable
from math import inf, sqrt

import numpy as np

from nn._validation import Array, check_range, seeded_generator

Shape = tuple[int, int]
Initializer = Callable[[Shape, np.random.Generator], Array]

#: Where random numbers come from: a number that settles them, a generator that is in use, or None for fresh ones every time.
Seed = int | np.random.Generator | None


def he_uniform(shape: Shape, random: np.random.Generator) -> Array:
    """Weights for layers with ReLU behind them: half of what passes is cut off, so the variance is twice 1/fan_in.

        w ~ U(−a, a),   a = √(6 / fan_in),   so that Var w = 2 / fan_in

    Shapes:
        (fan_in, fan_out) float64
    Source:
        He, Zhang, Ren & Sun, ICCV 2015, eq. 10; also known by his first name, Kaiming

    >>> w = he_uniform((6, 100), np.random.default_rng(0))
    >>> w.shape, bool(0.99 < abs(w).max() <= 1.0)
    ((6, 100), True)
    """
    fan_in, _ = shape
    return _uniform(sqrt(6 / fan_in), shape, random)


def glorot_uniform(shape: Shape, random: np.random.Generator) -> Array:
    """Weights for layers with tanh, or nothing, behind them: a compromise between both directions.

        w ~ U(−a, a),   a = √(6 / (fan_in + fan_out)),   so that Var w = 2 / (fan_in + fan_out)

    Shapes:
        (fan_in, fan_out) float64
    Source:
        Glorot & Bengio, AISTATS 2010, eq. 16; also known by his first name, Xavier

    >>> w = glorot_uniform((4, 20), np.random.default_rng(0))
    >>> w.shape, bool(0.49 < abs(w).max() <= 0.5)
    ((4, 20), True)
    """
    fan_in, fan_out = shape
    return _uniform(sqrt(6 / (fan_in + fan_out)), shape, random)


def he_normal(shape: Shape, random: np.random.Generator) -> Array:
    """As `he_uniform`, from a normal distribution.

        w ~ N(0, 2 / fan_in)

    Shapes and source  as `he_uniform`
    >>> w = he_normal((50, 2000), np.random.default_rng(0))
    >>> bool(abs(w.var() - 2 / 50) < 1e-3)
    True
    """
    fan_in, _ = shape
    return random.normal(scale=sqrt(2 / fan_in), size=shape)


def glorot_normal(shape: Shape, random: np.random.Generator) -> Array:
    """As `glorot_uniform`, from a normal distribution.

        w ~ N(0, 2 / (fan_in + fan_out))

    Shapes and source  as `glorot_uniform`
    >>> w = glorot_normal((50, 950), np.random.default_rng(0))
    >>> bool(abs(w.var() - 2 / 1000) < 1e-4)
    True
    """
    fan_in, fan_out = shape
    return random.normal(scale=sqrt(2 / (fan_in + fan_out)), size=shape)


def orthogonal(shape: Shape, random: np.random.Generator) -> Array:
    """A random rotation, or as much of one as fits: the shorter side's vectors have length 1 and right angles.

        wᵀ w = 1 or w wᵀ = 1

    Shapes:
        (fan_in, fan_out) float64
    Source:
        Saxe, McClelland & Ganguli, ICLR 2014

    >>> w = orthogonal((5, 3), np.random.default_rng(0))
    >>> np.allclose(w.T @ w, np.eye(3))
    True
    """
    tall = random.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))  # so that every rotation is as likely
    return q if shape[0] >= shape[1] else q.T


def uniform(bound: float) -> Initializer:
    """Weights of a size of one's own: what gives them, evenly spread around 0.

        w ~ U(−bound, bound),   so that Var w = bound² / 3

    Raises:
        ValueError: If bound is negative or not finite

    >>> w = uniform(0.1)((4, 20), np.random.default_rng(0))
    >>> w.shape, bool(0.09 < abs(w).max() <= 0.1)
    ((4, 20), True)
    """
    a = check_range("bound", bound, below=inf)
    return lambda shape, random: _uniform(a, shape, random)


def normal(deviation: float) -> Initializer:
    """As `uniform`, from a normal distribution.

        w ~ N(0, deviation²)

    Raises:
        ValueError: If deviation is negative or not finite

    >>> w = normal(0.02)((50, 2000), np.random.default_rng(0))
    >>> bool(abs(w.std() - 0.02) < 1e-4)
    True
    """
    sigma = check_range("deviation", deviation, below=inf)
    return lambda shape, random: random.normal(scale=sigma, size=shape)


def zeros(shape: Shape, random: np.random.Generator) -> Array:
    """Nothing but zeros: for a last layer; anywhere else all units would stay equal.

    >>> zeros((1, 2), np.random.default_rng(0)).tolist()
    [[0.0, 0.0]]
    """
    return np.zeros(shape)


def random_generator(seed: Seed) -> np.random.Generator:
    """The generator that `seed` stands for: itself if it is one.

    Raises:
        TypeError: If seed is no integer, generator or None
        ValueError: If seed is negative
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng() if seed is None else seeded_generator(seed)


def _uniform(bound: float, shape: Shape, random: np.random.Generator) -> Array:
    return random.uniform(-bound, bound, shape)
