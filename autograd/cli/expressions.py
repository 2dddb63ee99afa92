"""Evaluation of arithmetic expressions, such as "tanh(w*x + b)", in a subset of Python's grammar.

The text is parsed, never executed as Python. Each part must be a number, a known name, an operator or a call of an op; errors
show the position of any other part.
"""

import ast
import difflib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.op import OPS
from autograd.ops.operators import OPERATORS
from autograd.support.lazy_numpy import np

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

#: Function of each operator of a syntax tree, without equality and logic.
_OPERATORS = {row.syntax: row.function for row in OPERATORS if row.syntax and row.sign not in ("==", "!=", "&", "|", "^", "~")}


#: What to write for mathematical signs that Python does not have.
_SIGNS = {"×": "*", "⋅": "*", "÷": "/", "−": "-", "√": "sqrt(x)", "²": "**2", "³": "**3"}


class ExpressionError(ValueError):
    """An expression that cannot be parsed or evaluated; the message shows reason and position."""

    def __init__(self, text: str, column: int, reason: str) -> None:
        self.text, self.column, self.reason = text, column, reason
        super().__init__(f"{reason}\n  {text}\n  {' ' * column}^")


def read(text: str, values: Mapping[str, Any]) -> Any:
    """Evaluate an expression to a Value, a Tensor or a number.

    It may have numbers, the names of `values`, pi, e, inf and nan, lists of numbers, + − * / // % ** @, < <= > >=, and calls of
    ops.

    >>> read("2 * x + sin(pi / 2)", {"x": Value(3.0)})
    Value(data=7.0, grad=0.0)
    """
    text = text.strip()
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        line = _line(text)
        column = min(error.offset - 1, len(line)) if error.offset and error.lineno == 1 else len(line)
        raise ExpressionError(line, column, _missing_sign(line) or f"this is not an expression: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(_line(text), 0, f"this expression cannot be parsed: {error}") from None
    try:
        return _Evaluator(text, values).evaluate(tree.body)
    except RecursionError:
        raise ExpressionError(_line(text), 0, "this expression is nested too deeply") from None


def inputs(assignments: list[str]) -> dict[str, Node]:
    """Leaves by name, from texts such as "x=2", "b=pi/4" or "v=[1, 2, 3]", with their names as labels.

    Raises:
        ExpressionError: If one is not a name and a value

    >>> inputs(["x=2", "v=[1, 2]"])
    {'x': Value(data=2.0, grad=0.0, label='x'), 'v': Tensor([1., 2.], requires_grad=True, label='v')}
    """
    leaves: dict[str, Node] = {}
    for text in assignments:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name.isidentifier():
            raise ExpressionError(text, 0, "an expression must be followed by values of its names, as in x=2 or v=[1,2]")
        if name in CONSTANTS or name in OPS:
            raise ExpressionError(text, 0, f"{name} is a constant or an op: choose another name")
        if name in leaves:
            raise ExpressionError(text, 0, f"{name} has a value already")
        try:
            number = read(value, {})
        except ExpressionError as error:
            raise ExpressionError(text, len(text) - len(value) + error.column, error.reason) from None
        array = np.asarray(number, dtype=float)
        leaves[name] = Tensor(array, requires_grad=True, label=name) if array.ndim else Value(float(array), label=name)
    return leaves


class _Evaluator:
    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.text, self.values = text, values

    def evaluate(self, part: ast.expr) -> Any:
        match part:
            case ast.Constant(value=bool() | complex()):
                raise self.error(part, f"{part.value!r} is not a real number")
            case ast.Constant(value=int() | float()):
                return part.value
            case ast.Name(id=name):
                return self.value(part, name)
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]) if (
                type(op) in _OPERATORS
            ):
                return self.apply(part, _OPERATORS[type(op)], [self.evaluate(left), self.evaluate(right)])
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
                return self.apply(part, _OPERATORS[type(op)], [self.evaluate(operand)])
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                rows = [self.evaluate(x) for x in parts]
                if any(isinstance(row, Node) for row in rows):
                    raise self.error(part, "a list must hold numbers only: use a name for it, as in v=[1,2]")
                if len({np.shape(row) for row in rows}) > 1:
                    raise self.error(part, "the rows of a list must have one length")
                return self.apply(part, lambda *rows: np.array(rows, dtype=float), rows)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self.call(part, name, arguments, keywords)
            case ast.Call(func=ast.Constant(value=number)):
                raise self.error(part, f"write products with *, as in {number!r}*(x)")
            case ast.BinOp(op=ast.BitXor()):
                raise self.error(part, "write powers with **, not ^")
        raise self.error(part, "only numbers, names, + - * / // % ** @, < <= > >= and calls of ops are allowed")

    def value(self, part: ast.expr, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in OPS:
            raise self.error(part, f"{name} is an op: call it, as in {name}(x)")
        raise self.error(part, f"{name} is unknown: give it a value, as in {name}=2")

    def call(self, part: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        if name not in OPS:
            near = difflib.get_close_matches(name, OPS, 3)
            hint = f"did you mean {' or '.join(near)}?" if near else "use ops such as exp, sin and tanh"
            raise self.error(part, f"{name} is not an op: {hint}")
        if name in ("max", "min") and len(arguments) > 1:  # in NumPy's signature, the second argument is an axis
            raise self.error(part, f"{name} is taken over one array: write {name}imum(a, b), or {name}(v, axis=0)")
        params = {key.arg: self.evaluate(key.value) for key in keywords if key.arg}
        if len(params) < len(keywords):
            raise self.error(part, "** is not allowed among arguments")
        return self.apply(part, OPS[name], [self.evaluate(x) for x in arguments], params)

    def apply(self, part: ast.expr, f: Callable[..., Any], values: list[Any], params: dict[str, Any] | None = None) -> Any:
        """Apply f to the values; operators convert numbers to floats, since powers of integers may be huge."""
        if f in _OPERATORS.values() and not any(isinstance(x, Node | np.ndarray) for x in values):
            values = [float(x) for x in values]
        try:
            result = f(*values, **(params or {}))
        except ExpressionError:
            raise
        except Exception as error:  # an op may raise anything if its arguments are wrong
            if not isinstance(error, ArithmeticError | TypeError | ValueError | ImportError):
                raise self.error(part, f"these arguments do not fit: {error}") from None
            raise self.error(part, str(error.args[-1] if isinstance(error, ArithmeticError) else error)) from None
        if isinstance(result, complex):
            raise self.error(part, "this is not a real number")
        return result

    def error(self, part: ast.expr, reason: str) -> ExpressionError:
        line = self.text.split("\n")[part.lineno - 1]
        start = part.col_offset
        if isinstance(part, ast.BinOp) and part.left.end_lineno == part.lineno:  # point at the operator
            start = part.left.end_col_offset or start
            start += len(line.encode()[start:]) - len(line.encode()[start:].lstrip(b" )"))
        return ExpressionError(line, len(line.encode()[:start].decode(errors="ignore")), reason)


def _missing_sign(line: str) -> str:
    """Cure, for a mathematical sign, or a number before a name without a sign, as in 2x; else ""."""
    if sign := next((sign for sign in _SIGNS if sign in line), ""):
        return f"write {_SIGNS[sign]} in place of {sign}"
    product = re.search(r"(?<![\w.])(\d+\.?\d*|\.\d+)\s*([^\W\d]\w*)", line)
    return f"write products with *: {product[1]}*{product[2]}" if product else ""


def _line(text: str) -> str:
    return text.split("\n", 1)[0]
