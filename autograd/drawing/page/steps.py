"""Steps of a page: every op of the forward pass, then every use of a number in the backward pass."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from autograd.drawing.box_text import gradient_fields
from autograd.drawing.dot import edge_id
from autograd.drawing.events import Local, Use, sweep_uses
from autograd.drawing.formulas import chain_rule, expression
from autograd.drawing.layout import DrawnNode, Sketch
from autograd.drawing.names import gradient_text, value_text
from autograd.drawing.page.source import short_line
from autograd.drawing.text import number
from autograd.engine.graph import Graph, GraphNode
from autograd.support.lazy_numpy import np


class Step(NamedTuple):
    """One step of the page.

    Attributes:
        kind: "given" for the leaves, "op" for the result of an op, "seed" for the gradient of the output, "pull" for a use
            that adds to a gradient, "inside" for an op or a use in a fold
        place: The shape that gets a number or a gradient
        source: The shape from which the gradient comes
        edges: The highlighted edges
        formula: The computation in names; numbers: the same in numbers
        line: The line of the program that made the node
        gradient: The gradient at `place` after this step as text; value: the same as a number, or None
        live: By which the program of the page follows: the expression of an op with the number of every operand among the nodes
            in «», or the node and the position of a use
        choices: The formula with both branches of every choice, if that is another one: it holds for all numbers
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
    live: str = ""
    choices: str = ""


def page_steps(graph: Graph, drawn: Sketch, derivatives: list[Local], format: str) -> list[Step]:
    """The steps of the forward pass, and of the backward pass if the graph has gradients."""
    shapes = {shape.name: shape for shape in drawn.shapes}
    places = {node: shapes[name] for node, name in drawn.places.items()}
    steps = [Step("given", ""), *_forward(graph, places, format)]
    if graph.gradients:
        steps += _backward(graph, derivatives, places, format)
    return steps


def _forward(graph: Graph, places: Mapping[GraphNode, DrawnNode], format: str) -> list[Step]:
    steps: list[Step] = []
    numbered = _numbered(graph)
    for node in reversed(graph.nodes.values()):
        if node.op is None or node not in places:
            continue
        shape = places[node]
        if shape.item is not node:
            _inside(steps, shape.name)
            continue
        edges = (*(edge_id(shape, edge) for edge in shape.edges), edge_id(shape))
        is_number = isinstance(node.value, float)
        numbers = expression(node, lambda x: _operand_text(x, format)) if is_number else ""
        live = (
            expression(node, lambda x: f"«{numbered[x]}»" if x in numbered else _operand_text(x, format)) if is_number else ""
        )
        result = f"= {numbers} = {value_text(node, format)}" if numbers else f"= {value_text(node, format)}"
        steps.append(
            Step("op", shape.name, "", edges, f"{node.name} = {expression(node)}", result, short_line(node.line), live=live)
        )
    return steps


def _backward(graph: Graph, derivatives: list[Local], places: Mapping[GraphNode, DrawnNode], format: str) -> list[Step]:
    gradients, y = graph.gradients or {}, graph.outputs[0]
    numbered = _numbered(graph)
    seed = Step("seed", "", formula=f"∂{y.name}/∂{y.name}", numbers="= 1")
    steps = [_add_gradient(seed._replace(place=places[y].name), gradients[y], format)] if y in places else []
    for use in sweep_uses(graph, derivatives):
        local = use.local
        if local.input not in places or local.node not in places:
            continue
        here, there = places[local.input], places[local.node]
        if there.item is not local.node and here.item is not local.input:
            _inside(steps, here.name)
            continue
        left = f"∂{y.name}/∂{local.input.name} {'=' if use.before is None else '+='} "
        formula, choices = (left + chain_rule(y.name, local, resolve) for resolve in (True, False))
        numbers = _product_text(use, gradients[local.node], format)
        step = Step("pull", here.name, there.name, _arrows(here, there, local), formula, numbers, short_line(local.node.line),
                    live=f"{numbered[local.node]}.{local.position}", choices=choices if choices != formula else "")  # fmt: skip
        steps.append(_add_gradient(step, use.gradient, format) if here.item is local.input else step)
    return steps


def _numbered(graph: Graph) -> dict[GraphNode, int]:
    return {node: i for i, node in enumerate(graph.nodes.values())}


def _arrows(here: DrawnNode, there: DrawnNode, local: Local) -> tuple[str, ...]:
    """The edges of a use: those between the shapes of an input and its user."""
    known = there.item is local.node  # else it is folded
    arrows = [edge for edge in there.edges if edge.tail == here.name and (not known or edge.position == local.position)]
    return (edge_id(there), *(edge_id(there, edge) for edge in arrows))


def _add_gradient(step: Step, gradient: Any, format: str) -> Step:
    """The step with the gradient after it."""
    value = float(gradient) if isinstance(gradient, float | int) else None
    return step._replace(gradient="\n".join(gradient_fields(gradient, format)), value=value)


def _product_text(use: Use, gradient: Any, format: str) -> str:
    """The product of the gradient of the user in numbers, and its sum with the gradient before."""
    here, value = gradient_text(use.product, format), use.local.value
    factors = "" if value is None else f"{_bracket(gradient_text(gradient, format))} × {_bracket(number(value, format))} = "
    if use.before is None:
        return f"= {factors}{here}"
    return f"= {factors}{here}; {gradient_text(use.before, format)} + {_bracket(here)} = {gradient_text(use.gradient, format)}"


def _inside(steps: list[Step], place: str) -> None:
    """Add a step for a fold, unless the last steps are inside of folds and include this one."""
    before = takewhile(lambda step: step.kind == "inside", reversed(steps))
    if all(step.place != place for step in before):
        steps.append(Step("inside", place))


def _operand_text(x: GraphNode, format: str) -> str:
    return _bracket(number(x.value, format)) if isinstance(x.value, float) else ""


def _bracket(text: str) -> str:
    """A number in parentheses if it is negative."""
    return f"({text})" if text.startswith("-") else text


def facts(node: GraphNode) -> list[str]:
    """Details of a number beyond the fields of its box: op, parameters, line of the program."""
    if node.raw:
        is_data = isinstance(node.value, bool | np.ndarray)
        return ["data, a comparison or a random draw, as recorded: other numbers do not change it"] * is_data
    made_by = [] if node.op is None else [f"computed by {node.op.name}"]
    made_by += [f"{name} = {value!r}" for name, value in node.params.items()]
    return made_by + ([short_line(node.line)] if node.line else [])
