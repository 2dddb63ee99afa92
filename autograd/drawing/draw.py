"""`draw` and `watch`: a graph as a picture, and as a page."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

from autograd.base.grad_mode import remember_lines
from autograd.drawing.box_text import Arrays
from autograd.drawing.dot import dot_of
from autograd.drawing.drawing import Drawing
from autograd.drawing.events import Local, Slopes, backward_graph, local_events
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.drawing.inputs import check_one_number, evaluate, has_gradient, outputs_of
from autograd.drawing.layout import sketch
from autograd.drawing.mermaid import mermaid_of
from autograd.drawing.names import size_of
from autograd.drawing.options import OPPOSITE, Look, Rankdir, View, rankdir_of
from autograd.drawing.page.page import Page, page_of
from autograd.drawing.paths import path_marks, paths_in
from autograd.drawing.sums import merge_sums
from autograd.drawing.svg import description_of
from autograd.drawing.text import FORMAT
from autograd.drawing.themes import FONT, FONT_SIZE, ThemeName
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.engine.value import Value
from autograd.support.arguments import explained_arguments
from autograd.support.validation import check_choice

Direction = Literal["forward", "backward", "both"]


@explained_arguments()
def draw(  # noqa: PLR0913  (public keywords)
    y: Any,
    *inputs: Any,
    direction: Direction = "forward",
    max_nodes: int = 300,
    rankdir: Rankdir | None = None,
    format: str = FORMAT,
    arrays: Arrays = "shape",
    depth: int | None = None,
    around: Node | None = None,
    hops: int = 2,
    path: tuple[Node, Node] | None = None,
    emphasis: Literal["gradient"] | None = None,
    theme: ThemeName = "light",
    font: str = FONT,
    font_size: float = FONT_SIZE,
    size: tuple[float, float] | None = None,
) -> Drawing:
    """A picture of the computation of y, or of its gradient.

        forward   x → op → y
        backward  ȳ → x̄ = Σ ȳ ∂y/∂x: boxes are cotangents, edges local derivatives, signs sums
        both      forward, with the gradient of y in every box

    y is a node; a list of nodes, if forward; a tape; or a module or function, which is called with the `inputs`: numbers,
    arrays, or containers of them, of which nodes are made. They get the names of its arguments. Boxes are numbers: a name over
    a number over a gradient; of an array shape and dtype, and its entries if there are at most 8 rows and columns. Names
    come from labels, modules, or lines stored by `remember_lines`; a box does not repeat the path of its frame. Round signs
    are ops, between their inputs (the first enters above the second) and their result; Σ adds four numbers or more.

        parameter   square, thick blue outline: a leaf that requires a gradient; frozen: grey, dashed outline
        input       square, double green outline: an argument of a module or function
        constant    square, grey, no outline
        computed    rounded, thin outline
        cotangent   rounded, orange; the gradient of a leaf is square, with a thick outline
        alarm       very thick red outline: NaN or ∞, dashed if only in the gradient; the first box names it
        folded      a folder: several numbers in one box, which counts their parameters

    Args:
        arrays: Fields of an array: "shape", "stats" (minimum, mean, maximum) or "heat" (heat maps of it and its gradient)
        depth: The number of nested frames to open, from 0; deeper ones are folded, equal ones in a row into one
        max_nodes: The most numbers to draw; beyond it frames are folded, then all but those nearest the outputs
        around: A node; only its neighbourhood of `hops` edges is drawn
        path: (a, b): mark the paths from a to b, each step with its local derivative; a caption lists the paths, the
            product along each, and their sum ∂b/∂a
        emphasis: "gradient": the width of an edge shows the size of its gradient; dotted without one
        rankdir: The side to which the computation goes: LR, RL, TB or BT; gradients go back. By default from left to right, or
            down if the `size` is higher than wide
        size: The largest width and height in inches; format: of numbers, as ".3g"; theme: "light" or "dark"; font: a name,
            font_size: in points

    `.grad` is not changed; a backward sweep calls the hooks of tensors as usual.

    Raises:
        TypeError: If y cannot be drawn
        ValueError: If an option is unknown, the graph has no such path, or y must be one number with a gradient and is not
        RuntimeError: If a sweep finds that the data of a leaf changed since its use

    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>
    >>> draw(lambda x, w: x * w["slope"] + w["offset"], 3.0, {"slope": 2.0, "offset": 1.0}).description
    "v4 = x × w['slope']; y = v4 + w['offset']"
    """
    look = Look(rankdir or rankdir_of(size), theme, font, font_size, size)
    view = View(max_nodes, format, arrays, depth, hops)
    check_choice("direction", direction, get_args(Direction))
    check_choice("emphasis", emphasis, (None, "gradient"))
    if hasattr(y, "program") and hasattr(y, "draw"):
        if (direction, arrays, depth, around, path, emphasis) != ("forward", "shape", None, None, None, None):
            raise ValueError("a tape is drawn forward and whole: draw the result of the recorded function to use other options")
        return y.draw(
            max_nodes=max_nodes, format=format, rankdir=rankdir, theme=theme, font=font, font_size=font_size, size=size
        )
    graph, graded = _graphs(y, inputs, direction, emphasis)
    view = replace(view, around=_center(graph, around), weights=_weights(graded) if emphasis else {})
    page = partial(_page, graph, view, look)
    slopes: Slopes = {}
    derivatives = [] if path is None and direction != "backward" else local_events(graph)
    if path is not None:
        view, look, slopes = _mark_path(graph, derivatives, path, view, look)
    if direction == "backward":
        return _drawing(*_backward(graded, derivatives, view), replace(look, rankdir=OPPOSITE[look.rankdir]), page)
    shown = graph if direction == "forward" else graded
    whole = (around, path, emphasis) == (None, None, None)
    return _drawing(merge_sums(shown) if whole else shown, slopes, view, look, page)


@explained_arguments()
def watch(y: Any, *inputs: Any, title: str = "", **options: Any) -> Page:
    """The page of a node, or of the result of a module or function for the `inputs`.

    A notebook displays it, and `save` writes it. It plays the computation of y and the backward pass, step by step; for a
    function it also shows the line of the program that made each number. `options` are those of `draw`.

    Raises:
        Exception: As `draw`

    >>> watch(lambda x: x * x, 3.0)
    <Page of 2 boxes, 5 steps: .save('graph.html')>
    """
    with remember_lines():
        drawing = draw(y, *inputs, **options)
    return drawing.page(title=title)


def draw_graph(graph: Graph, *, max_nodes: int, format: str, rankdir: Rankdir | None, size: Any, **look: Any) -> Drawing:
    """The drawing of a graph model; options as for `draw`."""
    return _drawing(graph, {}, View(max_nodes, format), Look(rankdir or rankdir_of(size), size=size, **look))


def _graphs(y: Any, inputs: tuple[Any, ...], direction: str, emphasis: str | None) -> tuple[Graph, Graph]:
    """The graph to draw, and the same graph with gradients, if an option needs them."""
    y, arguments = evaluate(y, inputs)
    outputs = outputs_of(y)
    if direction != "forward":
        check_one_number(f"draw(…, {direction})", y)
    if emphasis:
        if len(outputs) > 1:
            raise ValueError(f"draw(…, emphasis='gradient') takes one output, got {len(outputs)}: draw their sum")
        check_one_number("draw(…, emphasis)", outputs[0])
    graph = graph_of(outputs, arguments)
    return graph, graph if direction == "forward" and not emphasis else with_gradients(graph)


def _drawing(graph: Graph, slopes: Slopes, view: View, look: Look, page: Callable[[str], Page] | None = None) -> Drawing:
    drawn = sketch(graph, view, slopes, look.rankdir)
    return Drawing(dot_of(drawn, look), drawn.shown, drawn.total, mermaid_of(drawn, look.rankdir), page, *description_of(graph))


def _page(graph: Graph, view: View, look: Look, title: str) -> Page:
    """The page of a graph, with gradients if the output is one number that requires them."""
    shown = with_gradients(graph) if len(graph.outputs) == 1 and has_gradient(graph.outputs[0].source) else graph
    return page_of(shown, view, Look(look.rankdir, font=look.font, font_size=look.font_size), title)


def _center(graph: Graph, around: Any) -> GraphNode | None:
    """The number in the centre of the neighbourhood to draw, if any."""
    if around is None:
        return None
    if not isinstance(around, Node) or around not in graph.nodes:
        raise ValueError(f"around must be a node that y was computed from, got {around!r}, which is not in this graph")
    return graph.nodes[around]


def _mark_path(graph: Graph, derivatives: list[Local], path: Any, view: View, look: Look) -> tuple[View, Look, Slopes]:
    """The view with a path marked, the look with its products as a caption, and the slopes on its edges."""
    if not (isinstance(path, tuple | list) and len(path) == 2 and all(isinstance(end, Node) for end in path)):
        raise TypeError(f"path must be a pair of nodes (a, b), got {path!r}")
    marked = path_marks(graph, *path)
    slopes = {(local.node, local.position): local for local in derivatives if (local.input, local.node) in marked}
    if all(isinstance(end, Value) for end in path):
        with suppress(ValueError):  # there may be no path with a gradient
            names = {node.source: node.name for node in graph.nodes.values()}
            look = replace(look, caption=paths_in(graph, derivatives, *path).lines(names, view.format))
    return replace(view, marked=marked), look, slopes


def _backward(graded: Graph, derivatives: list[Local], view: View) -> tuple[Graph, Slopes, View]:
    """The graph of the cotangents, its slopes, and the view with each number replaced by its cotangent and edges reversed."""
    graph, slopes = backward_graph(graded, derivatives)
    of = graph.nodes
    if view.around is not None and view.around not in of:
        raise ValueError(f"no gradient reaches {view.around.source!r}: draw its neighbourhood with direction='forward'")
    pairs = [part for part in view.marked if isinstance(part, tuple)]
    marked = {of[x] for x in view.marked if x in of} | {(of[b], of[a]) for a, b in pairs if a in of and b in of}
    weights = {of[x]: weight for x, weight in view.weights.items()}
    around = None if view.around is None else of[view.around]
    return graph, slopes, replace(view, around=around, weights=weights, marked=frozenset(marked))


def _weights(graph: Graph) -> Mapping[GraphNode, float]:
    """The size of the gradient of each node on a logarithmic scale: 1 for the largest, 0 for zero."""
    found = {x: size_of(g) for x, g in (graph.gradients or {}).items()}
    finite = [g for g in found.values() if 0 < g < math.inf]
    top = math.log10(max(finite, default=1.0))
    decades = min(max(top - math.log10(min(finite, default=1.0)), 2.0), 8.0)  # from thick to thin

    def weight(g: float) -> float:
        if not g:
            return 0.0
        return 1.0 if not math.isfinite(g) else max(0.02, 1.0 - (top - math.log10(g)) / decades)

    return {x: weight(g) for x, g in found.items()}
