"""Forward model: the graph of some outputs as data, with values, roles, names and inputs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any

from autograd.drawing.assignments import assigned_names
from autograd.drawing.names import constant_operand, literal, names_of, short_name
from autograd.drawing.text import isolate
from autograd.engine.anomaly import line_of
from autograd.engine.graph import Graph, GraphNode, Links, newest_first, pause_garbage_collection
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.scopes import Scopes, Span
from autograd.engine.value import Value

_NOTHING: Mapping[Node, str] = {}


def graph_of(outputs: Sequence[Node], arguments: Mapping[Node, str] = _NOTHING) -> Graph:
    """The graph of `outputs`, built by one walk; `arguments` are the inputs of a function with their names."""
    with pause_garbage_collection():
        return _graph_of(outputs, arguments)


def _graph_of(outputs: Sequence[Node], arguments: Mapping[Node, str]) -> Graph:
    links = newest_first(outputs)
    scopes = Scopes(links)
    homes = _scopes_of_nodes(links, scopes)
    assigned = assigned_names(reversed(links))
    own = {x: x.label or arguments.get(x, "") or scopes.path(x) or assigned.get(x, "") for x in reversed(links)}
    names = names_of(own, outputs)
    given = _given_to_modules(links, homes, scopes) | arguments.keys()
    nodes: dict[Node, GraphNode] = {}
    for node in sorted(own, key=lambda node: node.op is not None):  # leaves first: a changed leaf is newer than its users
        frames = tuple((span, scopes.name(span)) for span in homes[node])
        inputs = tuple(nodes[x] if isinstance(x, Node) else _constant(x, frames, scopes.path(x) or _argument(node.op, i))
                       for i, x in enumerate(links[node]))  # fmt: skip
        leaf = "parameter" if node.requires_grad else "frozen" if scopes.path(node) else "constant"
        role = "input" if node in given else leaf if node.op is None else "computed"
        nodes[node] = _number(node, role, names[node], _label(node, own[node], names[node]), inputs, frames)
    shown = tuple(nodes[y] for y in outputs)
    return Graph({node: nodes[node] for node in links}, shown, shown)


def _number(
    node: Any, role: str, name: str, label: str, inputs: tuple[GraphNode, ...], frames: tuple[tuple[Any, str], ...]
) -> GraphNode:
    """The data of a node of the engine."""
    single = isinstance(node, Value)
    return GraphNode(
        node, role, name, label,
        value=node.data if single else node.numpy(), sign=node.op.symbol if node.op else "", inputs=inputs, frames=frames,
        op=node.op, params=node.params, grad=node.grad if single and node.requires_grad else None, line=line_of(node),
    )  # fmt: skip


def with_gradients(graph: Graph) -> Graph:
    """A copy of a graph with the gradients of its one output; `.grad` is not changed.

    Raises:
        RuntimeError: If the data of a leaf changed since its use
    """
    (y,) = {node.source for node in graph.outputs}
    found = pull_back([y], [y.seed()], wanted=[x for x in graph.nodes if x.requires_grad])
    return replace(graph, gradients={node: found[x] for x, node in graph.nodes.items() if x in found})


def _constant(x: Any, frames: tuple[tuple[Any, str], ...], label: str) -> GraphNode:
    """A raw number or array among the inputs of a node; each use is a separate constant, in the frames of its user."""
    x = bool(x) if label == "condition" and isinstance(x, float) else x
    name = str(x) if isinstance(x, bool) else constant_operand(x) if isinstance(x, int | float) else short_name(label)
    return GraphNode(x, "constant", name, label, value=x, raw=True, frames=frames)


def _argument(op: Any, position: int) -> str:
    """The name of an argument without a derivative beside others with one, such as the condition of `where`, or ""."""
    if op.variadic or op.pullbacks[position] or not any(op.pullbacks):
        return ""
    return list(signature(op.forward).parameters)[position + 1]


def _given_to_modules(links: Links, homes: Mapping[Any, tuple[Span, ...]], scopes: Scopes) -> set[Node]:
    """The leaves that modules got as arguments: those older than the call that used them, without a path in a module."""
    uses = ((x, span) for node, inputs in links.items() for span in homes[node] if span.is_call for x in inputs)
    return {x for x, span in uses if isinstance(x, Node) and x.op is None and x.serial < span.first and not scopes.path(x)}


def _scopes_of_nodes(nodes: Links, scopes: Scopes) -> dict[Any, tuple[Span, ...]]:
    """The scopes of every node: those of its creation, or for the parameter of a module those common to its uses."""
    homes: dict[Any, tuple[Span, ...]] = {node: scopes.of(node) for node in nodes}
    uses: dict[Node, list[tuple[Span, ...]]] = {}
    for node, inputs in nodes.items():
        for x in inputs:
            if isinstance(x, Node) and scopes.path(x):
                uses.setdefault(x, []).append(homes[node])
    return homes | {leaf: _common_scopes(places) for leaf, places in uses.items()}


def _common_scopes(places: Iterable[tuple[Span, ...]]) -> tuple[Span, ...]:
    """The scopes that all places share."""
    first, *others = places
    return tuple(span for i, span in enumerate(first) if all(len(p) > i and p[i] == span for p in others))


def _label(node: Node, own: str, name: str) -> str:
    """The label of a box: the full name of a node, and its name in formulas if that differs; empty for a plain constant."""
    if not own:
        return "" if literal(node) else name
    return own if name == short_name(own) else f"{isolate(own)} ({name})"
