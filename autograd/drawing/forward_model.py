"""The graph of some outputs as data: the numbers, the role and the names of each, and what it was made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograd.drawing.names import literal, names_of, short
from autograd.engine.anomaly import line_of
from autograd.engine.graph import Graph, GraphNode, Links, newest_first
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.scopes import Scopes, Span
from autograd.engine.value import Value

_NOTHING: Mapping[Node, str] = {}


def graph_of(outputs: Sequence[Node], arguments: Mapping[Node, str] = _NOTHING) -> Graph:
    """The graph of `outputs`: one walk over it; `arguments` are the inputs of a function, with their names."""
    links = newest_first(outputs)
    scopes = Scopes(links)
    homes = _homes(links, scopes)
    own = {node: node.label or arguments.get(node, "") or scopes.path(node) for node in reversed(links)}
    names = names_of(own, outputs)
    nodes: dict[Node, GraphNode] = {}
    for node in sorted(own, key=lambda node: node.op is not None):  # a changed leaf is younger than what was computed from it
        frames = tuple((span, scopes.name(span)) for span in homes[node])
        inputs = tuple(nodes[x] if isinstance(x, Node) else _constant(x, frames) for x in links[node])
        role = "input" if node in arguments else _role(node)
        nodes[node] = _number(node, role, names[node], _label(node, own[node], names[node]), inputs, frames)
    shown = tuple(nodes[y] for y in outputs)
    return Graph({node: nodes[node] for node in links}, shown, shown)


def _number(
    node: Any, role: str, name: str, label: str, inputs: tuple[GraphNode, ...], frames: tuple[tuple[Any, str], ...]
) -> GraphNode:
    """A node of the engine as data."""
    single = isinstance(node, Value)
    return GraphNode(
        node, role, name, label,
        value=node.data if single else node.numpy(), sign=node.op.symbol if node.op else "", inputs=inputs, frames=frames,
        op=node.op, params=node.params, grad=node.grad if single and node.requires_grad else None, line=line_of(node),
    )  # fmt: skip


def with_gradients(graph: Graph) -> Graph:
    """The same graph with the gradients of its one output; no `.grad` is touched.

    Raises:
        RuntimeError: if a leaf's data changed since it was used
    """
    (y,) = {node.source for node in graph.outputs}
    found = pull_back([y], [y.seed()], wanted=[x for x in graph.nodes if x.requires_grad])
    return replace(graph, gradients={node: found[x] for x, node in graph.nodes.items() if x in found})


def _constant(x: Any, frames: tuple[tuple[Any, str], ...]) -> GraphNode:
    """A raw number or array among the inputs of a node; each use of it is a number by itself, beside what uses it."""
    return GraphNode(x, "constant", f"{x:g}" if isinstance(x, int | float) else "", value=x, raw=True, frames=frames)


def _homes(nodes: Links, scopes: Scopes) -> dict[Any, tuple[Span, ...]]:
    """The scopes of every node: those it was made in, and of a module's parameter those it is used in."""
    homes: dict[Any, tuple[Span, ...]] = {node: scopes.of(node) for node in nodes}
    uses: dict[Node, list[tuple[Span, ...]]] = {}
    for node, inputs in nodes.items():
        for x in inputs:
            if isinstance(x, Node) and scopes.path(x):
                uses.setdefault(x, []).append(homes[node])
    return homes | {leaf: _common(places) for leaf, places in uses.items()}


def _common(places: Iterable[tuple[Span, ...]]) -> tuple[Span, ...]:
    """The scopes that all places are in."""
    first, *others = places
    return tuple(span for i, span in enumerate(first) if all(len(p) > i and p[i] == span for p in others))


def _role(node: Node) -> str:
    if node.op is not None:
        return "computed"
    return "parameter" if node.requires_grad else "constant"


def _label(node: Node, own: str, name: str) -> str:
    """The text of a box: the own name of a node, and its name in formulas if that is another; none for a plain constant."""
    if not own:
        return "" if literal(node) else name
    return own if name == short(own) else f"{own} ({name})"
