"""Arithmetic read from text, such as "tanh(w*x + b)": Python's grammar, and of its meaning only numbers, names and ops.

Nothing is ever evaluated as Python: the text is parsed, and each part that is not a number, a known name, an operator or a
call of an op is refused, with the place where it stands.
"""

import ast
import difflib
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import OPS
from autograd.ops.operators import OPERATORS

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

#: What each operator of a syntax tree does; equality and logic are no questions about expressions.
_OPERATORS = {row.syntax: row.function for row in OPERATORS if row.syntax and row.sign not in ("==", "!=", "&", "|", "~")}


class ExpressionError(ValueError):
    """Text that is no expression, or cannot be computed: says why, and points at the place."""

    def __init__(self, text: str, column: int, reason: str) -> None:
        self.text, self.column, self.reason = text, column, reason
        super().__init__(f"{reason}\n  {text}\n  {' ' * column}^")


def read(text: str, values: Mapping[str, Any]) -> Any:
    """What the expression gives for the values of its names: a Value, a Tensor, or a number.

    It may have numbers, the names of `values`, pi, e, inf and nan, lists of numbers, + − * / // % ** @, < <= > >=, and every op
    by its name.

    Raises:
        ExpressionError: for anything else, an unknown name, arguments that do not fit, or a result that is not defined

    >>> read("2 * x + sin(pi / 2)", {"x": Value(3.0)})
    Value(data=7.0, grad=0.0)
    >>> read("x + q", {"x": 1.0})
    Traceback (most recent call last):
    autograd.cli.expressions.ExpressionError: q is unknown: give it a value, as in q=2
      x + q
          ^
    """
    text = text.strip()
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        line = _line(text)
        column = min(error.offset - 1, len(line)) if error.offset and error.lineno == 1 else len(line)
        raise ExpressionError(line, column, f"this is no expression: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(_line(text), 0, f"this is no expression that can be read: {error}") from None
    try:
        return _Reader(text, values).of(tree.body)
    except RecursionError:
        raise ExpressionError(_line(text), 0, "this is nested too deeply to be read") from None


def inputs(assignments: list[str]) -> dict[str, Node]:
    """Leaves by name, from texts such as "x=2", "b=pi/4" or "v=[1, 2, 3]"; each is labelled by its name.

    Raises:
        ExpressionError: if one is no name and value

    >>> inputs(["x=2", "v=[1, 2]"])
    {'x': Value(data=2.0, grad=0.0, label='x'), 'v': Tensor([1., 2.], requires_grad=True, label='v')}
    """
    leaves: dict[str, Node] = {}
    for text in assignments:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name.isidentifier():
            raise ExpressionError(text, 0, "after the expression come values of its names, as in x=2 or v=[1,2]")
        if name in CONSTANTS or name in OPS:
            raise ExpressionError(text, 0, f"{name} has a meaning of its own: take another name")
        if name in leaves:
            raise ExpressionError(text, 0, f"{name} has a value already")
        try:
            number = read(value, {})
        except ExpressionError as error:
            raise ExpressionError(text, len(text) - len(value) + error.column, error.reason) from None
        array = np.asarray(number, dtype=float)
        leaves[name] = Tensor(array, requires_grad=True, label=name) if array.ndim else Value(float(array), label=name)
    return leaves


class _Reader:
    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.text, self.values = text, values

    def of(self, part: ast.expr) -> Any:
        match part:
            case ast.Constant(value=bool() | complex()):
                raise self.error(part, f"{part.value!r} is no real number")
            case ast.Constant(value=int() | float()):
                return part.value
            case ast.Name(id=name):
                return self.named(part, name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self.computed(part, _OPERATORS[type(op)], [self.of(left), self.of(right)])
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
                return self.computed(part, _OPERATORS[type(op)], [self.of(operand)])
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
                return self.computed(part, _OPERATORS[type(op)], [self.of(left), self.of(right)])
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                rows = [self.of(x) for x in parts]
                if any(isinstance(row, Node) for row in rows):
                    raise self.error(part, "a list holds numbers only: give it a name of its own, as in v=[1,2]")
                return self.computed(part, lambda *rows: np.array(rows, dtype=float), rows)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self.called(part, name, arguments, keywords)
            case ast.BinOp(op=ast.BitXor()):
                raise self.error(part, "powers are written **, not ^")
        raise self.error(part, "only numbers, names, + - * / // % ** @, comparisons and calls of ops may stand here")

    def named(self, part: ast.expr, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in OPS:
            raise self.error(part, f"{name} is an op: call it, as in {name}(x)")
        raise self.error(part, f"{name} is unknown: give it a value, as in {name}=2")

    def called(self, part: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        if name not in OPS:
            near = difflib.get_close_matches(name, OPS, 3)
            raise self.error(
                part, f"{name} is no op" + (f"; is it {' or '.join(near)}?" if near else ", as exp, sin and tanh are")
            )
        named = {key.arg: self.of(key.value) for key in keywords if key.arg}
        if len(named) < len(keywords):
            raise self.error(part, "** may not stand among arguments")
        return self.computed(part, OPS[name], [self.of(x) for x in arguments], named)

    def computed(self, part: ast.expr, f: Callable[..., Any], values: list[Any], named: dict[str, Any] | None = None) -> Any:
        """f of the values; of numbers alone in floating point, where no power takes for ever."""
        if f in _OPERATORS.values() and not any(isinstance(x, Node | np.ndarray) for x in values):
            values = [float(x) for x in values]
        try:
            result = f(*values, **(named or {}))
        except (ArithmeticError, TypeError, ValueError, ImportError) as error:
            raise self.error(part, str(error.args[-1] if isinstance(error, ArithmeticError) else error)) from None
        if isinstance(result, complex):
            raise self.error(part, "this is no real number")
        return result

    def error(self, part: ast.expr, reason: str) -> ExpressionError:
        line = self.text.split("\n")[part.lineno - 1]
        start = part.col_offset
        if isinstance(part, ast.BinOp) and part.left.end_lineno == part.lineno:  # at its sign
            start = part.left.end_col_offset or start
            start += len(line.encode()[start:]) - len(line.encode()[start:].lstrip(b" )"))
        return ExpressionError(line, len(line.encode()[:start].decode(errors="ignore")), reason)


def _line(text: str) -> str:
    return text.split("\n", 1)[0]
