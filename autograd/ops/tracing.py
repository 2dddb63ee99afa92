"""Operator methods of nodes and tracers, and the error of rules that a tracer cannot read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from autograd.ops.op import Op
from autograd.ops.operators import OPERATORS, Operator
from autograd.ops.recorder import Recorder

if TYPE_CHECKING:
    from autograd.ops.signatures import Operators
else:
    Operators = Recorder


class UnreadableRuleError(Exception):
    """Raised if a rule is not an expression of operators and functions of the namespace."""


class Arithmetic(Operators):
    """Class with Python's operators, which `define_operators` adds."""

    __slots__ = ()


def define_operators(cls: type[Arithmetic], bind: Callable[[Operator], Callable[..., Any]]) -> None:
    """Add every operator of the table to a class: its method calls `bind(operator)` on the operands, left one first."""
    for row in OPERATORS:
        call = bind(row)
        _define(cls, row.method, _unary_method(call) if row.is_unary else _binary_method(call))
        if row.reflected:
            _define(cls, row.reflected, _reflected_method(call))


def _define(cls: type, name: str, method: Any) -> None:
    method.__name__, method.__qualname__, method.__module__ = name, f"{cls.__name__}.{name}", cls.__module__
    setattr(cls, name, method)


def _unary_method(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self: call(self)


def _binary_method(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: call(self, other)


def _reflected_method(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: call(other, self)


class Tracer(Arithmetic):
    """Symbolic number or array in a rule that is being read: has a recorded expression, but no data."""

    __slots__ = ()
    __array_ufunc__ = None  # a NumPy array on the left then calls the reflected operator

    def _raise_unreadable(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UnreadableRuleError("the rule reads its numbers: write choices with xp.where")

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = __getitem__ = __array__ = _raise_unreadable
    __array_function__ = _raise_unreadable


def read_rule(rule: Callable[..., Any], op: Op, *args: Any, **params: Any) -> Any:
    """Result of a rule of `op` on tracers.

    Raises:
        UnreadableRuleError: If the rule cannot be read; any error in the rule of a custom op counts as that
    """
    try:
        return rule(*args, **params)
    except UnreadableRuleError:
        raise
    except Exception as error:
        if not op.is_custom:
            raise
        raise UnreadableRuleError(f"the rule of {op.name} cannot be read: {error}") from error
