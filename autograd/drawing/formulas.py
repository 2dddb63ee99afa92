"""Formulas of nodes and of local derivatives, read from the rules of their ops."""

from collections.abc import Callable
from typing import Any

from autograd.drawing.events import Local
from autograd.drawing.math_notation import BY_OP, factor, mathematics
from autograd.drawing.text import LONGEST, constant, number
from autograd.engine.graph import GraphNode
from autograd.ops.python_source import Code, pullback_source, rule_source
from autograd.ops.tracing import UnreadableRuleError

_LETTERS = "abcdefgh"


def expression(node: GraphNode, naming: Callable[[GraphNode], str] = lambda x: x.name) -> str:
    """The formula of a node in terms of its inputs; `naming` returns the name of an input, or "" for a letter."""
    op = node.op
    if op is None:
        return ""
    names = _operands(node, naming)
    if op.kind == "elementwise" and not op.params and (op.name in BY_OP or not op.symbol.isidentifier()):
        try:
            text = str(rule_source(op, *_codes(node)))
            return mathematics(text, dict(zip(_LETTERS, names, strict=False)), _numbers(node))
        except UnreadableRuleError:
            pass
    if len(names) == 2 and not op.symbol.isidentifier() and len(op.symbol) <= 2:
        return f"{names[0]} {op.symbol} {names[1]}"
    return f"{op.name}({', '.join(names)})"


def derivative(local: Local) -> str:
    """The formula of a local derivative: the pullback of the op for a gradient of 1, or "" if it is not an expression."""
    node, op = local.node, local.node.op
    if op is None or op.kind != "elementwise" or op.params:
        return ""
    try:
        text = str(pullback_source(op, local.position, *_codes(node)))
    except UnreadableRuleError:
        return ""
    names = dict(zip(_LETTERS, _operands(node, lambda x: x.name), strict=False))
    return mathematics(text, names | {"y": node.name}, _numbers(node))


def edge_label(local: Local, format: str) -> str:
    """The label of an edge: "× " and the local derivative, or "" without a formula or number."""
    formula, value = derivative(local), local.value
    if value is None:
        return f"× {factor(formula)}" if formula else ""
    text = number(value, format)
    # A formula that only repeats the number, or leaves no room for it, is omitted.
    known = (
        not formula
        or formula.strip("()") in (text.replace("-", "−"), constant(value))
        or len(formula) + len(text) > LONGEST - 5
    )
    return f"× {text}" if known else f"× {factor(formula)} = {text}"


def chain_rule(top: str, local: Local) -> str:
    """The gradient of the user times the local derivative, which is ∂user/∂number if it has no formula."""
    formula, user = derivative(local), local.node.name
    return f"∂{top}/∂{user} × {factor(formula)}" if formula else f"∂{top}/∂{user} · ∂{user}/∂{local.input.name}"


def _operands(node: GraphNode, naming: Callable[[GraphNode], str]) -> list[str]:
    """The inputs of a node in its formula: names, numbers, or a, b, c."""
    names = [x.name if x.raw else naming(x) for x in node.inputs]
    free = (c for c in _LETTERS if c not in names)
    return [name or next(free, "·") for name in names]


def _codes(node: GraphNode) -> list[Code]:
    """The inputs of a node as source code: numbers as literals, others as letters."""
    known = [x.raw and isinstance(x.value, int | float) for x in node.inputs]
    return [Code(repr(float(x.value))) if k else Code(c) for x, k, c in zip(node.inputs, known, _LETTERS, strict=False)]


def _numbers(node: GraphNode) -> dict[str, Any] | None:
    """The values of the letters in the formulas of a node, if it is a single number."""
    if not isinstance(node.value, float):
        return None
    return {c: float(x.value) for c, x in zip(_LETTERS, node.inputs, strict=False)} | {"y": node.value}
