"""Matrices of derivatives, and products with the second one."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.engine.gradients import gradients, zeros_like
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.joining import stack
from autograd.transforms.grad_vjp_jvp import (
    argument_numbers,
    check_same_shape,
    grad,
    keep_graph,
    replace_arguments,
    trace_arguments,
)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """A function that gives every derivative of every output of f, by one reverse sweep an output number.

        x ↦ J,   J[i…, j…] = ∂f(x)[i…] / ∂x[j…]

    For containers it is the output's container, each leaf holding the argument's container of blocks.

    Shapes:
        output (m…), argument (n…) -> (m…, n…); floats count as ()

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    @functools.wraps(f)
    def matrix(*args: Any, **kwargs: Any) -> Any:
        numbers = argument_numbers(argnums, args)
        given = [args[n] for n in numbers]
        with trace_arguments(given, [args, kwargs]) as (variables, as_nodes):
            y = f(*replace_arguments(args, numbers, tree.unflatten(given, variables)), **kwargs)

            def blocks(output: Any) -> Any:
                found = tree.unflatten(given, _rows(output, variables, as_nodes))
                return found[0] if isinstance(argnums, int) else tuple(found)

            return tree.map(blocks, y)

    return matrix


def _rows(y: Any, variables: list[Node], as_nodes: bool) -> list[Any]:
    """For each variable, the derivatives of every number in y: one gradient a number, put together in y's shape."""
    if not (isinstance(y, Node) and y.requires_grad):
        shape = np.shape(y._data if isinstance(y, Node) else y)
        zeros = [np.zeros(shape + np.shape(x._data)) for x in variables]
        return [Tensor(z) for z in zeros] if as_nodes else zeros
    if isinstance(y, Value):
        return list(gradients(y, variables, create_graph=as_nodes))
    rows = []
    for i in range(y._data.size):
        seed = np.zeros(y._data.size, y._data.dtype)
        seed[i] = 1
        rows.append(gradients(y, variables, seed.reshape(y._data.shape), create_graph=as_nodes))
    join = stack if as_nodes else np.stack
    columns = [[row[k] for row in rows] for k in range(len(variables))]
    empty = [zeros_like(x, False) for x in variables]
    return [
        (join(column) if column else np.asarray(zero)[None][:0]).reshape(y._data.shape + np.shape(zero))
        for column, zero in zip(columns, empty, strict=True)
    ]


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """A function that gives every second derivative of f, which returns one number.

        x ↦ H,   H[i…, j…] = ∂²f(x) / ∂x[i…] ∂x[j…]

    Shapes:
        argument (n…) -> (n…, n…)

    >>> hessian(lambda x: x[0] * x[1])(np.array([2.0, 3.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of f times a vector, without the Hessian: the directional derivative of the gradient.

        H v = d/dt ∇f(x + t v) at t = 0

    `primals` and `tangents` hold one entry an argument of f, as for `jvp`; the answer has one too, or is that entry if there
    is one argument. It is the gradient of the slope ⟨∇f(x), v⟩, by two reverse sweeps, which cost less here than a forward
    sweep over a reverse one.

    Raises:
        ValueError: if a tangent has another shape than its primal
    Source:
        Pearlmutter, Neural Computation 6(1), 1994; Griewank & Walther, Evaluating Derivatives, 2nd ed., 2008, section 5.4

    >>> hvp(lambda x: x**3, (2.0,), (1.0,))
    12.0
    """
    given, moving = tree.leaves(list(primals)), tree.leaves(list(tangents))
    if len(given) != len(moving):
        raise ValueError(f"{len(given)} primals need as many tangents, not {len(moving)}")
    for x, t in zip(given, moving, strict=True):
        check_same_shape(x, t)
    every = tuple(range(len(primals)))
    gradient = grad(f, every)

    def slope(*xs: Any) -> Any:
        terms = [g * t for g, t in zip(tree.leaves(list(gradient(*xs))), moving, strict=True)]
        return sum(term.sum() if isinstance(term, Tensor) else term for term in terms)

    with keep_graph(any(isinstance(t, Node) and t.requires_grad for t in moving)):
        product = grad(slope, every)(*primals)
    return product[0] if len(every) == 1 else product
