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

from autograd.support.lazy_numpy import np


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
    """

    method: str
    reflected: str
    op: str
    sign: str
    precedence: Precedence

    @cached_property
    def function(self) -> Callable[..., Any]:
        """Function of the standard library's `operator`."""
        return getattr(operator, self.method)

    @cached_property
    def ufunc(self) -> np.ufunc:
        """NumPy ufunc that it calls on arrays."""
        return getattr(np, self.op.replace("logical", "bitwise"))

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
        return not self.reflected and not self.is_comparison

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
    Operator("__add__", "__radd__", "add", "+", _SUM),
    Operator("__sub__", "__rsub__", "subtract", "-", _SUM),
    Operator("__mul__", "__rmul__", "multiply", "*", _PRODUCT),
    Operator("__truediv__", "__rtruediv__", "divide", "/", _PRODUCT),
    Operator("__floordiv__", "__rfloordiv__", "floor_divide", "//", _PRODUCT),
    Operator("__mod__", "__rmod__", "remainder", "%", _PRODUCT),
    Operator("__matmul__", "__rmatmul__", "matmul", "@", _PRODUCT),
    Operator("__pow__", "__rpow__", "power", "**", _POWER),
    Operator("__and__", "__rand__", "logical_and", "&", _BITWISE),
    Operator("__or__", "__ror__", "logical_or", "|", _BITWISE),
    Operator("__xor__", "__rxor__", "logical_xor", "^", _BITWISE),
    Operator("__invert__", "", "logical_not", "~", _UNARY),
    Operator("__neg__", "", "negative", "-", _UNARY),
    Operator("__pos__", "", "positive", "+", _UNARY),
    Operator("__abs__", "", "abs", "", _UNARY),
    Operator("__lt__", "", "less", "<", _COMPARISON),
    Operator("__le__", "", "less_equal", "<=", _COMPARISON),
    Operator("__gt__", "", "greater", ">", _COMPARISON),
    Operator("__ge__", "", "greater_equal", ">=", _COMPARISON),
    Operator("__eq__", "", "equal", "==", _COMPARISON),
    Operator("__ne__", "", "not_equal", "!=", _COMPARISON),
)
