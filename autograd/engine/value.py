"""`Value`: a float that records a computation graph."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Never, final

from autograd.base.grad_mode import is_detecting_anomaly, is_recording, is_remembering_lines
from autograd.base.trace_state import check_not_frozen, current_trace
from autograd.engine.anomaly import check_value_finite, remember_line
from autograd.engine.coercion import captured_operand, is_array, number_operand, real_number
from autograd.engine.graph import gradient_lock, newest_first
from autograd.engine.lost_gradients import lost_gradient
from autograd.engine.micrograd_names import KEYWORDS, OWN_OP
from autograd.engine.node import Node, array_module, backward_arguments, next_serial
from autograd.engine.node_texts import NodeTexts
from autograd.engine.reverse_mode import add_gradients, pull_back
from autograd.engine.value_methods import emit_methods
from autograd.engine.value_sweep import TensorFoundError, sweep
from autograd.ops.op import Op, Rule, on_floats, pullback_on_floats
from autograd.ops.rules.shape import lower
from autograd.support.arguments import refuse_keywords
from autograd.support.lazy_numpy import np

_NO_PARAMS: dict[str, Any] = {}

_labels = NodeTexts("")


@emit_methods
@final
class Value(Node):
    """Float that records a computation graph, for gradients by `backward()`.

    `Value(data)` is a leaf; arithmetic on Values returns computed nodes. `grad` starts at 0.0. After `y.backward()` each node
    that y depends on holds ∂y/∂node: leaves add up over calls, computed nodes hold the result of the last call.

    Raises:
        TypeError: If `data` is not a real number

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> y = a * b + a**2
    >>> y.backward()
    >>> y.data, a.grad, b.grad
    (-2.0, 1.0, 2.0)
    """

    # `_a`, `_b` hold the inputs and `_p`, `_q` the local derivatives. For a constant input, or one with derivative zero, the
    # input is None and the derivative is replaced by the number or the node. An op with parameters, or of more than two inputs,
    # has None in `_a` and `_b`, and a tuple in `_p`: all such pairs, and the parameters.
    __slots__ = ("__weakref__", "_a", "_b", "_data", "_p", "_q", "grad", "op", "requires_grad", "serial")

    grad: float
    retains_grad = True
    _a: Any
    _p: Any
    _b: Any
    _q: Any
    _methods: ClassVar[dict[Op, list[Callable[..., "Value"]]]]

    def __init__(self, data: float, requires_grad: bool = True, label: str = "", **unknown: Never) -> None:
        if unknown:
            refuse_keywords(Value.__init__, unknown, KEYWORDS)
        self._data = real_number(data)
        self.grad = 0.0
        self.op = None
        self.requires_grad = requires_grad if requires_grad.__class__ is bool else _truth_value(requires_grad)
        self.serial = next_serial()
        if label:
            self.label = label

    @property
    def label(self) -> str:
        """Any text, for drawings and messages."""
        return _labels.get(self)

    @label.setter
    def label(self, text: str) -> None:
        _labels.set(self, text)

    @property
    def data(self) -> float:
        """Number, assignable for a leaf; graphs recorded before an assignment no longer give gradients."""
        check_not_frozen(self, ".data")
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        if self.op is not None:
            raise ValueError(f"{self!r} was computed by {self.op.name}: only a leaf's data can be assigned")
        check_not_frozen(self, "the assignment of .data")
        self._data, self.serial = real_number(data), next_serial()

    @classmethod
    def constant(cls, data: Any) -> "Value":
        return cls(float(data), requires_grad=False)

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of an op, by its emitted method if there is one."""
        methods = cls._methods.get(op)
        if methods is None:
            return cls.record_any(op, inputs, params)
        y = methods[0](*inputs) if inputs[0].__class__ is cls else methods[1](inputs[1], inputs[0])
        return cls.record_any(op, inputs, params) if y is NotImplemented else y

    @classmethod
    def record_any(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of any op, recorded if recording is on and an input requires a gradient; a Tensor if it meets an array."""
        if op.kind != "elementwise" or any(map(is_array, inputs)):
            return cls.array_type.record(op, inputs, params)
        if current_trace() is not None:
            inputs = tuple(map(captured_operand, inputs))
        numbers = [x._data if x.__class__ is cls else number_operand(x) for x in inputs]
        y = on_floats(op.forward, *numbers, **params)
        if isinstance(y, tuple):
            return cls.array_type.record(op, inputs, params)
        if is_detecting_anomaly():
            check_value_finite(op, y, numbers)
        requires_grad = is_recording() and any(x.requires_grad for x in inputs if x.__class__ is cls)
        if not requires_grad and current_trace() is None:
            return cls(y, requires_grad=False)
        pairs: list[tuple[Any, Any]] = []
        for x, number, pullback in zip(inputs, numbers, op.pullbacks, strict=True):
            if x.__class__ is not cls:
                pairs.append((None, number))
            elif pullback is None:
                pairs.append((None, x))
            else:
                pairs.append((x, pullback_on_floats(pullback, 1.0, y, *numbers, **params) if x.requires_grad else 0.0))
        node = cls(y, requires_grad)
        node.op = op
        if params or len(pairs) > 2:
            pairs = [(None, (tuple(pairs), params))]
        (node._a, node._p), (node._b, node._q) = (*pairs, (None, None))[:2]
        if is_remembering_lines():
            remember_line(node)
        return node

    @classmethod
    def of_tensor(cls, y: float, x: Node, requires_grad: bool) -> "Value":
        """Node for the number y in the Tensor x, by the op `lower`."""
        node = cls(y, requires_grad)
        if requires_grad or current_trace() is not None:
            node.op = lower
            node._a = node._b = node._q = None
            node._p = x
        return node

    @property
    def _pairs(self) -> tuple[tuple[Any, Any], ...]:
        """Pairs (input, local derivative) in argument order; (None, number) for a constant."""
        if self.op is None:
            return ()
        if self._p.__class__ is tuple:
            return self._p[0]
        return ((self._a, self._p), (self._b, self._q))[: self.op.arity]

    @property
    def inputs(self) -> tuple[Any, ...]:
        op = self.op
        if op is None:
            return ()
        a, b = self._a, self._b
        if b is not None:  # the most frequent case first
            return (self._p if a is None else a, b)
        if self._p.__class__ is tuple:
            return tuple([derivative if x is None else x for x, derivative in self._p[0]])
        a = self._p if a is None else a
        return (a,) if op.arity == 1 else (a, self._q)

    @property
    def params(self) -> dict[str, Any]:
        return self._p[1] if self.op is not None and self._p.__class__ is tuple else _NO_PARAMS

    def apply_pullbacks(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        if self.op is lower:
            return [g]
        pairs = self._pairs
        return [g * pairs[i][1] for i, _ in wanted]

    def match_shape_and_dtype(self, cotangent: Any, op: Op) -> Any:
        return cotangent if isinstance(cotangent, Node) else float(cotangent)

    def total_gradient(self, gradient: Any) -> Any:
        return gradient if self.op is not None or self.grad is None else self.grad + gradient

    @backward_arguments
    def backward(self) -> None:
        """Store the gradient of this number with respect to each node it depends on in their `.grad`.

            x̄ = Σ over the uses of x of ȳ ∂y/∂x,   from the newest node to the oldest

        Raises:
            ValueError: If no leaf that requires a gradient was used
            RuntimeError: If the data of a leaf changed after use; then no gradient changes
        """
        self.seed()
        check_not_frozen(self, "backward()")
        if is_detecting_anomaly():
            pull_back([self], [1.0], wanted=newest_first([self]))  # slow, checks each gradient
        try:
            with gradient_lock:
                sweep(self)
        except TensorFoundError:
            add_gradients(self, 1.0)

    def seed(self, given: Any = None) -> float:
        """Cotangent at the start of a sweep: `given`, or 1."""
        if not self.requires_grad:
            raise ValueError(f"{self!r} is a constant: compute it outside no_grad() from an input with requires_grad=True")
        return 1.0 if given is None else real_number(given)

    def detach(self) -> "Value":
        """Constant with the same number."""
        if current_trace() is not None:
            return self.recorded_copy(requires_grad=False)
        return Value(self._data, requires_grad=False, label=self.label)

    def item(self) -> float:
        """Number as a Python float."""
        check_not_frozen(self, ".item()")
        return self._data

    def __float__(self) -> float:
        check_not_frozen(self, "float()")
        if self.requires_grad and is_recording():
            raise lost_gradient(self)
        return self._data

    def __bool__(self) -> bool:
        trace = current_trace()
        return bool(self._data) if trace is None else trace.record_guard(self, bool(self._data))

    def __index__(self) -> int:
        if not self.data.is_integer():
            raise TypeError(f"{self!r} is not an integer, as a range, a shape or an index needs: round it, or pass an integer")
        return int(self.data)

    def conjugate(self) -> Never:
        """Refused: NumPy calls it for the entries of an array of Values, in functions that square them, such as np.std."""
        raise TypeError(
            f"an array of Values, here {self!r}, has no std, var, vdot or cov in NumPy: join the Values in a Tensor first, "
            "np.std(autograd.stack(values))"
        )

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)

    def __array_function__(self, function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any) -> Any:
        return array_module("numpy_functions").dispatch(function, types, args, kwargs)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data}, grad={self.grad}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles: an independent leaf with its gradient for a leaf, a constant for a computed node."""
        check_not_frozen(self, "a copy")
        is_leaf = self.op is None
        return Value, (self._data, self.requires_grad and is_leaf, self.label), (None, {"grad": self.grad} if is_leaf else {})


def _truth_value(requires_grad: Any) -> bool:
    if isinstance(requires_grad, bool | np.bool_ | int):
        return bool(requires_grad)
    text = "Value(data, requires_grad, label) takes True or False for requires_grad"
    raise TypeError(f"{text}, got {requires_grad!r}: write {OWN_OP}")
