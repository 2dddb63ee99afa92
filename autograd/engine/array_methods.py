"""Attributes and methods of NumPy arrays for `Tensor`; each method calls the op of its name."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from autograd.engine import numpy_functions
from autograd.engine.node import Node
from autograd.ops.rules import cumulative, indexing, linalg, products, rearranging, reductions, rounding, selection
from autograd.ops.rules import shape as shapes


class ArrayMethods(Node):
    """Node with array data and the methods of a NumPy array."""

    __slots__ = ()

    def numpy(self) -> npt.NDArray[Any]:
        """Read-only view of the data."""
        raise NotImplementedError

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

    def sum(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Sum over `axis`: `autograd.sum`."""
        return reductions.sum(self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Mean over `axis`: `autograd.mean`."""
        return reductions.mean(self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Largest entry over `axis`: `autograd.max`."""
        return reductions.max(self, axis, keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Smallest entry over `axis`: `autograd.min`."""
        return reductions.min(self, axis, keepdims)

    def prod(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Product over `axis`: `autograd.prod`."""
        return reductions.prod(self, axis, keepdims)

    def var(self, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Self:
        """Variance over `axis`: `autograd.var`."""
        return reductions.var(self, axis, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Self:
        """Standard deviation over `axis`: `autograd.std`."""
        return reductions.std(self, axis, ddof=ddof, keepdims=keepdims)

    def cumsum(self, axis: int | None = None) -> Self:
        """Cumulative sum along `axis`: `autograd.cumsum`."""
        return cumulative.cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Self:
        """Cumulative product along `axis`: `autograd.cumprod`."""
        return cumulative.cumprod(self, axis)

    def clip(self, min: Any = None, max: Any = None) -> Self:
        """Entries clipped to two bounds: `autograd.clip`."""
        return selection.clip(self, min, max)

    def round(self, decimals: int = 0) -> Self:
        """Entries rounded: `autograd.round`."""
        return rounding.round(self, decimals=decimals)

    def dot(self, other: Any) -> Self:
        """Dot product: `autograd.dot`."""
        return products.dot(self, other)

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """Sum of a diagonal: `autograd.trace`."""
        return linalg.trace(self, offset, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        """Diagonals of the matrices in two axes: `autograd.diagonal`."""
        return linalg.diagonal(self, offset, axis1, axis2)

    def take(self, indices: Any, axis: int | None = None) -> Self:
        """Entries at `indices` along `axis`: `autograd.take`."""
        return indexing.take(self, indices, axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Self:
        """Entries repeated in a row: `autograd.repeat`."""
        return rearranging.repeat(self, repeats, axis)

    def ravel(self) -> Self:
        """Entries flattened to one axis: `autograd.ravel`."""
        return shapes.ravel(self)

    flatten = ravel

    def squeeze(self, axis: Any = None) -> Self:
        """Copy without axes of length 1: `autograd.squeeze`."""
        return shapes.squeeze(self, axis)

    def swapaxes(self, axis1: int, axis2: int) -> Self:
        """Copy with two axes interchanged: `autograd.swapaxes`."""
        return shapes.swapaxes(self, axis1, axis2)

    def reshape(self, *shape: Any) -> Self:
        """Entries in another shape: `autograd.reshape`."""
        return shapes.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Self:
        """Copy with permuted axes: `autograd.transpose`."""
        return shapes.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Entries in another floating-point dtype: `autograd.astype`."""
        return shapes.astype(self, dtype)

    # Methods with plain results: positions and lists.

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Position of the largest entry along `axis`, as a plain integer or array."""
        return np.argmax(self.numpy(), axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Position of the smallest entry along `axis`, as a plain integer or array."""
        return np.argmin(self.numpy(), axis, keepdims=keepdims)

    def argsort(self, axis: int | None = -1) -> Any:
        """Indices that sort the entries along `axis`, stably, as a plain array."""
        return self.numpy().argsort(axis, stable=True)

    def tolist(self) -> Any:
        """Entries as nested lists of Python numbers."""
        return self.numpy().tolist()

    def __array_function__(self, function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any) -> Any:
        return numpy_functions.dispatch(function, types, args, kwargs)

    def __getitem__(self, index: Any) -> Self:
        return indexing.getitem(self, index)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() needs a tensor with at least one axis, got shape ()")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))
