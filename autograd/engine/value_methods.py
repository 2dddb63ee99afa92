"""Generated methods of `Value`: forward rule and local derivatives of an op in one function.

For `multiply` the method of two Values is, with names resolved,

    y = a * b
    p = b
    q = a

and the node stores y, its two inputs, and the local derivatives p = ∂y/∂a and q = ∂y/∂b: the pullbacks at ȳ = 1. A
first-order sweep then takes two multiply-adds per node. All other cases (constant nodes, arrays, errors of `math`, any open
block of a grad mode) go to `Value.record_any`, which computes the same from the same rule, but slower.
"""

import functools
import linecache
from collections.abc import Callable
from typing import Any, TypeVar

from autograd.base.grad_mode import blocks
from autograd.engine.node import NUMBERS, Node, next_serial
from autograd.ops.namespaces import MATH_ERRORS, scalar
from autograd.ops.op import OPS, Op
from autograd.ops.operators import OPERATORS
from autograd.ops.python_source import Code, pullback_source, rule_source

N = TypeVar("N", bound=Node)

#: Names of the method of an op and of its reflection.
METHODS = {row.op: (row.method, row.reflected) for row in OPERATORS}

_NODE = """\
{indent}n = new(cls)
{indent}n._data = y
{indent}n.grad = 0.0
{indent}n.op = op
{indent}n.requires_grad = True
{indent}n.serial = next_serial()
{indent}n._a = {a}
{indent}n._p = p
{indent}n._b = {b}
{indent}n._q = q
{indent}return n
"""

_UNARY = """\
def method(self):
    if self.requires_grad and not blocks:
        a = self._data
        try:
            y = {y}
            p = {p}
        except MATH_ERRORS:
            return record(op, (self,), NO_PARAMS)
        q = None
{node}    return record(op, (self,), NO_PARAMS)
"""

_BINARY = """\
def method(self, other):
    kind = other.__class__
    if kind is cls:
        if (self.requires_grad or other.requires_grad) and not blocks:
            a = self._data
            b = other._data
            try:
                y = {y}
                p = {p}
                q = {q}
            except MATH_ERRORS:
                return record(op, (self, other), NO_PARAMS)
{node}    elif (kind is float or kind is int) and self.requires_grad and not blocks:
        a = self._data
        try:
            b = q = float(other)
            y = {y}
            p = {p}
        except MATH_ERRORS:
            return record(op, (self, other), NO_PARAMS)
{node_constant}    return record(op, (self, other), NO_PARAMS) if isinstance(other, NUMBERS) else NotImplemented
"""

_REFLECTED = """\
def method(self, other):
    kind = other.__class__
    if (kind is float or kind is int) and self.requires_grad and not blocks:
        b = self._data
        try:
            a = p = float(other)
            y = {y}
            q = {q}
        except MATH_ERRORS:
            return record(op, (other, self), NO_PARAMS)
{node}    return record(op, (other, self), NO_PARAMS) if isinstance(other, NUMBERS) else NotImplemented
"""


def has_methods(op: Op) -> bool:
    """True for an elementwise op of at most two inputs that all have a derivative, without parameters."""
    return op.kind == "elementwise" and not op.params and op.arity <= 2 and None not in op.pullbacks


def method_sources(op: Op) -> list[str]:
    """Source of the method of `op`, and of its reflection if it has two inputs; empty for ops without methods.

    >>> print(method_sources(OPS["sigmoid"])[0].splitlines()[4].strip())
    y = 1.0 / (1.0 + exp(-a))
    """
    if not has_methods(op):
        return []
    names = [Code(n) for n in "ab"[: op.arity]]
    y = rule_source(op, *names)
    p, *others = (pullback_source(op, i, *names) for i in range(op.arity))
    if op.arity == 1:
        return [_UNARY.format(y=y, p=p, node=_node_source(8, "self", "None"))]
    parts = {"y": y, "p": p, "q": others[0]}
    return [
        _BINARY.format(node=_node_source(12, "self", "other"), node_constant=_node_source(8, "self", "None"), **parts),
        _REFLECTED.format(node=_node_source(8, "None", "self"), **parts),
    ]


def _node_source(indent: int, a: str, b: str) -> str:
    return _NODE.format(indent=" " * indent, a=a, b=b)


def emit_methods(cls: type[N]) -> type[N]:
    """Class decorator that replaces the generic methods of ops by generated ones and stores these for `record`."""
    table: dict[Op, list[Callable[..., Any]]] = {}
    cls._methods = table  # type: ignore[attr-defined]
    for op in filter(has_methods, list(OPS.values())):
        names = METHODS.get(op.name, (op.name, "__r" + op.name))[: op.arity]
        table[op] = [_compiled_at_first_call(cls, op, i, name) for i, name in enumerate(names)]
        for name, method in zip(names, table[op], strict=True):
            if hasattr(cls, name):
                setattr(cls, name, method)
    return cls


def _compiled_at_first_call(cls: type[Node], op: Op, i: int, name: str) -> Callable[..., Any]:
    """Method `i` of an op, which its first call replaces by the generated one, because to compile all of them takes time."""
    table: dict[Op, list[Callable[..., Any]]] = cls._methods  # type: ignore[attr-defined]

    def method(self: Any, *other: Any) -> Any:
        if table[op][i] is method:
            table[op][i] = compiled = functools.update_wrapper(_compile_method(cls, op, name, method_sources(op)[i]), method)
            if vars(cls).get(name) is method:
                setattr(cls, name, compiled)
        return table[op][i](self, *other)

    if hasattr(cls, name):
        functools.update_wrapper(method, getattr(cls, name))  # documentation and signature
    method.__name__, method.__qualname__ = name, f"{cls.__name__}.{name}"
    return method


def _compile_method(cls: type[Node], op: Op, name: str, text: str) -> Callable[..., Any]:
    file = f"<autograd: {cls.__name__}.{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks
    names: dict[str, Any] = {f: getattr(scalar, f) for f in dir(scalar) if not f.startswith("_")} | {
        "__name__": cls.__module__, "cls": cls, "new": cls.__new__, "op": op, "record": cls.record_any, "NUMBERS": NUMBERS,  # type: ignore[attr-defined]
        "blocks": blocks, "next_serial": next_serial, "MATH_ERRORS": MATH_ERRORS, "NO_PARAMS": {},
    }  # fmt: skip
    exec(compile(text, file, "exec"), names)  # source generated above, from declared rules
    return names["method"]
