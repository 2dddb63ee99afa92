"""Graph to DOT, Graphviz's language: boxes for numbers, and between inputs and result a round sign for the op.

The text depends on the shape of the graph and what is in its boxes only, so equal graphs have equal text. Labels are
HTML-like, the one kind in which any text can be spelled and a field can be given a width.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

from graphviz import Digraph

from autograd.draw.labels import html, width
from autograd.draw.picture import Box
from autograd.node import Node
from autograd.op import Op

#: Points; renderers that have no Helvetica take its metric twin, Arial or Arimo.
FONT_SIZE = 11
FONT = {"fontname": "Helvetica", "fontsize": str(FONT_SIZE)}

# Fills are tints of colours that the colour-blind can tell apart (Okabe & Ito 2008); outline and corners say the same again.
STYLES = {
    "parameter": {"style": "filled", "penwidth": "2", "color": "#0072b2", "fillcolor": "#d3e7f5"},
    "constant": {"style": "filled", "penwidth": "0", "color": "#777777", "fillcolor": "#e3e3e3"},
    "computed": {"style": "filled,rounded", "color": "#333333", "fillcolor": "#ffffff"},
    "primal": {"style": "filled,dashed", "color": "#333333", "fillcolor": "#ffffff"},
    "cotangent": {"style": "filled,rounded", "color": "#d55e00", "fillcolor": "#fdebdc"},
    "gradient": {"style": "filled", "penwidth": "2", "color": "#d55e00", "fillcolor": "#fdebdc"},
    "folded": {"shape": "folder", "style": "filled", "margin": "0.1,0.05", "color": "#333333", "fillcolor": "#fff6c9"},
}
OP_STYLE = {
    "shape": "ellipse",
    "style": "filled",
    "color": "#333333",
    "fillcolor": "#ffffff",
    "height": "0.3",
    "margin": "0.02",
}

FRAME_STYLE = {**FONT, "style": "rounded", "color": "#888888", "fontcolor": "#444444", "labeljust": "l", "margin": "8"}

#: Where edges leave a box and enter one, and where the first and the last of several inputs enter an op.
PORTS = {"LR": "e w nw sw", "RL": "w e ne se", "TB": "s n nw ne", "BT": "n s sw se"}


Items = list[Any]


class Picture(Protocol):
    """What can be drawn: outputs, how each number is made and of which, and a box for it; see `autograd.draw.picture`.

    Numbers are whatever can be told apart: nodes of a graph, steps of a tape.
    """

    @property
    def outputs(self) -> Sequence[Any]: ...
    def made(self, item: Any) -> tuple[Op, list[Any]] | None: ...
    def box(self, item: Any) -> Box: ...
    def frames(self, item: Any) -> Sequence[tuple[Any, str]]: ...


def dot_of(picture: Picture, *, max_nodes: int, rankdir: str) -> tuple[str, int, int]:
    """The DOT text of a picture, how many numbers it shows, and how many there are.

    Beyond `max_nodes` those nearest the outputs are shown, and one folded node stands for the others.
    """
    items, arguments = _nearest_first(picture, max_nodes)
    shown, hidden = items[:max_nodes], len(items) - max_nodes
    leaving, entering, first, last = PORTS[rankdir].split()
    graph = Digraph(
        # A leaf used in hundreds of places takes minutes to place perfectly, and a second with a limit on the iterations.
        graph_attr={"rankdir": rankdir, "nodesep": "0.15", "ranksep": "0.3", "nslimit": "2"},
        node_attr={"shape": "box", "margin": "0", "width": "0", "height": "0", **FONT},
        edge_attr={"arrowsize": "0.6", "color": "#555555", "tailport": leaving, "headport": entering},
    )
    names = {item: f"n{i}" for i, item in enumerate(shown)}
    if hidden > 0:
        graph.node("folded", f"<{html(f'… {hidden:,} more nodes')}>", **STYLES["folded"])
    # A constant has no place of its own: it is drawn beside what uses it.
    frames = {item: tuple(picture.frames(item)) for item in shown}
    for item in shown:
        for x in arguments.get(item, (None, []))[1]:
            if x in names and not frames[x] and not isinstance(x, Node):
                frames[x] = frames[item]
    _draw_nodes(graph, picture, _Frame.tree(list(reversed(shown)), frames), names, arguments)
    for item in reversed(shown):
        if item not in arguments:
            continue
        name, (_, inputs) = names[item], arguments[item]
        for i, x in enumerate(inputs):
            port = entering if len(inputs) == 1 else {0: first, len(inputs) - 1: last}.get(i, entering)
            graph.edge(names.get(x, "folded"), f"op_{name}", headport=port)
        graph.edge(f"op_{name}", name)
    return graph.source, len(shown), len(items)


class _Frame:
    """Items that stand together: directly, and in frames within."""

    def __init__(self) -> None:
        self.items: Items = []
        self.within: dict[tuple[Any, str], _Frame] = {}

    @classmethod
    def tree(cls, items: Items, frames: dict[Any, tuple[tuple[Any, str], ...]]) -> "_Frame":
        """All items, each in its innermost frame."""
        root = cls()
        for item in items:
            place = root
            for frame in frames[item]:
                place = place.within.setdefault(frame, cls())
            place.items.append(item)
        return root


def _draw_nodes(graph: Any, picture: Picture, root: _Frame, names: dict[Any, str], arguments: dict[Any, Any]) -> None:
    """Boxes and ops, frame by frame."""
    count = 0

    def fill(place: Any, frame: _Frame) -> None:
        nonlocal count
        for item in frame.items:
            box, name = picture.box(item), names[item]
            place.node(name, _table(box.fields), **STYLES[box.role])
            if item in arguments:
                op = arguments[item][0]
                place.node(f"op_{name}", f"<{html(op.symbol)}>", width=_op_width(op), **OP_STYLE)
        for (_, title), inner in frame.within.items():
            with place.subgraph(name=f"cluster_{count}", graph_attr={"label": f"<{html(title)}>", **FRAME_STYLE}) as inside:
                count += 1
                fill(inside, inner)

    fill(graph, root)


def _nearest_first(picture: Picture, max_nodes: int) -> tuple[Items, dict[Any, tuple[Op, Items]]]:
    """Every number of a picture, nearest the outputs first, and the op and inputs of the first `max_nodes`."""
    items: Items = list(dict.fromkeys(picture.outputs))
    seen = set(items)
    arguments: dict[Any, tuple[Op, Items]] = {}
    for i, item in enumerate(items):  # the list grows as it is read: a search breadth first
        how = picture.made(item)
        if how is None:
            continue
        op, inputs = how
        if i < max_nodes:
            arguments[item] = op, inputs
        fresh = [x for x in dict.fromkeys(inputs) if x not in seen]
        seen.update(fresh)
        items += fresh
    return items, arguments


def _table(fields: list[str]) -> str:
    """An HTML-like label: fields in a row, with rules between them."""
    cells = [f"<TD{_min_width(text)}>{html(text)}</TD>" for text in fields]
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="5"><TR>{"<VR/>".join(cells)}</TR></TABLE>>'


def _min_width(text: str) -> str:
    points = math.ceil(width(text) * FONT_SIZE)
    return f' ALIGN="LEFT" WIDTH="{points + 10}"' if points else ""


def _op_width(op: Op) -> str:
    return f"{max(0.3, 1.2 * width(op.symbol) * FONT_SIZE / 72):.2f}"
