"""`Tensor`: a NumPy array that records a computation graph."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, final

from autograd.base.grad_mode import is_detecting_anomaly, is_recording, is_remembering_lines, watching
from autograd.base.numerics import read_only_view
from autograd.base.trace_state import check_not_frozen, current_captures, current_trace
from autograd.engine.anomaly import check_value_finite, remember_line
from autograd.engine.array_methods import ArrayMethods
from autograd.engine.coercion import Array, array_operand, captured_operand, private_array, real_array
from autograd.engine.node import Node, backward_arguments, leaf_arguments, next_serial
from autograd.engine.reverse_mode import add_gradients
from autograd.engine.tensor_methods import define_methods
from autograd.engine.value import Value
from autograd.ops.namespaces import is_half
from autograd.ops.op import Op, Rule
from autograd.ops.packed_outputs import pack
from autograd.ops.rules import shape
from autograd.ops.rules.shape import lift, lower
from autograd.support.lazy_numpy import ArrayLike, DTypeLike, np
from autograd.support.likely_mistakes import warn_likely_mistake

#: Function from a gradient to a new gradient or None.
Hook = Callable[[Any], Any]


@define_methods
@final
class Tensor(ArrayMethods):
    """Array that records a computation graph, for gradients by `backward()`.

    `data` is copied unless its memory is bytes or a file mapped for reading only. Floating-point dtypes are kept; Python
    numbers never change the dtype of a tensor. `grad` is None until a `backward()` reaches the tensor; only leaves that
    require a gradient have one, and it adds up over calls.

    Raises:
        TypeError: If `data` is not an array of real numbers, or requires a gradient and is not floating-point

    >>> w = Tensor([[1.0, 2.0]], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> w.grad
    array([[2., 4.]])
    """

    # `_seen` is a copy of a leaf's array at the last check for changes, or None while no user code can write to the array.
    __slots__ = (
        "__weakref__", "_data", "_grad", "_hooks", "_inputs", "_params", "_seen", "label", "op", "requires_grad",
        "retains_grad", "serial",
    )  # fmt: skip

    @leaf_arguments
    def __init__(self, data: ArrayLike, requires_grad: bool = False, dtype: DTypeLike | None = None, label: str = "") -> None:
        array = private_array(real_array(data, dtype))
        if requires_grad and array.dtype.kind != "f":
            raise TypeError(f"only floating-point tensors have gradients, got {array.dtype}: write Tensor(…, dtype=float)")
        self._set(array, bool(requires_grad), label)
        if (captures := current_captures()) is not None:
            captures.add(self, data)

    def _set(self, array: Array, requires_grad: bool, label: str = "") -> None:
        self._data = array
        self._grad: Array | None = None
        self.op = None
        self.label = label
        self.requires_grad = requires_grad
        self.serial = next_serial()
        self._inputs: tuple[Any, ...] = ()
        self._params: dict[str, Any] = {}
        self._seen: Array | None = None
        self._hooks: tuple[Hook, ...] = ()
        self.retains_grad = False

    @classmethod
    def constant(cls, data: Any) -> Tensor:
        return cls(data)

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Result of `op`, a Tensor or a tuple of them, recorded if recording is on and an input requires a gradient."""
        arrays, requires_grad, plain = [], False, None
        for x in inputs:
            if isinstance(x, Tensor):
                arrays.append(x._data if x._seen is None else x._snapshot())
                requires_grad |= x.requires_grad
            elif (plain := array_operand(x)) is None:
                return lift_value(*inputs, **params) if op is lift else cls.record(op, _to_tensors(inputs), params)
            else:
                arrays.append(plain)
        y = op.on_arrays(arrays, params)
        unpack = None
        if y.__class__ is not np.ndarray:
            if isinstance(y, tuple):
                op, y = pack(op, y)
                unpack = op.unpack
            elif op is lower:
                return Value.of_tensor(float(y), inputs[0], requires_grad and is_recording())
            y = np.asarray(y)
        if watching and is_detecting_anomaly():
            check_value_finite(op, y, arrays)
        node = new(cls)
        node._set(y, requires_grad and is_recording() and y.dtype.kind == "f")
        if node.requires_grad or current_trace() is not None:
            kept = inputs if plain is None else [x if isinstance(x, Tensor) else a for x, a in zip(inputs, arrays, strict=True)]
            node.op, node._params, node._inputs = op, params, tuple(kept)
            if watching and is_remembering_lines():
                remember_line(node)
        return node if unpack is None else unpack(node)

    @property
    def inputs(self) -> tuple[Any, ...]:
        return self._inputs

    @property
    def params(self) -> dict[str, Any]:
        return self._params

    def _stored_gradient(self) -> Array | None:
        """Gradient, or None. A computed tensor has one only after `retain_grad()`, and warns if it has none."""
        if self._grad is None and self.op is not None and self.requires_grad and not self.retains_grad:
            warn_likely_mistake(f"backward() stores no .grad in the result of {self.op.name}: call retain_grad() before it")
        return self._grad

    @property
    def data(self) -> Array:
        """Array, writable and assignable for a leaf, a read-only view for a computed tensor.

        After a change, graphs recorded before no longer give gradients. `numpy()` is faster for reading.
        """
        check_not_frozen(self, ".data")
        if self.op is not None:
            return self.numpy()
        if self._seen is None:
            if not self._data.flags.writeable:
                self._data = self._data.copy()
            self._seen = self._data.copy()
        return self._data

    @data.setter
    def data(self, data: ArrayLike) -> None:
        if self.op is not None:
            raise ValueError(f"{self!r} was computed by {self.op.name}: only a leaf's data can be assigned")
        array = private_array(real_array(data, self.dtype))
        if array.shape != self.shape:
            raise ValueError(f"data of shape {array.shape} cannot replace data of shape {self.shape}: make a new Tensor")
        self._replace_data(array)

    def _replace_data(self, array: Array) -> None:
        """Set the data of a leaf to `array`, of its shape and dtype, which no other code keeps: it is not copied."""
        check_not_frozen(self, "the assignment of .data")
        self._data, self._seen, self.serial = array, None, next_serial()

    def _snapshot(self) -> Array:
        """Private copy of an array that user code may write to; bumps the serial number if the data changed."""
        if self._seen is None or self._seen.tobytes() != self._data.tobytes():
            self._seen, self.serial = self._data.copy(), next_serial()
        return self._seen

    def latest_serial(self) -> int:
        if self._seen is not None:
            self._snapshot()
        return self.serial

    def apply_pullbacks(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        op: Any = self.op
        y, inputs, params = self._data, self._inputs, self._params
        arrays = [x._data if isinstance(x, Tensor) else x for x in inputs]
        if y.dtype.char == "e" or op.recomputes:
            g, y, *arrays = op.pullback_arguments(g, y, arrays, params)
        return [inputs[i].match_shape_and_dtype(pullback(g, y, *arrays, **params), op) for i, pullback in wanted]

    def match_shape_and_dtype(self, cotangent: Any, op: Op) -> Any:
        data = self._data
        if cotangent.__class__ is np.ndarray and cotangent.shape == data.shape and cotangent.dtype is data.dtype:
            return cotangent
        if not isinstance(cotangent, Tensor | np.ndarray):
            cotangent = np.asarray(cotangent)
        if cotangent.shape != self._data.shape:
            try:
                cotangent = shape.sum_to(cotangent, self._data.shape)
            except ValueError:
                text = f"a pullback of {op.name} must return a cotangent of shape {self.shape}, got {cotangent.shape}"
                raise ValueError(text) from None
        dtype = np.float32 if is_half(data) else data.dtype  # cotangents of 16-bit floats add up in float32
        return cotangent if cotangent.dtype == dtype else shape.astype(cotangent, dtype)

    @backward_arguments
    def backward(self, seed: ArrayLike | None = None) -> None:
        """Add the gradient of this tensor, weighted by `seed`, to the `.grad` of each leaf that requires one.

            x̄ = Σᵢ seedᵢ ∂yᵢ/∂x

        `seed` must have the shape of this tensor; the default, 1, needs a tensor of one element.

        Raises:
            ValueError: If the shape of the seed differs, a needed seed is missing, or this is a constant
            RuntimeError: If the data of a leaf changed after use; then no gradient changes
        """
        check_not_frozen(self, "backward()")
        add_gradients(self, self.seed(seed))

    def total_gradient(self, gradient: Any) -> Any:
        gradient = np.asarray(gradient)
        return gradient if self.grad is None else self.grad + gradient

    def seed(self, given: Any = None) -> Array:
        """Cotangent at the start of a sweep: `given`, validated, or 1 for a tensor of one element."""
        if not self.requires_grad:
            raise ValueError(f"{self!r} is a constant: compute it outside no_grad() from an input with requires_grad=True")
        if given is None:
            if self.size != 1:
                raise ValueError(
                    f"a tensor of shape {self.shape} needs a seed of that shape: y.backward(np.ones(y.shape)), or "
                    "y.sum().backward()"
                )
            return np.ones(self.shape, self.dtype)
        array = np.array(real_array(given._data if isinstance(given, Tensor) else given, self.dtype))
        if array.shape != self.shape:
            raise ValueError(f"the seed must have the shape {self.shape} of the tensor, got {array.shape}")
        return array

    def retain_grad(self) -> None:
        """Make `backward()` also add the gradient of this computed tensor to its `.grad`."""
        self.retains_grad = True

    def register_hook(self, hook: Hook) -> Callable[[], None]:
        """Register `hook(gradient)`, called in each sweep with the complete gradient; returns a function that removes it.

        A result other than None replaces the gradient. The hook gets a read-only array, or a Tensor if the sweep is recorded.

        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> remove = x.register_hook(lambda gradient: 10 * gradient)
        >>> x.sum().backward()
        >>> x.grad
        array([10., 10.])
        """
        one = (hook,)
        self._hooks += one

        def remove() -> None:
            self._hooks = tuple(h for h in self._hooks if h is not one[0])

        return remove

    def run_hooks(self, gradient: Any) -> Any:
        for hook in self._hooks:
            result = hook(read_only_view(gradient) if isinstance(gradient, np.ndarray) else gradient)
            if result is not None:
                gradient = result if isinstance(result, Tensor) else np.array(result, self.dtype)
                if gradient.shape != self.shape:
                    raise ValueError(f"a hook returned a gradient of shape {gradient.shape} for a tensor of shape {self.shape}")
        return gradient

    def detach(self) -> Tensor:
        """Constant with the same data."""
        if current_trace() is not None:
            return self.recorded_copy(requires_grad=False)
        return Tensor(self._data if self._seen is None else self._snapshot(), label=self.label)

    def __repr__(self) -> str:
        body = np.array2string(self._data, separator=", ", prefix="Tensor(", threshold=20, edgeitems=2)
        extras = f", dtype={self.dtype}" * (self.dtype != np.float64) + ", requires_grad=True" * self.requires_grad
        return f"Tensor({body}{extras}" + (f", label={self.label!r})" if self.label else ")")

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles: an independent leaf with its gradient for a leaf, a constant for a computed tensor."""
        check_not_frozen(self, "a copy")
        leaf = (self._data, self.requires_grad and self.op is None, None, self.label)
        return Tensor, leaf, (None, {} if self.op else {"grad": copy.copy(self.grad)})


# The setter is written in C, so that no interrupt comes within it.
Tensor.grad = property(Tensor._stored_gradient, vars(Tensor)["_grad"].__set__)  # type: ignore[assignment]


def lift_value(x: Value, dtype: Any) -> Tensor:
    """Tensor without axes that holds the number of a Value: `lift` as a node."""
    node = new(Tensor)
    node._set(np.asarray(x._data, dtype), x.requires_grad and is_recording())
    if node.requires_grad or current_trace() is not None:
        node.op, node._inputs, node._params = lift, (x,), {"dtype": dtype}
    return node


def _to_tensors(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs of an op with a Tensor for each Value, of the dtype of the arrays, and for each list that holds nodes."""
    operands = [captured_operand(x) for x in inputs]
    dtypes = [x.dtype for x in operands if isinstance(x, Tensor | np.ndarray) and x.dtype.kind == "f"]
    dtype = np.result_type(*dtypes) if dtypes else np.dtype(float)
    return tuple([lift_value(x, dtype) if isinstance(x, Value) else x for x in operands])


new = Tensor.__new__
Node.array_type = Tensor
