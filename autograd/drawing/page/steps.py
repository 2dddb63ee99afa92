"""A gradient in steps, each of which lights up a part of a picture: first every op, then every use of a number."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from autograd.drawing.dot import edge_id
from autograd.drawing.events import Event, Local, Product, Sum, sweep_events, uses
from autograd.drawing.formulas import chain_rule, expression
from autograd.drawing.layout import DrawnNode, Sketch
from autograd.drawing.names import brief, shown, sized
from autograd.drawing.text import number
from autograd.engine.graph import Graph, GraphNode


class Step(NamedTuple):
    """What happens at once.

    Attributes:
        kind: "given": the leaves are there; "op": a number is computed; "seed": the gradient of the output is 1; "pull": a use
            of a number adds to its gradient; "inside": either of these, in a part that is folded
        place: the shape that gets a number or a gradient
        source: the shape the gradient comes from
        edges: the arrows on which it happens
        formula: what is computed, in names; numbers: the same in numbers
        line: the line of the program that made the node

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


def story(graph: Graph, drawn: Sketch, derivatives: list[Local], format: str) -> list[Step]:
    """The steps in which the numbers of a graph are computed and, if it has gradients, these."""
    shapes = {shape.name: shape for shape in drawn.shapes}
    places = {node: shapes[name] for node, name in drawn.places.items()}
    steps = [Step("given", ""), *_forward(graph, places, format)]
    if graph.gradients:
        steps += _backward(sweep_events(graph, derivatives), places, graph.gradients, format)
    return steps


def _forward(graph: Graph, places: Mapping[GraphNode, DrawnNode], format: str) -> list[Step]:
    steps: list[Step] = []
    for node in reversed(graph.nodes.values()):
        if node.op is None or node not in places:
            continue
        shape = places[node]
        if shape.item is not node:
            _inside(steps, shape.name)
            continue
        edges = (*(edge_id(shape, edge) for edge in shape.edges), edge_id(shape))
        numbers = expression(node, lambda x: _operand(x, format)) if isinstance(node.value, float) else ""
        result = f"= {numbers} = {shown(node, format)}" if numbers else f"= {shown(node, format)}"
        steps.append(Step("op", shape.name, "", edges, f"{node.name} = {expression(node)}", result, _place(node.line)))
    return steps


def _backward(
    events: list[Event], places: Mapping[GraphNode, DrawnNode], gradients: Mapping[GraphNode, Any], format: str
) -> list[Step]:
    y, value = events[0].node, events[0].value
    seed = Step("seed", "", formula=f"∂{y.name}/∂{y.name}", numbers="= 1")
    steps = [_arriving(seed._replace(place=places[y].name), value, format)] if y in places else []
    for local, product, total in uses(events):
        if local.input not in places or local.node not in places:
            continue
        here, there = places[local.input], places[local.node]
        if there.item is not local.node and here.item is not local.input:
            _inside(steps, here.name)
            continue
        formula = f"∂{y.name}/∂{local.input.name} {'=' if total.before is None else '+='} {chain_rule(y.name, local)}"
        numbers = _multiplied(local, gradients[local.node], product, total, format)
        step = Step("pull", here.name, there.name, _arrows(here, there, local), formula, numbers, _place(local.node.line))
        steps.append(_arriving(step, total.value, format) if here.item is local.input else step)
    return steps


def _arrows(here: DrawnNode, there: DrawnNode, local: Local) -> tuple[str, ...]:
    """The arrows between the shapes of an input and its user, on which the gradient of a use comes back."""
    known = there.item is local.node  # else it is folded
    arrows = [edge for edge in there.edges if edge.tail == here.name and (not known or edge.position == local.position)]
    return (edge_id(there), *(edge_id(there, edge) for edge in arrows))


def _arriving(step: Step, gradient: Any, format: str) -> Step:
    """The step with the gradient that is there after it."""
    value = float(gradient) if isinstance(gradient, float | int) else None
    return step._replace(gradient=brief(gradient, format), value=value)


def _multiplied(local: Local, gradient: Any, product: Product, total: Sum, format: str) -> str:
    """The product in numbers, and the sum with what was there before."""
    here = sized(product.value, format)
    factors = "" if local.value is None else f"{_signed(sized(gradient, format))} × {_signed(number(local.value, format))} = "
    if total.before is None:
        return f"= {factors}{here}"
    return f"= {factors}{here}; {sized(total.before, format)} + {_signed(here)} = {sized(total.value, format)}"


def _inside(steps: list[Step], place: str) -> None:
    """One step for all that happens in a fold, or by turns in several, until something else does."""
    before = takewhile(lambda step: step.kind == "inside", reversed(steps))
    if all(step.place != place for step in before):
        steps.append(Step("inside", place))


def _operand(x: GraphNode, format: str) -> str:
    return _signed(number(x.value, format)) if isinstance(x.value, float) else ""


def _signed(text: str) -> str:
    """A negative number stands in parentheses beside a sign."""
    return f"({text})" if text.startswith("-") else text


def _place(line: str) -> str:
    """A remembered line without its folder."""
    file, _, rest = line.partition(":")
    return f"{file.replace(chr(92), '/').rpartition('/')[2]}:{rest}" if line else ""


def facts(node: GraphNode) -> list[str]:
    """Facts of a number that are not in the fields of its box: the op, its parameters, the line of the program."""
    made_by = [] if node.op is None else [f"computed by {node.op.name}"]
    made_by += [f"{name} = {value!r}" for name, value in node.params.items()]
    return made_by + ([_place(node.line)] if node.line else [])
