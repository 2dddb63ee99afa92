"""A sketch as text of Graphviz's language: boxes for numbers, and between inputs and result a round sign for the op.

The text depends on the shape of the graph and what is in its boxes only, so equal graphs have equal text. Labels are
HTML-like, the one kind in which any text can be spelled and a field can be given a width.
"""

import math
from collections.abc import Sequence
from typing import Any

from graphviz import Digraph

from autograd.drawing.layout import Edge, Frame, Shape, Sketch
from autograd.drawing.text import LONGEST, html, visible, width
from autograd.drawing.themes import FONT, FONT_SIZE, THEMES, Theme, heat_color

#: Where edges leave a box and enter one, and where the first and the last of several inputs enter an op.
PORTS = {"LR": "e w nw sw", "RL": "w e ne se", "TB": "s n nw ne", "BT": "n s sw se"}


def dot_of(
    sketch: Sketch,
    *,
    rankdir: str = "LR",
    theme: str = "light",
    font: str = FONT,
    size: tuple[float, float] | None = None,
    caption: Sequence[str] = (),
    named: bool = False,
) -> str:
    """The DOT text of a sketch, with some lines below it.

    If it is `named`, every part has an id, a box its role as class, and there is room above every sign.
    """
    leaving, entering, first, last = PORTS[rankdir].split()
    look = THEMES[theme]
    # A leaf used in hundreds of places takes minutes to place perfectly, and a second with a limit on the iterations.
    frame = {"rankdir": rankdir, "nodesep": "0.3" if named else "0.15", "ranksep": "0.3", "nslimit": "2"}
    if len(sketch.shapes) > 100:
        frame |= {"nslimit1": "2", "mclimit": "0.5"}
    if theme != "light":
        frame |= {"bgcolor": look.background}
    if size:
        frame |= {"size": f"{size[0]:g},{size[1]:g}"}
    text = {"fontname": font, "fontsize": str(FONT_SIZE)} | ({"fontcolor": look.ink} if theme != "light" else {})
    if caption:
        frame |= {"label": _label(caption, FONT_SIZE, 200), "labeljust": "l", **text}
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
        if shape.alarm:
            lines = ",".join(filter(None, (style["style"], look.styles[shape.alarm].get("style"))))
            style = style | look.styles[shape.alarm] | {"style": lines}
        if shape.marked:
            style = style | {"color": look.mark, "penwidth": "3"}
        known = {"id": shape.name, "class": f"{shape.role} {shape.alarm}".strip()} if named else {}
        if shape.role == "folded":
            graph.node(shape.name, _label(shape.fields, FONT_SIZE), **style, **known)
        else:
            graph.node(shape.name, _table(shape, look), **style, **known)
        if shape.sign:
            sign = f"op_{shape.name}"
            known = {"id": sign, "class": "sign"} if named else {}
            graph.node(sign, f"<{html(shape.sign)}>", width=_sign_width(shape.sign), **look.sign, **known)
    for inner in frame.within.values():
        attributes = {"label": _label([inner.title], FONT_SIZE), "style": "rounded", "color": look.frame, "labeljust": "l"}
        attributes |= {"margin": "8"} | ({"id": inner.name} if named else {})
        with graph.subgraph(name=inner.name, graph_attr=text | attributes) as inside:
            _draw(inside, inner, look, text, named)


def _edge_look(edge: Edge, port: str, look: Theme, text: dict[str, str]) -> dict[str, str]:
    attributes = {"headport": port} if port else {}
    if edge.label:
        attributes |= text | {"label": _label([edge.label], FONT_SIZE - 1), "fontsize": str(FONT_SIZE - 1)}
    if edge.weight is not None:
        attributes |= {"penwidth": f"{0.5 + 4.5 * edge.weight:.2f}"} | ({"style": "dotted"} if edge.weight == 0 else {})
    if edge.marked:
        attributes |= {"color": look.mark, "penwidth": "2.5"}
    return attributes


def _table(shape: Shape, look: Theme) -> str:
    """An HTML-like label: fields in a row, or one below another if there are many, and an array in the small beside them."""
    cells = [_cell(text, FONT_SIZE, 10) for text in shape.fields]
    if not shape.heat and len(cells) <= 3:
        return f"<{_tabular(5, [cells])}>"
    stack = f"<TD>{_tabular(3, [[cell] for cell in cells])}</TD>"
    if not shape.heat:
        return f"<{_tabular(5, [[stack]])}>"
    dark = look is THEMES["dark"]
    rows = "".join(
        "<TR>" + "".join(f'<TD BGCOLOR="{heat_color(x, dark)}" WIDTH="7" HEIGHT="7"></TD>' for x in row) + "</TR>"
        for row in shape.heat
    )
    size = f'FIXEDSIZE="TRUE" WIDTH="{7 * len(shape.heat[0]) + 2}" HEIGHT="{7 * len(shape.heat) + 2}"'
    small = f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" {size}>{rows}</TABLE>'
    return f"<{_tabular(5, [[stack, f'<TD>{small}</TD>']])}>"


def _tabular(padding: int, rows: list[list[str]], ruled: bool = True) -> str:
    """A table of cells, with rules between them."""
    across, down = ("<VR/>", "<HR/>") if ruled else ("", "")
    lines = down.join(f"<TR>{across.join(row)}</TR>" for row in rows)
    return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{lines}</TABLE>'


def _cell(text: str, size: int, room: int = 0, longest: int = LONGEST) -> str:
    """A cell of a table, as wide as its text may be."""
    points = math.ceil(width(visible(text, longest)) * size)
    return f'<TD ALIGN="LEFT" WIDTH="{points + room}">{html(text, longest)}</TD>'


def _label(texts: Sequence[str], size: int, longest: int = LONGEST) -> str:
    """A label of some lines, as wide as its text may be."""
    return f"<{_tabular(0, [[_cell(text, size, 0, longest)] for text in texts], ruled=False)}>"


def _sign_width(sign: str) -> str:
    return f"{max(0.3, 1.2 * width(visible(sign)) * FONT_SIZE / 72):.2f}"
