"""The chain rule spelled out: every path from one number to another, and the product of the derivatives along it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.drawing.formulas import local_derivatives
from autograd.drawing.names import Names
from autograd.drawing.text import FORMAT, number
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.value import Value

#: Paths that are listed; there can be as many as there are particles in the universe.
MOST = 20


@dataclass(frozen=True)
class Path:
    """One way from x to y.

    nodes    from x to y, both included
    factors  the local derivative of each step
    product  what this way adds to ∂y/∂x
    """

    nodes: tuple[Value, ...]
    factors: tuple[float, ...]
    product: float


@dataclass(frozen=True, repr=False)
class Paths:
    """The ways from x to y.

    listed  the first of them
    count   how many there are
    total   the sum of the products of all, which is ∂y/∂x
    """

    __module__ = "autograd"

    x: Value
    y: Value
    listed: tuple[Path, ...]
    count: int
    total: float

    def __repr__(self) -> str:
        return "\n".join(self.lines(Names([self.y])))

    def lines(self, names: Mapping[Node, str], format: str = FORMAT) -> list[str]:
        """The sum, and a line a path."""
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
    """All ways in which x reaches y, and the product of the local derivatives along each: their sum is the gradient.

        ∂y/∂x = Σ over the paths Π over the steps ∂(next)/∂(this)

    Raises  TypeError   if x or y is no Value
            ValueError  if y does not depend on x
    Source  Bauer, Computational graphs and rounding error, SIAM J. Numer. Anal. 11(1), 1974
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
            raise TypeError(f"paths go from one Value to another, and {name} is {given!r} of type {type(given).__name__}")
    steps: dict[Node, list[tuple[Node, float]]] = {}
    ways: dict[Node, int] = {x: 1}
    sums: dict[Node, float] = {x: 1.0}
    nodes: list[Node] = list(newest_first([y]))
    for node in reversed(nodes):
        for local in local_derivatives(node) if node is not x else ():
            before = local.input
            if before in ways:
                factor = float(local.number() or 0.0)
                steps.setdefault(node, []).append((before, factor))
                ways[node] = ways.get(node, 0) + ways[before]
                sums[node] = sums.get(node, 0.0) + factor * sums[before]
    if y not in ways:
        raise ValueError(f"{y!r} does not depend on {x!r}, or no gradient flows between them: there is no path")
    return Paths(x, y, tuple(_listed(x, y, steps)), ways[y], sums[y])


def _listed(x: Value, y: Value, steps: dict[Node, list[tuple[Node, float]]]) -> list[Path]:
    found: list[Path] = []
    pending: list[tuple[tuple[Any, ...], tuple[float, ...]]] = [((y,), ())]
    while pending and len(found) < MOST:
        nodes, factors = pending.pop()
        if nodes[0] is x:
            product = 1.0
            for factor in reversed(factors):
                product *= factor
            found.append(Path(nodes, factors, product))
            continue
        pending += [((before, *nodes), (factor, *factors)) for before, factor in reversed(steps[nodes[0]])]
    return found


def marks(x: Node, y: Node) -> frozenset[Any]:
    """The nodes, and pairs of nodes, on the ways from x to y."""
    reaching: set[Node] = {x}
    pairs: set[tuple[Node, Node]] = set()
    for node in reversed(newest_first([y])):
        earlier = [v for v in node.inputs if isinstance(v, Node) and v in reaching]
        if earlier and node is not x:
            reaching.add(node)
            pairs |= {(v, node) for v in earlier}
    if y not in reaching:
        raise ValueError(f"{y!r} was not computed from {x!r}: there is no path to show")
    back: set[Node] = {y}
    for node in newest_first([y]):
        if node in back:
            back |= {v for v, w in pairs if w is node}
    return frozenset(back & reaching) | {(v, w) for v, w in pairs if v in back and w in back}
