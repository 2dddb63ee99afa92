"""Functions of functions: gradients of what is given, in the shape in which it is given."""

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd import tree
from autograd.graph import pull_back
from autograd.node import Node
from autograd.recording import Recording
from autograd.rules.arithmetic import positive
from autograd.tensor import Tensor
from autograd.value import Value

#: Whether a transform is at work: one inside it must give nodes, or the outer derivative would be lost.
_inside: ContextVar[bool] = ContextVar("autograd_inside_transform", default=False)


def gradients(y: Node, xs: Any, seed: Any = None, *, create_graph: bool = False) -> Any:
    """The gradients of y with respect to `xs`, a node or a container of nodes; no `.grad` is touched.

        ∂y/∂x for x in xs,   or Σᵢ seedᵢ ∂yᵢ/∂x

    They come as floats and arrays, zeros where y does not depend on x; with `create_graph`, as nodes that can be
    differentiated again.

    Shapes  y () or one element, unless a seed of its shape is given; each gradient has the shape and type of its x
    Raises  TypeError   if y or an x is no node
            ValueError  if y or an x requires no gradient, or y needs a seed
    >>> x = Value(3.0)
    >>> (dy,) = gradients(x**3, [x], create_graph=True)
    >>> dy.data, gradients(dy, x)
    (27.0, 18.0)
    """
    variables = tree.leaves(xs)
    for name, node in [("y", y), *((f"xs[{i}]", x) for i, x in enumerate(variables))]:
        if not isinstance(node, Value | Tensor):
            raise TypeError(f"gradients: {name} must be a Value or a Tensor, not {node!r} of type {type(node).__name__}")
        if not node.requires_grad:
            raise ValueError(f"gradients: {name} is the constant {node!r}: make it with requires_grad=True")
    seed = y.seed(seed)  # type: ignore[attr-defined]
    found = pull_back([y], [type(y).constant(seed) if create_graph else seed], wanted=variables, record=create_graph)
    return tree.rebuilt(xs, [found[x] if x in found else _zero(x, create_graph) for x in variables])


def _zero(x: Node, as_node: bool) -> Any:
    zero = np.zeros(x.shape, x.dtype) if isinstance(x, Tensor) else 0.0
    return type(x).constant(zero) if as_node else zero


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """A function that gives (f(…), its gradient) with respect to the argument, or the arguments, at `argnums`.

        x ↦ (f(x), ∇f(x))

    An argument is a float, an array, a node, or a container of them, and its gradient comes in the same form: floats and
    arrays for numbers, nodes (to differentiate again) for nodes and inside another transform. f gets Values for floats and
    Tensors for arrays, and returns one number.

    Raises  TypeError   if an argument to differentiate is no float, floating-point array or container of them
            ValueError  if f returns more than one number
    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    """

    @functools.wraps(f)
    def with_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        one = isinstance(argnums, int)
        numbers = [argnums] if isinstance(argnums, int) else list(argnums)
        for n in numbers:
            if not -len(args) <= n < len(args):
                raise ValueError(f"argnums {argnums} asks for argument {n} of {len(args)} positional arguments")
        given = [args[n] for n in numbers]
        leaves = tree.leaves(given)
        as_nodes = _inside.get() or any(isinstance(x, Node) and x.requires_grad for x in leaves)
        token = _inside.set(True)
        try:
            with Recording(True):
                variables = [_variable(x) for x in leaves]
                inputs = list(args)
                for n, x in zip(numbers, tree.rebuilt(given, variables), strict=True):
                    inputs[n] = x
                y = f(*inputs, **kwargs)
                found = _gradient(y, variables, as_nodes)
        finally:
            _inside.reset(token)
        result = tree.rebuilt(given, found)
        value = y.item() if isinstance(y, Node) and not as_nodes else y  # type: ignore[attr-defined]
        return value, result[0] if one else tuple(result)

    return with_gradient


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """A function that gives the gradient of f; `value_and_grad` says how.

        x ↦ ∇f(x)

    >>> grad(lambda x: x**3)(3.0), grad(grad(lambda x: x**3))(3.0)
    (27.0, 18.0)
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def _variable(x: Any) -> Node:
    """A fresh node for x, so that a gradient with respect to it sees no other use of x."""
    if isinstance(x, Node) and x.requires_grad:
        return positive(x)
    if isinstance(x, Tensor | np.ndarray) and (isinstance(x, Tensor) or x.ndim):
        return Tensor(x._data if isinstance(x, Tensor) else x, requires_grad=True)
    return Value(x.data if isinstance(x, Value) else x)


def _gradient(y: Any, variables: list[Node], as_nodes: bool) -> list[Any]:
    if not isinstance(y, Node):
        if isinstance(y, bool) or not np.isscalar(y):
            raise TypeError(f"the function to differentiate must return one number, not {y!r} of type {type(y).__name__}")
    elif isinstance(y, Tensor) and y.size != 1:
        raise ValueError(
            f"the function to differentiate returned a tensor of shape {y.shape}; it must return one number, such as its sum"
        )
    elif y.requires_grad:
        return list(gradients(y, variables, create_graph=as_nodes))
    return [_zero(x, as_nodes) for x in variables]
