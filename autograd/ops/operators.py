"""Table of Python's operators: op, sign, precedence and NumPy ufunc of each.

Nodes, tracers, the expression reader and the formulas of drawings take their operators from this table.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np


class Precedence(IntEnum):
    """Binding strength of an expression, the strongest first."""

    ATOM = 0
    POWER = 1
    UNARY = 2
    PRODUCT = 3
    SUM = 4
    BITWISE = 5
    COMPARISON = 6
    CHOICE = 7


@dataclass(frozen=True)
class Operator:
    """Operator of Python.

    Attributes:
        method: Special method of the left operand
        reflected: Special method of the right operand, called if the left one returns NotImplemented, or ""
        op: Name of the op
        sign: Spelling in source text
        precedence: Binding strength
        ufunc: NumPy ufunc that it calls on arrays
    """

    method: str
    reflected: str
    op: str
    sign: str
    precedence: Precedence
    ufunc: np.ufunc

    @cached_property
    def function(self) -> Callable[..., Any]:
        """Function of the standard library's `operator`."""
        return getattr(operator, self.method)

    @cached_property
    def syntax(self) -> type[ast.AST] | None:
        """Class of its syntax tree node; None for `abs`, which is a call."""
        if not self.sign:
            return None
        tree: Any = ast.parse(f"{self.sign}a" if self.is_unary else f"a {self.sign} b", mode="eval").body
        return type(tree.ops[0] if self.is_comparison else tree.op)

    @property
    def is_unary(self) -> bool:
        """True if it has one operand."""
        return self.ufunc.nin == 1

    @property
    def is_logical(self) -> bool:
        """True for the operators of truth values, which on integers are bitwise."""
        return self.op.startswith("logical_")

    @property
    def is_comparison(self) -> bool:
        """True if its results are truth values and its reflection is another comparison."""
        return self.precedence is Precedence.COMPARISON


_POWER, _UNARY, _PRODUCT, _SUM, _BITWISE, _COMPARISON = list(Precedence)[1:7]

OPERATORS = (
    Operator("__add__", "__radd__", "add", "+", _SUM, np.add),
    Operator("__sub__", "__rsub__", "subtract", "-", _SUM, np.subtract),
    Operator("__mul__", "__rmul__", "multiply", "*", _PRODUCT, np.multiply),
    Operator("__truediv__", "__rtruediv__", "divide", "/", _PRODUCT, np.divide),
    Operator("__floordiv__", "__rfloordiv__", "floor_divide", "//", _PRODUCT, np.floor_divide),
    Operator("__mod__", "__rmod__", "remainder", "%", _PRODUCT, np.remainder),
    Operator("__matmul__", "__rmatmul__", "matmul", "@", _PRODUCT, np.matmul),
    Operator("__pow__", "__rpow__", "power", "**", _POWER, np.power),
    Operator("__and__", "__rand__", "logical_and", "&", _BITWISE, np.bitwise_and),
    Operator("__or__", "__ror__", "logical_or", "|", _BITWISE, np.bitwise_or),
    Operator("__xor__", "__rxor__", "logical_xor", "^", _BITWISE, np.bitwise_xor),
    Operator("__invert__", "", "logical_not", "~", _UNARY, np.invert),
    Operator("__neg__", "", "negative", "-", _UNARY, np.negative),
    Operator("__pos__", "", "positive", "+", _UNARY, np.positive),
    Operator("__abs__", "", "abs", "", _UNARY, np.absolute),
    Operator("__lt__", "", "less", "<", _COMPARISON, np.less),
    Operator("__le__", "", "less_equal", "<=", _COMPARISON, np.less_equal),
    Operator("__gt__", "", "greater", ">", _COMPARISON, np.greater),
    Operator("__ge__", "", "greater_equal", ">=", _COMPARISON, np.greater_equal),
    Operator("__eq__", "", "equal", "==", _COMPARISON, np.equal),
    Operator("__ne__", "", "not_equal", "!=", _COMPARISON, np.not_equal),
)
