"""`paths`: every path from one number to another, with the product of the local derivatives along it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd.drawing.events import Local, local_events
from autograd.drawing.forward_model import graph_of
from autograd.drawing.text import FORMAT, number
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.engine.value import Value

#: For each number on a path, its predecessors with the derivative between them.
Steps = dict[Any, list[tuple[GraphNode, float]]]

#: Most paths to list: their number can grow exponentially with the graph.
MOST = 20


@dataclass(frozen=True)
class Path:
    """One path from x to y.

    Attributes:
        nodes: The nodes from x to y, both included
        factors: The local derivative of each step
        product: The term of this path in ∂y/∂x
    """

    nodes: tuple[Value, ...]
    factors: tuple[float, ...]
    product: float


@dataclass(frozen=True, repr=False)
class Paths:
    """All paths from x to y.

    Attributes:
        listed: The first paths
        count: The number of all paths
        total: The sum of the products of all paths, which is ∂y/∂x
    """

    __module__ = "autograd"

    x: Value
    y: Value
    listed: tuple[Path, ...]
    count: int
    total: float

    def __repr__(self) -> str:
        return "\n".join(self.lines({x: node.name for x, node in graph_of([self.y]).nodes.items()}))

    def lines(self, names: Mapping[Node, str], format: str = FORMAT) -> list[str]:
        """The sum, then one line per path."""
        lines = [f"∂{names[self.y]}/∂{names[self.x]} = {number(self.total, format)}, the sum over {self.count:,} "
                 f"path{'s' * (self.count != 1)}"]  # fmt: skip
        for path in self.listed:
            way = " → ".join(names[node] for node in path.nodes)
            factors = " × ".join(number(f, format) for f in path.factors) or "1"
            lines.append(f"  {way}:  {factors}" + (f" = {number(path.product, format)}" if len(path.factors) > 1 else ""))
        if self.count > len(self.listed):
            lines.append(f"  … and {self.count - len(self.listed):,} more")
        return lines


def paths(x: Value, y: Value) -> Paths:
    """All paths from x to y with the product of the local derivatives along each; the sum of the products is ∂y/∂x.

        ∂y/∂x = Σ over the paths Π over the steps ∂(next)/∂(this)

    Raises:
        TypeError: If x or y is not a Value
        ValueError: If y does not depend on x
    Source:
        Bauer, Computational graphs and rounding error, SIAM J. Numer. Anal. 11(1), 1974

    >>> x = Value(3.0, label="x")
    >>> y = x * x + x
    >>> y.label = "y"
    >>> paths(x, y)
    ∂y/∂x = 7.0000, the sum over 3 paths
      x → v2 → y:  3.0000 × 1.0000 = 3.0000
      x → v2 → y:  3.0000 × 1.0000 = 3.0000
      x → y:  1.0000
    """
    for name, given in (("x", x), ("y", y)):
        if not isinstance(given, Value):
            raise TypeError(f"paths: {name} must be a Value, got {given!r} of type {type(given).__name__}")
    graph = graph_of([y])
    return paths_in(graph, local_events(graph), x, y)


def paths_in(graph: Graph, derivatives: Iterable[Local], x: Value, y: Value) -> Paths:
    """The paths between two numbers of a graph with these local derivatives."""
    into: dict[GraphNode, list[Local]] = {}
    for local in derivatives:
        into.setdefault(local.node, []).append(local)
    start, end = graph.nodes.get(x), graph.nodes.get(y)
    steps: Steps = {}
    ways: dict[Any, int] = {start: 1}
    sums: dict[Any, float] = {start: 1.0}
    for node in reversed(graph.nodes.values()):
        for local in into.get(node, ()) if node is not start else ():
            if local.input in ways:
                factor = local.value or 0.0
                steps.setdefault(node, []).append((local.input, factor))
                ways[node] = ways.get(node, 0) + ways[local.input]
                sums[node] = sums.get(node, 0.0) + factor * sums[local.input]
    if end not in ways:
        raise ValueError(f"{y!r} does not depend on {x!r}, or no gradient flows between them: there is no path")
    return Paths(x, y, tuple(_list_paths(start, end, steps)), ways[end], sums[end])


def _list_paths(x: Any, y: Any, steps: Steps) -> list[Path]:
    found: list[Path] = []
    pending: list[tuple[tuple[Any, ...], tuple[float, ...]]] = [((y,), ())]
    while pending and len(found) < MOST:
        nodes, factors = pending.pop()
        if nodes[0] is x:
            found.append(Path(tuple(node.source for node in nodes), factors, math.prod(reversed(factors), start=1.0)))
            continue
        pending += [((before, *nodes), (factor, *factors)) for before, factor in reversed(steps[nodes[0]])]
    return found


def path_marks(graph: Graph, x: Node, y: Node) -> frozenset[Any]:
    """The nodes, and (tail, head) pairs of edges, on the paths from x to y."""
    start, end = graph.nodes.get(x), graph.nodes.get(y)
    reaching = {start}
    for node in reversed(graph.nodes.values()):
        if any(v in reaching for v in node.inputs):
            reaching.add(node)
    if start is None or end not in reaching:
        raise ValueError(f"{y!r} was not computed from {x!r}: there is no path to show")
    marked: set[Any] = {end}
    for node in graph.nodes.values():
        if node in marked:
            earlier = [v for v in node.inputs if v in reaching]
            marked |= {*earlier, *((v, node) for v in earlier)}
    return frozenset(marked)
