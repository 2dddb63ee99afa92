"""Reverse sweep as data, from which `explain`, `paths`, pages and pictures of the backward pass are made.

A sweep is a list of the uses of numbers, from the newest user to the oldest. Each has the `Local` derivative, its product with
the gradient of the user, and the sum of the products before and after.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from autograd.base.numerics import quiet
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np


class Local(NamedTuple):
    """The derivative of `node` with respect to its input at a position; `value` is None for arrays."""

    node: GraphNode
    position: int
    value: float | None

    @property
    def input(self) -> GraphNode:
        """The input of the derivative."""
        return self.node.inputs[self.position]


class Use(NamedTuple):
    """A use of a number in a sweep.

    Attributes:
        product: The gradient of the user times the local derivative
        before: The gradient of the input before this use, or None
        gradient: The gradient of the input with this use
    """

    local: Local
    product: Any
    before: Any
    gradient: Any


#: Local derivatives of edges, by (head, position of the tail among its inputs).
Slopes = Mapping[tuple[GraphNode, int], Local]


def local_events(graph: Graph) -> list[Local]:
    """The local derivative of every use of a number, from the newest user to the oldest."""
    with quiet():
        return [local for node in graph.nodes.values() for local in _locals(node)]


def sweep_uses(graph: Graph, derivatives: Iterable[Local]) -> Iterator[Use]:
    """The uses in the sweep from the one output of a graph with gradients and these local derivatives."""
    gradients, y = graph.gradients or {}, graph.outputs[0]
    sums: dict[GraphNode, Any] = {y: gradients[y]}
    for local in derivatives:
        if local.node not in gradients:
            continue
        with quiet():
            product = _apply_pullback(local.node.source, local.position, gradients[local.node])
        before = sums.get(local.input)
        sums[local.input] = product if before is None else before + product
        yield Use(local, product, before, sums[local.input])


def _locals(node: GraphNode) -> Iterator[Local]:
    """The local derivatives of a node, one for every input with a gradient."""
    user, op = node.source, node.op
    if op is None:
        return
    for i, (x, pullback) in enumerate(zip(user.inputs, op.pullbacks_of(user.inputs), strict=True)):
        if isinstance(x, Node) and x.requires_grad and pullback:
            yield Local(node, i, _slope(user, x, i))


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
    """The cotangents of a graph with gradients, whose inputs are those of its users, and the slopes between them."""
    gradients, y = graph.gradients or {}, graph.outputs[0]
    uses = uses_of(gradients, derivatives)
    made: dict[GraphNode, GraphNode] = {}
    for x, ways in uses.items():
        made[x] = GraphNode(
            x, "gradient" if x.op is None else "cotangent", label=f"∂{y.name}/∂{x.name}",
            value=g if isinstance(g := gradients[x], np.ndarray) else float(g), sign="+" if len(ways) > 1 else "",
            inputs=tuple(made[local.node] for local in ways), frames=x.frames,
        )  # fmt: skip
    slopes = {(made[x], i): local for x, ways in uses.items() for i, local in enumerate(ways)}
    used = {local.node for local in slopes.values()}
    ends = tuple(cotangent for x, cotangent in made.items() if x not in used)
    return Graph(made, ends, (made[y],)), slopes


def uses_of(reached: Iterable[GraphNode], derivatives: Iterable[Local]) -> dict[GraphNode, list[Local]]:
    """The uses of every number with a gradient, newest first."""
    uses: dict[GraphNode, list[Local]] = {node: [] for node in reached}
    for local in derivatives:
        if local.node in uses and local.input in uses:
            uses[local.input].append(local)
    return uses
