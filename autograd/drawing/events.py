"""Events of a reverse sweep, from which `explain`, `paths`, pages and pictures of the backward pass are made.

A sweep begins with a `Seed`. Every use of a number follows, from the newest user to the oldest, as three events: the `Local`
derivative, its `Product` with the gradient of the user, and the `Sum` of the products so far.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from autograd.base.numerics import quiet
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value


class Seed(NamedTuple):
    """The gradient of the output, `node`, with respect to itself."""

    node: GraphNode
    value: Any
    step: int


class Local(NamedTuple):
    """The derivative of `node` with respect to its input at a position; `value` is None for arrays."""

    node: GraphNode
    position: int
    value: float | None
    step: int

    @property
    def input(self) -> GraphNode:
        """The input of the derivative."""
        return self.node.inputs[self.position]


class Product(NamedTuple):
    """The gradient of `node` times its local derivative: the term of this use in the gradient of `input`."""

    node: GraphNode
    input: GraphNode
    value: Any
    step: int


class Sum(NamedTuple):
    """The sum of the products for `input`, including that of `node`; `before` is the sum without it, or None."""

    node: GraphNode
    input: GraphNode
    value: Any
    step: int
    before: Any


Event = Seed | Local | Product | Sum

#: Local derivatives of edges, by (head, position of the tail among its inputs).
Slopes = Mapping[tuple[GraphNode, int], Local]


def local_events(graph: Graph) -> list[Local]:
    """The local derivative of every use of a number, from the newest user to the oldest."""
    with quiet():
        return [local for step, node in enumerate(graph.nodes.values(), start=1) for local in _locals(node, step)]


def sweep_events(graph: Graph, derivatives: Iterable[Local]) -> list[Event]:
    """All events of the sweep from the one output of a graph with gradients and these local derivatives."""
    gradients, y = graph.gradients or {}, graph.outputs[0]
    sums: dict[GraphNode, Any] = {y: gradients[y]}
    events: list[Event] = [Seed(y, gradients[y], 0)]
    for local in derivatives:
        user, x = local.node, local.input
        if user not in gradients:
            continue
        with quiet():
            product = _apply_pullback(user.source, local.position, gradients[user])
        before = sums.get(x)
        sums[x] = product if before is None else before + product
        events += local, Product(user, x, product, local.step), Sum(user, x, sums[x], local.step, before)
    return events


def uses(events: list[Event]) -> Iterator[tuple[Local, Product, Sum]]:
    """The three events of every use in a sweep."""
    after_seed = iter(events[1:])
    return zip(after_seed, after_seed, after_seed, strict=True)  # type: ignore[arg-type]


def _locals(node: GraphNode, step: int) -> Iterator[Local]:
    """The local derivatives of a node, one for every input with a gradient."""
    user, op = node.source, node.op
    if op is None:
        return
    for i, (x, pullback) in enumerate(zip(user.inputs, op.pullbacks_of(user.inputs), strict=True)):
        if isinstance(x, Node) and x.requires_grad and pullback:
            yield Local(node, i, _slope(user, x, i), step)


def _slope(user: Node, x: Node, position: int) -> float | None:
    """The derivative at a position as a number, or None for arrays."""
    if isinstance(user, Value):
        return float(_apply_pullback(user, position, 1.0))
    if isinstance(user, Tensor) and isinstance(x, Tensor) and user.size == x.size == 1:
        return float(_apply_pullback(user, position, np.ones_like(user.numpy())).item())
    return None


def _apply_pullback(user: Any, position: int, gradient: Any) -> Any:
    """The term of the use at a position in the gradient of that input, for the `gradient` of the user."""
    pullback = user.op.pullbacks_of(user.inputs)[position]
    return user.apply_pullbacks([(position, pullback)], gradient)[0]


def backward_graph(graph: Graph, derivatives: Iterable[Local]) -> tuple[Graph, Slopes]:
    """The cotangents of a graph with gradients, in the frames of their numbers, and the slopes between them.

    The inputs of a cotangent are the cotangents of its users; the sign of several is a sum.
    """
    gradients, y = graph.gradients or {}, graph.outputs[0]
    uses = _uses(gradients, derivatives)
    made: dict[GraphNode, GraphNode] = {}
    for x, ways in uses.items():
        made[x] = GraphNode(
            x,
            "gradient" if x.op is None else "cotangent",
            label=f"∂{y.name}/∂{x.name}",
            value=g if isinstance(g := gradients[x], np.ndarray) else float(g),
            sign="+" if len(ways) > 1 else "",
            inputs=tuple(made[local.node] for local in ways),
            frames=x.frames,
        )
    slopes = {(made[x], i): local for x, ways in uses.items() for i, local in enumerate(ways)}
    used = {local.node for local in slopes.values()}
    ends = tuple(cotangent for x, cotangent in made.items() if x not in used)
    return Graph(made, ends, (made[y],)), slopes


def _uses(reached: Iterable[GraphNode], derivatives: Iterable[Local]) -> dict[GraphNode, list[Local]]:
    """The uses of every number with a gradient, newest first."""
    uses: dict[GraphNode, list[Local]] = {node: [] for node in reached}
    for local in derivatives:
        if local.node in uses and local.input in uses:
            uses[local.input].append(local)
    return uses
