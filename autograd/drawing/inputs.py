"""Inputs of `draw`: nodes, or a module or function that is called with example inputs."""

from collections.abc import Callable
from typing import Any

from autograd.base import tree
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np
from autograd.transforms.calls import parameters_of


def evaluate(y: Any, inputs: tuple[Any, ...]) -> tuple[Any, dict[Node, str]]:
    """(result to draw, names of its inputs): y, or if y is a module or function its result for the `inputs` as nodes.

    Numbers become Values if all inputs are numbers, if there are Values among them, or if the parameters of y are Values.
    """
    if not callable(y) or isinstance(y, Node):
        if inputs:
            raise TypeError(f"draw takes one result to draw, got {len(inputs)} more: put several nodes into a list")
        return y, {}
    parameters = parameters_of(getattr(y, "forward", y))
    if not inputs and any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters):
        raise TypeError(f"draw: {y!r:.80} takes {', '.join(p.name for p in parameters)}: give examples, as in draw(f, x)")
    names = [p.name if p.kind is not p.VAR_POSITIONAL else "" for p in parameters]
    nodes, labels = _as_nodes(inputs, names + [""] * (len(inputs) - len(names)), _takes_values(y, inputs))
    return y(*nodes), labels


def _as_nodes(inputs: tuple[Any, ...], names: list[str], single: bool) -> tuple[list[Any], dict[Node, str]]:
    """The inputs as nodes, or containers of them, and the name of each node; texts and other static inputs as they are."""
    arguments: list[Any] = []
    labels: dict[Node, str] = {}
    for x, name in zip(inputs, names, strict=False):
        pairs = [(name, x)] if not single and _is_array(x) else _named_leaves(name, x)
        nodes = [_node(v, single) for _, v in pairs]
        arguments.append(nodes[0] if len(pairs) == 1 and pairs[0][1] is x else tree.replace_numbers(x, nodes))
        labels |= dict(zip(nodes, (path for path, _ in pairs), strict=True))
    return arguments, labels


def _is_array(x: Any) -> bool:
    """True if x is a list of plain numbers, which is an array beside other arrays."""
    return isinstance(x, list | tuple) and not any(isinstance(v, Node | np.ndarray) for v in tree.leaves(x))


def _named_leaves(name: str, x: Any) -> list[tuple[str, Any]]:
    """The numbers and arrays of an input with their names, such as w['bias']; without its name they have none."""
    if not tree.is_container(x):
        return [] if tree.is_static(x) else [(name, x)]
    parts = zip(tree.selectors(x), tree.children(x), strict=True)
    return [pair for selector, part in parts for pair in _named_leaves(f"{name}{selector}" if name else "", part)]


def _takes_values(f: Callable[..., Any], inputs: tuple[Any, ...]) -> bool:
    """True if f computes with Values and not with Tensors."""
    if all(isinstance(v, Value | int | float) for x in inputs for v in ([x] if _is_array(x) else tree.numbers(x))):
        return True
    numbers = tree.numbers(list(inputs))
    if any(isinstance(v, Value) for v in numbers):
        return True
    own = next(iter(getattr(f, "parameters", list)()), None)
    return isinstance(own, Value) and all(isinstance(v, Value | int | float) for v in numbers)


def _node(x: Any, single: bool) -> Node:
    """An input as a node, which requires a gradient if its dtype allows one."""
    if isinstance(x, Node):
        return x
    if single:
        return Value(x)
    array = np.asarray(x)
    return Tensor(array, requires_grad=array.dtype.kind == "f")


def outputs_of(y: Any) -> list[Node]:
    """The output nodes to draw."""
    nodes = list(y) if isinstance(y, list | tuple) else [y]
    if not nodes:
        raise ValueError("draw: got an empty list; pass at least one node")
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(
                f"draw takes a Value or a Tensor, or a list of them, got {node!r} of type {type(node).__name__}: "
                "pass the result of the computation"
            )
    return nodes


def has_gradient(y: Any) -> bool:
    """True if y is one number that requires a gradient."""
    return bool(y.requires_grad) and getattr(y, "size", 1) == 1


def check_one_number(caller: str, y: Any) -> None:
    """Raise if y is not one number that requires a gradient."""
    if not isinstance(y, Node):
        raise TypeError(f"{caller} takes one Value or Tensor of one element, got {y!r} of type {type(y).__name__}")
    if isinstance(y, Tensor) and y.size != 1:
        raise ValueError(f"{caller} takes one number, got a tensor of shape {y.shape}: pass its sum, or a loss")
    if not y.requires_grad:
        raise ValueError(f"{caller} takes a node that requires a gradient, got {y!r}, a constant")
