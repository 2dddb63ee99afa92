"""What a picture shows: the numbers of a graph, the role of each, and what is written in its box."""

from collections.abc import Sequence, Set
from typing import Any, NamedTuple

import numpy as np

from autograd.draw.labels import fold, number
from autograd.graph import Links, newest_first, pull_back
from autograd.node import Node
from autograd.op import Op
from autograd.scopes import Scopes, Span
from autograd.tensor import Tensor
from autograd.value import Value


class Constant:
    """A raw number or array among the inputs of a node; each use of it is a number of its own."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Box(NamedTuple):
    """A number as it is drawn: its role, which decides the style, and the text of its fields."""

    role: str
    fields: list[str]


def made(item: Node | Constant, inputs: Set[Node]) -> tuple[Op, list[Any]] | None:
    """The op that made a number, and what of; nothing for a leaf, and for one of `inputs`, where the picture ends."""
    if isinstance(item, Constant) or item.op is None or item in inputs:
        return None
    return item.op, [x if isinstance(x, Node) else Constant(x) for x in item.inputs]


class Forward:
    """How `outputs` were computed.

    outputs  what the picture shows, with everything it was computed from
    """

    def __init__(self, outputs: Sequence[Node], digits: int) -> None:
        self.outputs = outputs
        self.digits = digits
        nodes = newest_first(outputs)
        self.scopes = Scopes(nodes)
        self.homes = _homes(nodes, self.scopes)

    def frames(self, item: Node | Constant) -> tuple[tuple[Any, str], ...]:
        """The frames around `item`, outermost first, each with its name."""
        return tuple((span, self.scopes.name(span)) for span in self.homes.get(item, ()))

    def made(self, item: Node | Constant) -> tuple[Op, list[Any]] | None:
        """How `item` was made."""
        return made(item, frozenset())

    def box(self, item: Node | Constant) -> Box:
        """What is drawn for `item`."""
        if isinstance(item, Constant):
            return Box("constant", contents(item.value, self.digits))
        label = item.label or self.scopes.path(item)
        fields = [label] * bool(label) + contents(item, self.digits)
        if isinstance(item, Value) and item.requires_grad:
            fields.append(f"grad {number(item.grad, self.digits)}")
        return Box(_role(item), fields)


class Backward:
    """How the cotangents of all that y was computed from are computed: the reverse sweep, as a graph of its own.

    Its inputs are the seed and those primal numbers that the pullbacks use; its outputs are the cotangents that no other
    cotangent is made from, above all the gradients of the leaves.
    """

    def __init__(self, y: Node, digits: int) -> None:
        order = newest_first([y])
        self.inputs: Set[Node] = set(order)
        self.digits = digits
        # With a seed that requires a gradient, the sweep records also what does not depend on any primal number.
        seed = type(y)(y.seed(), requires_grad=True)  # type: ignore[attr-defined, call-arg]
        reached = [x for x in order if x.requires_grad]
        found = pull_back([y], [seed], wanted=reached, record=True)
        self.owners: dict[Node, list[Node]] = {}
        for x in reached:
            if x in found:
                self.owners.setdefault(found[x], []).append(x)
        steps = [node for node in newest_first(self.owners) if node not in self.inputs]
        used = {x for node in steps for x in node.inputs if isinstance(x, Node)}
        self.outputs = [cotangent for cotangent in self.owners if cotangent not in used]
        taken = any(x.label == "y" for x in order)
        self.y, self.y_name = y, _name(y, digits) if y.label or taken else "y"

    def made(self, item: Node | Constant) -> tuple[Op, list[Any]] | None:
        """How `item` was made."""
        return made(item, self.inputs)

    def frames(self, item: Node | Constant) -> tuple[tuple[Any, str], ...]:
        """Cotangents are in no frame."""
        return ()

    def box(self, item: Node | Constant) -> Box:
        """What is drawn for `item`."""
        if isinstance(item, Constant):
            return Box("constant", contents(item.value, self.digits))
        owners = self.owners.get(item, [])
        primal = item in self.inputs
        if owners:
            name = self._derivatives(owners)
        else:
            name = item.label or (self._called(item) if primal and item.op is not None else "")
        if primal:
            role = "primal"
        elif any(x.op is None for x in owners):
            role = "gradient"
        else:
            role = "cotangent" if owners else _role(item)
        return Box(role, [name] * bool(name) + contents(item, self.digits))

    def _derivatives(self, owners: list[Node]) -> str:
        """∂y/∂x for the `owners` of one cotangent, at most three of them: y first, then those with a label."""
        first = sorted(owners, key=lambda x: (x is not self.y, not x.label, x.op is not None))
        return " = ".join([f"∂{self.y_name}/∂{self._called(x)}" for x in first[:3]] + ["…"] * (len(owners) > 3))

    def _called(self, x: Node) -> str:
        return self.y_name if x is self.y else _name(x, self.digits)


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


def contents(x: Any, digits: int) -> list[str]:
    """What x holds: a number, or the shape and type of an array."""
    if isinstance(x, Value):
        return [f"data {number(x.data, digits)}"]
    if isinstance(x, Tensor | np.ndarray):
        return [str(x.shape), str(x.dtype)]
    return [number(x, digits)]


def _name(node: Node, digits: int) -> str:
    """A short name: the label of a node, or in its place the formula it was computed by, one level deep."""
    if node.label:
        return fold(node.label, 16)
    if node.op is None:
        return number(node.data, digits) if isinstance(node, Value) else "leaf"
    operands = [_operand(x, digits) for x in node.inputs]
    symbol = node.op.symbol
    if len(operands) == 2 and not symbol.isidentifier():
        return f"({operands[0]} {symbol} {operands[1]})"
    return f"{node.op.name}({', '.join(operands)})"


def _operand(x: Any, digits: int) -> str:
    if isinstance(x, Node):
        return fold(x.label, 8) or "·"
    return "·" if isinstance(x, np.ndarray) else number(x, digits)
