"""A gradient in steps, each of which lights up a part of a picture: first every op, then every use of a number."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from autograd.drawing.dot import edge_id
from autograd.drawing.formulas import Local, expression, local_derivatives
from autograd.drawing.forward_model import Constant, Forward
from autograd.drawing.layout import Shape, Sketch
from autograd.drawing.names import brief, product, shown, sized
from autograd.drawing.text import number
from autograd.engine.anomaly import line_of
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.value import Value


class Step(NamedTuple):
    """What happens at once.

    kind     "given": the leaves are there; "op": a number is computed; "seed": the gradient of the output is 1; "pull": a use
             of a number adds to its gradient; "inside": either of these, in a part that is folded
    place    the shape that gets a number or a gradient
    source   the shape the gradient comes from
    edges    the arrows on which it happens
    formula  what is computed, in names; numbers: the same in numbers
    line     the line of the program that made the node
    gradient the gradient at `place` from now on, as text and as a number, if it is one
    """

    kind: str
    place: str
    source: str = ""
    edges: tuple[str, ...] = ()
    formula: str = ""
    numbers: str = ""
    line: str = ""
    gradient: str = ""
    value: float | None = None


def story(picture: Forward, drawn: Sketch, names: Mapping[Node, str]) -> list[Step]:
    """The steps in which the numbers of a picture are computed and, if it has gradients, these."""
    return [Step("given", ""), *_forward(picture, drawn, names), *_backward(picture, drawn, names)]


def _forward(picture: Forward, drawn: Sketch, names: Mapping[Node, str]) -> list[Step]:
    steps: list[Step] = []
    format = picture.format
    shapes = {shape.name: shape for shape in drawn.shapes}
    for node in reversed(newest_first(picture.outputs)):
        if node.op is None or node not in drawn.places:
            continue
        shape = shapes[drawn.places[node]]
        if shape.item is not node:
            _inside(steps, shape.name)
            continue
        edges = (*(edge_id(shape, edge) for edge in shape.edges), edge_id(shape))
        formula, result = expression(node, names.__getitem__), shown(node, format)
        numbers = expression(node, lambda x: _operand(x, format)) if isinstance(node, Value) else ""
        steps.append(Step("op", shape.name, "", edges, f"{names[node]} = {formula}",
                          f"= {numbers} = {result}" if numbers else f"= {result}", _place(line_of(node))))  # fmt: skip
    return steps


def _backward(picture: Forward, drawn: Sketch, names: Mapping[Node, str]) -> list[Step]:
    if not picture.gradients:
        return []
    (y,) = picture.outputs
    format, gradients = picture.format, picture.gradients
    shapes = {shape.name: shape for shape in drawn.shapes}
    top = names[y]
    so_far: dict[Node, Any] = {y: gradients[y]}
    steps = [_arriving(Step("seed", drawn.places[y], formula=f"∂{top}/∂{top}", numbers="= 1"), gradients[y], format)]
    for user in newest_first([y]):
        for local in local_derivatives(user) if user in gradients else ():
            x = local.input
            added = local.pulled(gradients[user])
            before = so_far.get(x)
            so_far[x] = added if before is None else before + added
            if x not in drawn.places or user not in drawn.places:
                continue
            here, there = (shapes[drawn.places[node]] for node in (x, user))
            if there.item is not user and here.item is not x:
                _inside(steps, here.name)
                continue
            known = there.item is user  # else it is folded
            arrows = [e for e in there.edges if e.tail == here.name and (not known or e.position == local.position)]
            edges = (edge_id(there), *(edge_id(there, edge) for edge in arrows))
            formula = local.formula(names.__getitem__)
            told = f"∂{top}/∂{names[x]} {'=' if before is None else '+='} " + product(f"∂{top}/∂{names[user]}", formula,
                                                                                     names[user], names[x])  # fmt: skip
            numbers = _multiplied(local, gradients[user], before, added, format)
            line = _place(line_of(user))
            step = Step("pull", here.name, there.name, edges, told, numbers, line)
            steps.append(_arriving(step, so_far[x], format) if here.item is x else step)
    return steps


def _arriving(step: Step, gradient: Any, format: str) -> Step:
    """The step with the gradient that is there after it."""
    value = float(gradient) if isinstance(gradient, float | int) else None
    return step._replace(gradient=brief(gradient, format), value=value)


def _multiplied(local: Local, gradient: Any, before: Any, added: Any, format: str) -> str:
    """The product in numbers, and the sum with what was there before."""
    slope = local.number()
    here = sized(added, format)
    total = f"; {sized(before, format)} + {_signed(here)} = {sized(before + added, format)}" if before is not None else ""
    if slope is None:
        return f"= {here}{total}"
    return f"= {_signed(sized(gradient, format))} × {_signed(number(slope, format))} = {here}{total}"


def _inside(steps: list[Step], place: str) -> None:
    """One step for all that happens in a fold, or by turns in several, until something else does."""
    before = takewhile(lambda step: step.kind == "inside", reversed(steps))
    if all(step.place != place for step in before):
        steps.append(Step("inside", place))


def _operand(x: Node, format: str) -> str:
    return _signed(number(x.data, format)) if isinstance(x, Value) else ""


def _signed(text: str) -> str:
    """A negative number stands in parentheses beside a sign."""
    return f"({text})" if text.startswith("-") else text


def _place(line: str) -> str:
    """A remembered line without its folder."""
    file, _, rest = line.partition(":")
    return f"{file.replace(chr(92), '/').rpartition('/')[2]}:{rest}" if line else ""


def described(picture: Forward, shape: Shape) -> list[str]:
    """What else there is to know of a shape than its fields."""
    item = shape.item
    if isinstance(item, Constant) or not isinstance(item, Node):
        return []
    facts = [] if item.op is None else [f"computed by {item.op.name}"]
    facts += [f"{name} = {value!r}" for name, value in item.params.items()]
    return facts + ([_place(line_of(item))] if line_of(item) else [])
