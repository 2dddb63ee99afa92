"""Straight-line methods for `Value`, written from the rows: the forward rule and the local derivatives in one function.

For `multiply` the method of two Values reads, once the names are resolved,

    y = a * b
    p = b
    q = a

and the node keeps y, its two inputs, and the local derivatives p = ∂y/∂a and q = ∂y/∂b: the pullbacks read with ȳ = 1. A
first-order sweep is then two multiply-adds a node. Whatever is not two plain floats within `math`'s reach (constants,
arrays, overflow, recording off or watched) goes to `Value.record`, which does the same from the same row, and is slower.
"""

import linecache
from collections.abc import Callable
from typing import Any, TypeVar

from autograd.namespaces import MATH_ERRORS, scalar
from autograd.node import Node, next_serial
from autograd.op import OPS, Op
from autograd.recording import state
from autograd.source import Code, source

N = TypeVar("N", bound=Node)

#: The operators that a row's method stands for: (method, its reflection).
_SPELLINGS = {
    "add": ("__add__", "__radd__"),
    "subtract": ("__sub__", "__rsub__"),
    "multiply": ("__mul__", "__rmul__"),
    "divide": ("__truediv__", "__rtruediv__"),
    "power": ("__pow__", "__rpow__"),
    "negative": ("__neg__", ""),
    "positive": ("__pos__", ""),
    "abs": ("__abs__", ""),
}

_NODE = """\
{indent}n = new(cls)
{indent}n._data = y
{indent}n.grad = 0.0
{indent}n.op = op
{indent}n.label = ""
{indent}n.requires_grad = True
{indent}n.serial = next_serial()
{indent}n._a = {a}
{indent}n._p = p
{indent}n._b = {b}
{indent}n._q = q
{indent}n._rest = None
{indent}return n
"""

_UNARY = """\
def method(self):
    if self.requires_grad and not state.blocks:
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
        if (self.requires_grad or other.requires_grad) and not state.blocks:
            a = self._data
            b = other._data
            try:
                y = {y}
                p = {p}
                q = {q}
            except MATH_ERRORS:
                return record(op, (self, other), NO_PARAMS)
{node}    elif (kind is float or kind is int) and self.requires_grad and not state.blocks:
        a = self._data
        try:
            b = q = float(other)
            y = {y}
            p = {p}
        except MATH_ERRORS:
            return record(op, (self, other), NO_PARAMS)
{node_constant}    return generic(self, other)
"""

_REFLECTED = """\
def method(self, other):
    kind = other.__class__
    if (kind is float or kind is int) and self.requires_grad and not state.blocks:
        b = self._data
        try:
            a = p = float(other)
            y = {y}
            q = {q}
        except MATH_ERRORS:
            return record(op, (other, self), NO_PARAMS)
{node}    return generic(self, other)
"""


def emitted(op: Op) -> dict[str, str]:
    """The source of each method that stands for `op`, by method name; none if `Value` has no method for it.

    >>> print(emitted(OPS["sigmoid"])["sigmoid"].splitlines()[4].strip())
    y = 1.0 / (1.0 + exp(-a))
    """
    names = [Code(n) for n in "ab"[: op.arity]]
    if op.kind != "elementwise" or op.params or op.arity > 2 or None in op.pullbacks:
        return {}
    method, reflection = _SPELLINGS.get(op.name, ("" if op.arity > 1 else op.name, ""))
    y = op.forward(source, *names)
    p, *others = (pullback(Code("1.0"), Code("y"), *names) for pullback in op.pullbacks if pullback)
    if op.arity == 1:
        return {method: _UNARY.format(y=y, p=p, node=_node(8, "self", "None"))}
    parts = {"y": y, "p": p, "q": others[0]}
    written = {
        method: _BINARY.format(node=_node(12, "self", "other"), node_constant=_node(8, "self", "None"), **parts),
        reflection: _REFLECTED.format(node=_node(8, "None", "self"), **parts),
    }
    return {name: text for name, text in written.items() if name}


def _node(indent: int, a: str, b: str) -> str:
    return _NODE.format(indent=" " * indent, a=a, b=b)


def with_methods_of_the_table(cls: type[N]) -> type[N]:
    """Class decorator: give `cls` the emitted method of every op that has one, in place of the generic one."""
    for op in list(OPS.values()):
        for name, text in emitted(op).items():
            generic: Callable[..., Any] | None = getattr(cls, name, None)
            if generic is None:
                continue
            names = {f: getattr(scalar, f) for f in dir(scalar) if not f.startswith("_")} | {
                "cls": cls, "new": cls.__new__, "op": op, "record": cls.record, "generic": generic,
                "state": state, "next_serial": next_serial, "MATH_ERRORS": MATH_ERRORS, "NO_PARAMS": {},
            }  # fmt: skip
            file = f"<autograd: Value.{name}>"
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks
            exec(compile(text, file, "exec"), names)  # our own text, from our own table
            method = names["method"]
            method.__doc__, method.__name__, method.__qualname__ = generic.__doc__, name, f"{cls.__name__}.{name}"
            setattr(cls, name, method)
    return cls
