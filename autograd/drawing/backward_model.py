"""The way back as a picture: the graph of the cotangents of a result."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.drawing.box_text import contents, heat, not_finite
from autograd.drawing.formulas import Local, expression, local_derivatives
from autograd.drawing.forward_model import Box, Forward, Made, cotangents
from autograd.drawing.layout import View
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from autograd.engine.value import Value


class Cotangent:
    """The gradient of the output with respect to one node."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node


class Backward:
    """How the gradient of y reaches everything it was computed from: one box a cotangent, in the frames of what it belongs to.

    An edge carries the local derivative, as a formula and as a number; where several arrive, a sign says that they are added.
    """

    def __init__(self, y: Node, forward: Forward) -> None:
        self.y, self.forward, self.format, self.arrays = y, forward, forward.format, forward.arrays
        self.found = cotangents(y)
        self.items = {node: Cotangent(node) for node in newest_first([y]) if node in self.found}
        self.names = forward.names_in_formulas()
        self.uses: dict[Node, list[Local]] = {node: [] for node in self.items}
        for user in self.items:
            for local in local_derivatives(user):
                if local.input in self.uses:
                    self.uses[local.input].append(local)
        used = {local.node for uses in self.uses.values() for local in uses}
        self.unfolded = [self.items[y]]
        self.outputs = [item for node, item in self.items.items() if node not in used]

    def made(self, item: Cotangent) -> Made | None:
        """The cotangents it comes from; nothing for the seed."""
        uses = self.uses[item.node]
        return Made("+" if len(uses) > 1 else "", [self.items[local.node] for local in uses]) if uses else None

    def labels(self, item: Cotangent) -> Sequence[str]:
        """The local derivative on each of its edges."""
        return [local.label(self.names.__getitem__, self.format) for local in self.uses[item.node]]

    def frames(self, item: Cotangent) -> tuple[tuple[Any, str], ...]:
        """Those of the number that it belongs to."""
        return self.forward.frames(item.node)

    def box(self, item: Cotangent) -> Box:
        """What is drawn for the cotangent of a node: its name, how the node was computed, and the number."""
        g, x = self.found[item.node], item.node
        name = self.names[x]
        fields = [f"∂{self.names[self.y]}/∂{name}"]
        if x.op is not None:
            fields.append(f"{name} = {expression(x, self.names.__getitem__)}")
        fields += [text.removeprefix("data ") for text in contents(_plain(g, x), self.format, self.arrays)]
        role, alarm = "gradient" if x.op is None else "cotangent", ""
        if trouble := not_finite(g):
            alarm = "alarm"
            if not any(not_finite(self.found[local.node]) for local in self.uses[x]):
                fields.append(f"! {trouble} begins here")
        return Box(role, fields, heat(g) if self.arrays == "heat" else [], alarm)

    def view(self, view: View) -> View:
        """A view of the numbers as one of their cotangents; the edges run the other way.

        Raises  ValueError  if no gradient reaches the number in the middle
        """
        if view.around is not None and view.around not in self.items:
            raise ValueError(f"draw: no gradient reaches {view.around!r}, around which the way back is to be shown")
        ways = [(part,) if isinstance(part, Node) else part[::-1] for part in view.marked]
        known = [tuple(self.items[x] for x in way) for way in ways if all(x in self.items for x in way)]
        return replace(
            view,
            around=None if view.around is None else self.items[view.around],
            weight=lambda item: view.weight(item.node),
            marked=frozenset(way[0] if len(way) == 1 else way for way in known),
        )


def _plain(g: Any, x: Node) -> Any:
    return Value(g) if isinstance(x, Value) and math.isfinite(g) else g if isinstance(g, np.ndarray) else float(g)
