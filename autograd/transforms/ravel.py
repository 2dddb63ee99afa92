"""Conversion between containers and flat vectors, as SciPy's optimizers need them."""

import itertools
from collections.abc import Callable
from typing import Any

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.shape import astype, lower, reshape
from autograd.support.lazy_numpy import np


def ravel_tree(parameters: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Flat vector of all numbers in a container, and the function that rebuilds the container from a vector.

        v = (leaf₁, leaf₂, …), each in row-major order

    Both functions record: the vector is a Tensor if a leaf is a node. So a loss of parameters becomes a differentiable loss of
    a vector: `scipy.optimize.minimize(value_and_grad(lambda v: loss(rebuild(v))), vector, jac=True)`.

    Shapes:
        leaves of n₁, n₂, … entries -> vector (n₁ + n₂ + …,)
    Raises:
        TypeError: If a leaf does not hold real numbers
        ValueError: If the vector to rebuild from has another length

    >>> vector, rebuild = ravel_tree({"w": np.eye(2), "b": 3.0})
    >>> vector
    array([1., 0., 0., 1., 3.])
    >>> rebuild(2 * vector)["b"]
    6.0
    """
    leaves = tree.numbers(parameters) if tree.is_container(parameters) else [parameters]
    arrays = [np.asarray(x._data if isinstance(x, Node) else x) for x in leaves]
    for x, a in zip(leaves, arrays, strict=True):
        if a.dtype.kind not in "fiub":
            raise TypeError(f"ravel_tree takes real numbers, got {x!r:.60} of type {a.dtype}: leave it out of the container")
    ends = [0, *itertools.accumulate(a.size for a in arrays)]
    if any(isinstance(x, Node) for x in leaves):
        vector = concatenate([reshape(x, -1) for x in leaves])
    else:
        vector = np.concatenate([a.ravel() for a in arrays]) if arrays else np.zeros(0)

    def rebuild(v: Any) -> Any:
        v = np.asarray(v) if isinstance(v, list | tuple) else v
        if tuple(v.shape) != (ends[-1],):
            raise ValueError(f"the vector must have shape {(ends[-1],)} to rebuild this container, not {tuple(v.shape)}")
        pieces = [v[start:end].reshape(a.shape) for a, start, end in zip(arrays, ends, ends[1:], strict=False)]
        return tree.replace_numbers(parameters, [_like(x, a, p) for x, a, p in zip(leaves, arrays, pieces, strict=True)])

    return vector if vector.dtype.kind == "f" else astype(vector, float), rebuild


def _like(x: Any, array: Any, piece: Any) -> Any:
    """Piece of a vector as a number for the number x, and in the floating-point dtype of `array` for an array."""
    if not isinstance(x, np.ndarray | Tensor):
        return lower(piece) if isinstance(piece, Tensor) else piece.item()
    return piece.astype(array.dtype) if array.dtype != piece.dtype and array.dtype.kind == piece.dtype.kind == "f" else piece
