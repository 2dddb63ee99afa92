"""Recorded graph: topological order, check for changed leaves, and the graph model `Graph`.

The serial number of a node is larger than those of its inputs, so creation order is a topological order, and a sweep needs
a search and a sort but no recursion. A leaf whose data changes gets a new number: an input with a larger number than its
node was changed after use.
"""

import gc
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from typing import Any

from autograd.engine.node import Node
from autograd.ops.op import Op
from autograd.support.blocks import Bracket
from autograd.support.locks import leaf_lock

by_serial = attrgetter("serial")

#: Held while gradients are read, added up and written to `.grad`: no hook or rule runs meanwhile.
gradient_lock = leaf_lock()

#: Inputs of each node, stored because computing them takes time.
Links = dict[Node, tuple[Any, ...]]


def newest_first(outputs: Iterable[Node], after: int = 0) -> Links:
    """`reachable_nodes` in reverse topological order."""
    found = reachable_nodes(outputs, after)
    return {node: found[node] for node in sorted(found, key=by_serial, reverse=True)}


def reachable_nodes(outputs: Iterable[Node], after: int = 0) -> Links:
    """`outputs` and all nodes they depend on, with inputs, unordered; nodes up to serial number `after` count as leaves."""
    found: Links = {}
    stack = list(outputs)
    pop, push = stack.pop, stack.append
    while stack:
        node = pop()
        if node not in found:
            found[node] = inputs = node.inputs if node.serial > after else ()
            for x in inputs:
                if isinstance(x, Node) and x not in found:
                    push(x)
    return found


def graph_nodes(y: Node) -> list[Any]:
    """y and all nodes it depends on, in order of creation.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> [node.data for node in graph_nodes(x * x + 1.0)][::2]
    [2.0, 5.0]
    """
    return list(reversed(newest_first([y])))


def check_unchanged(order: Links) -> None:
    """Raise if the data of an input changed after a node was computed from it."""
    for node, inputs in order.items():
        serial = node.serial
        for x in inputs:
            if isinstance(x, Node) and x.latest_serial() > serial:
                check_leaf_unchanged(node, x)


def check_leaf_unchanged(node: Node, x: Node) -> None:
    """Raise if x, an input of `node`, changed after `node` was computed."""
    if x.latest_serial() > node.serial:
        raise RuntimeError(
            f"{x!r} was changed after {getattr(node.op, 'name', 'an op')}(…) used it, so the gradient of the recorded graph "
            "would be wrong: compute the output again after changing a leaf"
        )


def set_gradients(nodes: Iterable[Node], gradients: Iterable[Any]) -> None:
    """Set `.grad` of all nodes, or of none if an exception of a signal handler or another thread comes."""
    deque(map(setattr, nodes, repeat("grad"), gradients), maxlen=0)  # one call of a function written in C


def pause_garbage_collection() -> AbstractContextManager[Any]:
    """Pause the garbage collector, which would scan a growing graph again and again."""
    return Bracket(gc.disable, gc.enable) if gc.isenabled() else nullcontext()


@dataclass(frozen=True, eq=False, slots=True)
class GraphNode:
    """Node of the graph model, for drawings and texts; compared by identity.

    Attributes:
        source: Node of the engine, instruction of a tape, or, for a cotangent, its primal node
        role: "parameter", "input", "constant", "computed", "primal", "cotangent" or "gradient": the style of its box
        name: Name in formulas; label: first text of its box
        value: Number or array, or None if unknown before a run
        raw: True for a plain number or array, written without a word before it
        sign: Sign of the op drawn between the inputs and this node, or ""
        frames: Modules and scopes around it, outermost first, each with its title
        op: Op that computed it, with its params, or None
        grad: Stored gradient of a Value
        line: Source line that made it, if stored
        notes: Other texts of its box
    """

    source: Any
    role: str
    name: str = ""
    label: str = ""
    value: Any = None
    raw: bool = False
    sign: str = ""
    inputs: tuple["GraphNode", ...] = ()
    frames: tuple[tuple[Any, str], ...] = ()
    op: Op | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    grad: Any = None
    line: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Graph model, built once, from which drawings and texts are made.

    Attributes:
        nodes: Graph nodes by source, each before its inputs; raw numbers appear among inputs only
        outputs: Outputs, shown with all nodes they depend on
        unfolded: Nodes shown even if the frame around them is folded
        gradients: Gradients of the single output with respect to its nodes, newest first, or None if not requested
    """

    nodes: dict[Any, GraphNode]
    outputs: tuple[GraphNode, ...]
    unfolded: tuple[GraphNode, ...]
    gradients: Mapping[GraphNode, Any] | None = None

    @cached_property
    def users(self) -> Mapping[GraphNode, list[GraphNode]]:
        """Nodes computed from each node."""
        users: dict[GraphNode, list[GraphNode]] = {}
        for node in self.nodes.values():
            for x in node.inputs:
                users.setdefault(x, []).append(node)
        return users

    def gradient(self, node: GraphNode) -> Any:
        """Gradient shown with a node: that of the output, or else the stored one."""
        return node.grad if self.gradients is None else self.gradients.get(node)
