"""Transforms of functions: `grad`, `vjp`, `jvp`; derivatives have the structure of the arguments.

While the function runs, floats are Values and arrays are Tensors. Results are floats and arrays. They are nodes if an argument
is a node, or inside another transform, so that the outer derivative includes the inner one.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

from autograd.base import tree
from autograd.base.grad_mode import recording
from autograd.base.trace_state import current_trace, graph_requested
from autograd.base.trace_state import inside_transform as _inside
from autograd.engine.forward_mode import push_forward
from autograd.engine.gradients import constant_node, gradients, matching_leaves, zeros_like
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import Op
from autograd.ops.rules.arithmetic import positive
from autograd.support.arguments import explained_arguments
from autograd.support.blocks import Blocks, VariableBlock
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import Argnums, P, R, Selection, Transformed, check_captures, check_plain_function, split_aux

#: Function of cotangents or of tangents.
_Map = Callable[..., Any]


def keep_graph(nodes: bool) -> VariableBlock:
    """Context manager in which transforms return nodes if `nodes` is True."""
    return _inside.set(nodes or _inside.get())


def inside_transform() -> Blocks:
    """Block in which a transform runs its function: recording is on, and inner transforms return nodes."""
    return Blocks(recording(), _inside.set(True))


def trace_arguments(arguments: Any) -> tuple[list[Node], bool]:
    """(fresh variables of the numbers in `arguments`, True if results must be nodes)."""
    leaves = tree.numbers(arguments) or tree.leaves(arguments)  # of static leaves, the first raises
    with recording():
        return [_variable(x) for x in leaves], graph_requested() or has_variable(leaves)


def _variable(x: Any) -> Node:
    """Fresh node for x, so that its derivative excludes other uses of x."""
    if isinstance(x, Node) and current_trace() is not None:
        return x.recorded_copy(requires_grad=True)
    if isinstance(x, Node) and x.requires_grad:
        return positive(x)  # type: ignore[no-any-return, unused-ignore]
    if isinstance(x, Tensor | np.ndarray):
        if x.dtype.kind in "iub":
            raise TypeError(
                f"gradients need numbers with a point, such as np.array([1., 2.]), got an array of shape {x.shape} and dtype "
                f"{x.dtype}: write x.astype(float)"
            )
        return Tensor(x.numpy() if isinstance(x, Tensor) else x, requires_grad=True)
    if hasattr(x, "named_parameters"):
        raise TypeError(
            f"the module {type(x).__name__} is not a container of numbers: call it outside of transforms, and write "
            "gradients(loss, module.parameters()), or loss.backward()"
        )
    return Value(x.data if isinstance(x, Value) else x)


def to_plain(x: Any, as_nodes: bool, floats: bool = False) -> Any:
    """Result as a node if `as_nodes`, else as a number, a Python float for a function of `floats`, or an array."""
    if as_nodes or not isinstance(x, Node):
        return x
    return x.item() if isinstance(x, Value) or (floats and not x.ndim) else x._data.copy()[()]  # type: ignore[attr-defined]


def plain_results(results: Any, variables: list[Node], as_nodes: bool) -> Any:
    """Container of results with plain numbers for nodes unless `as_nodes`; one without nodes is returned as it is."""
    if as_nodes or not any(isinstance(x, Node) for x in tree.leaves(results)):
        return results
    are_floats = all(isinstance(x, Value) for x in variables)
    return tree.map(lambda x: to_plain(x, as_nodes, are_floats), results)


def has_variable(leaves: list[Any]) -> bool:
    """True if one of `leaves` is a node that requires a gradient."""
    return any(isinstance(x, Node) and x.requires_grad for x in leaves)


@explained_arguments({"wrt": "argnums="}, synonyms={"argnum": "argnums"})
def value_and_grad(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, tuple[Any, Any]]:
    """Function that returns (f(…), its gradient) with respect to the argument, or the arguments, that `argnums` selects.

        x ↦ (f(x), ∇f(x))

    Arguments are floats, arrays, nodes, or containers of them, such as arrays of Values. Gradients have the same structure:
    nodes, which can be differentiated again, for nodes and inside another transform, else floats and arrays. Leaves that
    cannot be numbers, such as None, texts, truth values and functions, are passed to f and found again in the gradient. f gets
    Values for integers and floats and Tensors for arrays, and must return one number, or with `has_aux` a pair (number, any
    object), also returned.

    Args:
        argnums: Position or name of an argument, passed by position or by keyword, or a tuple of these for a tuple of gradients

    Raises:
        TypeError: If an argument to differentiate is not a float, a floating-point array or a container of them; if `argnums`
            is something else
        ValueError: If f returns more than one number, or `argnums` selects an argument that is not passed

    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    >>> value_and_grad(lambda x, w: w * x, "w")(2.0, w=3.0)
    (6.0, 2.0)
    """
    return Transformed(_value_and_grad, f, argnums, has_aux)


def _value_and_grad(f: Any, argnums: Any, has_aux: bool, /, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    selection = Selection(f, argnums, args, kwargs)
    variables, as_nodes = trace_arguments(selection.arguments)
    with inside_transform():
        args, kwargs = selection.replaced(tree.replace_numbers(selection.arguments, variables))
        y, aux = split_aux(f(*args, **kwargs), has_aux)
        y = y.item() if tree.is_object_array(y) and y.size == 1 else y  # what NumPy makes of one node
        derivatives = tree.replace_numbers(selection.arguments, _gradient(y, variables, as_nodes))
    check_captures(y, variables)
    value = y if as_nodes or not isinstance(y, Value | Tensor) else y.item()
    aux = plain_results(aux, variables, as_nodes)
    return ((value, aux) if has_aux else value), selection.entries(derivatives)


@overload
def grad(f: Op, argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[..., Any]: ...
@overload
def grad(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]: ...
@explained_arguments({"wrt": "argnums="}, synonyms={"argnum": "argnums"})
def grad(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]:
    """Function that returns the gradient of f, as `value_and_grad`; with `has_aux`, (gradient, aux).

        x ↦ ∇f(x)

    >>> grad(lambda x: x**3)(3.0), grad(grad(lambda x: x**3))(3.0)
    (27.0, 18.0)
    """
    return Transformed(_grad, f, argnums, has_aux)


def _grad(f: Any, argnums: Any, has_aux: bool, /, *args: Any, **kwargs: Any) -> Any:
    value, gradient = _value_and_grad(f, argnums, has_aux, *args, **kwargs)
    return (gradient, value[1]) if has_aux else gradient


@overload
def vjp(f: Callable[..., Any], /, *primals: Any, has_aux: Literal[False] = False, **kwargs: Any) -> tuple[Any, _Map]: ...
@overload
def vjp(f: Callable[..., Any], /, *primals: Any, has_aux: bool, **kwargs: Any) -> tuple[Any, ...]: ...
def vjp(f: Callable[..., Any], /, *primals: Any, has_aux: bool = False, **kwargs: Any) -> tuple[Any, ...]:
    """Vector-Jacobian product: f(…), and a function from a cotangent of it to those of the arguments.

        w ↦ wᵀ J

    The cotangent w must have the structure and shapes of f(…), with dicts paired by key; the result has one entry per
    positional argument. Keyword arguments are passed to f and not differentiated. With `has_aux`, f returns a pair (output,
    any object), and the object is the third result.

    Raises:
        TypeError: If w has another structure, or is not of real numbers; names the path
        ValueError: If w has another shape

    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> y, pull(1.0)
    (6.0, (3.0, 2.0))
    """
    check_plain_function("vjp", f)
    variables, as_nodes = trace_arguments(primals)
    with inside_transform():
        y, aux = split_aux(f(*tree.replace_numbers(primals, variables), **kwargs), has_aux)
    check_captures(y, variables)

    def pull(w: Any) -> tuple[Any, ...]:
        outputs, seeds = tree.numbers(y), matching_leaves("the cotangent", "output", y, w)
        nodes = as_nodes or graph_requested() or has_variable(seeds)
        pairs = [(out, seed) for out, seed in zip(outputs, seeds, strict=True) if has_variable([out])]
        cotangents = [zeros_like(x, nodes) for x in variables]
        if pairs:
            cotangents = gradients([out for out, _ in pairs], variables, [seed for _, seed in pairs], create_graph=nodes)
        return tuple(tree.replace_numbers(primals, cotangents))

    value, aux = plain_results((y, aux), variables, as_nodes)
    return (value, pull, aux) if has_aux else (value, pull)


@overload
def linearize(f: Callable[..., Any], /, *primals: Any, has_aux: Literal[False] = False, **kwargs: Any) -> tuple[Any, _Map]: ...
@overload
def linearize(f: Callable[..., Any], /, *primals: Any, has_aux: bool, **kwargs: Any) -> tuple[Any, ...]: ...
def linearize(f: Callable[..., Any], /, *primals: Any, has_aux: bool = False, **kwargs: Any) -> tuple[Any, ...]:
    """f(…), and the linear function from tangents of the arguments to that of the result; f is run once.

        ẋ ↦ J ẋ

    Each call is one forward sweep over the graph that f recorded. Keyword arguments and `has_aux` are those of `vjp`.

    Raises:
        TypeError: If a tangent has another structure than its primal, or is not of real numbers; names the path
        ValueError: If the shapes of a tangent and its primal differ

    >>> y, push = linearize(lambda a, b: a * b, 2.0, 3.0)
    >>> y, push(1.0, 0.0), push(0.0, 1.0)
    (6.0, 3.0, 2.0)
    """
    check_plain_function("linearize", f)
    variables, as_nodes = trace_arguments(primals)
    with inside_transform():
        y, aux = split_aux(f(*tree.replace_numbers(primals, variables), **kwargs), has_aux)
    check_captures(y, variables)

    def push(*tangents: Any) -> Any:
        directions = tangent_leaves(primals, tangents)
        nodes = as_nodes or graph_requested() or has_variable(directions)
        seeds = {x: constant_node(x, t) for x, t in zip(variables, directions, strict=True)}
        return plain_results(tree.replace_numbers(y, _output_tangents(tree.numbers(y), seeds)), variables, nodes)

    value, aux = plain_results((y, aux), variables, as_nodes)
    return (value, push, aux) if has_aux else (value, push)


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False, **kwargs: Any
) -> tuple[Any, ...]:
    """Jacobian-vector product in one forward sweep: f(…) and its directional derivative.

        (f(x), J ẋ)

    `tangents` has the structure and shapes of `primals`, one entry per argument, with dicts paired by key. Keyword arguments
    and `has_aux` are those of `vjp`.

    Raises:
        TypeError: If the structures differ, or a tangent is not of real numbers; names the path
        ValueError: If the shapes of a tangent and its primal differ

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    check_plain_function("jvp", f)
    check_tuples(primals, tangents)
    value, push, *aux = linearize(f, *primals, has_aux=has_aux, **kwargs)
    return value, push(*tangents), *aux


def stop_gradient(x: R) -> R:
    """Constant copy of x, a node, a number or a container: no gradient flows through it.

        y = x,   ∂y/∂x = 0

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda leaf: leaf.detach() if isinstance(leaf, Value | Tensor) else leaf, x)


def tangent_leaves(primals: Any, tangents: Any) -> list[Any]:
    """Numbers in `tangents`, checked, in the order of those in `primals`; both have one entry per argument."""
    check_tuples(primals, tangents)
    return matching_leaves("tangents", "primal", tuple(primals), tuple(tangents))


def check_tuples(primals: Any, tangents: Any) -> None:
    """Raise TypeError unless both have one entry per argument."""
    for name, x in (("primals", primals), ("tangents", tangents)):
        if not isinstance(x, list | tuple):
            raise TypeError(f"{name} must be a tuple with one entry per argument, got {x!r:.60}: write ({name[:-1]},)")


def _output_tangents(outputs: list[Any], seeds: dict[Node, Node]) -> list[Any]:
    """Tangents of nodes by a forward sweep; zeros for outputs that do not depend on the variables."""
    tangents = iter(push_forward([y for y in outputs if isinstance(y, Node)], seeds))
    results = [next(tangents) if isinstance(y, Node) else _constant_tangent(y) for y in outputs]
    return [zeros_like(y, True) if t is None else t for y, t in zip(outputs, results, strict=True)]


def _constant_tangent(y: Any) -> Any:
    """Tangent of a plain number or array."""
    return np.zeros_like(y) if isinstance(y, np.ndarray) and y.dtype.kind == "f" else 0.0


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
