"""The graph of the cotangents of a result, as data: how its gradient reaches everything that it was computed from."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.drawing.events import Local, Slopes
from autograd.engine.graph import Graph, GraphNode


def backward_graph(graph: Graph, derivatives: Iterable[Local]) -> tuple[Graph, Slopes]:
    """The cotangents of a graph that has gradients, in the frames of what they belong to, and the slopes between them.

    The inputs of a cotangent are those that it comes from; where several arrive, the sign says that they are added.
    """
    gradients, y = graph.gradients or {}, graph.outputs[0]
    uses = _uses(gradients, derivatives)
    made: dict[GraphNode, GraphNode] = {}
    for x, ways in uses.items():
        made[x] = GraphNode(
            x,
            "gradient" if x.op is None else "cotangent",
            label=f"∂{y.name}/∂{x.name}",
            value=_plain(gradients[x]),
            sign="+" if len(ways) > 1 else "",
            inputs=tuple(made[local.node] for local in ways),
            frames=x.frames,
        )
    slopes = {(made[x], i): local for x, ways in uses.items() for i, local in enumerate(ways)}
    used = {local.node for local in slopes.values()}
    ends = tuple(cotangent for x, cotangent in made.items() if x not in used)
    return Graph(made, ends, (made[y],)), slopes


def _uses(reached: Iterable[GraphNode], derivatives: Iterable[Local]) -> dict[GraphNode, list[Local]]:
    """The uses of every number that a gradient reaches, newest first."""
    uses: dict[GraphNode, list[Local]] = {node: [] for node in reached}
    for local in derivatives:
        if local.node in uses and local.input in uses:
            uses[local.input].append(local)
    return uses


def _plain(g: Any) -> Any:
    """A gradient as an array, or as a Python number."""
    return g if isinstance(g, np.ndarray) else float(g)
