"""Operators for nodes and tracers, made from the table of operators, and the error of a rule that a tracer cannot read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, Self

from autograd.ops.op import Op, Recorder
from autograd.ops.operators import OPERATORS, Operator


class UnreadableRuleError(Exception):
    """A forward rule or a pullback that is no expression of operators and functions of the namespace."""


class Arithmetic(Recorder):
    """A class with Python's operators; `define_operators` adds them."""

    __slots__ = ()

    if TYPE_CHECKING:

        def _unary(self) -> Self: ...
        def _binary(self, other: Any, /) -> Self: ...
        def _compare(self, other: Any, /) -> Any: ...

        __neg__ = __pos__ = __abs__ = __invert__ = _unary
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _binary
        __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __matmul__ = __rmatmul__ = __pow__ = __rpow__ = _binary
        __and__ = __rand__ = __or__ = __ror__ = _binary
        __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _compare
        __hash__ = object.__hash__


def define_operators(cls: type[Arithmetic], bind: Callable[[Operator], Callable[..., Any]]) -> None:
    """Give a class every operator of the table: `bind(operator)` is what it calls on its operands, the left one first."""
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
    """A number or array of a rule that is being read: it knows how it was made, and no numbers."""

    __slots__ = ()
    __array_ufunc__ = None  # an array on the left leaves the operator to the tracer

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UnreadableRuleError("the rule looks at its numbers: write a choice between two with xp.where")

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = __getitem__ = __array__ = __array_function__ = _refuse


def read_rule(rule: Callable[..., Any], op: Op, *args: Any, **params: Any) -> Any:
    """The result of a rule of `op` on tracers.

    Raises:
        UnreadableRuleError: if the rule cannot be read; whatever the rule of a custom op, which is anybody's code, raises of
            tracers says so too
    """
    try:
        return rule(*args, **params)
    except UnreadableRuleError:
        raise
    except Exception as error:
        if not op.is_custom:
            raise
        raise UnreadableRuleError(f"the rule of {op.name} cannot be read: {error}") from error
