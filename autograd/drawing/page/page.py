"""`Page`: a graph as one HTML file that plays backpropagation step by step, without a network."""

import base64
import hashlib
import html
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from string import Template
from typing import Any

from autograd.drawing.dot import dot_of, edge_id
from autograd.drawing.events import Local, Slopes, local_events
from autograd.drawing.explain import story
from autograd.drawing.folding import Fold, contents
from autograd.drawing.graphviz import render
from autograd.drawing.layout import DrawnNode, Frame, Sketch, sketch
from autograd.drawing.notebook import Bundle, page_bundle, text_bundle
from autograd.drawing.options import Look, Rankdir, View
from autograd.drawing.page.javascript import ARITHMETIC, ARRAYS
from autograd.drawing.page.live_program import live_data, live_program
from autograd.drawing.page.source import listing, short_line
from autograd.drawing.page.steps import Step, facts, page_steps
from autograd.drawing.svg import strip_svg
from autograd.drawing.text import visible
from autograd.drawing.themes import THEMES, Theme
from autograd.engine.graph import Graph, GraphNode
from autograd.support.atomic_write import atomic_write, output_path
from autograd.support.lazy_numpy import np

#: Fields of a step that are stored in the table of texts, without duplicates.
_TEXTS = slice(Step._fields.index("formula"), None)

#: Most numbers in all pictures of a page besides the first: with open folds, and in the other direction.
EXTRA = 600

#: Most lines of the text that is shown without JavaScript.
STORY = 400

_TURNED: dict[Rankdir, Rankdir] = {"LR": "TB", "RL": "TB", "TB": "LR", "BT": "LR"}
_SCRIPTS = ("formula.js", "page.js", "details.js", "folds.js", "timeline.js", "save.js", "live.js")
_LEARNING = ("learn.js", "learned.js")
_CONTROLS = ("controls.js", "points.js")


@dataclass(frozen=True, repr=False)
class Page:
    """One self-contained page that plays the computation of a result and its backward pass.

    Attributes:
        title: The heading
        html: The text of the page; rendered on access
        dot: The DOT text of the graph, with an id for every part
        graph: The data common to all moments: shapes, edges, frames
        moments: The steps, the local derivatives, and the fields of the boxes; one entry, or one per epoch
        time: Further data of every moment: names, curves, arrays, a decision boundary
        story: The text of `explain`, which is shown without JavaScript
        turned: The DOT text in the other direction, or "" if the page would be too large
        opened: The page of the same graph with open folds, or None if it has no folds or is too large
        program: The computation in JavaScript, by which numbers follow a changed leaf, or "" if it has none
        learning: The training in JavaScript, or "" if the page trains nothing
        live: The leaves and constants of the program, or the reason why there is none; None if it only plays

    The page makes no network request, and its Content-Security-Policy forbids any; text from labels is escaped.
    """

    __module__ = "autograd"

    title: str
    dot: str
    graph: dict[str, Any]
    moments: tuple[dict[str, Any], ...]
    time: dict[str, Any] | None = None
    story: str = ""
    turned: str = ""
    opened: "Page | None" = None
    program: str = ""
    learning: str = ""
    live: dict[str, Any] | None = None

    @property
    def html(self) -> str:
        """The text of the page.

        Raises:
            RenderError: If no renderer is found, or it fails
        """
        web = files("autograd.drawing.page") / "web"
        script = '"use strict";\n' + (ARITHMETIC + ARRAYS) * bool(self.program or self.learning)
        script += f"const PROGRAM = {self.program or 'null'};\nconst LEARNING = {self.learning or 'null'};\n"
        learns = bool(self.learning)
        names = [*_SCRIPTS, *_LEARNING * learns, "interaction.js", *_CONTROLS * learns]
        script += "".join((web / name).read_text("utf-8") for name in names)
        style = Template((web / "page.css").read_text("utf-8")).substitute(colors=_colors())
        style += (web / "learn.css").read_text("utf-8") if self.learning else ""
        controls = (web / "learn.html").read_text("utf-8") if self.learning else ""
        data = json.dumps(self._data(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        svg, *others = self._pictures()
        templates = [f'<template id="ui-picture-{i}">{svg}</template>' for i, svg in enumerate(others, 1) if svg]
        return Template((web / "page.html").read_text("utf-8")).substitute(
            title=html.escape(visible(self.title)), style=style, style_hash=_hash(style),
            script=script, script_hash=_hash(script),
            svg=svg, learning=controls,
            pictures="".join(templates), story=html.escape(self.story), data=data.replace("<", "\\u003c"),
        )  # fmt: skip

    def _pictures(self) -> list[str]:
        """The SVG of the page and of its other direction, then those with open folds; "" for missing ones."""
        numbers = len(self.graph["shapes"])
        own = [strip_svg(render(dot, "svg", numbers).decode()) if dot else "" for dot in (self.dot, self.turned)]
        return own + (self.opened._pictures() if self.opened else [])

    def _data(self) -> dict[str, Any]:
        """The data for the script, with a table of texts without duplicates."""
        table: dict[str, int] = {}
        opened = self.opened._scene(table) if self.opened else None
        return self._scene(table) | (self.live or live_data()) | {"open": opened, "texts": list(table), "time": self.time}

    def _scene(self, table: dict[str, int]) -> dict[str, Any]:
        """The graph and its moments; their texts are added to the table."""
        moments = []
        for moment in self.moments:
            steps = [[*step[: _TEXTS.start], *(table.setdefault(text, len(table)) for text in step[_TEXTS])]
                     for step in moment["steps"]]  # fmt: skip
            moments.append(moment | {"steps": steps})
        return self.graph | {"moments": moments}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, atomically.

        Raises:
            ValueError: If the path does not end in .html or .htm
            FileNotFoundError: If the folder does not exist
            RenderError: If no renderer is found, or it fails
        """
        target = output_path(path, ".html .htm")
        with atomic_write(target) as out:
            out.write(self.html.encode())

    def __repr__(self) -> str:
        numbers, steps = len(self.graph["shapes"]), len(self.moments[-1]["steps"])
        moments = f", {len(self.moments)} moments" if len(self.moments) > 1 else ""
        return f"<Page of {numbers:,} boxes, {steps:,} steps{moments}: .save('graph.html')>"

    def text(self) -> str:
        """The steps as text: the computation of every number and gradient."""
        return "\n".join(f"{step.formula} {step.numbers}" for step in self.moments[-1]["steps"] if step.formula)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str] | Bundle:
        """The notebook output: the page in a sandboxed frame above a still picture, or its text if rendering fails."""
        try:
            return page_bundle(self.dot, self.html, len(self.graph["shapes"]), self.title, repr(self))
        except Exception as error:  # the notebook must still show the text
            return text_bundle(repr(self), error, self.text)


def page_of(graph: Graph, view: View, look: Look, title: str) -> Page:
    """The page of a graph: both passes if it has gradients, else the forward pass."""
    drawn, derivatives = sketch(graph, view, rankdir=look.rankdir), local_events(graph)
    if not title:
        title = f"How {' and '.join(y.name for y in graph.outputs)} is computed" + ", and its gradient" * bool(graph.gradients)
    lines = [visible(line, 1000) for line in story(graph, set(graph.nodes.values()), view.format).split("\n")]
    rest = [f"… and {len(lines) - STORY:,} more lines: explain(y) prints them all"] if len(lines) > STORY else []
    page = replace(_scene_of(graph, drawn, derivatives, view, look, title), story="\n".join(lines[:STORY] + rest))
    program, live = live_program(graph)
    page = replace(page, program=program, live=live)
    page.graph["source"] = listing(node.line for node in graph.nodes.values())
    shown, total = len(drawn.shapes), len(drawn.places)
    opened = None
    if total <= EXTRA and any(shape.role == "folded" for shape in drawn.shapes):
        whole = replace(view, depth=None, max_nodes=total)
        opened = _scene_of(graph, sketch(graph, whole, rankdir=look.rankdir), derivatives, whole, look, title)
    if shown + 2 * total * bool(opened) > EXTRA:
        return replace(page, opened=replace(opened, turned="") if opened else None, turned="")
    return replace(page, opened=opened)


def _scene_of(graph: Graph, drawn: Sketch, derivatives: list[Local], view: View, look: Look, title: str) -> Page:
    """The page of a sketch of the graph, without its text and its source."""
    arrows = _arrows(drawn, {(local.node, local.position): local for local in derivatives})
    parts = _parts(graph, drawn) | {"edges": [[*ends] for *ends, _ in arrows], "format": view.format}
    steps: Any = page_steps(graph, drawn, derivatives, view.format)
    moment = {
        # Numbers with all their digits are texts, because JSON has no NaN and no infinity.
        "steps": [step._replace(value="" if step.value is None else repr(step.value)) for step in steps],
        "slopes": [x if x is not None and abs(x) < float("inf") else None for *_, x in arrows],
        "boxes": {shape.name: [visible(text) for text in shape.fields] for shape in drawn.shapes},
    }
    turned = replace(look, rankdir=_TURNED[look.rankdir])
    return Page(title, dot_of(drawn, look, named=True), parts, (moment,), turned=dot_of(drawn, turned, named=True))


def _parts(graph: Graph, drawn: Sketch) -> dict[str, Any]:
    """The shapes and frames as data for the page; `order` is that of the backward sweep."""
    places = dict.fromkeys(drawn.places[node] for node in graph.nodes.values() if node in drawn.places)
    by_name = {shape.name: shape for shape in drawn.shapes}
    order = [*places, *(name for name in by_name if name not in places)]
    numbers = {node: i for i, node in enumerate(graph.nodes.values())}
    return {
        "shapes": {name: _shape(graph, by_name[name], numbers) for name in reversed(order)},
        "frames": list(_frames(drawn.frames())),
        "order": order,
        "outputs": [drawn.places[y] for y in graph.outputs if y in drawn.places],
    }


def _arrows(drawn: Sketch, slopes: Slopes) -> list[tuple[str, str, str, int, float | None]]:
    """Every edge: its id, its ends, its position among the inputs, and its local derivative, or None for arrays."""
    arrows: list[tuple[str, str, str, int, float | None]] = []
    for shape in drawn.shapes:
        for edge in shape.edges:
            slope = slopes.get((shape.item, edge.position))
            arrows.append((edge_id(shape, edge), edge.tail, shape.name, edge.position, slope.value if slope else None))
        if shape.sign:
            arrows.append((edge_id(shape), shape.name, shape.name, -1, None))
    return arrows


def _shape(graph: Graph, shape: DrawnNode, numbers: Mapping[GraphNode, int]) -> dict[str, Any]:
    """A box as data for the page; stored gradients are fixed fields."""
    node = shape.item if isinstance(shape.item, GraphNode) and not shape.item.raw else None
    kinds = shape.kinds if graph.gradients is not None else shape.kinds.replace("g", "d")
    return {
        "title": node.name if node else visible(shape.fields[0]), "role": shape.role, "sign": shape.sign,
        "fields": [visible(text) for text in shape.fields], "kinds": kinds,
        "facts": facts(shape.item) if isinstance(shape.item, GraphNode) else [], "line": short_line(node.line) if node else "",
        "node": numbers.get(node, -1) if node else -1,
        "dims": node.value.shape if node and isinstance(node.value, np.ndarray) else None,
    }  # fmt: skip


def _frames(frame: Frame) -> Any:
    """Every frame inside a frame: its id, its title, its shapes, and what it holds."""
    for inner in frame.within.values():
        shapes = list(_inside(inner))
        items = [item for shape in shapes for item in (shape.item.items if isinstance(shape.item, Fold) else [shape.item])]
        holds = ": ".join(contents(items, sum(shape.count for shape in shapes)))
        yield [inner.name, visible(inner.title), [shape.name for shape in shapes], visible(holds, 200)]
        yield from _frames(inner)


def _inside(frame: Frame) -> Iterator[DrawnNode]:
    yield from frame.shapes
    for inner in frame.within.values():
        yield from _inside(inner)


def _colors() -> str:
    """CSS variables of the two themes, and rules that map the colours of the light picture to the dark theme."""
    light, dark = THEMES["light"], THEMES["dark"]
    lines = [f":root {{ {_variables(light)} }}", f":root[data-theme=dark] {{ {_variables(dark)} color-scheme: dark; }}"]
    pairs = {getattr(light, part): getattr(dark, part) for part in ("ink", "line", "mark", "gradient")}
    for before, after in zip([light.sign, *light.styles.values()], [dark.sign, *dark.styles.values()], strict=True):
        pairs |= {before[key]: after[key] for key in ("color", "fillcolor") if key in before}
    for before, after in pairs.items():  # cells of heat maps have no outline and keep their colours
        lines.append(f':where([data-theme=dark] #ui-graph) [fill="{before}"]:not([stroke=none]) {{ fill: {after}; }}')
        lines.append(f':where([data-theme=dark] #ui-graph) [stroke="{before}"] {{ stroke: {after}; }}')
    return "\n".join(lines)


def _variables(theme: Theme) -> str:
    colors = {name: getattr(theme, name) for name in ("background", "ink", "line", "mark")}
    roles = ("parameter", "input", "constant", "computed", "gradient", "alarm", "folded")
    colors |= {f"{role}-fill": theme.styles[role]["fillcolor"] for role in roles}
    colors |= {role: theme.styles[role]["color"] for role in roles}
    return " ".join(f"--{name}: {color};" for name, color in colors.items())


def _hash(text: str) -> str:
    """The source expression that allows only this text (Content Security Policy Level 3, §2.3.1)."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
