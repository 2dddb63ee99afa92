"""`gradients(y, xs)`: gradients of a computed node without changing any `.grad`."""

from typing import Any

from autograd.base import tree
from autograd.base.trace_state import current_trace
from autograd.engine.coercion import captured_operand
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np


def gradients(y: Any, xs: Any, seed: Any = None, *, create_graph: bool = False) -> Any:
    """Gradients of y with respect to `xs`, a node or a container of nodes; no `.grad` changes.

        ∂y/∂x for x in xs,   or Σᵢ seedᵢ ∂yᵢ/∂x

    Results are floats and arrays, zeros where y does not depend on x; with `create_graph` they are nodes that can be
    differentiated again. y may be a container of nodes, with `seed` a container of the same structure: gradients add up.

    Shapes:
        y () or one element, unless a seed of its shape is given; each gradient has the shape and type of its x
    Raises:
        TypeError: If y or an x is not a node, or the seed has another structure than y; names the path
        ValueError: If y or an x does not require a gradient, or y needs a seed

    >>> x = Value(3.0)
    >>> (dy,) = gradients(x**3, [x], create_graph=True)
    >>> dy.data, gradients(dy, x)
    (27.0, 18.0)
    """
    create_graph = create_graph or current_trace() is not None  # a tape records how the gradients are computed
    outputs, variables = _check_nodes("y", y), _check_nodes("xs", xs)
    seeds = [None] * len(outputs)
    if seed is not None:
        nested = isinstance(seed, list) and not tree.is_container(y)
        seeds = matching_leaves("gradients: seed", "output", y, np.asarray(seed) if nested else seed)
    seeds = [_seed(node, seed, create_graph) for node, seed in zip(outputs, seeds, strict=True)]
    cotangents = pull_back(outputs, seeds, wanted=variables, record=create_graph)
    results = [cotangents[x] if x in cotangents else zeros_like(x, create_graph) for x in variables]
    if len({id(x) for x in results}) < len(results):  # a repeated variable gets two arrays
        results = [x.copy() if isinstance(x, np.ndarray) else x for x in results]
    return tree.replace_numbers(xs, results)


def _check_nodes(name: str, nodes: Any) -> list[Any]:
    """Leaves of the container `nodes`, all of which must be nodes that require a gradient."""
    leaves = tree.numbers(nodes) or tree.leaves(nodes)
    for i, node in enumerate(leaves):
        where = f"gradients: {name}[{i}]" if tree.is_container(nodes) else f"gradients: {name}"
        if not isinstance(node, Value | Tensor):
            raise TypeError(f"{where} must be a Value or a Tensor, not {node!r} of type {type(node).__name__}")
        if not node.requires_grad:
            raise ValueError(f"{where} is the constant {node!r}: make it with requires_grad=True")
    return leaves


_NUMBERS = frozenset({float, int})


def matching_leaves(name: str, role: str, expected: Any, given: Any) -> list[Any]:
    """Numbers in `given`, a container with the structure and shapes of `expected`, in the order of those in `expected`."""
    leaves = []
    for path, x, leaf in tree.pairs(name, expected, given):
        if tree.is_static(x):
            continue
        numbers = [a._data if isinstance(a, Node) else a for a in (leaf, x)]
        if _NUMBERS.issuperset(map(type, numbers)):
            leaves.append(leaf)
            continue
        array, wanted = map(np.asarray, numbers)
        if wanted.dtype.kind in "fiub":  # other leaves have no derivative
            if array.dtype.kind not in "fiu":
                raise TypeError(f"{path} must hold real numbers, as its {role} does, got {leaf!r:.60} of type {array.dtype}")
            if array.shape != wanted.shape:
                raise ValueError(f"{path} must have the shape of its {role}, {wanted.shape}, got {array.shape}")
        leaves.append(leaf)
    return leaves


def _seed(y: Any, seed: Any, as_node: bool) -> Any:
    cotangent = y.seed(seed._data if isinstance(seed, Node) else seed)
    if as_node:
        return constant_node(y, cotangent if seed is None else seed)
    return cotangent


def constant_node(x: Any, t: Any) -> Node:
    """Seed or tangent t of x as a node, of the dtype of x; an array in it is followed by a tape."""
    t = captured_operand(t) if isinstance(x, Value) else t
    if isinstance(t, Node):
        return t
    return Tensor(t, dtype=x.dtype) if isinstance(x, Tensor) else x.constant(t)


def zeros_like(x: Any, as_node: bool) -> Any:
    """Zeros of the shape and dtype of x, as a number or an array, or as a node."""
    zero = np.zeros(x.shape, x.dtype) if isinstance(x, Tensor) else 0.0
    return x.constant(zero) if as_node else zero
