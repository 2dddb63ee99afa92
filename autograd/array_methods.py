"""The attributes and methods that a NumPy array has and a `Tensor` therefore has too: each calls the op of its name."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from autograd.node import Node
from autograd.rules import indexing, linear, reductions


class ArrayMethods(Node):
    """A node whose data is an array, with NumPy's manners."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape

    @property
    def ndim(self) -> int:
        return self._data.ndim

    @property
    def size(self) -> int:
        return self._data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._data.dtype

    @property
    def T(self) -> Self:
        """The transpose: every axis reversed."""
        return linear.transpose(self)

    @property
    def mT(self) -> Self:
        """The matrices of the last two axes, each transposed."""
        return linear.transpose(self, (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    def sum(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Sum over `axis`: `autograd.sum`."""
        return linear.sum(self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Mean over `axis`: `autograd.mean`."""
        return linear.mean(self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Self:
        """Largest entry over `axis`: `autograd.max`."""
        return reductions.max(self, axis, keepdims)

    def reshape(self, *shape: Any) -> Self:
        """The same entries in another shape: `autograd.reshape`."""
        return linear.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Self:
        """The axes in another order: `autograd.transpose`."""
        return linear.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """The same numbers in another floating-point type: `autograd.astype`."""
        return linear.astype(self, dtype)

    def __getitem__(self, index: Any) -> Self:
        return indexing.getitem(self, index)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a tensor of shape (): it has no axes")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))
