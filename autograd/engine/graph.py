"""The recorded graph: its nodes in order, and the check that no leaf changed since it was used.

A node has a serial number, younger (larger) than those of its inputs, so that creation order is a topological order and a
sweep is a search and a sort, never recursion. A leaf whose data changes takes a new number: an input younger than its node
is therefore data that changed after it was used.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from autograd.engine.node import Node

by_serial = attrgetter("serial")

#: Nodes, each with its inputs: asking for them once is enough.
Links = dict[Node, tuple[Any, ...]]


def newest_first(outputs: Iterable[Node]) -> Links:
    """Every node that `outputs` were computed from, and themselves, with its inputs, in a reverse topological order."""
    found = reached(outputs)
    return {node: found[node] for node in sorted(found, key=by_serial, reverse=True)}


def reached(outputs: Iterable[Node], after: int = 0) -> Links:
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


def refuse_changed(order: Links) -> None:
    """Raise if the data of an input changed after a node was computed from it."""
    for node, inputs in order.items():
        serial = node.serial
        for x in inputs:
            if isinstance(x, Node) and x.latest_serial() > serial:
                refuse_if_changed(node, x)


def refuse_if_changed(node: Node, x: Node) -> None:
    """Raise if x, an input of `node`, is younger than it."""
    if x.latest_serial() > node.serial:
        raise RuntimeError(
            f"{x!r} was changed after {getattr(node.op, 'name', 'an op')}(…) used it, so the recorded graph no longer "
            "describes its data and its gradient would be of other numbers. Compute the output again after changing a leaf."
        )
