"""What a picture shows: the numbers of a graph, the role of each, what is written in its box, and what it was made of."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd.drawing.box_text import contents, heat, not_finite
from autograd.drawing.formulas import local_derivatives
from autograd.drawing.names import Names, brief, literal, short
from autograd.engine.graph import Links, newest_first
from autograd.engine.node import Node
from autograd.engine.reverse_mode import pull_back
from autograd.engine.scopes import Scopes, Span
from autograd.engine.value import Value


class Constant:
    """A raw number or array among the inputs of a node; each use of it is a number of its own."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Box(NamedTuple):
    """A number as it is drawn: its role, which decides the style, the text of its fields, and an array in the small.

    alarm  "alarm" if the number is not finite, "grad-alarm" if its gradient is not
    """

    role: str
    fields: list[str]
    heat: Sequence[Sequence[float | None]] = ()
    alarm: str = ""


class Made(NamedTuple):
    """How a number was made: the sign of the operation, or "" if there is none to draw, and what of."""

    sign: str
    inputs: list[Any]


class Forward:
    """How `outputs` were computed.

    outputs    what the picture shows, with everything it was computed from
    gradients  of each node, to be shown beside it; of Values their `.grad`, if it is None
    names      of nodes that have no label; arguments: the nodes that are inputs of a function
    called     names of nodes in formulas
    told       pairs (x, y), on the edge between which stands ∂y/∂x
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
        self.called: Mapping[Node, str] = {}
        self.told: frozenset[Any] = frozenset()
        self.users: dict[Any, list[Node]] = {}
        for node, inputs in nodes.items():
            for x in inputs:
                if isinstance(x, Node):
                    self.users.setdefault(x, []).append(node)

    @property
    def unfolded(self) -> Sequence[Any]:
        """The outputs."""
        return self.outputs

    def made(self, item: Node | Constant) -> Made | None:
        """How `item` was made; nothing for a leaf."""
        if isinstance(item, Constant) or item.op is None:
            return None
        return Made(item.op.symbol, [x if isinstance(x, Node) else Constant(x) for x in item.inputs])

    def labels(self, item: Node | Constant) -> Sequence[str]:
        """Edges forward say nothing, or the local derivative."""
        if not self.told or isinstance(item, Constant):
            return ()
        known = {local.position: local for local in local_derivatives(item) if (local.input, item) in self.told}
        return [known[i].label(self.called.__getitem__, self.format) if i in known else "" for i in range(len(item.inputs))]

    def frames(self, item: Node | Constant) -> tuple[tuple[Any, str], ...]:
        """The frames around `item`, outermost first, each with its name."""
        return tuple((span, self.scopes.name(span)) for span in self.homes.get(item, ()))

    def name(self, item: Node) -> str:
        """The label of a node, its name as an argument, or its path in a module, if it has one."""
        return item.label or self.names.get(item, "") or self.scopes.path(item)

    def names_in_formulas(self) -> Names:
        """A name for every node."""
        return Names(self.outputs, self.name)

    def label(self, item: Node) -> str:
        """What a node is called in its box: by its name, and as in formulas."""
        own = self.name(item)
        called = self.called.get(item, "") if own or not literal(item) else ""
        return f"{own} ({called})" if own and called and called != short(own) else own or called

    def box(self, item: Node | Constant) -> Box:
        """What is drawn for `item`."""
        raw = item.value if isinstance(item, Constant) else item
        fields, small = contents(raw, self.format, self.arrays), heat(raw) if self.arrays == "heat" else []
        if isinstance(item, Constant):
            return Box("constant", fields, small)
        label = self.label(item)
        fields = [label] * bool(label) + fields
        gradient = self.gradient(item)
        if gradient is not None:
            fields.append(f"grad {brief(gradient, self.format)}")
        role, alarm = "input" if item in self.arguments else _role(item), ""
        if trouble := not_finite(item):
            alarm = "alarm"
            if not any(not_finite(x) for x in item.inputs):
                fields.append(f"! {trouble} begins here")
        elif gradient is not None and (trouble := not_finite(gradient)):
            alarm = "grad-alarm"
            if not any(not_finite(user) or not_finite(self.gradient(user)) for user in self.users.get(item, ())):
                fields.append(f"! grad {trouble} begins here")
        return Box(role, fields, small, alarm)

    def gradient(self, item: Node) -> Any:
        """What is shown as the gradient of a node, or None."""
        if self.gradients is not None:
            return self.gradients.get(item)
        return item.grad if isinstance(item, Value) and item.requires_grad else None


def cotangents(y: Node) -> dict[Node, Any]:
    """The gradient of y with respect to every node that it was computed from; nobody's `.grad` is touched."""
    reached = [x for x in newest_first([y]) if x.requires_grad]
    return pull_back([y], [y.seed()], wanted=reached)  # type: ignore[attr-defined]


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
