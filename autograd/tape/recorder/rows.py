"""`Rows`: an array argument of a function of scalars while it is recorded.

NumPy's functions apply to its Values one by one, and to a Value for each entry of an array from outside.
"""

from collections.abc import Callable
from typing import Any, SupportsIndex

import numpy as np

from autograd.base import tree
from autograd.base.trace_state import current_captures


class Rows(list[Any]):
    """Array argument of a function of scalars during recording: the list of its rows, which are lists or Values."""

    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return (len(self), *(self[0].shape() if self and isinstance(self[0], Rows) else ()))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        by_entries = np.frompyfunc(ufunc, ufunc.nin, ufunc.nout) if ufunc.signature is None else ufunc
        return getattr(by_entries if method == "__call__" else ufunc, method)(*map(_entries, inputs), **kwargs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return function(*map(_entries, args), **kwargs)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, SupportsIndex | slice):
            raise TypeError(f"a list of Values has no entries at {index!r}: use backend='numpy', whose arguments are arrays")
        return super().__getitem__(index)


def _entries(x: Any) -> Any:
    """Array of the Values in rows, or of a leaf for each entry of an array to which other code may write; else x."""
    captures = current_captures()
    if isinstance(x, Rows):
        return tree.object_array(tree.leaves(x), x.shape())
    if captures is None or not captures.can_change(x):
        return x
    return tree.object_array([captures.node(x[(*i, ...)]) for i in np.ndindex(x.shape)], x.shape)
