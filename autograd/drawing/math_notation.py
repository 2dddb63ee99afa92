"""Python expressions in mathematical notation; choices are resolved if the numbers are known."""

import ast
from collections.abc import Mapping
from typing import Any

from autograd.drawing.text import constant
from autograd.ops.namespaces import scalar
from autograd.ops.op import OPS
from autograd.ops.operators import OPERATORS, Operator, Precedence

#: Each operator by its class in a syntax tree, and by the name of its op.
_BY_SYNTAX = {row.syntax: row for row in OPERATORS if row.syntax and not row.is_unary}
BY_OP = {row.op: row for row in _BY_SYNTAX.values()}
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.LtE, ast.Lt: ast.GtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_ATOM, _POWER, _UNARY, _PRODUCT, _SUM = list(Precedence)[:5]
_COMPARISON, _CHOICE = Precedence.COMPARISON, Precedence.CHOICE


def mathematics(text: str, names: Mapping[str, str], numbers: Mapping[str, float] | None = None) -> str:
    """A Python expression in mathematical notation.

    Args:
        names: Names of its variables
        numbers: Values of its variables; then only the chosen branch of a conditional is written

    >>> mathematics("-a ** 2.0 * (1.0 - y * y)", {"a": "x", "y": "y"})
    '−x² × (1 − y × y)'
    >>> mathematics("1.0 if a > 0.0 else 0.0", {"a": "x"}, {"a": 3.0})
    '1 because x > 0'
    """
    tree, writer = ast.parse(text, mode="eval").body, _Writer(names, numbers)
    return writer.write(tree)[0] + writer.reason(tree)


def factor(formula: str) -> str:
    """A formula as a factor: in parentheses if it is a sum, a quotient, a conditional, or negative.

    >>> factor("a − b"), factor("(1 / cosh(x))²"), factor("−x")
    ('(a − b)', '(1 / cosh(x))²', '(−x)')
    """
    outside, depth = "", 0
    for c in formula:
        depth += (c == "(") - (c == ")")
        outside += c if not depth else ""
    compound = any(sign in outside for sign in (" + ", " − ", " / ", " if ", " because ")) or formula.startswith("−")
    return f"({formula})" if compound else formula


class _Writer:
    def __init__(self, names: Mapping[str, str], numbers: Mapping[str, float] | None) -> None:
        self.names, self.numbers = names, numbers

    def write(self, node: ast.expr) -> tuple[str, Precedence]:
        """(text, precedence) of an expression."""
        match node:
            case ast.IfExp(test=test, body=yes, orelse=no):
                return self.choice(test, yes, no)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(left, _BY_SYNTAX[type(op)], right)
            case ast.UnaryOp(op=ast.USub(), operand=ast.UnaryOp(op=ast.USub(), operand=operand)):
                return self.write(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"−{self.inner(operand, _UNARY)}", _PRODUCT
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sign = _sign(_BY_SYNTAX[type(op)])
                return f"{self.inner(left, _SUM)} {sign} {self.inner(right, _SUM)}", _COMPARISON
            case ast.BoolOp(op=op, values=values):
                word = " and " if isinstance(op, ast.And) else " or "
                levels = [_COMPARISON if isinstance(x, ast.Compare) else _SUM for x in values]
                return word.join(map(self.inner, values, levels)), _COMPARISON
            case ast.Name(id=name):
                text = self.names.get(name, name)
                return text, _POWER if text.startswith("∂") else _ATOM  # (∂y/∂x)ᵀ, but ∂y/∂x × 2
            case ast.Constant(value=x):
                return constant(x), _ATOM
        return ast.unparse(node), _CHOICE

    def choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> tuple[str, Precedence]:
        known = self.outcome(test)
        if known is not None:
            return self.write(yes if known else no)
        return f"{self.inner(yes, _SUM)} if {self.inner(test, _CHOICE)}, else {self.inner(no, _SUM)}", _CHOICE

    def outcome(self, test: ast.expr) -> bool | None:
        """The truth of a condition, or None if it depends on unknown numbers."""
        if self.numbers is not None or not _has_names(test):
            return bool(self.value(test))
        decisive = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
        parts = test.values if isinstance(test, ast.BoolOp) else []
        return decisive if any(self.outcome(part) is decisive for part in parts) else None

    def reason(self, tree: ast.expr) -> str:
        """The last condition that leads to a number, such as " because x > 0", or "" for other expressions."""
        condition = ""
        while isinstance(tree, ast.IfExp) and self.numbers is not None:
            condition = self.true_condition(tree.test) if _has_names(tree.test) else condition
            tree = tree.body if self.value(tree.test) else tree.orelse
        return f" because {condition}" if condition and isinstance(tree, ast.Constant) else ""

    def true_condition(self, test: ast.expr) -> str:
        """A condition if it holds, or else the opposite of a comparison; a NaN may fulfil neither x > 0 nor x ≤ 0."""
        text = self.write(test)[0]
        if self.value(test):
            return text
        if isinstance(test, ast.Compare) and type(test.ops[0]) in _OPPOSITES:
            opposite = ast.Compare(test.left, [_OPPOSITES[type(test.ops[0])]()], test.comparators)
            return self.write(opposite)[0] if self.value(opposite) else f"not {text}"
        return ""

    def call(self, name: str, args: list[ast.expr]) -> tuple[str, Precedence]:
        match name, args:
            case "square", [x]:
                return self.inner(x, _ATOM) + "²", _POWER
            case "abs" | "fabs", [x]:
                return f"|{self.inner(x, _CHOICE)}|", _ATOM
            case "sqrt", [x]:
                return f"√{self.inner(x, _ATOM)}", _POWER
            case "negative", [x]:
                return self.write(ast.UnaryOp(ast.USub(), x))
            case "transpose", [x]:
                return self.inner(x, _ATOM) + "ᵀ", _POWER
            case "getitem", [x, index]:
                return self.inner(x, _ATOM) + self.write(index)[0], _ATOM
            case "where", [test, yes, no]:
                return self.choice(test, yes, no)
            case "floor_divide", [a, b]:
                return f"⌊{self.binary(a, BY_OP['divide'], b)[0]}⌋", _ATOM
            case _, [a, b] if name in BY_OP:
                return self.binary(a, BY_OP[name], b)
        return f"{self.names.get(name, name)}({', '.join(self.inner(x, _CHOICE) for x in args)})", _ATOM

    def binary(self, left: ast.expr, operator: Operator, right: ast.expr) -> tuple[str, Precedence]:
        known = _literal_value(ast.BinOp(left, operator.syntax(), right))  # type: ignore[misc, arg-type]
        if known is not None:
            return constant(known), _ATOM if known >= 0 else _PRODUCT
        if operator.op == "power":
            return self.power(left, right)
        level = operator.precedence
        return f"{self.inner(left, level)} {_sign(operator)} {self.inner(right, Precedence(level - 1))}", level

    def power(self, base: ast.expr, exponent: ast.expr) -> tuple[str, Precedence]:
        known = _literal_value(exponent)
        text = self.write(exponent)[0] if known is None else constant(known)
        if text == "1":
            return self.write(base)
        raised = text.replace("−", "-")
        if raised.lstrip("-").isdigit():
            return self.inner(base, _ATOM) + raised.translate(_SUPERSCRIPTS), _POWER
        return f"{self.inner(base, _ATOM)}^{self.inner(exponent, _ATOM)}", _POWER

    def inner(self, node: ast.expr, level: Precedence) -> str:
        text, own = self.write(node)
        return text if own <= level else f"({text})"

    def value(self, node: ast.expr) -> Any:
        functions = {name: getattr(scalar, name) for name in dir(scalar) if not name.startswith("_")}
        return eval(
            compile(ast.fix_missing_locations(ast.Expression(node)), "<formula>", "eval"),
            {"__builtins__": {}} | functions,
            dict(self.numbers or {}),
        )


def _has_names(tree: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) for part in ast.walk(tree))


def _sign(operator: Operator) -> str:
    return "/" if operator.op == "divide" else OPS[operator.op].symbol


def _literal_value(node: ast.expr) -> float | None:
    """The value of an expression of literals; None for others, and for a division by zero."""
    match node:
        case ast.Constant(value=float() | int() as x):
            return float(x)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _literal_value(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _literal_value(left), _literal_value(right)
            try:
                return None if a is None or b is None else float(_BY_SYNTAX[type(op)].function(a, b))
            except ZeroDivisionError:
                return None
    return None
