"""`Node`, the base class of `Value` (one float) and `Tensor` (one array): graph structure and operators."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from numbers import Real
from typing import Any, ClassVar, Self

from autograd.base.grad_mode import is_remembering_lines, no_grad, watching
from autograd.base.trace_state import current_trace
from autograd.engine.compared import remember_comparison
from autograd.engine.micrograd_names import KEYWORDS, MicrogradNames
from autograd.engine.operator_functions import floor_and_remainder, logical_function
from autograd.ops.op import OPS, Op, Rule
from autograd.ops.operators import Operator
from autograd.ops.recorder import Recorder
from autograd.ops.rules import activations, arithmetic, exponential, joining, trigonometry
from autograd.ops.tracing import Arithmetic, define_operators
from autograd.support.arguments import explained_arguments
from autograd.support.lazy_numpy import np

#: Next serial number; that of a node is larger than those of its inputs.
next_serial = itertools.count(1).__next__

#: Operand types of node arithmetic; others get NotImplemented. The abstract class is last, because its instance check is slow.
NUMBERS = (Recorder, float, int, np.ndarray, np.generic, list, complex, Real)


@cache
def array_module(name: str) -> Any:
    """Module of the engine that holds functions or types of NumPy, imported when an array is met."""
    return import_module(f"autograd.engine.{name}")


#: Decorator of `backward`.
backward_arguments = explained_arguments(
    {
        "create_graph": "autograd.gradients(y, xs, create_graph=True)",
        "retain_graph": "backward() alone: graphs are kept",
        "gradient": "seed=",
        "grad": "seed=",
    },
    extra="multiply y by a weight, (c * y).backward()",
)

#: Decorator of the constructor of a leaf.
leaf_arguments = explained_arguments(KEYWORDS)


class Node(MicrogradNames, Arithmetic):
    """Number or array in a computation graph, recorded by `op`, `inputs` and `params`; a leaf has none of these.

    Attributes:
        label: Any text, for drawings and messages
        requires_grad: True if gradients are computed for it
        retains_grad: True if a computed node keeps its gradient after `backward()`
        serial: Creation order, a topological order of the graph
    """

    __slots__ = ()

    op: Op | None
    label: str
    requires_grad: bool
    serial: int
    grad: Any
    retains_grad: bool = False
    array_type: ClassVar[type[Node]]  # Tensor, for numbers that meet an array; set by its module
    _data: Any
    _hooks: tuple[Callable[[Any], Any], ...] = ()

    @property
    def inputs(self) -> tuple[Any, ...]:
        """Inputs of the op in order, which are nodes, and raw numbers or arrays for constants."""
        raise NotImplementedError

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of the op, such as axes, shapes and indices."""
        raise NotImplementedError

    @classmethod
    def constant(cls, data: Any) -> Self:
        """Leaf that requires no gradient."""
        raise NotImplementedError

    def apply_pullbacks(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        """Cotangents, as raw data, of the `wanted` inputs, pairs (position, pullback), from the cotangent `g` of this node."""
        raise NotImplementedError

    def match_shape_and_dtype(self, cotangent: Any, op: Op) -> Any:
        """Cotangent from a pullback of `op`, summed to the shape and converted to the dtype of this node."""
        raise NotImplementedError

    def total_gradient(self, gradient: Any) -> Any:
        """New `.grad` after a sweep that gave `gradient`: the sum of all sweeps for a leaf."""
        raise NotImplementedError

    def run_hooks(self, gradient: Any) -> Any:
        """Gradient after all hooks registered on this node."""
        return gradient

    def latest_serial(self) -> int:
        """Serial number, updated if the data of a leaf changed."""
        return self.serial

    @classmethod
    def stack(cls, parts: list[Any]) -> Any:
        return joining.stack(parts)

    def recorded_copy(self, requires_grad: bool) -> Self:
        """Copy of this node in a recording, which requires a gradient or not."""
        node: Any = arithmetic.positive(self)
        node.requires_grad = requires_grad
        return node

    def conjugate(self) -> Self:
        """This node: its numbers are real. NumPy's `std` and `var` of object arrays call it."""
        return self

    def item(self) -> float:
        """Single number as a Python number."""
        raise NotImplementedError

    # Rounding has derivative zero, so plain numbers lose no gradient.

    def __int__(self) -> int:
        return int(self.item())

    def __round__(self, digits: int | None = None) -> float:
        return round(self.item(), digits)

    def __floor__(self) -> int:
        return math.floor(self.item())

    def __ceil__(self) -> int:
        return math.ceil(self.item())

    def __trunc__(self) -> int:
        return math.trunc(self.item())

    # The other operators are defined at the end of the file.

    def __divmod__(self, other: Any) -> Any:
        return _divmod(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _divmod(other, self)

    def exp(self) -> Self:
        """Elementwise exponential: `autograd.exp`."""
        return exponential.exp(self)

    def log(self) -> Self:
        """Elementwise natural logarithm: `autograd.log`."""
        return exponential.log(self)

    def sqrt(self) -> Self:
        """Elementwise square root: `autograd.sqrt`."""
        return exponential.sqrt(self)

    def sin(self) -> Self:
        """Elementwise sine: `autograd.sin`."""
        return trigonometry.sin(self)

    def cos(self) -> Self:
        """Elementwise cosine: `autograd.cos`."""
        return trigonometry.cos(self)

    def tanh(self) -> Self:
        """Elementwise hyperbolic tangent: `autograd.tanh`."""
        return trigonometry.tanh(self)

    def sigmoid(self) -> Self:
        """Elementwise logistic function: `autograd.sigmoid`."""
        return activations.sigmoid(self)

    def relu(self) -> Self:
        """Elementwise max(x, 0): `autograd.relu`."""
        return activations.relu(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return array_module("ufuncs").call_ufunc(type(self).__name__, ufunc, method, inputs, kwargs)


def _bind(operator: Operator) -> Callable[..., Any]:
    op = logical_function(operator) if operator.is_logical else OPS[operator.op]

    def compare(a: Any, b: Any) -> Any:
        """Plain truth values, or, while a tape is recorded, an op that compares again at every replay."""
        if not isinstance(b, NUMBERS):
            return NotImplemented
        if current_trace() is not None:
            with no_grad():
                return op(a, b)
        y = operator.function(a._data, b._data if isinstance(b, Node) else b)
        if getattr(y, "size", 1) == 1:
            line = array_module("anomaly").user_line() if watching and is_remembering_lines() else ""
            remember_comparison(a, operator, b, bool(y), line)
        return y if y.__class__ is bool else array_module("truth_values").truth_values(y)

    return op if operator.is_unary else compare if operator.is_comparison else _of_numbers(op)


def _of_numbers(op: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, b: Any) -> Any:
        """Result of an op, or NotImplemented, so that Python tries the other operand, for foreign types."""
        return op(a, b) if isinstance(a, NUMBERS) and isinstance(b, NUMBERS) else NotImplemented

    return apply


_divmod = _of_numbers(floor_and_remainder)


define_operators(Node, _bind)
