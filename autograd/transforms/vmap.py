"""`vmap`: a function of one example, applied to many at once."""

import operator
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, overload

from autograd.base import tree
from autograd.base.grad_mode import ignore_anomaly, is_recording, no_grad
from autograd.base.trace_state import graph_requested, tracing
from autograd.engine.batching import ExampleTrace, batch_graph
from autograd.engine.graph import Links, reachable_nodes
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import Op
from autograd.ops.rules.axes import normalize_axis, shape_of
from autograd.ops.rules.shape import broadcast_to, moveaxis
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import P, Transformed
from autograd.transforms.grad_vjp_jvp import has_variable, to_plain


@overload
def vmap(f: Op, in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]: ...
@overload
def vmap(f: Callable[P, Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[P, Any]: ...
def vmap(f: Callable[P, Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[P, Any]:
    """Function that applies f to each example along an axis of its arguments, by ops on whole batches instead of a loop.

        vmap(f)(x, …)[i] = f(x[i], …)

    f is run once, on the first example; the recorded graph is then computed for all examples. Nodes and arrays from outside
    are shared, and nodes among them get gradients. Numbers that f draws from a random generator are the same for all
    examples: draw them outside, and map over them. Leaves that cannot be numbers, such as texts and functions, are passed on
    as they are. Ops without a batched form, `convolve` and most custom ones, are called in a loop.
    vmap, compile and the derivatives nest in any order.

    Args:
        in_axes: Axis of the examples in each argument; None for an argument that all examples share, an array as a constant
            tensor. An integer or None for all positional arguments, or a tuple with an entry for each: an integer, None, or a
            container of these, as deep as needed. Keyword arguments are mapped over axis 0
        out_axes: Axis of the examples in the result, or a container like it; None for results that are equal for all examples
    Shapes:
        arguments (…, n, …), of which f gets (…) -> (…, n, …) for results (…) of f; numbers of f count as ()
    Raises:
        TypeError: If a mapped argument is not an array; if a branch or plain number in f depends on an example
        ValueError: If numbers of examples differ, an axis is out of range, or axes do not have the structure of their arguments
    Source:
        Frostig, Johnson & Leary, Compiling machine learning programs via high-level tracing, SysML 2018

    >>> from autograd import grad
    >>> x, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.0, 1.0, 2.0])
    >>> def loss(w, x, y):
    ...     return (w @ x - y) ** 2
    >>> vmap(grad(loss), in_axes=(None, 0, 0))(np.array([1.0, -1.0]), x, y)  # a gradient for each example
    array([[ -2.,  -4.],
           [-12., -16.],
           [-30., -36.]])
    """

    return Transformed(_vmap, f, in_axes, out_axes)


def _vmap(f: Any, in_axes: Any, out_axes: Any, /, *args: Any, **kwargs: Any) -> Any:
    arguments = [args, kwargs]
    leaves = tree.leaves(arguments)
    axes = [*_argument_axes(in_axes, args), *(0 for _ in tree.leaves(kwargs))]
    columns = [None if axis is None or tree.is_static(x) else _column(x, axis) for x, axis in zip(leaves, axes, strict=True)]
    n = _count_examples(columns, leaves, axes)
    trace = ExampleTrace()
    with tracing(trace), nullcontext() if n else ignore_anomaly():  # without examples, f is run on ones
        variables = [_shared(x) if column is None else _example(column) for x, column in zip(leaves, columns, strict=True)]
        examples = {v: column for v, column in zip(variables, columns, strict=True) if column is not None}
        trace.inputs.update(examples)
        positional, named = tree.unflatten(arguments, variables)
        result = f(*positional, **named)
    outputs = tree.leaves(result)
    graph = reachable_nodes([y for y in outputs if isinstance(y, Node)], trace.start)
    captured = [x for x in graph if trace.is_captured(x)]
    as_nodes = graph_requested() or has_variable([*leaves, *(captured if is_recording() else ())])
    with nullcontext() if as_nodes else no_grad():
        known = batch_graph(graph, examples, n, outputs)
        pairs = zip(outputs, _leaf_axes("out_axes", out_axes, result), strict=True)
        outputs = [_output(y, known.get(y) if isinstance(y, Node) else None, axis, n, y is result) for y, axis in pairs]
    return tree.unflatten(result, outputs if as_nodes else batched_arrays(outputs, known, graph))


def batched_arrays(outputs: list[Any], known: dict[Node, Tensor], graph: Links) -> list[Any]:
    """Numbers and arrays of results, copies but for whole batched arrays that no other result and no custom op may hold."""
    may_be_held = any(x.op is not None and (x.op.is_custom or x.op.recomputes) for x in graph)
    new = set() if may_be_held else {id(x._data) for x in known.values() if x._data.base is None}
    plain = []
    for y in outputs:
        data = getattr(y, "_data", None)
        if id(data) in new:
            new.remove(id(data))
            plain.append(data)
        else:
            plain.append(to_plain(y, False))
    return plain


def _argument_axes(in_axes: Any, args: tuple[Any, ...]) -> list[Any]:
    """Axis of each leaf of the positional arguments."""
    if isinstance(in_axes, list | tuple) and len(in_axes) == len(args):
        return [axis for axes, x in zip(in_axes, args, strict=True) for axis in _leaf_axes("in_axes", axes, x)]
    if tree.is_container(in_axes):
        raise ValueError(
            f"vmap: in_axes must be an integer, None, or a tuple of {len(args)} entries, one per argument, got {in_axes!r}"
        )
    return _leaf_axes("in_axes", in_axes, args)


def _leaf_axes(name: str, axes: Any, container: Any) -> list[Any]:
    """Axis of each leaf of `container`, from a container of axes of the same structure, or less deep."""
    if axes is None:
        return [None] * len(tree.leaves(container))
    if not tree.is_container(axes):
        try:
            return [operator.index(axes)] * len(tree.leaves(container))
        except TypeError:
            raise TypeError(f"vmap: {name} must contain integers and None, got {axes!r}") from None
    if isinstance(axes, dict) and isinstance(container, dict) and axes.keys() == container.keys():
        axes = {key: axes[key] for key in container}
    elif (
        type(axes) is not type(container) or isinstance(axes, dict) or len(tree.children(axes)) != len(tree.children(container))
    ):
        outline = tree.map(lambda x: f"array {shape_of(x)}" if shape_of(x) else x, container)
        raise ValueError(f"vmap: {name} {axes!r} does not have the structure of {outline!r}: write one axis for all of it")
    pairs = zip(tree.children(axes), tree.children(container), strict=True)
    return [axis for a, part in pairs for axis in _leaf_axes(name, a, part)]


def _column(x: Any, axis: int) -> Tensor:
    """Tensor of all examples of a mapped argument, along axis 0."""
    if not isinstance(x, Tensor | np.ndarray) or not x.ndim:
        raise TypeError(
            f"vmap: {x!r} of type {type(x).__name__} has no axis of examples: pass an array with one, or in_axes=None for an "
            "argument that all examples share"
        )
    axis = normalize_axis("vmap", axis, x.shape)
    return moveaxis(x, axis, 0) if isinstance(x, Tensor) else Tensor(np.moveaxis(x, axis, 0) if axis else x)


def _count_examples(columns: list[Any], leaves: list[Any], axes: list[Any]) -> int:
    mapped = [
        (len(c), f"{len(c)} along axis {a} of shape {x.shape}")
        for c, x, a in zip(columns, leaves, axes, strict=True)
        if c is not None
    ]
    if not mapped:
        raise ValueError("vmap: no argument is mapped: in_axes must be an integer for at least one")
    (n, text), *others = mapped
    for m, other in others:
        if m != n:
            raise ValueError(f"vmap: all mapped arguments must have as many examples, got {text} and {other}")
    return n


def _example(column: Tensor) -> Tensor:
    """First example as a variable; ones, as an invertible matrix if there are two axes, if there is none."""
    data = column._data
    shape = data.shape[1:]
    first = data[0] if len(data) else np.eye(*shape[-2:]) + np.zeros(shape) if len(shape) > 1 else np.ones(shape)
    return Tensor(first, requires_grad=data.dtype.kind == "f", dtype=data.dtype, label=column.label)


def _shared(x: Any) -> Any:
    """Argument that all examples share: an array as a constant, which an index of one example can select from."""
    return Tensor(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fiub" else x


def _output(y: Any, batched: Tensor | None, axis: int | None, n: int, is_whole: bool) -> Any:
    """Result with the axis of the examples at `axis`, from the result y of one example, or a part of it."""
    is_static = y is None or (tree.is_static(y) and not is_whole and not isinstance(y, bool | np.bool_))
    if is_static or (axis is None and batched is None):
        return y
    if axis is None:
        raise ValueError(
            f"vmap: out_axes is None for a result of shape {shape_of(y)} that differs from example to example: use 0"
        )
    if batched is None:
        if isinstance(y, Value) and y.requires_grad and is_recording():
            raise TypeError(f"vmap: a result must be a Tensor to repeat it for each example, got {y!r}: use out_axes=None")
        y = y if isinstance(y, Tensor) else Tensor(y._data if isinstance(y, Value) else y)
        batched = broadcast_to(y, (n, *y.shape))
    axis = normalize_axis("vmap: out_axes", axis, batched.shape)
    return moveaxis(batched, 0, axis) if axis else batched
