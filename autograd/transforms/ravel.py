"""Conversion between containers and flat vectors, as SciPy's optimizers need them."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.node import Node


def ravel_tree(parameters: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Flat vector of all numbers in a container, and the function that rebuilds the container from a vector.

        v = (leaf₁, leaf₂, …), each in row-major order

    The second function takes arrays and Tensors, so a loss of parameters becomes a differentiable loss of a vector:
    `scipy.optimize.minimize(value_and_grad(lambda v: loss(rebuild(v))), vector, jac=True)`.

    Shapes:
        leaves of n₁, n₂, … entries -> vector (n₁ + n₂ + …,)
    Raises:
        ValueError: If the vector to rebuild from has another length

    >>> vector, rebuild = ravel_tree({"w": np.eye(2), "b": 3.0})
    >>> vector
    array([1., 0., 0., 1., 3.])
    >>> rebuild(2 * vector)["b"]
    np.float64(6.0)
    """
    arrays = [np.asarray(x._data if isinstance(x, Node) else x) for x in tree.leaves(parameters)]
    ends = [0, *itertools.accumulate(a.size for a in arrays)]
    vector = np.concatenate([a.ravel() for a in arrays]) if arrays else np.zeros(0)

    def rebuild(v: Any) -> Any:
        if tuple(v.shape) != (ends[-1],):
            raise ValueError(f"the vector must have shape {(ends[-1],)} to rebuild this container, not {tuple(v.shape)}")
        pieces = [v[start:end].reshape(a.shape) for a, start, end in zip(arrays, ends, ends[1:], strict=False)]
        return tree.unflatten(parameters, [p if p.ndim or isinstance(p, Node) else p[()] for p in pieces])

    return vector.astype(float) if vector.dtype.kind != "f" else vector, rebuild
