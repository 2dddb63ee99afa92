"""Transforms of functions: `grad`, `vjp`, `jvp`; derivatives have the structure of the arguments.

While the function runs, floats are Values and arrays are Tensors. Results are floats and arrays. They are nodes if an argument
is a node, or inside another transform, so that the outer derivative includes the inner one.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.base.grad_mode import recording
from autograd.base.trace_state import current_trace
from autograd.engine.forward_mode import push_forward
from autograd.engine.gradients import gradients, matching_leaves, zeros_like
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.arithmetic import positive

#: True inside a transform: inner transforms must return nodes, or the outer derivative would be lost.
_inside: ContextVar[bool] = ContextVar("autograd_inside_transform", default=False)


def graph_requested() -> bool:
    """True if results must be nodes: inside another transform or the recording of a tape."""
    return _inside.get() or current_trace() is not None


@contextmanager
def keep_graph(nodes: bool) -> Iterator[None]:
    """Context manager in which transforms return nodes if `nodes` is True."""
    token = _inside.set(_inside.get() or nodes)
    try:
        yield
    finally:
        _inside.reset(token)


@contextmanager
def trace_arguments(arguments: Any) -> Iterator[tuple[list[Node], bool]]:
    """Context manager with recording on: fresh variables of the leaves of `arguments`, and True if results must be nodes."""
    leaves = tree.leaves(arguments)
    as_nodes = graph_requested() or has_variable(leaves)
    token = _inside.set(True)
    try:
        with recording():
            yield [_variable(x) for x in leaves], as_nodes
    finally:
        _inside.reset(token)


def _variable(x: Any) -> Node:
    """Fresh node for x, so that its derivative excludes other uses of x."""
    if isinstance(x, Node) and current_trace() is not None:
        return x.recorded_copy(requires_grad=True)
    if isinstance(x, Node) and x.requires_grad:
        return positive(x)  # type: ignore[no-any-return, unused-ignore]
    if isinstance(x, Tensor | np.ndarray):
        return Tensor(x.numpy() if isinstance(x, Tensor) else x, requires_grad=True)
    return Value(x.data if isinstance(x, Value) else x)


def to_plain(x: Any, as_nodes: bool, floats: bool = False) -> Any:
    """Result as a node if `as_nodes`, else as a number, a Python float for a function of `floats`, or an array."""
    if as_nodes or not isinstance(x, Node):
        return x
    return x.item() if isinstance(x, Value) or (floats and not x.ndim) else x._data.copy()[()]  # type: ignore[attr-defined]


def _are_floats(variables: list[Node]) -> bool:
    return all(isinstance(x, Value) for x in variables)


def has_variable(leaves: list[Any]) -> bool:
    """True if one of `leaves` is a node that requires a gradient."""
    return any(isinstance(x, Node) and x.requires_grad for x in leaves)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Function that returns (f(…), its gradient) with respect to the argument, or the arguments, at `argnums`.

        x ↦ (f(x), ∇f(x))

    Arguments are floats, arrays, nodes, or containers of them, such as arrays of Values. Gradients have the same structure:
    nodes, which can be differentiated again, for nodes and inside another transform, else floats and arrays. f gets Values
    for floats and Tensors for arrays, and must return one number, or with `has_aux` a pair (number, any object), also
    returned.

    Raises:
        TypeError: If an argument to differentiate is not a float, a floating-point array or a container of them
        ValueError: If f returns more than one number

    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    """

    @functools.wraps(f)
    def with_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        numbers = argument_numbers(argnums, args)
        arguments = [args[n] for n in numbers]
        with trace_arguments(arguments) as (variables, as_nodes):
            y = f(*replace_arguments(args, numbers, tree.unflatten(arguments, variables)), **kwargs)
            y, aux = _split_aux(y) if has_aux else (y, None)
            y = y.item() if tree.is_object_array(y) and y.size == 1 else y  # what NumPy makes of one node
            derivatives = tree.unflatten(arguments, _gradient(y, variables, as_nodes))
        value = y if as_nodes or not isinstance(y, Value | Tensor) else y.item()
        gradient = derivatives[0] if isinstance(argnums, int) else tuple(derivatives)
        plain = functools.partial(to_plain, as_nodes=as_nodes, floats=_are_floats(variables))
        return ((value, tree.map(plain, aux)) if has_aux else value), gradient

    return with_gradient


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """Function that returns the gradient of f, as `value_and_grad`; with `has_aux`, (gradient, aux).

        x ↦ ∇f(x)

    >>> grad(lambda x: x**3)(3.0), grad(grad(lambda x: x**3))(3.0)
    (27.0, 18.0)
    """
    both = value_and_grad(f, argnums, has_aux=has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, derivative = both(*args, **kwargs)
        return (derivative, value[1]) if has_aux else derivative

    return gradient


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Vector-Jacobian product: f(…), and a function from a cotangent of it to those of the arguments.

        w ↦ wᵀ J

    The cotangent w must have the structure and shapes of f(…), with dicts paired by key; the result has one entry per argument.

    Raises:
        TypeError: If w has another structure, or is not of real numbers; names the path
        ValueError: If w has another shape

    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> y, pull(1.0)
    (6.0, (3.0, 2.0))
    """
    with trace_arguments(primals) as (variables, as_nodes):
        y = f(*tree.unflatten(list(primals), variables))

    def pull(w: Any) -> tuple[Any, ...]:
        outputs, seeds = tree.leaves(y), matching_leaves("the cotangent", "output", y, w)
        nodes = as_nodes or graph_requested() or has_variable(seeds)
        pairs = [(out, seed) for out, seed in zip(outputs, seeds, strict=True) if has_variable([out])]
        cotangents = [zeros_like(x, nodes) for x in variables]
        if pairs:
            cotangents = gradients([out for out, _ in pairs], variables, [seed for _, seed in pairs], create_graph=nodes)
        return tuple(tree.unflatten(list(primals), cotangents))

    plain = functools.partial(to_plain, as_nodes=as_nodes, floats=_are_floats(variables))
    return tree.map(plain, y), pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Jacobian-vector product in one forward sweep: f(…) and its directional derivative.

        (f(x), J ẋ)

    `tangents` has the structure and shapes of `primals`, one entry per argument, with dicts paired by key.

    Raises:
        TypeError: If the structures differ, or a tangent is not of real numbers; names the path
        ValueError: If the shapes of a tangent and its primal differ

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    directions = tangent_leaves(primals, tangents)
    with trace_arguments(primals) as (variables, as_nodes):
        as_nodes = as_nodes or has_variable(directions)
        seeds = {x: _tangent(x, t) for x, t in zip(variables, directions, strict=True)}
        y = f(*tree.unflatten(list(primals), variables))
        results = _output_tangents(tree.leaves(y), seeds)
    plain = functools.partial(to_plain, as_nodes=as_nodes, floats=_are_floats(variables))
    return tree.map(plain, y), tree.unflatten(y, list(map(plain, results)))


def stop_gradient(x: Any) -> Any:
    """Constant copy of x, a node, a number or a container: no gradient flows through it.

        y = x,   ∂y/∂x = 0

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda leaf: leaf.detach() if isinstance(leaf, Value | Tensor) else leaf, x)


def argument_numbers(argnums: int | Sequence[int], args: tuple[Any, ...]) -> list[int]:
    """Normalise `argnums` to a list of positions in `args`."""
    numbers = [argnums] if isinstance(argnums, int) else list(argnums)
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ValueError(f"argnums {argnums} contains argument {n}, but there are {len(args)} positional arguments")
    return numbers


def replace_arguments(args: tuple[Any, ...], numbers: list[int], new: list[Any]) -> list[Any]:
    """Copy of `args` with the arguments at positions `numbers` replaced by `new`."""
    result = list(args)
    for n, x in zip(numbers, new, strict=True):
        result[n] = x
    return result


def tangent_leaves(primals: Any, tangents: Any) -> list[Any]:
    """Leaves of `tangents`, checked, in the order of those of `primals`; both have one entry per argument."""
    for name, x in (("primals", primals), ("tangents", tangents)):
        if not isinstance(x, list | tuple):
            raise TypeError(f"{name} must be a tuple with one entry per argument, got {x!r:.60}: write ({name[:-1]},)")
    return matching_leaves("tangents", "primal", tuple(primals), tuple(tangents))


def _tangent(x: Node, t: Any) -> Node:
    return t if isinstance(t, Node) else x.constant(t if isinstance(x, Value) else np.asarray(t, x.dtype))  # type: ignore[attr-defined]


def _output_tangents(outputs: list[Any], seeds: dict[Node, Node]) -> list[Any]:
    """Tangents of nodes by a forward sweep; zeros for outputs that do not depend on the variables."""
    tangents = iter(push_forward([y for y in outputs if isinstance(y, Node)], seeds))
    results = [next(tangents) if isinstance(y, Node) else _constant_tangent(y) for y in outputs]
    return [zeros_like(y, True) if t is None else t for y, t in zip(outputs, results, strict=True)]


def _constant_tangent(y: Any) -> Any:
    """Tangent of a plain number or array."""
    return np.zeros_like(y) if isinstance(y, np.ndarray) and y.dtype.kind == "f" else 0.0


def _split_aux(y: Any) -> tuple[Any, Any]:
    if not isinstance(y, tuple) or len(y) != 2:
        raise TypeError(f"with has_aux=True the function must return a pair (number, aux), not {y!r}")
    return y


def _gradient(y: Any, variables: list[Node], as_nodes: bool) -> list[Any]:
    if not isinstance(y, Node):
        if isinstance(y, bool | str) or not np.isscalar(y):
            raise TypeError(f"the function to differentiate must return one number, not {y!r} of type {type(y).__name__}")
    elif isinstance(y, Tensor) and y.size != 1:
        raise ValueError(
            f"the function to differentiate returned a tensor of shape {y.shape}; it must return one number, such as its sum"
        )
    elif y.requires_grad:
        return list(gradients(y, variables, create_graph=as_nodes))
    return [zeros_like(x, as_nodes) for x in variables]
