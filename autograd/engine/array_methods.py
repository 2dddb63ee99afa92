"""Attributes and methods of NumPy arrays for `Tensor`, in NumPy's signatures; each method calls the op of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Never, Self

from autograd.base.grad_mode import is_recording
from autograd.base.numerics import read_only_view
from autograd.base.trace_state import check_not_frozen, current_trace
from autograd.engine.lost_gradients import lost_array, lost_gradient
from autograd.engine.node import Node, array_module
from autograd.ops.rules import indexing, linalg, rearranging, reductions
from autograd.ops.rules import shape as shapes
from autograd.support.lazy_numpy import DTypeLike, NDArray, np


def _functions() -> Any:
    return array_module("numpy_functions")


class ArrayMethods(Node):
    """Node with array data and the methods of a NumPy array."""

    __slots__ = ()

    grad: NDArray[Any] | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the entries."""
        return self._data.dtype

    @property
    def T(self) -> Self:
        """Transpose: axes in reverse order."""
        return shapes.transpose(self)

    @property
    def mT(self) -> Self:
        """Transposes of the matrices in the last two axes."""
        return shapes.transpose(self, (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    def sum(
        self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False, *more: Any, **options: Any
    ) -> Self:
        """Sum over `axis`: `autograd.sum`."""
        if dtype is None and out is None and not more and not options:
            return reductions.sum(self, axis, keepdims)
        return _functions().call(np.sum, self, axis, dtype, out, keepdims, *more, **options)

    def mean(self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Self:
        """Mean over `axis`: `autograd.mean`."""
        if dtype is None and out is None and not options:
            return reductions.mean(self, axis, keepdims)
        return _functions().call(np.mean, self, axis, dtype, out, keepdims, **options)

    def max(self, axis: Any = None, out: None = None, keepdims: bool = False, *more: Any, **options: Any) -> Self:
        """Largest entry over `axis`: `autograd.max`."""
        return _functions().call(np.max, self, axis, out, keepdims, *more, **options)

    def min(self, axis: Any = None, out: None = None, keepdims: bool = False, *more: Any, **options: Any) -> Self:
        """Smallest entry over `axis`: `autograd.min`."""
        return _functions().call(np.min, self, axis, out, keepdims, *more, **options)

    def prod(
        self, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False, *more: Any, **options: Any
    ) -> Self:
        """Product over `axis`: `autograd.prod`."""
        return _functions().call(np.prod, self, axis, dtype, out, keepdims, *more, **options)

    def var(
        self, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: bool = False, **options: Any
    ) -> Self:
        """Variance over `axis`: `autograd.var`."""
        return _functions().call(np.var, self, axis, dtype, out, ddof, keepdims, **options)

    def std(
        self, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0, keepdims: bool = False, **options: Any
    ) -> Self:
        """Standard deviation over `axis`: `autograd.std`."""
        return _functions().call(np.std, self, axis, dtype, out, ddof, keepdims, **options)

    def cumsum(self, axis: int | None = None, dtype: Any = None, out: None = None) -> Self:
        """Cumulative sum along `axis`: `autograd.cumsum`."""
        return _functions().call(np.cumsum, self, axis, dtype, out)

    def cumprod(self, axis: int | None = None, dtype: Any = None, out: None = None) -> Self:
        """Cumulative product along `axis`: `autograd.cumprod`."""
        return _functions().call(np.cumprod, self, axis, dtype, out)

    def clip(self, min: Any = None, max: Any = None, out: None = None, **options: Any) -> Self:
        """Entries clipped to two bounds: `autograd.clip`."""
        return _functions().call(np.clip, self, min, max, out, **options)

    def round(self, decimals: int = 0, out: None = None) -> Self:
        """Entries rounded: `autograd.round`."""
        return _functions().call(np.round, self, decimals, out)

    def dot(self, other: Any, out: None = None) -> Self:
        """Dot product: `autograd.dot`."""
        return _functions().call(np.dot, self, other, **({} if out is None else {"out": out}))

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None) -> Self:
        """Sum of a diagonal: `autograd.trace`."""
        return _functions().call(np.trace, self, offset, axis1, axis2, dtype, out)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """Diagonals of the matrices in two axes: `autograd.diagonal`."""
        return linalg.diagonal(self, offset, axis1, axis2)

    def take(self, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise") -> Self:
        """Entries at `indices` along `axis`: `autograd.take`."""
        return _functions().call(np.take, self, indices, axis, out, mode)

    def repeat(self, repeats: Any, axis: int | None = None) -> Self:
        """Entries repeated in a row: `autograd.repeat`."""
        return rearranging.repeat(self, repeats, axis)

    def ravel(self, order: str = "C") -> Self:
        """Entries flattened to one axis: `autograd.ravel`."""
        return _functions().call(np.ravel, self, order)

    flatten = ravel

    def squeeze(self, axis: Any = None) -> Self:
        """Copy without axes of length 1: `autograd.squeeze`."""
        return shapes.squeeze(self, axis)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Copy with two axes interchanged: `autograd.swapaxes`."""
        return shapes.swapaxes(self, axis1, axis2)

    def reshape(self, *shape: Any, **options: Any) -> Self:
        """Entries in another shape, as one tuple, several integers or `shape=`: `autograd.reshape`."""
        if options:
            return _functions().call(np.reshape, self, *([shape[0] if len(shape) == 1 else shape] if shape else []), **options)
        return shapes.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Self:
        """Copy with permuted axes: `autograd.transpose`."""
        return shapes.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def astype(self, dtype: DTypeLike, *, casting: Any = "unsafe", copy: bool = True) -> Self:
        """Entries in another floating-point dtype: `autograd.astype`; always a new tensor, also with `copy=False`."""
        if not np.can_cast(self.dtype, np.dtype(dtype), casting):
            raise TypeError(f"astype: {self.dtype} cannot be cast to {np.dtype(dtype)} with casting={casting!r}: leave it out")
        return shapes.astype(self, dtype)

    # Methods with plain results: arrays, numbers, positions and lists.

    def numpy(self) -> NDArray[Any]:
        """Read-only view of the data; `.copy()` it to write."""
        check_not_frozen(self, "the plain array")
        return read_only_view(self._data)

    def item(self) -> float:
        """Single element as a Python number."""
        if self.size != 1:
            text = f"item(), int(), round() and formats need a tensor of one element, got shape {self.shape}"
            raise ValueError(f"{text}: take an entry, x[i], or round all with autograd.round, floor or ceil")
        check_not_frozen(self, ".item()")
        return self._data.item()

    def any(self, axis: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Any:
        """True if an entry over `axis` is not 0: a plain truth value or array, or an op while a tape is recorded."""
        return _functions().dispatch(np.any, (), (self, axis, out, keepdims), options)

    def all(self, axis: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Any:
        """True if no entry over `axis` is 0: a plain truth value or array, or an op while a tape is recorded."""
        return _functions().dispatch(np.all, (), (self, axis, out, keepdims), options)

    def argmax(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Position of the largest entry along `axis`: a plain integer or array, or an op while a tape is recorded."""
        return _functions().dispatch(np.argmax, (), (self, axis, out), {"keepdims": keepdims})

    def argmin(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Any:
        """Position of the smallest entry along `axis`: a plain integer or array, or an op while a tape is recorded."""
        return _functions().dispatch(np.argmin, (), (self, axis, out), {"keepdims": keepdims})

    def argsort(self, axis: int | None = -1, kind: Any = "stable", order: None = None) -> Any:
        """Indices that sort the entries along `axis`, stably by default: a plain array, or an op while a tape is recorded."""
        return _functions().dispatch(np.argsort, (), (self, axis, kind, order), {})

    def tolist(self) -> Any:
        """Entries as nested lists of Python numbers."""
        return self.numpy().tolist()

    # Not an array of Any: `array @ tensor` would be one for NumPy's stubs.
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.generic]:
        if self.dtype.kind == "b" and not self.ndim and current_trace() is not None:
            return np.asarray(bool(self))  # under a guard
        indexing_an_array = "a[i] of a plain array a, in place of autograd.getitem(a, i), or " * (self.dtype.kind in "iub")
        check_not_frozen(self, f"{indexing_an_array}np.array, in place of autograd.stack,")
        if self.requires_grad and is_recording():
            raise lost_array(self)
        return np.array(self._data, dtype, copy=copy) if copy or dtype is not None else self.numpy()

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(f"a tensor of shape {self.shape} has no single truth value: use autograd.where, .any() or .all()")
        trace = current_trace()
        return bool(self._data) if trace is None else trace.record_guard(self, bool(self._data))

    def __float__(self) -> float:
        check_not_frozen(self, "float()")
        if self.requires_grad and is_recording():
            raise lost_gradient(self)
        return float(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    def __array_function__(self, function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any) -> Any:
        return _functions().dispatch(function, types, args, kwargs)

    def __getitem__(self, index: Any) -> Self:
        return indexing.getitem(self, index)

    def __setitem__(self, index: Never, x: Never) -> None:  # so typed that a type checker refuses the assignment too
        raise TypeError(
            f"x[{index!r:.40}] = … would write into a graph, here into a tensor of shape {self.shape}: write "
            "x = autograd.where(mask, new, x), join parts with autograd.stack or autograd.concatenate, add entries at an "
            "index with autograd.put, or write to x.data of a leaf"
        )

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() and iteration need a tensor with at least one axis, got shape (): it is one number")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))
