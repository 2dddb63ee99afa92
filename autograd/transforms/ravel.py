"""A container of numbers as one flat vector, and back: how SciPy's optimizers want parameters."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.node import Node


def ravel_tree(parameters: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(every number in the container as one vector, the function that makes a container of a vector again).

        v = (leaf₁, leaf₂, …), each in row-major order

    The way back takes arrays and Tensors, so a loss of parameters becomes a loss of a vector, with a gradient:
    `scipy.optimize.minimize(value_and_grad(lambda v: loss(rebuild(v))), vector, jac=True)`.

    Shapes:
        leaves of n₁, n₂, … entries -> vector (n₁ + n₂ + …,)
    Raises:
        ValueError: if the vector to rebuild from has another length

    >>> vector, rebuild = ravel_tree({"w": np.eye(2), "b": 3.0})
    >>> vector
    array([1., 0., 0., 1., 3.])
    >>> rebuild(2 * vector)["b"]
    np.float64(6.0)
    """
    arrays = [np.asarray(x._data if isinstance(x, Node) else x) for x in tree.leaves(parameters)]
    ends = [int(n) for n in np.cumsum([0] + [a.size for a in arrays])]
    vector = np.concatenate([a.ravel() for a in arrays]) if arrays else np.zeros(0)

    def rebuild(v: Any) -> Any:
        if tuple(v.shape) != (ends[-1],):
            raise ValueError(f"a vector of shape {(ends[-1],)} makes this container, not one of shape {tuple(v.shape)}")
        pieces = [v[start:end].reshape(a.shape) for a, start, end in zip(arrays, ends, ends[1:], strict=False)]
        return tree.unflatten(parameters, [p if p.ndim or isinstance(p, Node) else p[()] for p in pieces])

    return vector.astype(float) if vector.dtype.kind != "f" else vector, rebuild
