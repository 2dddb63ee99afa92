"""A sketch as Mermaid text, for Markdown pages."""

from autograd.draw.labels import visible
from autograd.draw.sketch import Sketch

_SHAPES = {"computed": ("(", ")"), "cotangent": ("(", ")"), "folded": ("[[", "]]")}
_CODES = str.maketrans({c: f"#{ord(c)};" for c in '"#&<>\\`{}|[]()'})


def mermaid_of(sketch: Sketch, *, rankdir: str = "LR") -> str:
    """The Mermaid text of a sketch: boxes with their fields on lines, round signs for ops. Frames are left out."""
    lines = [f"flowchart {rankdir}"]
    for shape in sketch.shapes:
        left, right = _SHAPES.get(shape.role, ("[", "]"))
        lines.append(f'  {shape.name}{left}"{"<br/>".join(map(_text, shape.fields))}"{right}')
        head = shape.name
        if shape.sign:
            head = f"op_{shape.name}"
            lines += [f'  {head}(("{_text(shape.sign)}"))', f"  {head} --> {shape.name}"]
        lines += [f'  {edge.tail} -->{f"|{chr(34)}{_text(edge.label)}{chr(34)}|" if edge.label else ""} {head}'
                  for edge in shape.edges]  # fmt: skip
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return visible(text).translate(_CODES)
