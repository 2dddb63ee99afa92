"""Backward model: the graph of the cotangents of an output as data."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.drawing.events import Local, Slopes
from autograd.engine.graph import Graph, GraphNode


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
            value=_python_number(gradients[x]),
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


def _python_number(g: Any) -> Any:
    """A gradient as an array or a float."""
    return g if isinstance(g, np.ndarray) else float(g)
