"""Jacobians, their diagonals, Hessians, and Hessian-vector products.

A Jacobian is one sweep, forward for a column or reverse for a row, which is batched over all unit vectors.
"""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from autograd.base import tree
from autograd.base.grad_mode import no_grad
from autograd.base.trace_state import tracing
from autograd.engine.batching import ExampleTrace, batch_graph
from autograd.engine.forward_mode import push_forward
from autograd.engine.gradients import gradients
from autograd.engine.graph import reachable_nodes
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.axes import shape_of
from autograd.ops.rules.joining import concatenate, stack
from autograd.ops.rules.shape import broadcast_to, moveaxis, reshape
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import Argnums, P, Selection, Transformed, check_captures, check_plain_function, split_aux
from autograd.transforms.grad_vjp_jvp import (
    grad,
    has_variable,
    inside_transform,
    keep_graph,
    plain_results,
    tangent_leaves,
    trace_arguments,
)  # fmt: skip
from autograd.transforms.vmap import batched_arrays

#: Largest number of entries of all nodes of a batch of sweeps, 256 MB of float64.
_ENTRIES = 1 << 25
#: For each output, its Jacobian with respect to each variable.
Rows = list[list[Any]]


@explained_arguments(synonyms={"argnum": "argnums"})
def jacobian(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]:
    """Function that returns the Jacobian of f: by `jacfwd` if f has at least twice as many outputs as inputs, else by `jacrev`.

        x ↦ J,   J[i…, j…] = ∂f(x)[i…] / ∂x[j…]

    For containers, each leaf of the output is replaced by a container of blocks, with the structure of the argument. The rows
    or columns are computed in batches, as large as 256 MB of intermediate results allow, or one in which nodes are recorded.
    BLAS may round a batch of products differently than one of them, in the last bits; other ops give the same bits.

    Shapes:
        output (m…), argument (n…) -> (m…, n…); floats count as ()

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return Transformed(_jacobian, f, argnums, has_aux, 2.0)


def jacfwd(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]:
    """`jacobian` by forward mode, from one batched forward sweep per variable: for few inputs.

    Functions of floats are differentiated in reverse mode. Hooks, which change cotangents, do not apply to tangents.

    >>> jacfwd(lambda x: x[0] * np.arange(3.0))(np.ones(1)).tolist()
    [[0.0], [1.0], [2.0]]
    """
    return Transformed(_jacobian, f, argnums, has_aux, 0.0)


def jacrev(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]:
    """`jacobian` by reverse mode, from one batched reverse sweep per output array: for few outputs.

    >>> jacrev(lambda x: x[:1] * x[1])(np.array([2.0, 3.0])).tolist()
    [[3.0, 2.0]]
    """
    return Transformed(_jacobian, f, argnums, has_aux, math.inf)


def _jacobian(f: Any, argnums: Any, has_aux: bool, ratio: float, /, *args: Any, **kwargs: Any) -> Any:
    """Jacobian, by forward mode if there are at least `ratio` outputs for each input."""
    selection = Selection(f, argnums, args, kwargs)
    variables, as_nodes = trace_arguments(selection.arguments)
    with inside_transform():
        args, kwargs = selection.replaced(tree.replace_numbers(selection.arguments, variables))
        y, aux = split_aux(f(*args, **kwargs), has_aux)
        outputs = [x for x in tree.leaves(y) if has_variable([x])]
        n, m = (sum(math.prod(shape_of(x._data)) for x in nodes) for nodes in (variables, outputs))
        rows_of = _forward_rows if m >= ratio * max(n, 1) and any(isinstance(x, Tensor) for x in outputs) else _reverse_rows
        with nullcontext() if as_nodes else no_grad():
            rows = iter(rows_of(outputs, variables, as_nodes))
    check_captures(y, variables)

    def row(output: Any) -> list[Any]:
        found = next(rows) if has_variable([output]) else [_block(None, output, x) for x in variables]
        return found if as_nodes else [_plain_block(block) for block in found]

    def blocks(output: Any) -> Any:
        columns = iter(_stack_rows([row(y) for y in tree.leaves(output)], output, variables))
        return selection.entries([_in_structure(x, columns, shape_of(output)) for x in selection.arguments])

    found = _map_outputs(blocks, y)
    return (found, plain_results(aux, variables, as_nodes)) if has_aux else found


def _map_outputs(f: Callable[[Any], Any], output: Any) -> Any:
    """Result of f for each leaf of an output and each array of nodes in it."""
    if tree.is_static(output):
        return output
    if tree.is_container(output) and not tree.is_object_array(output):
        return tree.with_children(output, [_map_outputs(f, part) for part in tree.children(output)])
    return f(output)


def _stack_rows(rows: list[list[Any]], output: Any, variables: list[Any]) -> list[Any]:
    """Blocks of an output, a leaf or an array of nodes, from those of its entries."""
    if not tree.is_object_array(output):
        return rows[0]
    return [_stack_blocks([row[k] for row in rows], output.shape + shape_of(x)) for k, x in enumerate(variables)]


def _in_structure(x: Any, columns: Iterator[Any], shape: tuple[int, ...]) -> Any:
    """Next columns in the structure of the argument x; those of an array of numbers are one array, with the axes of x last."""
    if not tree.is_container(x):
        return x if tree.is_static(x) else next(columns)
    parts = [_in_structure(part, columns, shape) for part in tree.children(x)]
    if not tree.is_object_array(x) or any(shape_of(part) != shape for part in parts):
        return tree.with_children(x, parts)
    block = _stack_blocks(parts, x.shape + shape)
    order = (*range(x.ndim, block.ndim), *range(x.ndim))
    return block.transpose(order)


def _stack_blocks(blocks: list[Any], shape: tuple[int, ...]) -> Any:
    """Blocks in one array of a shape: a Tensor of Tensors, an array of Values or of numbers."""
    if any(isinstance(block, Tensor | np.ndarray) for block in blocks):
        return reshape(stack(blocks), shape)
    return tree.object_array(blocks, shape)


def _reverse_rows(outputs: list[Any], variables: list[Any], as_nodes: bool) -> Rows:
    """Jacobians by one batched reverse sweep per output, for all unit cotangents of it."""

    def row(y: Any) -> list[Any]:
        if math.prod(shape_of(y._data)) == 1:
            parts = gradients(y, variables, create_graph=as_nodes)
        else:
            parts = _sweep_units(lambda seed: _cotangents(y, variables, seed), y, as_nodes)
        return [_block(part, y, x) for part, x in zip(parts, variables, strict=True)]

    return [row(y) for y in outputs]


def _cotangents(y: Node, variables: list[Any], seed: Node) -> list[Any]:
    found = pull_back([y], [seed], wanted=variables, record=True)
    return [found.get(x) for x in variables]


def _forward_rows(outputs: list[Any], variables: list[Any], as_nodes: bool) -> Rows:
    """Jacobians by one batched forward sweep per variable, for all unit tangents of it."""

    def column(x: Any) -> list[Any]:
        if math.prod(shape_of(x._data)) == 1:
            tangents = push_forward(outputs, {x: x.constant(1.0 if isinstance(x, Value) else np.ones_like(x._data))})
        else:
            rows = _sweep_units(lambda tangent: push_forward(outputs, {x: tangent}), x, as_nodes)
            tangents = [row if row is None else moveaxis(row, 0, -1) for row in rows]
        return [_block(tangent, y, x) for tangent, y in zip(tangents, outputs, strict=True)]

    return [list(row) for row in zip(*map(column, variables), strict=True)]


def _sweep_units(sweep: Callable[[Node], list[Any]], x: Any, as_nodes: bool) -> list[Any]:
    """Results of `sweep(seed)`, nodes, arrays or None, for all unit seeds of the shape of x, which are a first axis.

    The sweep is recorded once, for one seed. Seeds are cut into blocks, so that the nodes of the sweep have at most `_ENTRIES`
    entries for a block, or one seed; a recorded result needs all of them.
    """
    trace = ExampleTrace()
    with tracing(trace):
        seed = Tensor(np.ones_like(x._data), requires_grad=True)
        trace.inputs.add(seed)
        results = sweep(seed)
    graph = reachable_nodes([y for y in results if y is not None], trace.start)
    rows = x.size if as_nodes else _ENTRIES // max(1, sum([getattr(node._data, "size", 1) for node in graph]))
    blocks = []
    for seeds in _unit_vectors(x, max(1, rows)):
        n = len(seeds)
        known = batch_graph(graph, {seed: seeds}, n, results)
        # A hook may have replaced a cotangent by one that does not depend on the seed.
        blocks.append([y if y is None else known[y] if y in known else broadcast_to(y, (n, *y.shape)) for y in results])
    if len(blocks) == 1:
        return blocks[0] if as_nodes else batched_arrays(blocks[0], known, graph)
    return [None if parts[0] is None else concatenate(parts) for parts in zip(*blocks, strict=True)]


def _block(part: Any, y: Any, x: Any) -> Any:
    """Block in its shape, of the dtype of x; zeros for None, if y does not depend on x."""
    shape, dtype = shape_of(y) + shape_of(x), getattr(x, "dtype", float)
    if isinstance(part, Value | float):
        return part
    if part is None and not shape and isinstance(x, Value) and not isinstance(y, Tensor):
        return 0.0
    part = Tensor(np.zeros(shape, dtype)) if part is None else part if part.shape == shape else part.reshape(shape)
    return part if part.dtype == dtype else part.astype(dtype)


def _unit_vectors(x: Any, rows: int) -> Iterator[Tensor]:
    """Blocks of `rows` arrays of the shape of x with one entry 1, the others 0, in order: rows of the identity matrix."""
    n, width = x.size, x.dtype.itemsize
    period = np.ones(1, x.dtype).tobytes() + bytes(n * width)  # of the entries of the identity matrix, a 1 and n zeros
    for start in range(0, max(n, 1), rows):
        many = min(rows, n - start)
        yield Tensor(np.ndarray((many, *x.shape), x.dtype, bytes(start * width) + period * many))


def _plain_block(block: Any) -> Any:
    return block.item() if isinstance(block, Value) else np.array(block._data) if isinstance(block, Tensor) else block


@explained_arguments(synonyms={"argnum": "argnums"})
def hessian(f: Callable[P, Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Callable[P, Any]:
    """Function that returns the Hessian of f, which must return one number, by forward over reverse mode.

        x ↦ H,   H[i…, j…] = ∂²f(x) / ∂x[i…] ∂x[j…]

    Shapes:
        argument (n…) -> (n…, n…)

    >>> hessian(lambda x: x[0] * x[1])(np.array([2.0, 3.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    check_plain_function("hessian", f)
    return jacfwd(grad(f, argnums, has_aux=has_aux), argnums, has_aux=has_aux)


@explained_arguments(synonyms={"argnum": "argnums"})
def elementwise_grad(f: Callable[P, Any], argnums: Argnums = 0) -> Callable[P, Any]:
    """Function that returns the derivative of f at each entry, for an f that maps each entry to an entry.

        x ↦ ∂(Σᵢ f(x)ᵢ)/∂x = f′(x)

    It is the gradient of the sum of all outputs, for functions of floats too.

    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    return Transformed(_elementwise_grad, f, argnums)


def _elementwise_grad(f: Any, argnums: Any, /, *args: Any, **kwargs: Any) -> Any:
    total = functools.wraps(f)(lambda *xs, **options: _total_of(f(*xs, **options)))
    return grad(total, argnums)(*args, **kwargs)


def _total_of(y: Any) -> Any:
    """Sum of all numbers in a container."""
    return sum(x.sum() if isinstance(x, Tensor | np.ndarray) else x for x in tree.numbers(y))


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], **kwargs: Any) -> Any:
    """Hessian-vector product: directional derivative of the gradient, without computing the Hessian.

        H v = d/dt ∇f(x + t v) at t = 0

    `primals` and `tangents` hold one entry per argument of f, as in `jvp`; so does the result, or it is that entry if f has
    one argument. Keyword arguments are passed to f and not differentiated. The product is the gradient of the slope ⟨∇f(x), v⟩
    by two reverse sweeps, which take less time than a forward sweep over a reverse one.

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
        return _total_of([g * t for g, t in zip(tree.numbers(gradient(*xs, **kwargs)), directions, strict=True)])

    with keep_graph(any(isinstance(t, Node) and t.requires_grad for t in directions)):
        product = grad(slope, argnums)(*primals)
    return product[0] if len(argnums) == 1 else product
