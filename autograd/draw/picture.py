"""What a picture shows: the numbers of a graph, the role of each, what is written in its box, and what it was made of."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.draw.contents import contents, heat, not_finite
from autograd.draw.formulas import Local, local_derivatives
from autograd.draw.labels import LONGEST, fold, number
from autograd.draw.wording import brief
from autograd.graph import Links, newest_first, pull_back
from autograd.node import Node
from autograd.scopes import Scopes, Span
from autograd.tensor import Tensor
from autograd.value import Value


class Constant:
    """A raw number or array among the inputs of a node; each use of it is a number of its own."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Box(NamedTuple):
    """A number as it is drawn: its role, which decides the style, the text of its fields, and an array in the small."""

    role: str
    fields: list[str]
    heat: Sequence[Sequence[float | None]] = ()


class Made(NamedTuple):
    """How a number was made: the sign of the operation, or "" if there is none to draw, and what of."""

    sign: str
    inputs: list[Any]


class Forward:
    """How `outputs` were computed.

    outputs    what the picture shows, with everything it was computed from
    gradients  of each node, to be shown beside it; of Values their `.grad`, if it is None
    names      of nodes that have no label; arguments: the nodes that are inputs of a function
    """

    def __init__(
        self, outputs: Sequence[Node], format: str, arrays: str = "shape", gradients: dict[Node, Any] | None = None
    ) -> None:
        self.outputs = outputs
        self.format, self.arrays, self.gradients = format, arrays, gradients
        nodes = newest_first(outputs)
        self.scopes = Scopes(nodes)
        self.homes = _homes(nodes, self.scopes)
        self.names: dict[Node, str] = {}
        self.arguments: set[Node] = set()

    def made(self, item: Node | Constant) -> Made | None:
        """How `item` was made; nothing for a leaf."""
        if isinstance(item, Constant) or item.op is None:
            return None
        return Made(item.op.symbol, [x if isinstance(x, Node) else Constant(x) for x in item.inputs])

    def labels(self, item: Node | Constant) -> Sequence[str]:
        """Edges forward say nothing."""
        return ()

    def frames(self, item: Node | Constant) -> tuple[tuple[Any, str], ...]:
        """The frames around `item`, outermost first, each with its name."""
        return tuple((span, self.scopes.name(span)) for span in self.homes.get(item, ()))

    def label(self, item: Node) -> str:
        """What a node is called in its box: its label, its name as an argument, or its path in a module."""
        return item.label or self.names.get(item, "") or self.scopes.path(item)

    def box(self, item: Node | Constant) -> Box:
        """What is drawn for `item`."""
        raw = item.value if isinstance(item, Constant) else item
        fields, small = contents(raw, self.format, self.arrays), heat(raw) if self.arrays == "heat" else []
        if isinstance(item, Constant):
            return Box("constant", fields, small)
        label = self.label(item)
        fields = [label] * bool(label) + fields
        if self.gradients is not None:
            if item in self.gradients:
                fields.append(f"grad {brief(self.gradients[item], self.format)}")
        elif isinstance(item, Value) and item.requires_grad:
            fields.append(f"grad {number(item.grad, self.format)}")
        role = "input" if item in self.arguments else _role(item)
        if trouble := not_finite(item):
            role = "alarm"
            if not any(not_finite(x) for x in item.inputs):
                fields.append(f"! {trouble} begins here")
        return Box(role, fields, small)


class Cotangent:
    """The gradient of the output with respect to one node."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node


class Backward:
    """How the gradient of y reaches everything it was computed from: one box a cotangent.

    An edge carries the local derivative, as a formula and as a number; where several arrive, a sign says that they are added.
    """

    def __init__(self, y: Node, format: str, arrays: str = "shape") -> None:
        order = newest_first([y])
        self.format, self.arrays = format, arrays
        self.found = cotangents(y)
        self.items = {node: Cotangent(node) for node in order if node in self.found}
        self.scopes = Scopes(order)
        self.uses: dict[Node, list[Local]] = {node: [] for node in self.items}
        for user in self.items:
            for local in local_derivatives(user):
                if local.input in self.uses:
                    self.uses[local.input].append(local)
        used = {local.node for uses in self.uses.values() for local in uses}
        self.outputs = [item for node, item in self.items.items() if node not in used]
        taken = any(x.label == "y" for x in order)
        self.y, self.y_name = y, _name(y, format) if y.label or taken else "y"

    def made(self, item: Cotangent) -> Made | None:
        """The cotangents it comes from; nothing for the seed."""
        uses = self.uses[item.node]
        return Made("+" if len(uses) > 1 else "", [self.items[local.node] for local in uses]) if uses else None

    def labels(self, item: Cotangent) -> Sequence[str]:
        """The local derivative on each of its edges."""
        return [self._label(local.formula(), local.number()) for local in self.uses[item.node]]

    def frames(self, item: Cotangent) -> tuple[tuple[Any, str], ...]:
        """Cotangents are in no frame."""
        return ()

    def box(self, item: Cotangent) -> Box:
        """What is drawn for the cotangent of a node."""
        g, x = self.found[item.node], item.node
        called = self.y_name if x is self.y else self.scopes.path(x) if not x.label else ""
        name = f"∂{self.y_name}/∂{called or _name(x, self.format)}"
        fields = [name, *contents(_plain(g, x), self.format, self.arrays)]
        fields = [text.removeprefix("data ") for text in fields]
        role = "alarm" if not_finite(g) else "gradient" if x.op is None else "cotangent"
        return Box(role, fields, heat(g) if self.arrays == "heat" else [])

    def _label(self, formula: str, value: float | None) -> str:
        if value is None:
            return f"× {formula}" if formula else ""
        text = number(value, self.format)
        # A formula that says no more than the number, or leaves no room for it, is left out.
        known = not formula or formula.replace("−", "-") in (text, f"{value:.6g}") or len(formula) + len(text) > LONGEST - 5
        return f"× {text}" if known else f"× {formula} = {text}"


def cotangents(y: Node) -> dict[Node, Any]:
    """The gradient of y with respect to every node that it was computed from; nobody's `.grad` is touched."""
    reached = [x for x in newest_first([y]) if x.requires_grad]
    return pull_back([y], [y.seed()], wanted=reached)  # type: ignore[attr-defined]


def _plain(g: Any, x: Node) -> Any:
    return Value(g) if isinstance(x, Value) and math.isfinite(g) else g if isinstance(g, np.ndarray) else float(g)


def _homes(nodes: Links, scopes: Scopes) -> dict[Any, tuple[Span, ...]]:
    """The scopes of every node: those it was made in, and of a module's parameter those it is used in."""
    homes: dict[Any, tuple[Span, ...]] = {node: scopes.of(node) for node in nodes}
    uses: dict[Node, list[tuple[Span, ...]]] = {}
    for node, inputs in nodes.items():
        for x in inputs:
            if isinstance(x, Node) and scopes.path(x):
                uses.setdefault(x, []).append(homes[node])
    return homes | {leaf: _common(places) for leaf, places in uses.items()}


def _common(places: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    """The scopes that all places are in."""
    first, *others = places
    return tuple(span for i, span in enumerate(first) if all(len(p) > i and p[i] == span for p in others))


def _role(node: Node) -> str:
    if node.op is not None:
        return "computed"
    return "parameter" if node.requires_grad else "constant"


def _name(node: Node, format: str) -> str:
    """A short name: the label of a node, or in its place the formula it was computed by, one level deep."""
    if node.label:
        return fold(node.label, 16)
    if node.op is None:
        return number(node.data, format) if isinstance(node, Value) else "leaf"
    operands = [_operand(x, format) for x in node.inputs]
    symbol = node.op.symbol
    if len(operands) == 2 and not symbol.isidentifier():
        return f"({operands[0]} {symbol} {operands[1]})"
    return f"{node.op.name}({', '.join(operands)})"


def _operand(x: Any, format: str) -> str:
    if isinstance(x, Node):
        return fold(x.label, 8) or "·"
    return "·" if isinstance(x, np.ndarray | Tensor) else number(x, format)
