"""Initializers: random weights, scaled so that signals neither vanish nor explode from layer to layer.

Weights have shape (fan_in, fan_out): each output sums `fan_in` inputs, and each input reaches `fan_out` outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt
from typing import TYPE_CHECKING

from autograd.support.lazy_numpy import np
from nn._validation import Array, check_range, seeded_generator

Shape = tuple[int, int]
Initializer = Callable[[Shape, "np.random.Generator"], Array]

if TYPE_CHECKING:
    #: Source of random numbers: a seed, a generator, or None for a new random seed.
    Seed = int | np.random.Generator | None


def he_uniform(shape: Shape, random: np.random.Generator) -> Array:
    """Weights for layers followed by ReLU: it sets half of the entries to 0, so the variance is twice 1/fan_in.

        w ~ U(−a, a),   a = √(6 / fan_in),   so that Var w = 2 / fan_in

    Shapes:
        (fan_in, fan_out) float64
    Source:
        He, Zhang, Ren & Sun, ICCV 2015, eq. 10; also known by his first name, Kaiming

    >>> w = he_uniform((6, 100), np.random.default_rng(0))
    >>> w.shape, bool(0.99 < abs(w).max() <= 1.0)
    ((6, 100), True)
    """
    bound = sqrt(6 / shape[0])
    return random.uniform(-bound, bound, shape)


def glorot_uniform(shape: Shape, random: np.random.Generator) -> Array:
    """Weights for layers followed by tanh or by no activation: a compromise between forward and backward pass.

        w ~ U(−a, a),   a = √(6 / (fan_in + fan_out)),   so that Var w = 2 / (fan_in + fan_out)

    Shapes:
        (fan_in, fan_out) float64
    Source:
        Glorot & Bengio, AISTATS 2010, eq. 16; also known by his first name, Xavier

    >>> w = glorot_uniform((4, 20), np.random.default_rng(0))
    >>> w.shape, bool(0.49 < abs(w).max() <= 0.5)
    ((4, 20), True)
    """
    bound = sqrt(6 / sum(shape))
    return random.uniform(-bound, bound, shape)


def he_normal(shape: Shape, random: np.random.Generator) -> Array:
    """Weights as `he_uniform`, from a normal distribution.

        w ~ N(0, 2 / fan_in)

    Shapes and source  as `he_uniform`
    >>> w = he_normal((50, 2000), np.random.default_rng(0))
    >>> bool(abs(w.var() - 2 / 50) < 1e-3)
    True
    """
    fan_in, _ = shape
    return random.normal(scale=sqrt(2 / fan_in), size=shape)


def glorot_normal(shape: Shape, random: np.random.Generator) -> Array:
    """Weights as `glorot_uniform`, from a normal distribution.

        w ~ N(0, 2 / (fan_in + fan_out))

    Shapes and source  as `glorot_uniform`
    >>> w = glorot_normal((50, 950), np.random.default_rng(0))
    >>> bool(abs(w.var() - 2 / 1000) < 1e-4)
    True
    """
    fan_in, fan_out = shape
    return random.normal(scale=sqrt(2 / (fan_in + fan_out)), size=shape)


def orthogonal(shape: Shape, random: np.random.Generator) -> Array:
    """Random orthogonal matrix, or a part of one: the vectors along the shorter axis are orthonormal.

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
    q = q * np.sign(np.diag(r))  # makes every rotation equally likely
    return q if shape[0] >= shape[1] else q.T


def uniform(bound: float) -> Initializer:
    """Initializer of uniform weights with a given bound.

        w ~ U(−bound, bound),   so that Var w = bound² / 3

    Raises:
        ValueError: If bound is negative or not finite

    >>> w = uniform(0.1)((4, 20), np.random.default_rng(0))
    >>> w.shape, bool(0.09 < abs(w).max() <= 0.1)
    ((4, 20), True)
    """
    a = check_range("bound", bound, below=inf)
    return lambda shape, random: random.uniform(-a, a, shape)


def normal(deviation: float) -> Initializer:
    """Initializer of normal weights with a given standard deviation.

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
    """Zero weights, for a last layer; in any other layer all units would stay equal.

    >>> zeros((1, 2), np.random.default_rng(0)).tolist()
    [[0.0, 0.0]]
    """
    return np.zeros(shape)


def random_generator(seed: Seed) -> np.random.Generator:
    """Return the generator for `seed`; a generator is returned as it is."""
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng() if seed is None else seeded_generator(seed)
