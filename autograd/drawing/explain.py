"""The story of a gradient as text: what was computed, and how the gradient came back."""

from collections.abc import Iterable
from typing import Any

from autograd.drawing.formulas import Local, expression, local_derivatives
from autograd.drawing.forward_model import cotangents
from autograd.drawing.names import Names, product, shown, sized
from autograd.drawing.text import FORMAT, check_format, number
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor


def explain(y: Node, wrt: Node | Iterable[Node] | None = None, *, format: str = FORMAT) -> str:
    """How y was computed and how its gradient is, step by step: each op, its local derivative, the numbers, the product.

        ∂y/∂x = Σ over the uses u of x of ∂y/∂u × ∂u/∂x

    With `wrt`, a node or several, only what lies on the way to them is told backward.

    Raises  TypeError   if y is no node
            ValueError  if y is a constant or has more than one element, or does not depend on a node of `wrt`
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
    if not isinstance(y, Node):
        raise TypeError(f"explain takes a Value or a Tensor of one element, not {y!r} of type {type(y).__name__}")
    if not y.requires_grad:
        raise ValueError(f"{y!r} is a constant: it has no gradient to explain")
    if isinstance(y, Tensor) and y.size != 1:
        raise ValueError(f"explain takes one number, and this tensor has shape {y.shape}: explain its sum, or a loss")
    check_format("explain", format)
    gradients = cotangents(y)
    order = newest_first([y])
    names = Names([y])
    wanted = _towards(y, wrt, order, gradients)
    lines = ["forward"]
    for node in reversed(order):
        if node.op is not None:
            lines.append(f"  {names[node]} = {expression(node, names.__getitem__)} = {shown(node, format)}")
    lines.append("backward")
    top = names[y]
    lines.append(f"  ∂{top}/∂{top} = {sized(gradients[y], format)}")
    uses: dict[Node, list[Local]] = {}
    for user in order:
        for local in local_derivatives(user) if user in gradients else ():
            uses.setdefault(local.input, []).append(local)
    for node in order:
        if node is y or node not in gradients or node not in wanted:
            continue
        here, top_of = names[node], {local.node: f"∂{top}/∂{names[local.node]}" for local in uses[node]}
        formulas = [(local, local.formula(names.__getitem__), local.number()) for local in uses[node]]
        steps = [" + ".join(product(top_of[u.node], text, names[u.node], here) for u, text, _ in formulas)]
        if all(value is not None for *_, value in formulas):
            known = ((gradients[u.node], number(float(value or 0.0), format)) for u, _, value in formulas)
            steps.append(" + ".join(f"{sized(g, format)} × {value}" for g, value in known))
        lines.append(f"  ∂{top}/∂{names[node]} = {' = '.join(steps)} = {sized(gradients[node], format)}")
    return "\n".join(lines)


def _towards(y: Node, wrt: Any, order: Any, gradients: dict[Node, Any]) -> set[Node]:
    """The nodes that lie between y and those asked for."""
    if wrt is None:
        return set(order)
    asked = [wrt] if isinstance(wrt, Node) else list(wrt)
    for node in asked:
        if node not in gradients:
            raise ValueError(f"{y!r} does not depend on {node!r}, or no gradient flows between them")
    wanted: set[Node] = set(asked)
    for node in reversed(order):
        if any(isinstance(x, Node) and x in wanted for x in node.inputs):
            wanted.add(node)
    return wanted
