"""`Page`: a graph as one file for any browser, on which backpropagation is played step by step; it needs no network."""

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from string import Template
from typing import Any

from autograd.drawing.dot import dot_of, edge_id
from autograd.drawing.formulas import local_derivatives
from autograd.drawing.forward_model import Forward
from autograd.drawing.graphviz import render
from autograd.drawing.layout import Frame, Shape, Sketch
from autograd.drawing.page.steps import Step, described, story
from autograd.drawing.text import visible
from autograd.drawing.themes import THEMES, Theme
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.support.atomic_write import put_in_place, target_of

#: Fields of a step that are kept in the table of texts, where equal ones stand once.
_TEXTS = slice(Step._fields.index("formula"), None)


@dataclass(frozen=True, repr=False)
class Page:
    """One self-contained page that plays how a result was computed and how its gradient reaches every number.

    title    its heading
    html     the page itself; made when it is asked for, by the renderer of pictures
    dot      the DOT text of its graph, every part of which has an id
    graph    what is the same at every moment: shapes, edges, frames
    moments  the steps of the story, the local derivatives, and the fields of the boxes; one, or one an epoch
    time     what else there is to see of every moment: their names, curves, arrays, a decision boundary

    The page asks for nothing from any network, and its Content-Security-Policy forbids it to; text from labels stays text.
    """

    __module__ = "autograd"

    title: str
    dot: str
    graph: dict[str, Any]
    moments: tuple[dict[str, Any], ...]
    time: dict[str, Any] | None = None

    @property
    def html(self) -> str:
        """The text of the page.

        Raises  RenderError  if there is no renderer or it fails
        """
        web = files("autograd.drawing.page") / "web"
        script = "".join((web / name).read_text("utf-8") for name in ("page.js", "timeline.js", "interaction.js"))
        style = Template((web / "page.css").read_text("utf-8")).substitute(colors=_colors())
        data = json.dumps(self._data(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return Template((web / "page.html").read_text("utf-8")).substitute(
            title=html.escape(visible(self.title)), style=style, style_hash=_hash(style),
            script=script, script_hash=_hash(script),
            svg=_bare(render(self.dot, "svg").decode()), data=data.replace("<", "\\u003c"),
        )  # fmt: skip

    def _data(self) -> dict[str, Any]:
        """What the script reads; equal texts stand once, in a table."""
        table: dict[str, int] = {}
        moments = []
        for moment in self.moments:
            steps = [[*step[: _TEXTS.start], *(table.setdefault(text, len(table)) for text in step[_TEXTS])]
                     for step in moment["steps"]]  # fmt: skip
            moments.append(moment | {"steps": steps})
        return self.graph | {"moments": moments, "texts": list(table), "time": self.time}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, which is complete or not there.

        Raises  ValueError         if the path does not end in .html or .htm
                FileNotFoundError  if the folder does not exist
                RenderError        if there is no renderer or it fails
        """
        target = target_of(path, ".html .htm")
        put_in_place(target, self.html.encode())

    def __repr__(self) -> str:
        numbers, steps = len(self.graph["shapes"]), len(self.moments[-1]["steps"])
        moments = f", {len(self.moments)} moments" if len(self.moments) > 1 else ""
        return f"<Page of {numbers:,} boxes, {steps:,} steps{moments}: .save('graph.html')>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the page in a frame that can only run its script, or the reason why there is none."""
        try:
            inside = html.escape(self.html)
        except Exception as error:  # a notebook is to show the rest
            return {"text/plain": f"{self!r}\n{error}"}
        frame = f'<iframe sandbox="allow-scripts" width="100%" height="620" srcdoc="{inside}"></iframe>'
        return {"text/html": frame, "text/plain": repr(self)}


def page_of(picture: Forward, drawn: Sketch, title: str, **look: Any) -> Page:
    """The page of a picture that shows gradients, or, where there are none, only the way forward."""
    names = picture.called
    places = dict.fromkeys(drawn.places[node] for node in newest_first(picture.outputs) if node in drawn.places)
    by_name = {shape.name: shape for shape in drawn.shapes}
    order = [*places, *(name for name in by_name if name not in places)]
    edges = []
    slopes: list[float | None] = []
    for shape in drawn.shapes:
        known = {local.position: local.number() for local in local_derivatives(shape.item)} if _computed(shape.item) else {}
        for edge in shape.edges:
            edges.append([edge_id(shape, edge), edge.tail, shape.name])
            slopes.append(known.get(edge.position))
        if shape.sign:
            edges.append([edge_id(shape), shape.name, shape.name])
            slopes.append(None)
    graph = {
        "shapes": {name: _shape(picture, by_name[name], names) for name in reversed(order)},
        "edges": edges,
        "frames": list(_frames(drawn.frames())),
        "order": order,
        "outputs": [drawn.places[y] for y in picture.outputs if y in drawn.places],
        "format": picture.format,
    }
    moment = {
        "steps": [step._replace(value=_text(step.value)) for step in story(picture, drawn, names)],
        "slopes": [x if x is not None and abs(x) < float("inf") else None for x in slopes],
        "boxes": {shape.name: [visible(text) for text in shape.fields] for shape in drawn.shapes},
    }
    if not title:
        title = " and ".join(names[y] for y in picture.outputs)
        title = f"How {title} is computed, and its gradient" if picture.gradients else f"How {title} is computed"
    return Page(title, dot_of(drawn, named=True, **look), graph, (moment,))


def timeline(pages: list[Page], title: str, time: dict[str, Any]) -> Page:
    """One page of several of the same graph at different moments, with a second slider that runs through time.

    time  the `names` of the moments, and what else there is to see of them

    Raises  ValueError  if the graphs differ
    """
    first, *later = pages
    for page, name in zip(later, time["names"][1:], strict=True):
        if page.graph["edges"] != first.graph["edges"]:
            raise ValueError(f"the graph of moment {name} is not that of moment {time['names'][0]}: a timeline shows one graph")
    moments = tuple(moment for page in pages for moment in page.moments)
    return replace(first, title=title, moments=moments, time=time)


def _computed(item: Any) -> bool:
    return isinstance(item, Node) and item.op is not None


def _shape(picture: Forward, shape: Shape, names: Mapping[Node, str]) -> dict[str, Any]:
    """What the page knows of a box: its kinds are "l" for the label, "g" for the gradient and "d" for other fields."""
    item = shape.item
    labelled = isinstance(item, Node) and bool(picture.label(item))
    kinds = "".join(
        "l" if labelled and i == 0 else "g" if picture.gradients is not None and text.startswith("grad ") else "d"
        for i, text in enumerate(shape.fields)
    )
    title = names[item] if isinstance(item, Node) else visible(shape.fields[0])
    return {
        "title": title, "role": shape.role, "sign": shape.sign, "fields": [visible(text) for text in shape.fields],
        "kinds": "" if shape.role == "folded" else kinds, "facts": described(picture, shape),
    }  # fmt: skip


def _frames(frame: Frame) -> Any:
    """Every frame within a frame: its id, its title, and the shapes in it."""
    for inner in frame.within.values():
        yield [inner.name, visible(inner.title), _inside(inner)]
        yield from _frames(inner)


def _inside(frame: Frame) -> list[str]:
    return [shape.name for shape in frame.shapes] + [name for inner in frame.within.values() for name in _inside(inner)]


def _text(value: float | None) -> Any:
    """A number with all its digits; JSON knows no NaN and no infinity."""
    return "" if value is None else repr(value)


def _bare(svg: str) -> str:
    """The picture itself: no prologue, no size of its own, no names that would show as tooltips."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    head, rest = svg.split(">", 1)
    return re.sub(r'\s(width|height)="[^"]*"', "", head) + ">" + rest


def _colors() -> str:
    """The two themes as variables, and rules that turn the colours of the light picture into those of the dark one."""
    light, dark = THEMES["light"], THEMES["dark"]
    lines = [f":root {{ {_variables(light)} }}", f":root[data-theme=dark] {{ {_variables(dark)} color-scheme: dark; }}"]
    pairs = {getattr(light, part): getattr(dark, part) for part in ("ink", "line", "mark")}
    for before, after in zip([light.sign, *light.styles.values()], [dark.sign, *dark.styles.values()], strict=True):
        pairs |= {before[key]: after[key] for key in ("color", "fillcolor") if key in before}
    for before, after in pairs.items():  # the cells of an array in the small have no outline, and keep their colours
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
    """The source expression that lets just this text run (Content Security Policy Level 3, §2.3.1)."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
