"""Local derivatives of a node: as a formula, read from the op's row, and as a number."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd.drawing.math_notation import factor, mathematics
from autograd.drawing.text import LONGEST, number
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.python_source import Code, source

#: What a node is called in a formula, or "" for a letter.
Naming = Callable[[Node], str]


def own_label(node: Node) -> str:
    """The label of a node, if it is short enough for a formula."""
    return node.label if 0 < len(node.label) <= 12 and node.label.isprintable() else ""


class Local(NamedTuple):
    """The derivative of a node with respect to its input at a position.

    >>> x = Value(3.0, label="x")
    >>> (local,) = local_derivatives(x ** 2.0)
    >>> local.formula(), local.number()
    ('2 × x', 6.0)
    """

    node: Node
    position: int

    @property
    def input(self) -> Node:
        """With respect to which."""
        return self.node.inputs[self.position]

    def formula(self, naming: Naming = own_label) -> str:
        """What the op's pullback reads with a gradient of 1, or "" if it is no expression."""
        op = self.node.op
        if op is None or op.kind != "elementwise" or op.params:
            return ""
        inputs = [_literal(x, c) for x, c in zip(self.node.inputs, _LETTERS, strict=False)]
        try:
            text = str(op.pullbacks[self.position](Code("1.0"), Code("y"), *inputs))  # type: ignore[misc]
            names = dict(zip(_LETTERS, _operands(self.node, naming), strict=False))
            return mathematics(text, names | {"y": naming(self.node) or "y"}, _numbers(self.node))
        except (TypeError, AttributeError, SyntaxError):
            return ""

    def number(self) -> float | None:
        """Its value, or None if it is an array."""
        node, x = self.node, self.input
        if isinstance(node, Value):
            return float(self.pulled(1.0))
        if isinstance(node, Tensor) and node.size == 1 and isinstance(x, Tensor) and x.size == 1:
            return float(self.pulled(np.ones_like(node.numpy())).item())
        return None

    def label(self, naming: Naming, format: str) -> str:
        """The same as what a gradient is multiplied by on the way, or "" if it cannot be said."""
        formula, value = self.formula(naming), self.number()
        if value is None:
            return f"× {factor(formula)}" if formula else ""
        text = number(value, format)
        # A formula that says no more than the number, or leaves no room for it, is left out.
        known = (
            not formula
            or formula.strip("()").replace("−", "-") in (text, f"{value:.6g}")
            or len(formula) + len(text) > LONGEST - 5
        )
        return f"× {text}" if known else f"× {factor(formula)} = {text}"

    def pulled(self, gradient: Any) -> Any:
        """What this use adds to the gradient of the input, if that of the node is `gradient`."""
        pullbacks = self.node.op.pullbacks_of(self.node.inputs)  # type: ignore[union-attr]
        return self.node.pulled([(self.position, pullbacks[self.position])], gradient)[0]  # type: ignore[list-item]


def local_derivatives(node: Node) -> list[Local]:
    """For every input of a node that a gradient flows to, the derivative on the way."""
    op = node.op
    if op is None:
        return []
    pairs = enumerate(zip(node.inputs, op.pullbacks_of(node.inputs), strict=True))
    return [Local(node, i) for i, (x, pullback) in pairs if isinstance(x, Node) and x.requires_grad and pullback]


def expression(node: Node, naming: Naming = own_label) -> str:
    """What a node is, in terms of its inputs.

    >>> x, w = Value(3.0, label="x"), Value(2.0, label="w")
    >>> expression(x * w), expression((x + w) ** 2.0)
    ('x × w', 'a²')
    """
    op = node.op
    if op is None:
        return ""
    names = _operands(node, naming)
    if op.kind == "elementwise" and not op.params and not op.symbol.isidentifier():
        try:
            text = str(op.forward(source, *(_literal(x, c) for x, c in zip(node.inputs, _LETTERS, strict=False))))
            return mathematics(text, dict(zip(_LETTERS, names, strict=False)), _numbers(node))
        except (TypeError, SyntaxError):
            pass
    if len(names) == 2 and not op.symbol.isidentifier() and len(op.symbol) <= 2:
        return f"{names[0]} {op.symbol} {names[1]}"
    return f"{op.name}({', '.join(names)})"


_LETTERS = "abcdefgh"


def _literal(x: Any, letter: str) -> Code:
    return Code(repr(float(x))) if isinstance(x, int | float) else Code(letter)


def _numbers(node: Node) -> dict[str, float] | None:
    """The values of the letters in a node's formulas, if it is about single numbers."""
    if not isinstance(node, Value):
        return None
    values = {c: x.data if isinstance(x, Value) else float(x) for c, x in zip(_LETTERS, node.inputs, strict=False)}
    return values | {"y": node.data}


def _operands(node: Node, naming: Naming) -> list[str]:
    """What the inputs of a node are called: by their names, their numbers, or a, b, c."""
    names = [naming(x) if isinstance(x, Node) else f"{x:g}" if isinstance(x, int | float) else "" for x in node.inputs]
    free = (c for c in _LETTERS if c not in names)
    return [name or next(free, "·") for name in names]
