"""Formulas of nodes and of local derivatives, read from the rules of their ops."""

from collections.abc import Callable
from typing import Any

from autograd.drawing.array_formulas import cotangent_formula, op_formula
from autograd.drawing.events import Local
from autograd.drawing.math_notation import BY_OP, factor, mathematics
from autograd.drawing.names import array_text
from autograd.drawing.text import LONGEST, constant, number
from autograd.engine.graph import GraphNode
from autograd.ops.op import Rule
from autograd.ops.python_source import Code, code, rule_source
from autograd.ops.tracing import UnreadableRuleError, read_rule

_LETTERS = "abcdefgh"


def expression(node: GraphNode, naming: Callable[[GraphNode], str] = lambda x: x.name) -> str:
    """The formula of a node in terms of its inputs; `naming` returns the text of an input, or "" for its name."""
    op = node.op
    if op is None:
        return ""
    names = _operands(node, naming)
    if op.kind == "elementwise" and len(names) > op.arity:  # a sum drawn as one
        return " + ".join(names)
    if op.kind == "elementwise" and not op.params and (op.name in BY_OP or not op.symbol.isidentifier()):
        try:
            text = str(rule_source(op, *_codes(node)))
            return mathematics(text, dict(zip(_LETTERS, names, strict=False)), _numbers(node))
        except UnreadableRuleError:
            pass
    return f"{op.name}({', '.join(names)})" if op.kind == "elementwise" else op_formula(node, names)


def derivative(local: Local, resolve: bool = True) -> str:
    """The formula of a local derivative: the pullback of the op for a gradient of 1, or "" if it is not an expression.

    Choices, such as that of ReLU, are resolved by the numbers, or else written with both branches.
    """
    node, op = local.node, local.node.op
    if op is None or op.kind != "elementwise":
        return ""
    try:
        rule = read_rule(_rule(local), op, Code("1.0"), Code("y"), *_codes(node), **node.params)
        text = str(code(rule))
    except UnreadableRuleError:
        return ""
    names = dict(zip(_LETTERS, _operands(node, lambda x: x.name), strict=False))
    return mathematics(text, names | {"y": node.name}, _numbers(node) if resolve else None)


def edge_label(local: Local, format: str) -> str:
    """The label of an edge: "× " and the local derivative, or "" without a formula or number."""
    formula, value = derivative(local).partition(" because ")[0], local.value
    if value is None:
        text = _cotangent(local, "·")
        return "× 1" if text == "·" else text.removeprefix("· ") if text.count("·") == 1 else text
    text = number(value, format)
    # A formula that only repeats the number, or leaves no room for it, is omitted.
    known = (
        not formula
        or formula.strip("()") in (text.replace("-", "−"), constant(value))
        or len(formula) + len(text) > LONGEST - 5
    )
    return f"× {text}" if known else f"× {factor(formula)} = {text}"


def chain_rule(top: str, local: Local, resolve: bool = True) -> str:
    """The gradient of the user times the local derivative, or the pullback of that gradient."""
    gradient = f"∂{top}/∂{local.node.name}"
    return _cotangent(local, gradient, resolve) or f"pullback of {getattr(local.node.op, 'name', '')} at {gradient}"


def _cotangent(local: Local, gradient: str, resolve: bool = True) -> str:
    """The term of a use in the gradient of its input, from the gradient of the user; "" if the rule cannot be read."""
    formula = derivative(local, resolve)
    product = gradient if formula == "1" and local.value is None else f"{gradient} × {factor(formula)}"
    if formula and getattr(local.node.value, "shape", ()) == getattr(local.input.value, "shape", ()):
        return product
    try:
        text = cotangent_formula(local, product) if formula else cotangent_formula(local, gradient, _rule(local))
        return factor(text) if " if " in text else text
    except UnreadableRuleError:
        return ""


def _rule(local: Local) -> Rule:
    """The pullback of a use, in the form of textbooks if the row has one."""
    op: Any = local.node.op
    return (op.textbook or op.pullbacks_of(local.node.source.inputs))[local.position]


def _operands(node: GraphNode, naming: Callable[[GraphNode], str]) -> list[str]:
    """The inputs of a node in its formula: names, numbers, or arrays without a name."""
    names = [x.name if x.raw else naming(x) or x.name for x in node.inputs]
    return [name or array_text(x.value) for name, x in zip(names, node.inputs, strict=True)]


def _codes(node: GraphNode) -> list[Code]:
    """The inputs of a node as source code: numbers as literals, others as letters."""
    known = [x.raw and isinstance(x.value, int | float) for x in node.inputs]
    return [Code(repr(float(x.value))) if k else Code(c) for x, k, c in zip(node.inputs, known, _LETTERS, strict=False)]


def _numbers(node: GraphNode) -> dict[str, Any] | None:
    """The values of the letters in the formulas of a node, if it is a single number."""
    if not isinstance(node.value, float):
        return None
    return {c: float(x.value) for c, x in zip(_LETTERS, node.inputs, strict=False)} | {"y": node.value}
