"""What is drawn: nodes, or what a module or a function gives for example inputs, which are named as its arguments are."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


def called(f: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Any, dict[Node, str]]:
    """What f gives for inputs that are nodes, and these with their names.

    Numbers become Values if all inputs are numbers, if there are Values among them, or if the parameters of f are Values.
    """
    given = [v for x in inputs for v in (x if isinstance(x, list | tuple) else [x])]
    own = next(iter(getattr(f, "parameters", list)()), None)
    single = (
        all(isinstance(x, Value | int | float) for x in inputs)
        or any(isinstance(v, Value) for v in given)
        or (isinstance(own, Value) and all(isinstance(v, Value | int | float) for v in given))
    )
    parameters = _parameters(f)
    if not inputs and any(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters):
        raise TypeError(f"draw: {f!r:.80} takes {', '.join(p.name for p in parameters)}: give examples, as in draw(f, x)")
    names = [p.name if p.kind is not p.VAR_POSITIONAL else "" for p in parameters]
    names += [""] * (len(inputs) - len(names))
    nodes: list[Any] = []
    named: dict[Node, str] = {}
    for x, name in zip(inputs, names, strict=False):
        if single and isinstance(x, list | tuple):
            nodes.append([_node(v, single) for v in x])
            named |= {node: f"{name}[{i}]" if name else "" for i, node in enumerate(nodes[-1])}
        else:
            nodes.append(_node(x, single))
            named[nodes[-1]] = name
    return f(*nodes), named


def _parameters(f: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(getattr(f, "forward", f)).parameters.values())
    except (TypeError, ValueError):  # not every built-in tells
        return []


def _node(x: Any, single: bool) -> Node:
    """A node whose uses are recorded, if it can have a gradient."""
    if isinstance(x, Node):
        return x
    if single:
        return Value(x)
    array = np.asarray(x)
    return Tensor(array, requires_grad=array.dtype.kind == "f")


def outputs_of(y: Any) -> list[Node]:
    """The nodes that are drawn, each with everything it was computed from.

    Raises  TypeError, ValueError  if there is none, or something else
    """
    nodes = list(y) if isinstance(y, list | tuple) else [y]
    if not nodes:
        raise ValueError("draw: there is nothing to draw in an empty list; pass at least one node")
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(
                f"draw takes a Value or a Tensor, or a list of them, not {node!r} of type {type(node).__name__}: "
                "pass the result of the computation"
            )
    return nodes
