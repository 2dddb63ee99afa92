"""A sketch as text of Graphviz's language: boxes for numbers, and between inputs and result a round sign for the op.

The text depends on the shape of the graph and what is in its boxes only, so equal graphs have equal text. Labels are
HTML-like, the one kind in which any text can be spelled and a field can be given a width.
"""

import math
from typing import Any

from graphviz import Digraph

from autograd.draw.labels import html, width
from autograd.draw.sketch import Edge, Frame, Shape, Sketch
from autograd.draw.styles import FONT, FONT_SIZE, THEMES, Theme, heat_color

#: Where edges leave a box and enter one, and where the first and the last of several inputs enter an op.
PORTS = {"LR": "e w nw sw", "RL": "w e ne se", "TB": "s n nw ne", "BT": "n s sw se"}


def dot_of(
    sketch: Sketch,
    *,
    rankdir: str = "LR",
    theme: str = "light",
    font: str = FONT,
    size: tuple[float, float] | None = None,
    named: bool = False,
) -> str:
    """The DOT text of a sketch; if `named`, every part of the picture has an id, and a box its role as class."""
    leaving, entering, first, last = PORTS[rankdir].split()
    look = THEMES[theme]
    # A leaf used in hundreds of places takes minutes to place perfectly, and a second with a limit on the iterations.
    frame = {"rankdir": rankdir, "nodesep": "0.15", "ranksep": "0.3", "nslimit": "2"}
    if len(sketch.shapes) > 100:
        frame |= {"nslimit1": "2", "mclimit": "0.5"}
    if theme != "light":
        frame |= {"bgcolor": look.background}
    if size:
        frame |= {"size": f"{size[0]:g},{size[1]:g}"}
    text = {"fontname": font, "fontsize": str(FONT_SIZE)} | ({"fontcolor": look.ink} if theme != "light" else {})
    graph = Digraph(
        graph_attr=frame,
        node_attr={"shape": "box", "margin": "0", "width": "0", "height": "0", **text},
        edge_attr={"arrowsize": "0.6", "color": look.line, "tailport": leaving, "headport": entering},
    )
    _draw(graph, sketch.frames(), look, text, named)
    for shape in sketch.shapes:
        head = f"op_{shape.name}" if shape.sign else shape.name
        for i, edge in enumerate(shape.edges):
            port = entering if len(shape.edges) == 1 else {0: first, len(shape.edges) - 1: last}.get(i, entering)
            known = {"id": edge_id(shape, edge)} if named else {}
            graph.edge(edge.tail, head, **_edge_look(edge, port if shape.sign else "", look, text), **known)
        if shape.sign:
            result = Edge(head, weight=shape.weight, marked=shape.marked and any(edge.marked for edge in shape.edges))
            graph.edge(head, shape.name, **_edge_look(result, "", look, text), **({"id": edge_id(shape)} if named else {}))
    return graph.source


def edge_id(shape: Shape, edge: Edge | None = None) -> str:
    """The id of an arrow into a shape, or of the one from its sign to its box."""
    if edge is None:
        return f"{shape.name}_out"
    return f"{shape.name}_{edge.tail if shape.role == 'folded' else edge.position}"


def _draw(graph: Any, frame: Frame, look: Theme, text: dict[str, str], named: bool) -> None:
    """The boxes and signs of a frame, and the frames in it."""
    for shape in frame.shapes:
        style = look.styles[shape.role]
        if shape.marked:
            style = style | {"color": look.mark, "penwidth": "3"}
        known = {"id": shape.name, "class": shape.role} if named else {}
        if shape.role == "folded":
            graph.node(shape.name, f"<{'<BR/>'.join(map(html, shape.fields))}>", **style, **known)
        else:
            graph.node(shape.name, _table(shape, look), **style, **known)
        if shape.sign:
            sign = f"op_{shape.name}"
            known = {"id": sign, "class": "sign"} if named else {}
            graph.node(sign, f"<{html(shape.sign)}>", width=_sign_width(shape.sign), **look.sign, **known)
    for inner in frame.within.values():
        attributes = {"label": f"<{html(inner.title)}>", "style": "rounded", "color": look.frame, "labeljust": "l"}
        attributes |= {"margin": "8"} | ({"id": inner.name} if named else {})
        with graph.subgraph(name=inner.name, graph_attr=text | attributes) as inside:
            _draw(inside, inner, look, text, named)


def _edge_look(edge: Edge, port: str, look: Theme, text: dict[str, str]) -> dict[str, str]:
    attributes = {"headport": port} if port else {}
    if edge.label:
        attributes |= {"label": f"<{html(edge.label)}>", "fontname": text["fontname"], "fontsize": str(FONT_SIZE - 1)}
        attributes |= {"fontcolor": text["fontcolor"]} if "fontcolor" in text else {}
    if edge.weight is not None:
        attributes |= {"penwidth": f"{0.5 + 4.5 * edge.weight:.2f}"} | ({"style": "dotted"} if edge.weight == 0 else {})
    if edge.marked:
        attributes |= {"color": look.mark, "penwidth": "2.5"}
    return attributes


def _table(shape: Shape, look: Theme) -> str:
    """An HTML-like label: fields in a row, with rules between them, and an array in the small behind them."""
    cells = [f"<TD{_min_width(text)}>{html(text)}</TD>" for text in shape.fields]
    if shape.heat:
        dark = look is THEMES["dark"]
        rows = "".join(
            "<TR>" + "".join(f'<TD BGCOLOR="{heat_color(x, dark)}" WIDTH="7" HEIGHT="7"></TD>' for x in row) + "</TR>"
            for row in shape.heat
        )
        cells.append(f'<TD><TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE></TD>')
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="5"><TR>{"<VR/>".join(cells)}</TR></TABLE>>'


def _min_width(text: str) -> str:
    points = math.ceil(width(text) * FONT_SIZE)
    return f' ALIGN="LEFT" WIDTH="{points + 10}"' if points else ""


def _sign_width(sign: str) -> str:
    return f"{max(0.3, 1.2 * width(sign) * FONT_SIZE / 72):.2f}"
