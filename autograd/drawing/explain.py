"""`explain`: the computation and the backward pass of a gradient as text."""

from collections.abc import Iterable, Iterator
from typing import Any

from autograd.drawing.box_text import CELLS
from autograd.drawing.events import Local, local_events, uses_of
from autograd.drawing.formulas import chain_rule, expression
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.drawing.inputs import check_one_number
from autograd.drawing.names import gradient_text, value_text
from autograd.drawing.text import FORMAT, check_format, number
from autograd.engine.graph import Graph, GraphNode
from autograd.engine.node import Node
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np


@explained_arguments()
def explain(y: Node, wrt: Node | Iterable[Node] | None = None, *, format: str = FORMAT) -> str:
    """The computation of y and its backward pass, step by step: each op, its local derivative, the numbers, the product.

        ∂y/∂x = Σ over the uses u of x of ∂y/∂u × ∂u/∂x

    Arrays of up to 8 × 8 entries are shown as numbers, larger ones by their shape and largest absolute entry.

    Args:
        wrt: A node or several; the backward part contains only the gradients on the paths to them

    Raises:
        TypeError: If y is not a node
        ValueError: If y is a constant or has more than one element, or does not depend on a node of `wrt`

    >>> from autograd import Value
    >>> w, x = Value(2.0, label="w"), Value(3.0, label="x")
    >>> y = (w * x) ** 2.0
    >>> print(explain(y, wrt=w))
    forward
      v3 = w × x = 6.0000
      y = v3² = 36.0000
    backward
      ∂y/∂y = 1.0000
      ∂y/∂v3 = ∂y/∂y × 2 × v3 = 1.0000 × 12.0000 = 12.0000
      ∂y/∂w = ∂y/∂v3 × x = 12.0000 × 3.0000 = 36.0000
    """
    check_one_number("explain", y)
    check_format("explain", format)
    graph = with_gradients(graph_of([y]))
    return story(graph, _nodes_towards(graph, wrt), format)


def story(graph: Graph, wanted: set[GraphNode], format: str) -> str:
    """The text of `explain` for a graph; without gradients only the forward pass."""
    backward = ["backward", *_backward(graph, wanted, format)] if graph.gradients else []
    return "\n".join(["forward", *_forward(graph, format), *backward])


def _forward(graph: Graph, format: str) -> Iterator[str]:
    """A line for every op: its formula and its result."""
    for node in reversed(graph.nodes.values()):
        if node.op is not None:
            yield _equation(f"{node.name} = {expression(node)}", node.value, value_text(node, format), format)


def _backward(graph: Graph, wanted: set[GraphNode], format: str) -> Iterator[str]:
    """A line for every gradient: its products in names, in numbers, and their sum."""
    gradients, y = graph.gradients or {}, graph.outputs[0]
    yield _equation(f"∂{y.name}/∂{y.name}", gradients[y], gradient_text(gradients[y], format), format)
    ways = uses_of(gradients, local_events(graph))
    for node in graph.nodes.values():
        if node is y or node not in gradients or node not in wanted:
            continue
        steps = [" + ".join(chain_rule(y.name, local) for local in ways[node])]
        if all(local.value is not None for local in ways[node]):
            steps.append(" + ".join(_product(gradients[local.node], local, format) for local in ways[node]))
        equation = " = ".join([f"∂{y.name}/∂{node.name}", *steps])
        yield _equation(equation, gradients[node], gradient_text(gradients[node], format), format)


def _equation(left: str, value: Any, text: str, format: str) -> str:
    """A line that ends with the numbers of a small vector or matrix, in rows below it, or else with `text`."""
    if not isinstance(value, np.ndarray) or value.ndim not in (1, 2) or value.size < 2 or max(value.shape) > CELLS:
        return f"  {left} = {text}"
    cells = [[number(x, format) for x in row] for row in np.atleast_2d(value).tolist()]
    width = max(len(cell) for row in cells for cell in row)
    rows = [f"[{' '.join(cell.rjust(width) for cell in row)}]" for row in cells]
    return f"  {left} = {rows[0]}" if value.ndim == 1 else "\n      ".join([f"  {left} =", *rows])


def _product(gradient: Any, local: Local, format: str) -> str:
    return f"{gradient_text(gradient, format)} × {number(local.value or 0.0, format)}"


def _nodes_towards(graph: Graph, wrt: Any) -> set[GraphNode]:
    """The nodes between the output and those of `wrt`; all if it is None."""
    if wrt is None:
        return set(graph.nodes.values())
    wanted: set[GraphNode] = set()
    for x in [wrt] if isinstance(wrt, Node) else wrt:
        node = graph.nodes.get(x)
        if node is None or node not in (graph.gradients or {}):
            raise ValueError(f"{graph.outputs[0].source!r} does not depend on {x!r}, or no gradient flows between them")
        wanted.add(node)
    for node in reversed(graph.nodes.values()):
        if any(x in wanted for x in node.inputs):
            wanted.add(node)
    return wanted
