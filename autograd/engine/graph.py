"""The recorded graph: its nodes in order, the check that no leaf changed since it was used, and `Graph`, the same as data.

A node has a serial number, younger (larger) than those of its inputs, so that creation order is a topological order and a
sweep is a search and a sort, never recursion. A leaf whose data changes takes a new number: an input younger than its node
is therefore data that changed after it was used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from autograd.engine.node import Node
from autograd.ops.op import Op

by_serial = attrgetter("serial")

#: Nodes, each with its inputs: asking for them once is enough.
Links = dict[Node, tuple[Any, ...]]


def newest_first(outputs: Iterable[Node]) -> Links:
    """Every node that `outputs` were computed from, and themselves, with its inputs, in a reverse topological order."""
    found = reachable_nodes(outputs)
    return {node: found[node] for node in sorted(found, key=by_serial, reverse=True)}


def reachable_nodes(outputs: Iterable[Node], after: int = 0) -> Links:
    """The same in no order.

    What nodes made before serial number `after` were computed from is not looked at: they stand there as leaves.
    """
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
    """The nodes that y was computed from, and y itself, in the order in which they were made.

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
    """Raise if x, an input of `node`, is younger than it."""
    if x.latest_serial() > node.serial:
        raise RuntimeError(
            f"{x!r} was changed after {getattr(node.op, 'name', 'an op')}(…) used it, so the recorded graph no longer "
            "describes its data and its gradient would be of other numbers. Compute the output again after changing a leaf."
        )


@dataclass(frozen=True, eq=False, slots=True)
class GraphNode:
    """One number of a graph as data, for drawings and texts; it is equal to itself alone.

    Attributes:
        name: its name in formulas; label: the first text of its box
        role: "parameter", "input", "constant", "computed", "primal", "cotangent" or "gradient": the style of its box
        value: a number or an array, or None if only a run of the program tells it
        raw: whether it is a plain number or array, which is written without a word before it
        sign: the sign of the op between the inputs and this number, or "" if none is drawn
        frames: the modules and scopes around it, outermost first, each with its title
        op: what computed it, with its params, or None
        grad: the stored gradient of a Value
        line: the line of the program that made it, if remembered
        notes: other texts of its box
        source: what it stands for: a node of the engine, a step of a tape, or, of a cotangent, the node that it belongs to
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
    """A graph as data, built once and passed on: what drawings and texts are made from.

    Attributes:
        nodes: by what they stand for, each before its inputs; raw numbers are among the inputs only
        outputs: with everything that they were computed from, what is shown
        unfolded: nodes that are shown by themselves even if the frame around them is folded
        gradients: of the one output with respect to each node that they reach, newest first, or None if they are not asked for
    """

    nodes: dict[Any, GraphNode]
    outputs: tuple[GraphNode, ...]
    unfolded: tuple[GraphNode, ...]
    gradients: Mapping[GraphNode, Any] | None = None

    @cached_property
    def users(self) -> Mapping[GraphNode, list[GraphNode]]:
        """The nodes that were computed from each node."""
        users: dict[GraphNode, list[GraphNode]] = {}
        for node in self.nodes.values():
            for x in node.inputs:
                users.setdefault(x, []).append(node)
        return users

    def gradient(self, node: GraphNode) -> Any:
        """The gradient shown beside a node: of the output, or else the stored one."""
        return node.grad if self.gradients is None else self.gradients.get(node)
