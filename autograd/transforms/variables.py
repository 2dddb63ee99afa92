"""Variables of a transform: fresh nodes for its arguments, and plain numbers for the nodes of its results."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd.base import tree
from autograd.base.grad_mode import recording
from autograd.base.trace_state import current_trace
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
    """Context manager with recording on: fresh variables of the numbers in `arguments`, and True if results must be nodes."""
    leaves = tree.numbers(arguments) or tree.leaves(arguments)  # of static leaves, the first raises
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
