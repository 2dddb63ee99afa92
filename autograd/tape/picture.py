"""A program as a picture: what `autograd.draw` draws of a graph, of the steps of a tape."""

from typing import Any

from autograd.drawing.draw import check_options, drawing_of
from autograd.drawing.drawing import Drawing
from autograd.drawing.forward_model import Box, Made
from autograd.drawing.layout import View
from autograd.drawing.text import number
from autograd.tape.program import Captured, Constant, Input, Leaf, Program, Step


def picture_of(program: Program, *, max_nodes: int, format: str, **look: Any) -> Drawing:
    """The drawing of a program; `look` as for `dot_of`. Outputs have a thick outline, and a guard says what it expects."""
    check_options(max_nodes, format, **look)
    return drawing_of(_Recorded(program, format), View(max_nodes), **look)


class _Recorded:
    def __init__(self, program: Program, format: str) -> None:
        self.outputs = self.unfolded = list(dict.fromkeys(program.roots()))
        self.format = format
        self.names = {step: f"v{i}" for i, step in enumerate(program.steps)}
        self.results = {step: i for i, step in reversed(list(enumerate(program.outputs)))}
        self.guards = dict(program.guards)

    def made(self, item: Step) -> Made | None:
        return None if isinstance(item, Leaf) else Made(item.op.symbol, list(item.inputs))

    def labels(self, item: Step) -> tuple[str, ...]:
        return ()

    def frames(self, item: Step) -> tuple[tuple[Any, str], ...]:
        return ()

    def box(self, item: Step) -> Box:
        shape = [] if item.kind is None else [f"{item.kind[0]} {item.kind[1]}"]
        if isinstance(item, Constant):
            return Box("constant", shape if item.kind and item.kind[0] else [number(float(item.data), self.format)])
        if isinstance(item, Input):
            return Box("input", [item.name, *shape])
        if isinstance(item, Captured):
            return Box("primal", [item.node.label or "captured", *shape])
        fields = [self.names[item], *shape]
        if item in self.guards:
            fields.append(f"must be {self.guards[item]}")
        if item in self.results:
            fields.append(f"output {self.results[item]}")
        return Box("gradient" if item in self.results else "computed", fields)
