"""Python expressions in mathematical notation; choices are resolved if the numbers are known."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from autograd.ops.namespaces import scalar

_SIGNS: dict[type[ast.AST], tuple[str, int, Callable[[Any, Any], Any]]] = {
    ast.Add: (" + ", 1, operator.add), ast.Sub: (" − ", 1, operator.sub), ast.Mult: (" × ", 2, operator.mul),
    ast.Div: (" / ", 2, operator.truediv), ast.Pow: ("^", 4, operator.pow),
}  # fmt: skip
_COMPARISONS = {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_ATOM = 9


def mathematics(text: str, names: Mapping[str, str], numbers: Mapping[str, float] | None = None) -> str:
    """A Python expression in mathematical notation.

    Args:
        names: Names of its variables
        numbers: Values of its variables; then only the chosen branch of a conditional is written

    >>> mathematics("-a ** 2.0 * (1.0 - y * y)", {"a": "x", "y": "y"})
    '−x² × (1 − y × y)'
    >>> mathematics("1.0 if a > 0.0 else 0.0", {"a": "x"}, {"a": 3.0})
    '1'
    """
    tree = ast.parse(text, mode="eval").body
    return _Writer(names, numbers).write(tree)[0]


def factor(formula: str) -> str:
    """A formula as a factor: in parentheses if it is a sum, a quotient, a conditional, or negative.

    >>> factor("a − b"), factor("(1 / cosh(x))²"), factor("−x")
    ('(a − b)', '(1 / cosh(x))²', '(−x)')
    """
    outside, depth = "", 0
    for c in formula:
        depth += (c == "(") - (c == ")")
        outside += c if not depth else ""
    compound = any(sign in outside for sign in (" + ", " − ", " / ", " if ")) or formula.startswith("−")
    return f"({formula})" if compound else formula


class _Writer:
    def __init__(self, names: Mapping[str, str], numbers: Mapping[str, float] | None) -> None:
        self.names, self.numbers = names, numbers

    def write(self, node: ast.expr) -> tuple[str, int]:
        """(text, precedence) of an expression."""
        match node:
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self.choice(test, yes, no)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(left, op, right)
            case ast.UnaryOp(op=ast.USub(), operand=ast.UnaryOp(op=ast.USub(), operand=operand)):
                return self.write(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"−{self.inner(operand, 3)}", 2
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return f"{self.inner(left, 1)} {_COMPARISONS[type(op)]} {self.inner(right, 1)}", 0
            case ast.BoolOp(op=op, values=values):
                return (" and " if isinstance(op, ast.And) else " or ").join(self.inner(x, 1) for x in values), 0
            case ast.Name(id=name):
                return self.names.get(name, name), _ATOM
            case ast.Constant(value=x):
                return _number(x), _ATOM
        return ast.unparse(node), 0

    def choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> tuple[str, int]:
        if self.numbers is not None:
            return self.write(yes if self.value(test) else no)
        return f"{self.inner(yes, 1)} if {self.inner(test, 0)}, else {self.inner(no, 1)}", 0

    def call(self, name: str, args: list[ast.expr]) -> tuple[str, int]:
        match name, args:
            case "power", [base, exponent]:
                return self.binary(base, ast.Pow(), exponent)
            case "square", [x]:
                return self.inner(x, 5) + "²", 4
            case "abs" | "fabs", [x]:
                return f"|{self.inner(x, 0)}|", _ATOM
            case "sqrt", [x]:
                return f"√{self.inner(x, _ATOM)}", 4
        return f"{name}({', '.join(self.inner(x, 0) for x in args)})", _ATOM

    def binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, int]:
        sign, level, compute = _SIGNS[type(op)]
        a, b = _literal_value(left), _literal_value(right)
        if a is not None and b is not None and (b or not isinstance(op, ast.Div)):
            x = compute(a, b)
            return _number(x), _ATOM if x >= 0 else 2
        if isinstance(op, ast.Pow):
            exponent = self.write(right)[0] if b is None else _number(self.constant(right))
            if exponent == "1":
                return self.write(left)
            raised = exponent.replace("−", "-")
            if raised.lstrip("-").isdigit():
                return self.inner(left, 5) + raised.translate(_SUPERSCRIPTS), 4
            return f"{self.inner(left, 5)}^{self.inner(right, 5)}", 4
        return f"{self.inner(left, level)}{sign}{self.inner(right, level + 1)}", level

    def constant(self, node: ast.expr) -> float:
        known = _literal_value(node)
        return 0.0 if known is None else known

    def inner(self, node: ast.expr, level: int) -> str:
        text, own = self.write(node)
        return text if own >= level else f"({text})"

    def value(self, node: ast.expr) -> Any:
        functions = {name: getattr(scalar, name) for name in dir(scalar) if not name.startswith("_")}
        return eval(
            compile(ast.Expression(node), "<formula>", "eval"), {"__builtins__": {}} | functions, dict(self.numbers or {})
        )


def _literal_value(node: ast.expr) -> float | None:
    """The value of an expression of literals."""
    match node:
        case ast.Constant(value=float() | int() as x):
            return float(x)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _literal_value(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _literal_value(left), _literal_value(right)
            return (
                None if a is None or b is None or not (b or not isinstance(op, ast.Div)) else float(_SIGNS[type(op)][2](a, b))
            )
    return None


def _number(x: Any) -> str:
    return f"{x:.6g}".replace("-", "−") if isinstance(x, float | int) else str(x)
