"""Sums in pictures: a long chain of additions is drawn as one Σ with all its terms."""

import re
from dataclasses import replace

from autograd.engine.graph import Graph, GraphNode

#: Least number of terms of a Σ: shorter sums keep their partial sums, with their numbers.
TERMS = 4


def merge_sums(graph: Graph) -> Graph:
    """The graph with one node for each long sum; partial sums with a name or with another use remain nodes."""
    sums: dict[GraphNode, list[GraphNode]] = {}
    absorbed: set[GraphNode] = set()
    for node in graph.nodes.values():  # a sum comes before its partial sums
        if _is_sum(node) and node not in absorbed:
            terms, partial = _terms(graph, node)
            if len(terms) >= TERMS:
                sums[node] = terms
                absorbed |= partial
    made: dict[GraphNode, GraphNode] = {}
    for node in reversed(graph.nodes.values()):
        if node not in absorbed:
            inputs = tuple(made.get(x, x) for x in sums.get(node, node.inputs))
            made[node] = replace(node, inputs=inputs, sign="Σ" if node in sums else node.sign)
    gradients = None if graph.gradients is None else {made[x]: g for x, g in graph.gradients.items() if x in made}
    nodes = {source: made[node] for source, node in graph.nodes.items() if node in made}
    return Graph(nodes, tuple(made[y] for y in graph.outputs), tuple(made[y] for y in graph.unfolded), gradients)


def _terms(graph: Graph, node: GraphNode) -> tuple[list[GraphNode], set[GraphNode]]:
    """The terms of a sum, in order, and the partial sums between."""
    terms: list[GraphNode] = []
    partial: set[GraphNode] = set()
    pending = list(reversed(node.inputs))
    while pending:
        x = pending.pop()
        if _is_sum(x) and x not in graph.outputs and _is_unnamed(x) and len(graph.users[x]) == 1 and x.frames == node.frames:
            partial.add(x)
            pending += reversed(x.inputs)
        else:
            terms.append(x)
    return terms, partial


def _is_sum(node: GraphNode) -> bool:
    return node.op is not None and node.op.name == "add"


def _is_unnamed(node: GraphNode) -> bool:
    return re.fullmatch(r"v\d+", node.label) is not None
