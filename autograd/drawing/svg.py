"""SVG of a renderer: its title and description, its width in a notebook, and its conversion to PDF and PNG."""

import functools
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import escape
from typing import Any

from autograd.drawing.formulas import expression
from autograd.drawing.text import visible
from autograd.engine.graph import Graph, GraphNode
from autograd.support.optional import require

#: Formulas in a description; a picture can have thousands.
MOST = 12

#: Fonts in which the texts fit their boxes, as far as they are installed; the last comes with matplotlib.
FONTS = ("Helvetica", "Arial", "Liberation Sans", "Arimo", "DejaVu Sans")

#: A node, an edge or a frame in the SVG of Graphviz; their parent is the graph, which begins with its background.
_PART = re.compile(
    r'<g id="[^"]*" class="(node|edge|cluster)\b.*?(?=\s*(?:<!--|<g id="[^"]*" class="|</g>\s*</svg>))', re.DOTALL
)
_BACKGROUND = re.compile(r'class="graph".*?<polygon fill="([^"]*)"', re.DOTALL)
#: The outline of a box or sign. A folder has more corners, and its lines begin below each other.
_OUTLINE = re.compile(r'<(?:polygon [^>]*points="(?:[^" ]+ ){4}[^" ]+"|path |ellipse )[^>]*>')


def description_of(graph: Graph) -> tuple[str, str]:
    """(title, description) of a picture of a graph: its outputs, and the formulas by which they are computed."""
    title = f"Computation of {', '.join(map(_name, graph.outputs[:MOST]))}" + ", with its gradient" * bool(graph.gradients)
    computed = [node for node in reversed(graph.nodes.values()) if node.inputs]
    more = f"{len(computed) - MOST:,} more numbers; " * (len(computed) > MOST)
    return title, more + "; ".join(map(_line, computed[-MOST:]))


def _line(node: GraphNode) -> str:
    """The formula of a node, or the names of its inputs, if it is a cotangent or an instruction of a tape."""
    formula = expression(node)
    return f"{_name(node)} = {formula}" if formula else f"{_name(node)} from {', '.join(filter(None, map(_name, node.inputs)))}"


def _name(node: GraphNode) -> str:
    return node.name or node.label


def describe_svg(svg: str, title: str, description: str) -> str:
    """The SVG with the role of an image, a title and a description for screen readers (SVG 2, §5.8).

    The titles of its parts are removed: they are inner names, which a browser shows below the pointer.

    >>> describe_svg('<svg width="8pt"><g><title>n5</title></g></svg>', "y", "y = x + 1")
    '<svg role="img" width="8pt"><title>y</title><desc>y = x + 1</desc><g></g></svg>'
    """
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    said = "".join(f"<{tag}>{escape(visible(text, 2000))}</{tag}>" for tag, text in (("title", title), ("desc", description)))
    return re.sub(r"<svg\b([^>]*)>", lambda head: f'<svg role="img"{head[1]}>{said}', svg, count=1)


def legible_svg(svg: str) -> str:
    """The SVG of Graphviz with texts that any font centres, and that no line crosses.

    Renderers place a text by the widths of a font that a viewer may lack. Texts of boxes and signs are anchored in the middle.
    Those of frames and edges have an outline in the colour of the background, and frames are drawn after the edges.
    """
    found = _BACKGROUND.search(svg)
    halo = f'<text paint-order="stroke" stroke="{found[1] if found else "white"}" stroke-width="3" stroke-linejoin="round" '
    frames: list[str] = []

    def change(part: re.Match[str]) -> str:
        if part[1] == "node":
            return _centred(part[0])
        text = part[0].replace("<text ", halo)
        if part[1] == "edge":
            return text
        frames.append(re.sub(' fill="[^"]*"', ' fill="none"', text, count=1) + "\n")  # it would cover the nodes
        return ""

    svg = _PART.sub(change, svg)
    end = svg.rfind("</g>")
    return svg[:end] + "".join(frames) + svg[end:]


def _centred(node: str) -> str:
    """A node with its texts anchored in the middle of its outline, or of the space before its heat maps."""
    before, text, after = node.partition("<text ")
    outline = _OUTLINE.search(before)
    if not outline or not text:
        return node
    left, right = _sides(outline[0])
    if maps := re.search(r"<polygon [^>]*>", after):
        right, _ = _sides(maps[0])
    middle = (left + right) / 2
    return before + re.sub(r'text-anchor="start" x="[^"]*"', f'text-anchor="middle" x="{middle:.2f}"', text + after)


def _sides(shape: str) -> tuple[float, float]:
    """The smallest and the largest x of a polygon or a path; the centre of an ellipse, twice."""
    (places,) = re.findall(r' (?:points|d|cx)="([^"]*)"', shape)
    numbers = [float(x) for x in re.findall(r"-?[\d.]+(?=,)", places) or [places]]
    return min(numbers), max(numbers)


def fit_svg(svg: str) -> str:
    """The SVG with a width of at most that of the page around it.

    >>> fit_svg('<svg width="8pt">')
    '<svg style="max-width: 100%; height: auto" width="8pt">'
    """
    return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)


def strip_svg(svg: str) -> str:
    """SVG for a page: no prologue, size, comments and titles, which would show as tooltips; the viewBox has its transform.

    >>> strip_svg('<svg width="9pt" viewBox="0 0 9 6"><g transform="scale(2 2) rotate(0) translate(1 4)"></g></svg>')
    '<svg viewBox="-1 -4 4.5 3"><g></g></svg>'
    """
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    box = re.search(r'viewBox="([^"]*)"', head)
    moved = re.search(r' transform="scale\((\S+) \S+\) rotate\(0\) translate\((\S+) (\S+)\)"', rest)
    if box and moved:
        (left, top, width, height), (scale, x, y) = map(float, box[1].split()), map(float, moved.groups())
        sides = (left / scale - x, top / scale - y, width / scale, height / scale)
        head, rest = head.replace(box[1], " ".join(f"{side:.8g}" for side in sides)), rest.replace(moved[0], "", 1)
    return f"{head}>{rest}"


def convert_svg(svg: str, form: str, dpi: float) -> bytes:
    """The picture of Graphviz's SVG in the form "pdf" or "png", drawn by matplotlib."""
    matplotlib = require("matplotlib", f"{form.upper()} from a renderer that makes SVG alone")
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", svg, count=1))
    left, top, width, height = map(float, root.get("viewBox", "").split())
    (graph,) = (g for g in root.iter() if g.get("class") == "graph")
    moves = re.findall(r"(?:scale|translate)\((\S+) (\S+)\)", graph.get("transform", ""))
    (scale, _), (x, y) = (map(float, pair) for pair in moves)
    figure = require("matplotlib.figure", "a picture").Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(left / scale - x, (left + width) / scale - x))
    axes.set(ylim=((top + height) / scale - y, top / scale - y))
    axes.axis("off")
    for order, part in enumerate(graph.iter()):  # later parts cover earlier ones
        add = _add_text if part.tag.endswith("text") else _add_shape
        add(axes, part.get, part.text or "", scale, zorder=order)
    memory = io.BytesIO()
    metadata = {"CreationDate": None} if form == "pdf" else None  # equal pictures have equal files
    with matplotlib.rc_context({"pdf.fonttype": 42}):  # text stays text
        figure.savefig(memory, format=form, dpi=dpi, metadata=metadata)
    return memory.getvalue()


def _add_shape(axes: Any, get: Callable[..., str], _: str, scale: float, **look: Any) -> None:
    """Add a polygon, a path or an ellipse to matplotlib's axes; other parts have no points."""
    patches, path = require("matplotlib.patches", "a picture"), require("matplotlib.path", "a picture").Path
    thickness = float(get("stroke-width", "1"))
    curve = get("d", "")
    if re.search(r"[ABD-LN-Za-z]", curve.replace("e-", "")):
        raise ValueError(f"a path must be made of M and C, got {curve}")
    look |= {"facecolor": _color(get("fill", "black")), "edgecolor": _color(get("stroke", "none"))}
    look["linewidth"] = thickness * scale
    if dashes := get("stroke-dasharray", ""):
        look["linestyle"] = (0, [float(n) / (thickness or 1.0) for n in dashes.split(",")])
    if get("rx", ""):
        x, y, rx, ry = (float(get(name)) for name in ("cx", "cy", "rx", "ry"))
        axes.add_patch(patches.Ellipse((x, y), 2 * rx, 2 * ry, **look))
        return
    numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", curve or get("points", ""))]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    codes = [path.MOVETO] + [path.CURVE4 if curve else path.LINETO] * (len(points) - 1)
    if points:
        axes.add_patch(patches.PathPatch(path(points, codes), **look))


@functools.cache
def _installed_fonts() -> frozenset[str]:
    """The names of the fonts that matplotlib knows, which it lists once in a process."""
    return frozenset(font.name for font in require("matplotlib.font_manager", "a text").fontManager.ttflist)


def _add_text(axes: Any, get: Callable[..., str], text: str, scale: float, **look: Any) -> None:
    wanted = dict.fromkeys((get("font-family", "").split(",")[0], *FONTS))
    family = [name for name in wanted if name in _installed_fonts()]
    size = float(get("font-size", "14")) * scale * (1.0 if len(family) > 1 else 0.9)  # DejaVu Sans is wider
    look |= {"family": family, "size": size, "weight": get("font-weight", "normal"), "style": get("font-style", "normal")}
    look |= {"color": _color(get("fill", "black")), "va": "baseline", "parse_math": False}
    if get("stroke", ""):  # an outline would turn the text of a PDF into curves
        look["bbox"] = {"facecolor": _color(get("stroke")), "edgecolor": "none", "pad": 0.5}
    side = {"start": "left", "middle": "center", "end": "right"}[get("text-anchor", "start")]
    axes.text(float(get("x")), float(get("y")), text, ha=side, **look)


def _color(name: str) -> str:
    return "none" if name == "transparent" else name
