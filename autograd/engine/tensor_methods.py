"""Methods of `Tensor` for elementwise ops on plain floating-point arrays, the most frequent case.

They compute what `Tensor.record` computes, by the same rule, without its questions. All other cases (other operands and dtypes,
leaves that user code can write to, errors, any open block of a grad mode) go to `Tensor.record`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from autograd.base.grad_mode import blocks
from autograd.base.numerics import fast_quiet_call
from autograd.engine.node import NUMBERS, Node
from autograd.engine.value_methods import METHODS, has_methods
from autograd.ops.namespaces import numpy
from autograd.ops.op import OPS, Op
from autograd.support.lazy_numpy import np, when_loaded

N = TypeVar("N", bound=Node)

_FLOAT64: Any = None
_FLOAT32: Any = None
run_quietly: Any = None


@when_loaded
def _find_dtypes() -> None:
    global _FLOAT64, _FLOAT32, run_quietly
    _FLOAT64, _FLOAT32, run_quietly = np.dtype(np.float64), np.dtype(np.float32), fast_quiet_call()


def define_methods(cls: type[N]) -> type[N]:
    """Class decorator that replaces the generic methods of elementwise ops."""
    for op in filter(has_methods, list(OPS.values())):
        makers: tuple[Any, ...] = (_unary,) if op.arity == 1 else (_binary, partial(_binary, is_reflected=True))
        for name, maker in zip(METHODS.get(op.name, (op.name, "__r" + op.name)), makers, strict=False):
            if hasattr(cls, name):
                method = maker(cls, op)
                method.__name__, method.__qualname__ = name, f"{cls.__name__}.{name}"
                method.__doc__ = getattr(cls, name).__doc__
                setattr(cls, name, method)
    return cls


def _node(cls: Any, op: Op, y: Any, inputs: tuple[Any, ...]) -> Any:
    n = cls.__new__(cls)
    n._set(y if y.__class__ is np.ndarray else np.asarray(y), True)
    n.op, n._inputs = op, inputs
    return n


def _unary(cls: Any, op: Op) -> Callable[[Any], Any]:
    rule, record = op.forward, cls.record

    def method(self: Any) -> Any:
        a = self._data
        if self.requires_grad and not blocks and self._seen is None and (a.dtype is _FLOAT64 or a.dtype is _FLOAT32):
            try:
                return _node(cls, op, run_quietly(rule, numpy, a), (self,))
            except RuntimeError:  # another thread computes
                pass
        return record(op, (self,), {})

    return method


def _binary(cls: Any, op: Op, is_reflected: bool = False) -> Callable[[Any, Any], Any]:
    rule, record = op.forward, cls.record

    def method(self: Any, other: Any) -> Any:
        inputs = (other, self) if is_reflected else (self, other)
        b = _plain_operand(cls, self, other)
        if b is not None:
            a = self._data
            try:
                return _node(
                    cls, op, run_quietly(rule, numpy, b, a) if is_reflected else run_quietly(rule, numpy, a, b), inputs
                )
            except (ValueError, RuntimeError):  # shapes that do not fit; another thread computes
                pass
        return record(op, inputs, {}) if isinstance(other, NUMBERS) else NotImplemented

    return method


def _plain_operand(cls: Any, x: Any, other: Any) -> Any:
    """Number or array of an operand beside the tensor x, or None if `record` must compute the result."""
    dtype, kind = x._data.dtype, other.__class__
    if blocks or x._seen is not None or (dtype is not _FLOAT64 and dtype is not _FLOAT32):
        return None
    if kind is cls:
        b = other._data
        return b if b.dtype is dtype and other._seen is None and (x.requires_grad or other.requires_grad) else None
    return other if x.requires_grad and (kind is float or kind is int) else None
