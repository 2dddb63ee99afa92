"""Functions of functions: derivatives of what is given, in the shape in which it is given.

While the function runs, floats are Values, or Tensors of no axes if there is an array among the arguments (for a Value does
not mix with arrays), and arrays are Tensors. What comes out is floats and arrays again, unless nodes went in or another
transform is at work around this one: then it is nodes, so that the outer derivative sees the inner one.
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
from autograd.engine.gradients import gradients, zeros_like
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.arithmetic import positive

#: Whether a transform is at work: one inside it must give nodes, or the outer derivative would be lost.
_inside: ContextVar[bool] = ContextVar("autograd_inside_transform", default=False)


def graph_requested() -> bool:
    """Whether somebody around needs to see how a result is computed: another transform, or the recording of a tape."""
    return _inside.get() or current_trace() is not None


@contextmanager
def keep_graph(nodes: bool) -> Iterator[None]:
    """A block whose transforms give nodes, if that is wanted."""
    token = _inside.set(_inside.get() or nodes)
    try:
        yield
    finally:
        _inside.reset(token)


@contextmanager
def trace_arguments(given: Any, others: Any = ()) -> Iterator[tuple[list[Node], bool]]:
    """Fresh variables for the leaves of `given`, and whether results are to be nodes; recording is on inside.

    `others` are the arguments beside them: an array among those makes Tensors of floats too.
    """
    leaves = tree.leaves(given)
    arrays = any(isinstance(x, Tensor | np.ndarray) for x in [*leaves, *tree.leaves(others)])
    as_nodes = graph_requested() or any(isinstance(x, Node) and x.requires_grad for x in leaves)
    token = _inside.set(True)
    try:
        with recording():
            yield [_variable(x, arrays) for x in leaves], as_nodes
    finally:
        _inside.reset(token)


def _variable(x: Any, arrays: bool) -> Node:
    """A fresh node for x, so that a derivative with respect to it sees no other use of x."""
    if isinstance(x, Node) and current_trace() is not None:
        return x.recorded_copy(requires_grad=True)
    if isinstance(x, Node) and x.requires_grad:
        return positive(x)  # type: ignore[no-any-return, unused-ignore]
    if isinstance(x, Tensor | np.ndarray):
        return Tensor(x.numpy() if isinstance(x, Tensor) else x, requires_grad=True)
    number = Value(x.data if isinstance(x, Value) else x)
    return Tensor(number.item(), requires_grad=True) if arrays and not isinstance(x, Value) else number


def to_plain(x: Any, as_nodes: bool) -> Any:
    """A result as it goes out: the node itself, or its number or array."""
    if as_nodes or not isinstance(x, Node):
        return x
    return x.item() if isinstance(x, Value) else x._data.copy()[()]


def restore_structure(given: Any, found: list[Any]) -> Any:
    """Gradients in the containers of `given`, and as floats where floats went in."""
    leaves = tree.leaves(given)
    plain_floats = [
        isinstance(g, np.ndarray) and not isinstance(x, np.ndarray | Node) for x, g in zip(leaves, found, strict=True)
    ]
    return tree.unflatten(given, [float(g) if p else g for g, p in zip(found, plain_floats, strict=True)])


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """A function that gives (f(…), its gradient) with respect to the argument, or the arguments, at `argnums`.

        x ↦ (f(x), ∇f(x))

    An argument is a float, an array, a node, or a container of them, and its gradient comes in the same form: floats and
    arrays for numbers, nodes (to differentiate again) for nodes and inside another transform. f gets Values for floats and
    Tensors for arrays, and returns one number; with `has_aux` it returns (that number, anything), and both come back.

    Raises:
        TypeError: if an argument to differentiate is no float, floating-point array or container of them
        ValueError: if f returns more than one number

    >>> value_and_grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    """

    @functools.wraps(f)
    def with_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        numbers = argument_numbers(argnums, args)
        given = [args[n] for n in numbers]
        with trace_arguments(given, [args, kwargs]) as (variables, as_nodes):
            y = f(*replace_arguments(args, numbers, tree.unflatten(given, variables)), **kwargs)
            y, aux = _split_aux(y) if has_aux else (y, None)
            found = restore_structure(given, _gradient(y, variables, as_nodes))
        value = y if as_nodes or not isinstance(y, Value | Tensor) else y.item()
        gradient = found[0] if isinstance(argnums, int) else tuple(found)
        return ((value, tree.map(lambda x: to_plain(x, as_nodes), aux)) if has_aux else value), gradient

    return with_gradient


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of f; `value_and_grad` says how. With `has_aux`, (gradient, aux).

        x ↦ ∇f(x)

    >>> grad(lambda x: x**3)(3.0), grad(grad(lambda x: x**3))(3.0)
    (27.0, 18.0)
    """
    both = value_and_grad(f, argnums, has_aux=has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """(f(…), a function from a cotangent of that to the cotangents of the arguments): a row vector times the Jacobian.

        w ↦ wᵀ J

    The cotangent w has the shape of what f returns, container or not; the answer is one entry an argument.

    Raises:
        ValueError: if w has another shape

    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> y, pull(1.0)
    (6.0, (3.0, 2.0))
    """
    with trace_arguments(primals) as (variables, as_nodes):
        y = f(*tree.unflatten(list(primals), variables))

    def pull(w: Any) -> tuple[Any, ...]:
        if len(tree.leaves(w)) != len(tree.leaves(y)):
            raise ValueError(f"the cotangent {w!r} does not have the shape of the output {y!r}")
        nodes = as_nodes or graph_requested() or any(isinstance(x, Node) and x.requires_grad for x in tree.leaves(w))
        pairs = [
            (out, seed)
            for out, seed in zip(tree.leaves(y), tree.leaves(w), strict=True)
            if isinstance(out, Node) and out.requires_grad
        ]
        found = [zeros_like(x, nodes) for x in variables]
        if pairs:
            found = gradients([p[0] for p in pairs], variables, [p[1] for p in pairs], create_graph=nodes)
        return tuple(restore_structure(list(primals), found))

    return tree.map(lambda x: to_plain(x, as_nodes), y), pull


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """(f(…), its directional derivative): the Jacobian times a column vector, in one forward sweep.

        (f(x), J ẋ)

    `tangents` has the shape of `primals`, one entry an argument.

    Raises:
        ValueError: if a tangent has another shape than its primal

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    primals, tangents = list(primals), list(tangents)
    moving = tree.leaves(tangents)
    with trace_arguments(primals) as (variables, as_nodes):
        if len(moving) != len(variables):
            raise ValueError(f"{len(variables)} primals need as many tangents, not {len(moving)}")
        as_nodes = as_nodes or any(isinstance(t, Node) and t.requires_grad for t in moving)
        pushed = {x: _tangent(x, t) for x, t in zip(variables, moving, strict=True)}
        y = f(*tree.unflatten(primals, variables))
        outputs = tree.leaves(y)
        found = iter(push_forward([out for out in outputs if isinstance(out, Node)], pushed))
        results = [next(found) if isinstance(out, Node) else _constant_tangent(out) for out in outputs]
        results = [zeros_like(out, True) if t is None else t for out, t in zip(outputs, results, strict=True)]
    return (
        tree.map(lambda x: to_plain(x, as_nodes), y),
        tree.unflatten(y, [to_plain(t, as_nodes) for t in results]),
    )


def stop_gradient(x: Any) -> Any:
    """x as a constant: the same numbers, through which no gradient flows. Numbers and containers are allowed.

        y = x,   ∂y/∂x = 0

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda leaf: leaf.detach() if isinstance(leaf, Value | Tensor) else leaf, x)


def argument_numbers(argnums: int | Sequence[int], args: tuple[Any, ...]) -> list[int]:
    """`argnums` as a list of positions among `args`."""
    numbers = [argnums] if isinstance(argnums, int) else list(argnums)
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ValueError(f"argnums {argnums} asks for argument {n}, and there are {len(args)} positional arguments")
    return numbers


def replace_arguments(args: tuple[Any, ...], numbers: list[int], new: list[Any]) -> list[Any]:
    """`args` with those at the positions `numbers` replaced by `new`."""
    result = list(args)
    for n, x in zip(numbers, new, strict=True):
        result[n] = x
    return result


def check_same_shape(x: Any, t: Any) -> None:
    """Raise if the tangent t does not have the shape of x."""
    shape, given = (np.shape(a._data if isinstance(a, Node) else a) for a in (x, t))
    if given != shape:
        raise ValueError(f"the tangent {t!r} does not have the shape of its primal, {shape}")


def _tangent(x: Node, t: Any) -> Node:
    check_same_shape(x, t)
    return t if isinstance(t, Node) else x.constant(t if isinstance(x, Value) else np.asarray(t, x.dtype))  # type: ignore[attr-defined]


def _constant_tangent(y: Any) -> Any:
    """The tangent of a number or an array that is no node."""
    return np.zeros_like(y) if isinstance(y, np.ndarray) and y.dtype.kind == "f" else 0.0


def _split_aux(y: Any) -> tuple[Any, Any]:
    if not isinstance(y, tuple) or len(y) != 2:
        raise TypeError(f"with has_aux the function must return (number, anything), not {y!r}")
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
