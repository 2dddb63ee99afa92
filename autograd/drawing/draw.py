"""`draw` and `watch`: a graph as a `Drawing`, and as a page."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from autograd.base.grad_mode import remember_lines
from autograd.drawing.backward_model import Backward
from autograd.drawing.box_text import ARRAYS
from autograd.drawing.dot import PORTS, dot_of
from autograd.drawing.drawing import Drawing
from autograd.drawing.forward_model import Constant, Forward, cotangents
from autograd.drawing.inputs import called, outputs_of
from autograd.drawing.layout import Picture, Sketch, View, sketch
from autograd.drawing.mermaid import mermaid_of
from autograd.drawing.names import size_of
from autograd.drawing.page.page import Page, page_of
from autograd.drawing.paths import marks, paths
from autograd.drawing.text import FORMAT, check_format
from autograd.drawing.themes import FONT, THEMES
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
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

    arrays    what is shown of an array: "shape", "stats" (least, mean, largest) or "heat" (the array in the small)
    depth     frames within frames that are opened, from 0; the rest is folded, equal ones in a row into one
    max_nodes beyond so many numbers frames are folded, and then all but those nearest the outputs
    around    a node, of which only the neighbourhood of so many `hops` is shown
    path      (a, b): everything on the way from a to b is marked, each step with its local derivative; below stand the ways,
              the product along each, and their sum, which is ∂b/∂a
    emphasis  "gradient": the thicker an edge, the larger the gradient that comes back on it; dotted where none does
    rankdir   Graphviz's LR, RL, TB or BT; format: of numbers, as ".3g"; theme: "light" or "dark"; font: a name; size: in inches

    No `.grad` is touched; the hooks of a tensor are called by a backward sweep, as by any other.

    Raises  TypeError     if y is nothing that can be drawn
            ValueError    if an option is unknown; if y must be one number that has a gradient and is not; if `path` is none
            RuntimeError  backward, if a leaf's data changed since it was used
    >>> x = Value(3.0, label="x")
    >>> draw(x * x)
    <Drawing of 2 nodes: .save('graph.svg'), .svg(), .png(), .dot>
    """
    look: dict[str, Any] = {"rankdir": rankdir, "theme": theme, "font": font, "size": size}
    check_options(max_nodes, format, **look)
    _one_of("direction", direction, DIRECTIONS)
    _one_of("arrays", arrays, ARRAYS)
    _one_of("emphasis", emphasis, (None, "gradient"))
    for name, number in (("depth", depth), ("hops", hops)):
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
            raise ValueError(f"draw: {name} is a whole number from 0, not {number!r}")
    if hasattr(y, "program") and hasattr(y, "draw"):
        if (direction, arrays, depth, around, path, emphasis) != ("forward", "shape", None, None, None, None):
            raise ValueError("draw: a tape is drawn forward and whole: draw what the recorded function gives to see more of it")
        return y.draw(max_nodes=max_nodes, format=format, **look)
    names: dict[Node, str] = {}
    if callable(y) and not isinstance(y, Node):
        y, names = called(y, inputs)
    elif inputs:
        raise TypeError(f"draw takes one thing to draw, and {len(inputs)} more came: put several nodes into a list")
    outputs = outputs_of(y)

    picture = Forward(outputs, format, arrays, cotangents(_one_number(y, direction)) if direction == "both" else None)
    picture.names |= names
    picture.arguments |= names.keys()
    picture.called = picture.names_in_formulas()
    view = View(max_nodes, depth, around, hops, _weights(y, outputs) if emphasis else lambda item: None)
    if around is not None and (not isinstance(around, Node) or around not in newest_first(outputs)):
        raise ValueError(f"draw: around is {around!r}, which is not in this graph: give a node that y was computed from")

    def page(title: str) -> Page:
        if len(outputs) == 1 and outputs[0].requires_grad and getattr(outputs[0], "size", 1) == 1:
            picture.gradients = cotangents(outputs[0])
        picture.told = frozenset()
        return page_of(picture, sketch(picture, replace(view, marked=frozenset())), title, rankdir=rankdir, font=font)

    if path is not None:
        start, end = _ends(path)
        view = replace(view, marked=marks(start, end))
        picture.told = view.marked
        if isinstance(start, Value) and isinstance(end, Value):
            with suppress(ValueError):  # on some ways no gradient flows
                look["caption"] = paths(start, end).lines(picture.called, format)
    if direction == "backward":
        back = Backward(_one_number(y, direction), picture)
        return drawing_of(back, back.view(view), page, **look)
    return drawing_of(picture, view, page, **look)


def watch(y: Any, *inputs: Any, title: str = "", **options: Any) -> Page:
    """The page of a node, or of what a module or function gives for the `inputs`: a notebook shows it, `save` writes it.

    It plays how y was computed and how its gradient comes back, step by step. Of a function it tells the line of the program
    that made each number too. `options` are those of `draw`.

    Raises  as `draw`
    >>> watch(lambda x: x * x, 3.0)
    <Page of 2 boxes, 5 steps: .save('graph.html')>
    """
    with remember_lines():
        drawing = draw(y, *inputs, **options)
    return drawing.page(title=title)


def drawing_of(picture: Picture, view: View, paged: Callable[[str], Page] | None = None, **look: Any) -> Drawing:
    """The drawing of a picture; `look` says how, as for `dot_of`, and `paged` makes its page."""
    drawn: Sketch = sketch(picture, view)
    return Drawing(dot_of(drawn, **look), drawn.shown, drawn.total, mermaid_of(drawn, rankdir=look["rankdir"]), paged)


def check_options(max_nodes: Any, form: Any, *, rankdir: Any, theme: Any, font: Any, size: Any) -> None:
    """Raise if an option that every picture has is unknown."""
    _one_of("rankdir", rankdir, tuple(PORTS))
    _one_of("theme", theme, tuple(THEMES))
    if isinstance(max_nodes, bool) or not isinstance(max_nodes, int) or max_nodes < 1:
        raise ValueError(f"draw: max_nodes is a whole number from 1, not {max_nodes!r}")
    check_format("draw", form)
    if not isinstance(font, str) or not font:
        raise ValueError(f"draw: font is the name of a font, such as {FONT!r}, not {font!r}")
    sides = size if isinstance(size, tuple | list) else (size,)
    if size is not None and not (len(sides) == 2 and all(isinstance(x, int | float) and 0 < x < math.inf for x in sides)):
        raise ValueError(f"draw: size is the most width and height, in inches, such as (6, 4), not {size!r}")


def _one_of(name: str, given: Any, known: tuple[Any, ...]) -> None:
    if given not in known:
        raise ValueError(f"draw: {name} is one of {', '.join(map(str, known))}, not {given!r}")


def _ends(path: Any) -> tuple[Node, Node]:
    if not (isinstance(path, tuple | list) and len(path) == 2 and all(isinstance(end, Node) for end in path)):
        raise TypeError(f"draw: path is a pair of nodes (a, b), not {path!r}")
    return path[0], path[1]


def _weights(y: Any, outputs: list[Node]) -> Callable[[Any], float | None]:
    """How large the gradient of a node is, on a logarithmic scale: 1 for the largest of all, 0 for none at all."""
    if len(outputs) > 1:
        raise ValueError("draw(…, emphasis='gradient') takes one output, whose gradient is shown: draw their sum")
    found = {x: size_of(g) for x, g in cotangents(_one_number(outputs[0], "emphasis")).items()}
    finite = [g for g in found.values() if 0 < g < math.inf]
    top = math.log10(max(finite, default=1.0))
    decades = min(max(top - math.log10(min(finite, default=1.0)), 2.0), 8.0)  # from thick to thin

    def weight(item: Any) -> float | None:
        if isinstance(item, Constant) or item not in found:
            return None
        g = found[item]
        if not g:
            return 0.0
        return 1.0 if not math.isfinite(g) else max(0.02, 1.0 - (top - math.log10(g)) / decades)

    return weight


def _one_number(y: Any, what: str) -> Node:
    if not isinstance(y, Node):
        raise TypeError(f"draw(…, {what}) takes one Value or Tensor of one element, not {y!r} of type {type(y).__name__}")
    if isinstance(y, Tensor) and y.size != 1:
        raise ValueError(f"draw(…, {what}) takes one number, and this tensor has shape {y.shape}: draw its sum, or a loss")
    if not y.requires_grad:
        raise ValueError(f"draw(…, {what}): {y!r} is a constant, and has no gradient to draw")
    return y
