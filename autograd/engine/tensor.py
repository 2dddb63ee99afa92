"""`Tensor`: one NumPy array that remembers how it was made."""

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt

from autograd.base.grad_mode import is_detecting_anomaly, is_recording, is_remembering_lines, state
from autograd.base.trace_state import check_not_frozen, current_trace
from autograd.engine.anomaly import check_value_finite, remember_line
from autograd.engine.array_methods import ArrayMethods
from autograd.engine.coercion import Array, array_operand, private_array, real_array
from autograd.engine.node import next_serial
from autograd.engine.reverse_mode import pull_back
from autograd.ops.op import Op, Rule
from autograd.ops.rules import shape

#: What `register_hook` takes: gradient in, gradient or None out.
Hook = Callable[[Any], Any]


@final
class Tensor(ArrayMethods):
    """One array that remembers how it was made, and whose gradient `backward()` finds.

    `data` is copied, unless it is a read-only array, which is taken as it is. Floating-point types are kept; a Python number
    beside a tensor never changes its type. `grad` is None until a `backward()` reaches the tensor, and only leaves that
    require a gradient have one; over calls it adds up.

    Raises:
        TypeError: if `data` is no array of real numbers, or requires a gradient and is not floating-point

    >>> w = Tensor([[1.0, 2.0]], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> w.grad
    array([[2., 4.]])
    """

    # `_seen` is None as long as nobody else can write to a leaf's array; then it is what the array held when last looked at.
    __slots__ = (
        "__weakref__", "_data", "_hooks", "_inputs", "_params", "_seen", "grad", "label", "op", "requires_grad",
        "retains_grad", "serial",
    )  # fmt: skip

    def __init__(
        self, data: npt.ArrayLike, requires_grad: bool = False, dtype: npt.DTypeLike | None = None, label: str = ""
    ) -> None:
        array = private_array(real_array(data, dtype))
        if requires_grad and array.dtype.kind != "f":
            raise TypeError(
                f"only floating-point tensors have gradients, and this is {array.dtype}: "
                "write Tensor(data, requires_grad=True, dtype=float)"
            )
        self._set(array, bool(requires_grad), label)

    def _set(self, array: Array, requires_grad: bool, label: str = "") -> None:
        self._data = array
        self.grad: Array | None = None
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
    def constant(cls, data: Any) -> "Tensor":
        return cls(data)

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> "Tensor":
        """The result of `op`, recorded if it is to be and some input requires a gradient."""
        arrays, requires_grad = [], False
        for x in inputs:
            if x.__class__ is cls:
                arrays.append(x._data if x._seen is None else x._snapshot())
                requires_grad |= x.requires_grad
            else:
                arrays.append(array_operand(op, x))
        y = op.on_arrays(arrays, params)
        if state.blocks and is_detecting_anomaly():
            check_value_finite(op, y, arrays)
        node = new(cls)
        y = y if y.__class__ is np.ndarray else np.asarray(y)
        node._set(y, requires_grad and is_recording() and y.dtype.kind == "f")
        if node.requires_grad or current_trace() is not None:
            node.op, node._params = op, params
            node._inputs = tuple([x if x.__class__ is cls else a for x, a in zip(inputs, arrays, strict=True)])
            if state.blocks and is_remembering_lines():
                remember_line(node)
        return node

    @property
    def inputs(self) -> tuple[Any, ...]:
        return self._inputs

    @property
    def params(self) -> dict[str, Any]:
        return self._params

    @property
    def data(self) -> Array:
        """The array. A leaf's may be written to or assigned; graphs recorded before that no longer give gradients.

        Of a computed tensor it is a read-only view. To read only, `numpy()` is cheaper.
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
    def data(self, data: npt.ArrayLike) -> None:
        if self.op is not None:
            raise ValueError(f"{self!r} was computed by {self.op.name}: only a leaf's data can be assigned")
        check_not_frozen(self, "the assignment of .data")
        array = private_array(real_array(data, self.dtype))
        if array.shape != self.shape:
            raise ValueError(f"data of shape {array.shape} cannot replace data of shape {self.shape}: make a new Tensor")
        self._data, self._seen, self.serial = array, None, next_serial()

    def _snapshot(self) -> Array:
        """A private copy of an array that others may write to; the tensor grows young if they did since the last look."""
        if self._seen is None or self._seen.tobytes() != self._data.tobytes():
            self._seen, self.serial = self._data.copy(), next_serial()
        return self._seen

    def latest_serial(self) -> int:
        if self._seen is not None:
            self._snapshot()
        return self.serial

    def apply_pullbacks(self, wanted: Sequence[tuple[int, Rule]], g: Any) -> list[Any]:
        op, y, inputs, params = self.op, self._data, self._inputs, self._params
        arrays = [x._data if x.__class__ is Tensor else x for x in inputs]
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
                raise ValueError(
                    f"a pullback of {op.name} gave a cotangent of shape {cotangent.shape} for an input of shape {self.shape}"
                ) from None
        return cotangent if cotangent.dtype == self._data.dtype else shape.astype(cotangent, self._data.dtype)

    def backward(self, seed: npt.ArrayLike | None = None) -> None:
        """Add to the `.grad` of every leaf that requires a gradient the one of this tensor, weighted by `seed`.

            x̄ = Σᵢ seedᵢ ∂yᵢ/∂x

        `seed` has this tensor's shape; it may be left out if there is one element, and is then 1.

        Raises:
            ValueError: if the seed's shape differs, or there is none and more than one element, or this is a constant
            RuntimeError: if a leaf's data changed since it was used; nothing is changed then
        """
        check_not_frozen(self, "backward()")
        leaves = pull_back([self], [self.seed(seed)])
        for leaf, cotangent in leaves.items():
            gradient = np.asarray(cotangent)
            leaf.grad = gradient if leaf.grad is None else leaf.grad + gradient

    def seed(self, given: Any = None) -> Array:
        """The cotangent to start a sweep from: `given`, checked, or 1 for a tensor of one element."""
        if not self.requires_grad:
            raise ValueError(f"{self!r} is a constant: nothing it was computed from requires a gradient")
        if given is None:
            if self.size != 1:
                raise ValueError(
                    f"a tensor of shape {self.shape} needs a seed of that shape: y.backward(np.ones(y.shape)), or "
                    "y.sum().backward()"
                )
            return np.ones(self.shape, self.dtype)
        array = np.array(real_array(given._data if isinstance(given, Tensor) else given, self.dtype))
        if array.shape != self.shape:
            raise ValueError(f"the seed has shape {array.shape}, and the tensor has shape {self.shape}: they must be equal")
        return array

    def retain_grad(self) -> None:
        """Have `backward()` leave its gradient in this computed tensor's `.grad` too: that of the newest sweep adds up."""
        self.retains_grad = True

    def register_hook(self, hook: Hook) -> Callable[[], None]:
        """Have `hook(gradient)` called in every sweep when this tensor's gradient is complete; gives a function that ends it.

        What the hook returns, unless None, goes on in place of the gradient. It sees a read-only array, or a Tensor when the
        sweep is recorded.

        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> end = x.register_hook(lambda gradient: 10 * gradient)
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
        """The gradient after every hook has seen it."""
        for hook in self._hooks:
            seen = gradient
            if isinstance(gradient, np.ndarray):
                seen = gradient.view()
                seen.flags.writeable = False
            answer = hook(seen)
            if answer is not None:
                gradient = answer if isinstance(answer, Tensor) else np.array(answer, self.dtype)
                if gradient.shape != self.shape:
                    raise ValueError(f"a hook gave a gradient of shape {gradient.shape} for a tensor of shape {self.shape}")
        return gradient

    def numpy(self) -> Array:
        """The numbers as a read-only view, free of charge; `.copy()` it to write."""
        check_not_frozen(self, "the plain array")
        view = self._data.view()
        view.flags.writeable = False
        return view

    def item(self) -> float:
        """The one element as a Python number."""
        if self.size != 1:
            raise ValueError(f"item() needs one element, and this tensor has shape {self.shape}")
        check_not_frozen(self, ".item()")
        return self._data.item()

    def detach(self) -> "Tensor":
        """The same numbers as a constant, with no memory of how they were made."""
        if current_trace() is not None:
            return self.recorded_copy(requires_grad=False)
        return Tensor(self._data if self._seen is None else self._snapshot(), label=self.label)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        check_not_frozen(self, "the plain array")
        if self.requires_grad and is_recording():
            raise TypeError(f"a plain array of {self!r} would lose its gradient: use .detach(), .numpy(), or an op of autograd")
        return np.array(self._data, dtype, copy=copy) if copy or dtype is not None else self.numpy()

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(f"a tensor of shape {self.shape} has no one truth value: use (x != 0).any() or .all()")
        trace = current_trace()
        return bool(self._data) if trace is None else trace.record_guard(self, bool(self._data))

    def __float__(self) -> float:
        check_not_frozen(self, "float()")
        if self.requires_grad and is_recording():
            raise TypeError(f"float() of {self!r} would lose its gradient: use .item(), or no_grad()")
        return float(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __repr__(self) -> str:
        body = np.array2string(self._data, separator=", ", prefix="Tensor(", threshold=20, edgeitems=2)
        extras = f", dtype={self.dtype}" * (self.dtype != np.float64) + ", requires_grad=True" * self.requires_grad
        return f"Tensor({body}{extras}" + (f", label={self.label!r})" if self.label else ")")

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles: of a leaf, an independent leaf; of a computed tensor, a constant."""
        return Tensor, (self._data, self.requires_grad and self.op is None, None, self.label)


new = Tensor.__new__
