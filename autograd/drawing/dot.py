"""DOT text of a sketch: boxes for numbers, and a round sign for the op between inputs and result.

The text depends only on the graph and the contents of its boxes, so equal graphs have equal text. Labels are HTML-like: only
these can hold any text and give a field a width.
"""

import math
from collections.abc import Sequence
from typing import Any

from graphviz import Digraph

from autograd.drawing.box_text import HeatMap
from autograd.drawing.layout import DrawnNode, Edge, Frame, Sketch
from autograd.drawing.options import PORTS, Look
from autograd.drawing.text import LONGEST, html, visible, width
from autograd.drawing.themes import FONT_SIZE, THEMES, Theme, heat_color


def dot_of(sketch: Sketch, look: Look, named: bool = False) -> str:
    """The DOT text of a sketch, with the caption below it; if `named`, parts have ids and classes, and signs more room."""
    leaving, entering, first, last = PORTS[look.rankdir].split()
    theme = THEMES[look.theme]
    text = {"fontname": look.font, "fontsize": f"{look.font_size:g}"}
    text |= {"fontcolor": theme.ink} if look.theme != "light" else {}
    graph = Digraph(
        graph_attr=_graph_attributes(sketch, look, text) | _if_named(named, nodesep="0.3"),
        node_attr={"shape": "box", "margin": "0.02,0.03", "width": "0", "height": "0", **text},
        edge_attr={"arrowsize": "0.6", "color": theme.line, "tailport": leaving, "headport": entering},
    )
    _draw(graph, sketch.frames(), theme, text, named)
    frames = {shape.name: shape.frames for shape in sketch.shapes}
    for shape in sketch.shapes:
        head = f"op_{shape.name}" if shape.sign else shape.name
        inside = [frames[edge.tail][: len(shape.frames)] == shape.frames for edge in shape.edges]
        for i, edge in enumerate(shape.edges):
            port = entering if len(shape.edges) == 1 else {0: first, len(shape.edges) - 1: last}.get(i, entering)
            # Routers fail at some labelled edges between fixed points of boxes: these end anywhere on the outline.
            port = port if shape.sign else "_" if edge.label else ""
            attributes = _edge_attributes(edge, port, theme, text)
            if any(inside) and not inside[i] and frames[edge.tail]:
                attributes |= {"minlen": "2"}  # its frame begins after what enters it, so frames are side by side
            graph.edge(edge.tail, head, **attributes, **_if_named(named, id=edge_id(shape, edge)))
        if shape.sign:
            result = Edge(head, weight=shape.weight, marked=shape.marked and any(edge.marked for edge in shape.edges))
            graph.edge(head, shape.name, **_edge_attributes(result, "", theme, text), **_if_named(named, id=edge_id(shape)))
    return graph.source


def _graph_attributes(sketch: Sketch, look: Look, text: dict[str, str]) -> dict[str, str]:
    """The attributes of the whole picture."""
    # Without a limit on the iterations, the layout of a leaf with hundreds of uses takes minutes.
    frame = {"rankdir": look.rankdir, "nodesep": "0.15", "ranksep": "0.3", "nslimit": "2"}
    if len(sketch.shapes) > 100:
        frame |= {"nslimit1": "2", "mclimit": "0.5"}
    if look.theme != "light":
        frame |= {"bgcolor": THEMES[look.theme].background}
    if look.size:
        frame |= {"size": f"{look.size[0]:g},{look.size[1]:g}"}
    if look.caption:
        frame |= {"label": _label(look.caption, look.font_size, 200), "labeljust": "l", **text}
    return frame


def _if_named(named: bool, **attributes: str) -> dict[str, str]:
    """The attributes if `named` is true, else an empty dict."""
    return attributes if named else {}


def edge_id(shape: DrawnNode, edge: Edge | None = None) -> str:
    """The id of an edge into a shape, or without an edge of that from its sign to its box."""
    if edge is None:
        return f"{shape.name}_out"
    return f"{shape.name}_{edge.tail if shape.role == 'folded' else edge.position}"


def _draw(graph: Any, frame: Frame, theme: Theme, text: dict[str, str], named: bool) -> None:
    """Add the boxes and signs of a frame, and the frames inside it."""
    size = float(text["fontsize"])
    for shape in frame.shapes:
        style = theme.styles[shape.role]
        if shape.alarm:
            lines = ",".join(filter(None, (style["style"], theme.styles[shape.alarm].get("style"))))
            style = style | theme.styles[shape.alarm] | {"style": lines}
        if shape.marked:
            style = style | {"color": theme.mark, "penwidth": "3"}
        known = _if_named(named, **{"id": shape.name, "class": f"{shape.role} {shape.alarm}".strip()})
        if shape.role == "folded":
            graph.node(shape.name, _label(shape.fields, size), **style, **known)
        else:
            graph.node(shape.name, _table(shape, theme, size), **style, **known)
        if shape.sign:
            sign = f"op_{shape.name}"
            known = _if_named(named, **{"id": sign, "class": "sign"})
            graph.node(sign, f"<{html(shape.sign)}>", **theme.sign, **_sign_size(shape.sign, size), **known)
    for inner in frame.within.values():
        attributes = {"label": _label([inner.title], size), "style": "rounded", "color": theme.line, "labeljust": "l"}
        attributes |= {"margin": "8"} | _if_named(named, id=inner.name)
        with graph.subgraph(name=inner.name, graph_attr=text | attributes) as inside:
            _draw(inside, inner, theme, text, named)


def _edge_attributes(edge: Edge, port: str, theme: Theme, text: dict[str, str]) -> dict[str, str]:
    attributes = ({"headport": port} if port else {}) | ({"tailport": "_"} if port == "_" else {})
    if edge.label:
        size = float(text["fontsize"]) - 1
        attributes |= text | {"label": _label([edge.label], size), "fontsize": f"{size:g}"}
    if edge.weight is not None:
        attributes |= {"penwidth": f"{0.5 + 4.5 * edge.weight:.2f}"} | ({"style": "dotted"} if edge.weight == 0 else {})
    if edge.marked:
        attributes |= {"color": theme.mark, "penwidth": "2.5"}
    return attributes


def _table(shape: DrawnNode, theme: Theme, size: float) -> str:
    """An HTML-like label: fields in a column, gradients in their colour, and heat maps next to them."""
    colors = [theme.gradient if kind == "g" else "" for kind in shape.kinds]
    rows = [[_cell(text, size, 8, color=color)] for text, color in zip(shape.fields, colors, strict=True)]
    if not shape.heat:
        return f"<{_tabular(1, rows)}>"
    maps = [_heat_table(heat, theme) for heat in shape.heat]
    return f"<{_tabular(1, [[f'<TD>{table}</TD>' for table in (_tabular(1, rows), *maps)]])}>"


def _heat_table(heat: HeatMap, theme: Theme) -> str:
    """A heat map, whose cells have their numbers as titles."""
    dark = theme is THEMES["dark"]
    cells = "".join(
        "<TR>" + "".join(f'<TD BGCOLOR="{heat_color(x, dark)}" WIDTH="7" HEIGHT="7" TITLE="{text}"></TD>' for x, text in row)
        + "</TR>" for row in heat
    )  # fmt: skip
    size = f'FIXEDSIZE="TRUE" WIDTH="{7 * len(heat[0]) + 2}" HEIGHT="{7 * len(heat) + 2}"'
    return f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" {size}>{cells}</TABLE>'


def _tabular(padding: int, rows: list[list[str]]) -> str:
    """A table of cells."""
    lines = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{lines}</TABLE>'


def _cell(text: str, size: float, room: int = 0, longest: int = LONGEST, color: str = "") -> str:
    """A cell of a table, with the width of its text, in a colour if one is given, and centred in more room."""
    points = math.ceil(width(visible(text, longest)) * size)
    shown = f'<FONT COLOR="{color}">{html(text, longest)}</FONT>' if color else html(text, longest)
    return f'<TD ALIGN="{"CENTER" if room else "LEFT"}" WIDTH="{points + room}">{shown}</TD>'


def _label(texts: Sequence[str], size: float, longest: int = LONGEST) -> str:
    """A label of several lines, with the width of its text."""
    return f"<{_tabular(0, [[_cell(text, size, 0, longest)] for text in texts])}>"


def _sign_size(sign: str, size: float) -> dict[str, str]:
    """The least width and height of a sign: those of a circle, or wider for its text."""
    least = 0.3 * size / FONT_SIZE
    return {"width": f"{max(least, 1.2 * width(visible(sign)) * size / 72):.2f}", "height": f"{least:.2g}"}
