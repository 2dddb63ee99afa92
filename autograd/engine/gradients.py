"""`gradients(y, xs)`: the gradients of a node already computed, without touching any `.grad`."""

from typing import Any

import numpy as np

from autograd.base import tree
from autograd.base.trace_state import current_trace
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


def gradients(y: Any, xs: Any, seed: Any = None, *, create_graph: bool = False) -> Any:
    """The gradients of y with respect to `xs`, a node or a container of nodes; no `.grad` is touched.

        ∂y/∂x for x in xs,   or Σᵢ seedᵢ ∂yᵢ/∂x

    They come as floats and arrays, zeros where y does not depend on x; with `create_graph`, as nodes that can be
    differentiated again. y may also be a container of nodes, with `seed` a container of the same shape: their sum.

    Shapes:
        y () or one element, unless a seed of its shape is given; each gradient has the shape and type of its x
    Raises:
        TypeError: if y or an x is no node
        ValueError: if y or an x requires no gradient, or y needs a seed

    >>> x = Value(3.0)
    >>> (dy,) = gradients(x**3, [x], create_graph=True)
    >>> dy.data, gradients(dy, x)
    (27.0, 18.0)
    """
    create_graph = create_graph or current_trace() is not None  # a tape needs to see how the gradients are computed
    outputs, variables = tree.leaves(y), tree.leaves(xs)
    named = [(f"y[{i}]" if tree.is_container(y) else "y", node) for i, node in enumerate(outputs)]
    named += [(f"xs[{i}]" if tree.is_container(xs) else "xs", node) for i, node in enumerate(variables)]
    for name, node in named:
        if not isinstance(node, Value | Tensor):
            raise TypeError(f"gradients: {name} must be a Value or a Tensor, not {node!r} of type {type(node).__name__}")
        if not node.requires_grad:
            raise ValueError(f"gradients: {name} is the constant {node!r}: make it with requires_grad=True")
    seeds = [None] * len(outputs) if seed is None else tree.leaves(seed) if tree.is_container(y) else [seed]
    if len(seeds) != len(outputs):
        raise ValueError(f"gradients: {len(outputs)} outputs need as many seeds, not {len(seeds)}")
    started = [_seed(node, given, create_graph) for node, given in zip(outputs, seeds, strict=True)]
    found = pull_back(outputs, started, wanted=variables, record=create_graph)
    results = [found[x] if x in found else zeros_like(x, create_graph) for x in variables]
    if len({id(x) for x in results}) < len(results):  # a variable given twice gets two arrays
        results = [x.copy() if isinstance(x, np.ndarray) else x for x in results]
    return tree.unflatten(xs, results)


def _seed(y: Any, given: Any, as_node: bool) -> Any:
    if as_node and isinstance(given, Node):
        y.seed(given._data)  # only to check it
        return given
    seed = y.seed(given._data if isinstance(given, Node) else given)
    return y.constant(seed) if as_node else seed


def zeros_like(x: Any, as_node: bool) -> Any:
    """Zeros of x's shape and type: a number or an array, or a node of them."""
    zero = np.zeros(x.shape, x.dtype) if isinstance(x, Tensor) else 0.0
    return x.constant(zero) if as_node else zero
