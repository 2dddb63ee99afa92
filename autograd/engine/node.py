"""`Node`, the abstract number that remembers how it was made: its place in the graph, and its operators.

`Value` (one float) and `Tensor` (one array) are its two classes.
"""

import itertools
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from numbers import Real
from typing import Any, Self

import numpy as np

from autograd.base.grad_mode import no_grad
from autograd.base.trace_state import check_not_frozen, current_trace
from autograd.ops.op import OPS, Op, Recorder, Rule
from autograd.ops.operators import OPERATORS, Operator
from autograd.ops.rules import activations, arithmetic, exponential, rounding, trigonometry
from autograd.ops.tracing import Arithmetic, define_operators

#: The next serial number. A node is always younger than its inputs.
next_serial = itertools.count(1).__next__

#: What may stand beside a node in arithmetic; anything else has its own say.
NUMBERS = (Recorder, float, int, np.ndarray, np.generic, list, Real)  # the abstract class last: asking it takes long


class Node(Arithmetic):
    """A number with a memory: `op`, `inputs` and `params` say how it was made; all are empty for a leaf.

    Attributes:
        label: any text, for pictures and messages
        requires_grad: whether gradients reach it
        retains_grad: whether a computed node keeps its gradient after `backward()`
        serial: creation order, a topological order of the graph
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

    def apply_pullbacks(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        """The cotangents that `g`, this node's own, pulls back to the `wanted` inputs: raw data, each in its input's shape.

        `wanted` holds (position, pullback) pairs.
        """
        raise NotImplementedError

    def match_shape_and_dtype(self, cotangent: Any, op: Op) -> Any:
        """A cotangent computed by a pullback of `op`, brought to this node's shape and type."""
        raise NotImplementedError

    def run_hooks(self, gradient: Any) -> Any:
        """The gradient after every hook registered on this node has seen it."""
        return gradient

    def latest_serial(self) -> int:
        """The serial number, after noticing any change of a leaf's data."""
        return self.serial

    def recorded_copy(self, requires_grad: bool) -> Self:
        """The same data as a node of its own, which remembers where it came from and requires a gradient or not."""
        with no_grad():
            node = arithmetic.positive(self)
        node.requires_grad = requires_grad
        return node

    # What micrograd's readers look for.

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.symbol

    @property
    def _prev(self) -> tuple["Node", ...]:
        return tuple(x if isinstance(x, Node) else self.constant(x) for x in self.inputs)

    # Python's operators come from the table, at the end of the file.

    def __divmod__(self, other: Any) -> Any:
        return _divmod(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _divmod(other, self)

    def exp(self) -> Self:
        """eˣ, entry by entry: `autograd.exp`."""
        return exponential.exp(self)

    def log(self) -> Self:
        """Natural logarithm, entry by entry: `autograd.log`."""
        return exponential.log(self)

    def sqrt(self) -> Self:
        """Square root, entry by entry: `autograd.sqrt`."""
        return exponential.sqrt(self)

    def sin(self) -> Self:
        """Sine, entry by entry: `autograd.sin`."""
        return trigonometry.sin(self)

    def cos(self) -> Self:
        """Cosine, entry by entry: `autograd.cos`."""
        return trigonometry.cos(self)

    def tanh(self) -> Self:
        """Hyperbolic tangent, entry by entry: `autograd.tanh`."""
        return trigonometry.tanh(self)

    def sigmoid(self) -> Self:
        """The logistic function, entry by entry: `autograd.sigmoid`."""
        return activations.sigmoid(self)

    def relu(self) -> Self:
        """max(x, 0), entry by entry: `autograd.relu`."""
        return activations.relu(self)

    # NumPy's functions and operators on a node give a node.

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        ours = _OURS.get(ufunc) or _scipy_op(ufunc)
        plain = method == "__call__" and not kwargs
        if plain and ufunc in _PREDICATES and (ours is None or current_trace() is None):
            for x in inputs:
                if isinstance(x, Node):
                    check_not_frozen(x, f"np.{ufunc.__name__}")
            return ufunc(*(x._data if isinstance(x, Node) else x for x in inputs))
        if plain and ours is not None:
            return ours(*inputs)
        what = (
            f"np.{ufunc.__name__}"
            + (f".{method}" if method != "__call__" else "")
            + (f"(…, {', '.join(kwargs)}=…)" if kwargs else "")
        )
        near = _UFUNC_METHODS.get((ufunc, method)) or get_close_matches(ufunc.__name__, OPS, n=2)
        raise TypeError(
            f"{what} has no derivative here for a {type(self).__name__}: use an op of autograd"
            + f" ({', '.join(near)}?)" * bool(near)
            + ", or x.data for plain numbers"
        )


def _apply(op: Callable[..., Any], *inputs: Any) -> Any:
    """An op on operands; NotImplemented, so that Python asks the other operand, if one is neither a node nor a number."""
    for x in inputs:
        if not isinstance(x, NUMBERS):
            return NotImplemented
    return op(*inputs)


def _divmod(a: Any, b: Any) -> Any:
    return _apply(lambda a, b: (arithmetic.floor_divide(a, b), arithmetic.remainder(a, b)), a, b)


def _bind(operator: Operator) -> Callable[..., Any]:
    op = OPS[operator.op]

    def compare(a: Any, b: Any) -> Any:
        """Plain truth values, or an op while a tape is recorded: it must ask again at every replay."""
        if not isinstance(b, NUMBERS):
            return NotImplemented
        if current_trace() is not None:
            with no_grad():
                return op(a, b)
        return operator.function(a._data, b._data if isinstance(b, Node) else b)

    return compare if operator.is_comparison else partial(_apply, op)


define_operators(Node, _bind)

#: Our function for each ufunc of NumPy, by identity: another package may have one of the same name.
_OURS: dict[np.ufunc, Callable[..., Any]] = {
    **{getattr(np, name): op for name, op in OPS.items() if isinstance(getattr(np, name, None), np.ufunc)},
    **{row.ufunc: OPS[row.op] for row in OPERATORS},
    np.divmod: _divmod, np.fabs: arithmetic.abs, np.rint: rounding.round,
}  # fmt: skip
#: Ufuncs of `scipy.special` whose names there are not ours.
_SCIPY_NAMES = {"expit": "sigmoid", "log_expit": "log_sigmoid", "psi": "digamma"}
_UFUNC_METHODS: dict[tuple[np.ufunc, str], list[str]] = {
    (np.add, "reduce"): ["sum"], (np.multiply, "reduce"): ["prod"], (np.maximum, "reduce"): ["max"],
    (np.minimum, "reduce"): ["min"], (np.add, "accumulate"): ["cumsum"], (np.multiply, "accumulate"): ["cumprod"],
}  # fmt: skip
_PREDICATES = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite}
_PREDICATES |= {np.signbit, np.logical_and, np.logical_or, np.logical_xor, np.logical_not}


def _scipy_op(ufunc: np.ufunc) -> Callable[..., Any] | None:
    """Our op for a ufunc of SciPy, if that package is loaded and the ufunc is one of its own."""
    special = sys.modules.get("scipy.special")
    name = ufunc.__name__
    is_of_scipy = special is not None and any(getattr(special, n, None) is ufunc for n in (name, *_SCIPY_NAMES))
    return OPS.get(_SCIPY_NAMES.get(name, name)) if is_of_scipy else None
