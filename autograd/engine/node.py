"""`Node`, the abstract number that remembers how it was made: its place in the graph, and its operators.

`Value` (one float) and `Tensor` (one array) are its two classes. The operators are written here once, in terms of ops.
"""

import itertools
import operator
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from numbers import Real
from typing import Any, Self

import numpy as np

from autograd.base.grad_mode import no_grad
from autograd.base.trace_state import current_trace, refuse_to_freeze
from autograd.ops.op import OPS, Op, Recorder, Rule
from autograd.ops.rules import (
    activations,
    arithmetic,
    comparisons,
    exponential,
    products,
    trigonometry,
)

#: The next serial number. A node is always younger than its inputs.
next_serial = itertools.count(1).__next__

#: What may stand beside a node in arithmetic; anything else has its own say.
NUMBERS = (Recorder, float, int, np.ndarray, np.generic, list, Real)  # the abstract class last: asking it takes long


class Node(Recorder):
    """A number with a memory: `op`, `inputs` and `params` say how it was made; all are empty for a leaf.

    label          any text, for pictures and messages
    requires_grad  whether gradients reach it
    retains_grad   whether a computed node keeps its gradient after `backward()`
    serial         creation order, a topological order of the graph
    """

    __slots__ = ()

    op: Op | None
    label: str
    requires_grad: bool
    serial: int
    grad: Any
    retains_grad: bool = False
    _data: Any
    _hooks: tuple[Callable[[Any], Any], ...] = ()

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What the op was applied to, in order: nodes, and raw numbers or arrays for constants."""
        raise NotImplementedError

    @property
    def params(self) -> dict[str, Any]:
        """The op's parameters: axes, shapes, indices."""
        raise NotImplementedError

    @classmethod
    def constant(cls, data: Any) -> Self:
        """A leaf that no gradient reaches."""
        raise NotImplementedError

    def pulled(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        """The cotangents that `g`, this node's own, pulls back to the `wanted` inputs: raw data, each in its input's shape.

        `wanted` holds (position, pullback) pairs.
        """
        raise NotImplementedError

    def fitted(self, cotangent: Any, op: Op) -> Any:
        """A cotangent computed by a pullback of `op`, brought to this node's shape and type."""
        raise NotImplementedError

    def hooked(self, gradient: Any) -> Any:
        """The gradient after every hook registered on this node has seen it."""
        return gradient

    def latest_serial(self) -> int:
        """The serial number, after noticing any change of a leaf's data."""
        return self.serial

    def followed(self, requires_grad: bool) -> Self:
        """The same data as a node of its own, which remembers where it came from and requires a gradient or not."""
        with no_grad():
            node = _apply(arithmetic.positive, self)
        node.requires_grad = requires_grad
        return node

    # What micrograd's readers look for.

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.symbol

    @property
    def _prev(self) -> tuple["Node", ...]:
        return tuple(x if isinstance(x, Node) else self.constant(x) for x in self.inputs)

    # Arithmetic. NotImplemented lets the other operand have its say, as Python's data model asks.

    def __add__(self, other: Any) -> Self:
        return _apply(arithmetic.add, self, other)

    def __radd__(self, other: Any) -> Self:
        return _apply(arithmetic.add, other, self)

    def __sub__(self, other: Any) -> Self:
        return _apply(arithmetic.subtract, self, other)

    def __rsub__(self, other: Any) -> Self:
        return _apply(arithmetic.subtract, other, self)

    def __mul__(self, other: Any) -> Self:
        return _apply(arithmetic.multiply, self, other)

    def __rmul__(self, other: Any) -> Self:
        return _apply(arithmetic.multiply, other, self)

    def __truediv__(self, other: Any) -> Self:
        return _apply(arithmetic.divide, self, other)

    def __rtruediv__(self, other: Any) -> Self:
        return _apply(arithmetic.divide, other, self)

    def __pow__(self, other: Any) -> Self:
        return _apply(arithmetic.power, self, other)

    def __rpow__(self, other: Any) -> Self:
        return _apply(arithmetic.power, other, self)

    def __matmul__(self, other: Any) -> Self:
        return _apply(products.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Self:
        return _apply(products.matmul, other, self)

    def __and__(self, other: Any) -> Self:
        return _apply(comparisons.logical_and, self, other)

    def __rand__(self, other: Any) -> Self:
        return _apply(comparisons.logical_and, other, self)

    def __or__(self, other: Any) -> Self:
        return _apply(comparisons.logical_or, self, other)

    def __ror__(self, other: Any) -> Self:
        return _apply(comparisons.logical_or, other, self)

    def __neg__(self) -> Self:
        return _apply(arithmetic.negative, self)

    def __pos__(self) -> Self:
        return _apply(arithmetic.positive, self)

    def __abs__(self) -> Self:
        return _apply(arithmetic.abs, self)

    def exp(self) -> Self:
        """eˣ, entry by entry: `autograd.exp`."""
        return _apply(exponential.exp, self)

    def log(self) -> Self:
        """Natural logarithm, entry by entry: `autograd.log`."""
        return _apply(exponential.log, self)

    def sqrt(self) -> Self:
        """Square root, entry by entry: `autograd.sqrt`."""
        return _apply(exponential.sqrt, self)

    def sin(self) -> Self:
        """Sine, entry by entry: `autograd.sin`."""
        return _apply(trigonometry.sin, self)

    def cos(self) -> Self:
        """Cosine, entry by entry: `autograd.cos`."""
        return _apply(trigonometry.cos, self)

    def tanh(self) -> Self:
        """Hyperbolic tangent, entry by entry: `autograd.tanh`."""
        return _apply(trigonometry.tanh, self)

    def sigmoid(self) -> Self:
        """The logistic function, entry by entry: `autograd.sigmoid`."""
        return _apply(activations.sigmoid, self)

    def relu(self) -> Self:
        """max(x, 0), entry by entry: `autograd.relu`."""
        return _apply(activations.relu, self)

    # Comparison answers with plain booleans, or with ops while a tape is recorded; nodes with equal data are still two nodes,
    # so the hash is the identity.

    def __eq__(self, other: object) -> Any:
        return _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(operator.ge, self, other)

    __hash__ = object.__hash__

    # NumPy's functions and operators on a node give a node.

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        op = OPS.get(_UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__))
        if ufunc in _QUESTIONS and method == "__call__" and not kwargs and (op is None or current_trace() is None):
            for x in inputs:
                if isinstance(x, Node):
                    refuse_to_freeze(x, f"np.{ufunc.__name__}")
            return ufunc(*(x._data if isinstance(x, Node) else x for x in inputs))
        if op is not None and method == "__call__" and not kwargs:
            return op(*inputs)
        what = (
            f"np.{ufunc.__name__}"
            + (f".{method}" if method != "__call__" else "")
            + (f"(…, {', '.join(kwargs)}=…)" if kwargs else "")
        )
        near = _UFUNC_METHODS.get(f"{ufunc.__name__}.{method}") or get_close_matches(ufunc.__name__, OPS, n=2)
        raise TypeError(
            f"{what} has no derivative here for a {type(self).__name__}: use an op of autograd"
            + f" ({', '.join(near)}?)" * bool(near)
            + ", or x.data for plain numbers"
        )


_UFUNC_NAMES = {"absolute": "abs", "fabs": "abs", "rint": "round", "true_divide": "divide"}
_UFUNC_METHODS = {
    "add.reduce": ["sum"], "multiply.reduce": ["prod"], "maximum.reduce": ["max"], "minimum.reduce": ["min"],
    "add.accumulate": ["cumsum"], "multiply.accumulate": ["cumprod"],
}  # fmt: skip
_QUESTIONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite}
_QUESTIONS |= {np.signbit, np.logical_and, np.logical_or, np.logical_xor, np.logical_not}


def _apply(op: Op, *inputs: Any) -> Any:
    for x in inputs:
        if not isinstance(x, NUMBERS):
            return NotImplemented
    return op(*inputs)


def _compare(relation: Callable[[Any, Any], Any], node: Node, other: Any) -> Any:
    if not isinstance(other, NUMBERS):
        return NotImplemented
    if current_trace() is not None:
        with no_grad():
            return _RELATIONS[relation](node, other)
    return relation(node._data, other._data if isinstance(other, Node) else other)


_RELATIONS: dict[Any, Op] = {
    operator.eq: comparisons.equal,
    operator.ne: comparisons.not_equal,
    operator.lt: comparisons.less,
    operator.le: comparisons.less_equal,
    operator.gt: comparisons.greater,
    operator.ge: comparisons.greater_equal,
}
