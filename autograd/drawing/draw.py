"""`draw` and `watch`: a graph as a `Drawing`, and as a page."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from autograd.base.grad_mode import remember_lines
from autograd.drawing.backward_model import backward_graph
from autograd.drawing.dot import dot_of
from autograd.drawing.drawing import Drawing
from autograd.drawing.events import Local, Slopes, local_events
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.drawing.inputs import check_one_number, evaluate, has_gradient, outputs_of
from autograd.drawing.layout import sketch
from autograd.drawing.mermaid import mermaid_of
from autograd.drawing.names import size_of
from autograd.drawing.options import Look, View, check_one_of
from autograd.drawing.page.page import Page, page_of
from autograd.drawing.paths import marks, paths_in
from autograd.drawing.text import FORMAT
from autograd.drawing.themes import FONT
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.engine.value import Value

DIRECTIONS = ("forward", "backward", "both")


def draw(
    y: Any,
    *inputs: Any,
    direction: str = "forward",
    max_nodes: int = 300,
    rankdir: str = "LR",
    format: str = FORMAT,
    arrays: str = "shape",
    depth: int | None = None,
    around: Node | None = None,
    hops: int = 2,
    path: tuple[Node, Node] | None = None,
    emphasis: str | None = None,
    theme: str = "light",
    font: str = FONT,
    size: tuple[float, float] | None = None,
) -> Drawing:
    """A picture of how y was computed, or of how its gradient is.

        forward   x → op → y
        backward  ȳ → x̄ = Σ ȳ ∂y/∂x: a box a cotangent, an edge a local derivative, a sign where several are added
        both      forward, with the gradient of y beside every number

    y is a node, or forward a list of nodes; a tape; or a module or function, drawn for the `inputs` that follow it: numbers,
    lists of numbers for a network of single ones, or arrays; they are named as its arguments are. Boxes are numbers: label,
    data and gradient of a Value, label, shape and dtype of a Tensor. Round signs are ops, between their inputs (the first
    enters above the second) and their result.

        parameter   square, thick blue outline: a leaf that requires a gradient
        input       square, double green outline: an argument of the module or function
        constant    square, grey, no outline
        computed    rounded, thin outline
        cotangent   rounded, orange; the gradient of a leaf is square, with a thick outline
        alarm       very thick red outline: NaN or ∞, dashed if in the gradient alone; where it begins is said
        folded      a folder: so many numbers that are not shown one by one

    Args:
        arrays: what is shown of an array: "shape", "stats" (least, mean, largest) or "heat" (the array in the small)
        depth: frames within frames that are opened, from 0; the rest is folded, equal ones in a row into one

    max_nodes beyond so many numbers frames are folded, and then all but those nearest the outputs

    Args:
        around: a node, of which only the neighbourhood of so many `hops` is shown
        path: (a, b): everything on the way from a to b is marked, each step with its local derivative; below stand the ways,
            the product along each, and their sum, which is ∂b/∂a
        emphasis: "gradient": the thicker an edge, the larger the gradient that comes back on it; dotted where none does
        rankdir: Graphviz's LR, RL, TB or BT; format: of numbers, as ".3g"; theme: "light" or "dark"; font: a name; size: in
            inches

    No `.grad` is touched; the hooks of a tensor are called by a backward sweep, as by any other.

    Raises:
        TypeError: if y is nothing that can be drawn
        ValueError: if an option is unknown; if y must be one number that has a gradient and is not; if `path` is none
        RuntimeError: backward, if a leaf's data changed since it was used

    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>
    """
    look = Look(rankdir, theme, font, size)
    view = View(max_nodes, format, arrays, depth, hops)
    check_one_of("direction", direction, DIRECTIONS)
    check_one_of("emphasis", emphasis, (None, "gradient"))
    if hasattr(y, "program") and hasattr(y, "draw"):
        if (direction, arrays, depth, around, path, emphasis) != ("forward", "shape", None, None, None, None):
            raise ValueError("draw: a tape is drawn forward and whole: draw what the recorded function gives to see more of it")
        return y.draw(max_nodes=max_nodes, format=format, rankdir=rankdir, theme=theme, font=font, size=size)
    graph, graded = _graphs(y, inputs, direction, emphasis)
    view = replace(view, around=_middle(graph, around), weights=_weights(graded) if emphasis else {})
    page = _page_maker(graph, view, look)
    slopes: Slopes = {}
    derivatives = [] if path is None and direction != "backward" else local_events(graph)
    if path is not None:
        view, look, slopes = _with_path(graph, derivatives, path, view, look)
    if direction == "backward":
        return _drawing(*_backward(graded, derivatives, view), look, page)
    return _drawing(graph if direction == "forward" else graded, slopes, view, look, page)


def watch(y: Any, *inputs: Any, title: str = "", **options: Any) -> Page:
    """The page of a node, or of what a module or function gives for the `inputs`: a notebook shows it, `save` writes it.

    It plays how y was computed and how its gradient comes back, step by step. Of a function it tells the line of the program
    that made each number too. `options` are those of `draw`.

    Raises:
        Exception: as `draw`

    >>> watch(lambda x: x * x, 3.0)
    <Page of 2 boxes, 5 steps: .save('graph.html')>
    """
    with remember_lines():
        drawing = draw(y, *inputs, **options)
    return drawing.page(title=title)


def draw_graph(graph: Graph, *, max_nodes: int, format: str, **look: Any) -> Drawing:
    """The drawing of any graph that is given as data; options as for `draw`.

    Raises:
        ValueError: if an option is unknown
    """
    return _drawing(graph, {}, View(max_nodes, format), Look(**look))


def _graphs(y: Any, inputs: tuple[Any, ...], direction: str, emphasis: str | None) -> tuple[Graph, Graph]:
    """The graph of what is drawn, and the same with gradients, if an option needs them."""
    y, arguments = evaluate(y, inputs)
    outputs = outputs_of(y)
    if direction != "forward":
        check_one_number(y, direction)
    if emphasis:
        if len(outputs) > 1:
            raise ValueError("draw(…, emphasis='gradient') takes one output, whose gradient is shown: draw their sum")
        check_one_number(outputs[0], "emphasis")
    graph = graph_of(outputs, arguments)
    return graph, graph if direction == "forward" and not emphasis else with_gradients(graph)


def _drawing(graph: Graph, slopes: Slopes, view: View, look: Look, page: Callable[[str], Page] | None = None) -> Drawing:
    drawn = sketch(graph, view, slopes)
    return Drawing(dot_of(drawn, look), drawn.shown, drawn.total, mermaid_of(drawn, look.rankdir), page)


def _page_maker(graph: Graph, view: View, look: Look) -> Callable[[str], Page]:
    """A function from a title to the page of a graph, with the gradients of the output if it is one number that has some."""

    def page(title: str) -> Page:
        shown = with_gradients(graph) if len(graph.outputs) == 1 and has_gradient(graph.outputs[0].source) else graph
        return page_of(shown, view, Look(look.rankdir, font=look.font), title)

    return page


def _middle(graph: Graph, around: Any) -> GraphNode | None:
    """The number around which a neighbourhood is shown, if one is asked for."""
    if around is None:
        return None
    if not isinstance(around, Node) or around not in graph.nodes:
        raise ValueError(f"draw: around is {around!r}, which is not in this graph: give a node that y was computed from")
    return graph.nodes[around]


def _with_path(graph: Graph, derivatives: list[Local], path: Any, view: View, look: Look) -> tuple[View, Look, Slopes]:
    """The view with a path marked, the look with its products as a caption, and the slopes on its arrows."""
    if not (isinstance(path, tuple | list) and len(path) == 2 and all(isinstance(end, Node) for end in path)):
        raise TypeError(f"draw: path is a pair of nodes (a, b), not {path!r}")
    marked = marks(graph, *path)
    slopes = {(local.node, local.position): local for local in derivatives if (local.input, local.node) in marked}
    if all(isinstance(end, Value) for end in path):
        with suppress(ValueError):  # on some ways no gradient flows
            names = {node.source: node.name for node in graph.nodes.values()}
            look = replace(look, caption=paths_in(graph, derivatives, *path).lines(names, view.format))
    return replace(view, marked=marked), look, slopes


def _backward(graded: Graph, derivatives: list[Local], view: View) -> tuple[Graph, Slopes, View]:
    """The graph of the cotangents, its slopes, and the view of numbers as one of their cotangents, with arrows turned round.

    Raises:
        ValueError: if no gradient reaches the number in the middle
    """
    graph, slopes = backward_graph(graded, derivatives)
    of = graph.nodes
    if view.around is not None and view.around not in of:
        raise ValueError(f"draw: no gradient reaches {view.around.source!r}, around which the way back is to be shown")
    pairs = [part for part in view.marked if isinstance(part, tuple)]
    marked = {of[x] for x in view.marked if x in of} | {(of[b], of[a]) for a, b in pairs if a in of and b in of}
    weights = {of[x]: weight for x, weight in view.weights.items()}
    around = None if view.around is None else of[view.around]
    return graph, slopes, replace(view, around=around, weights=weights, marked=frozenset(marked))


def _weights(graph: Graph) -> Mapping[GraphNode, float]:
    """How large the gradient of each node is, on a logarithmic scale: 1 for the largest of all, 0 for none at all."""
    found = {x: size_of(g) for x, g in (graph.gradients or {}).items()}
    finite = [g for g in found.values() if 0 < g < math.inf]
    top = math.log10(max(finite, default=1.0))
    decades = min(max(top - math.log10(min(finite, default=1.0)), 2.0), 8.0)  # from thick to thin

    def weight(g: float) -> float:
        if not g:
            return 0.0
        return 1.0 if not math.isfinite(g) else max(0.02, 1.0 - (top - math.log10(g)) / decades)

    return {x: weight(g) for x, g in found.items()}
