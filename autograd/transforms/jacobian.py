"""Jacobians, Hessians, and Hessian-vector products."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.gradients import gradients
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.joining import stack
from autograd.transforms.grad_vjp_jvp import (
    argument_numbers,
    grad,
    keep_graph,
    replace_arguments,
    tangent_leaves,
    trace_arguments,
)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Function that returns the Jacobian of f, by one reverse sweep per output number.

        x ↦ J,   J[i…, j…] = ∂f(x)[i…] / ∂x[j…]

    For containers, each leaf of the output is replaced by a container of blocks, with the structure of the argument.

    Shapes:
        output (m…), argument (n…) -> (m…, n…); floats count as ()

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    @functools.wraps(f)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        numbers = argument_numbers(argnums, args)
        arguments = [args[n] for n in numbers]
        with trace_arguments(arguments) as (variables, as_nodes):
            y = f(*replace_arguments(args, numbers, tree.unflatten(arguments, variables)), **kwargs)

            def blocks(output: Any) -> Any:
                if tree.is_container(output) and not tree.is_object_array(output):
                    return tree.with_children(output, [blocks(part) for part in tree.children(output)])
                columns = iter(_jacobian_columns(output, variables, as_nodes))
                result = [_in_structure(x, columns, np.shape(output)) for x in arguments]
                return result[0] if isinstance(argnums, int) else tuple(result)

            return blocks(y)

    return matrix


def _jacobian_columns(y: Any, variables: list[Node], as_nodes: bool) -> list[Any]:
    """Jacobian of y, a leaf or an array of nodes, with respect to each variable."""
    if not tree.is_object_array(y):
        return _jacobian_blocks(y, variables, as_nodes)
    rows = [_jacobian_blocks(entry, variables, as_nodes) for entry in tree.leaves(y)]
    return [_stack_blocks([row[k] for row in rows], y.shape, x._data) for k, x in enumerate(variables)]


def _in_structure(x: Any, columns: Iterator[Any], shape: tuple[int, ...]) -> Any:
    """Next columns in the structure of the argument x; those of an array of numbers are one array, with the axes of x last."""
    if not tree.is_container(x):
        return next(columns)
    parts = [_in_structure(part, columns, shape) for part in tree.children(x)]
    if not tree.is_object_array(x) or any(np.ndim(part) != len(shape) for part in parts):
        return tree.with_children(x, parts)
    block = _stack_blocks(parts, x.shape, np.zeros(shape))
    order = (*range(x.ndim, block.ndim), *range(x.ndim))
    return block.transpose(order)


def _stack_blocks(blocks: list[Any], shape: tuple[int, ...], like: Any) -> Any:
    """Blocks of the shape of `like` in one array, with the axes `shape` first; a Tensor of Tensors, else an array of NumPy."""
    join = stack if any(isinstance(block, Tensor) for block in blocks) else np.stack
    return (join(blocks) if blocks else np.zeros(0)).reshape((*shape, *np.shape(like)))


def _jacobian_blocks(y: Any, variables: list[Node], as_nodes: bool) -> list[Any]:
    """Jacobian of y with respect to each variable, from one gradient per number in y."""
    if not (isinstance(y, Node) and y.requires_grad):
        shape = np.shape(y._data if isinstance(y, Node) else y)
        zeros = [np.zeros(shape + np.shape(x._data)) for x in variables]
        return [Tensor(z) for z in zeros] if as_nodes else zeros
    if isinstance(y, Value):
        return list(gradients(y, variables, create_graph=as_nodes))
    rows = [gradients(y, variables, seed, create_graph=as_nodes) for seed in _unit_seeds(y._data)]
    return [_stack_blocks([row[k] for row in rows], y._data.shape, x._data) for k, x in enumerate(variables)]


def _unit_seeds(array: Any) -> Iterator[Any]:
    """Arrays of the shape of `array` with one entry 1, the others 0."""
    for i in range(array.size):
        seed = np.zeros(array.size, array.dtype)
        seed[i] = 1
        yield seed.reshape(array.shape)


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Function that returns the Hessian of f, which must return one number.

        x ↦ H,   H[i…, j…] = ∂²f(x) / ∂x[i…] ∂x[j…]

    Shapes:
        argument (n…) -> (n…, n…)

    >>> hessian(lambda x: x[0] * x[1])(np.array([2.0, 3.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """Hessian-vector product: directional derivative of the gradient, without computing the Hessian.

        H v = d/dt ∇f(x + t v) at t = 0

    `primals` and `tangents` hold one entry per argument of f, as in `jvp`; so does the result, or it is that entry if f has
    one argument. It is the gradient of the slope ⟨∇f(x), v⟩ by two reverse sweeps, which take less time than a forward
    sweep over a reverse one.

    Raises:
        TypeError: If the structures differ, or a tangent is not of real numbers; names the path
        ValueError: If the shapes of a tangent and its primal differ
    Source:
        Pearlmutter, Neural Computation 6(1), 1994; Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 5.4

    >>> hvp(lambda x: x**3, (2.0,), (1.0,))
    12.0
    """
    directions = tangent_leaves(primals, tangents)
    argnums = tuple(range(len(primals)))
    gradient = grad(f, argnums)

    def slope(*xs: Any) -> Any:
        terms = [g * t for g, t in zip(tree.leaves(list(gradient(*xs))), directions, strict=True)]
        return sum(term.sum() if isinstance(term, Tensor) else term for term in terms)

    with keep_graph(any(isinstance(t, Node) and t.requires_grad for t in directions)):
        product = grad(slope, argnums)(*primals)
    return product[0] if len(argnums) == 1 else product
