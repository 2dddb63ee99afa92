"""Mermaid text of a sketch, for Markdown pages."""

from collections.abc import Iterator

from autograd.drawing.layout import Frame, Sketch
from autograd.drawing.text import visible

_SHAPES = {"computed": ("(", ")"), "cotangent": ("(", ")"), "folded": ("[[", "]]")}
_CODES = str.maketrans({c: f"#{ord(c)};" for c in '"#&<>\\`{}|[]()'})


def mermaid_of(sketch: Sketch, rankdir: str) -> str:
    """The Mermaid text of a sketch: boxes with a line per field, round signs for ops, frames as subgraphs."""
    lines = [f"flowchart {rankdir}", *_boxes(sketch.frames(), "  ")]
    for shape in sketch.shapes:
        head = f"op_{shape.name}" if shape.sign else shape.name
        lines += [f"  {edge.tail} -->{_label(edge.label)} {head}" for edge in shape.edges]
        lines += [f"  {head} --> {shape.name}"] * bool(shape.sign)
    return "\n".join(lines) + "\n"


def _boxes(frame: Frame, indent: str) -> Iterator[str]:
    """The lines of the boxes and signs of a frame, and of the frames inside it."""
    for shape in frame.shapes:
        left, right = _SHAPES.get(shape.role, ("[", "]"))
        yield f'{indent}{shape.name}{left}"{"<br/>".join(map(_text, shape.fields))}"{right}'
        if shape.sign:
            yield f'{indent}op_{shape.name}(("{_text(shape.sign)}"))'
    for inner in frame.within.values():
        yield f'{indent}subgraph {inner.name}["{_text(inner.title) or " "}"]'
        yield from _boxes(inner, indent + "  ")
        yield f"{indent}end"


def _label(text: str) -> str:
    return f'|"{_text(text)}"|' if text else ""


def _text(text: str) -> str:
    return visible(text).translate(_CODES)
