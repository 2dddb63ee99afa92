"""`Rows`: an array argument of a function of scalars while it is recorded.

Operators, methods and functions of NumPy apply to its Values one by one, and to a Value for each entry of an array from
outside.
"""

from collections.abc import Callable
from typing import Any, SupportsIndex

from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd.base import tree
from autograd.base.numerics import quiet
from autograd.base.trace_state import current_captures
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.support.lazy_numpy import np


class Rows(NDArrayOperatorsMixin, list[Any]):  # operators of arrays, not of lists
    """Array argument of a function of scalars during recording: the list of its rows, which are lists or Values."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return (len(self), *(self[0].shape if self and isinstance(self[0], Rows) else ()))

    def copy(self) -> "Rows":
        return Rows(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented  # it takes lists
        if isinstance(kwargs.get("out", (None,))[0], Rows):  # of +=, which gives a new array
            del kwargs["out"]
        by_entries = np.frompyfunc(ufunc, ufunc.nin, ufunc.nout) if ufunc.signature is None else ufunc
        with quiet():  # NumPy sees the flags that divisions of Values leave
            return _rows(getattr(by_entries if method == "__call__" else ufunc, method)(*map(_entries, inputs), **kwargs))

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        try:
            return _rows(function(*_nested(args), **{name: _nested(x) for name, x in kwargs.items()}))
        except (TypeError, AttributeError) as error:
            text = f"np.{function.__name__} does not apply to a list of Values: use backend='numpy', whose arguments are arrays"
            raise TypeError(f"{text} ({error})") from error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a list of Values has no attribute {name!r}: use backend='numpy', whose arguments are arrays")
        found = getattr(_entries(self), name)
        return (lambda *args, **kwargs: _rows(found(*args, **kwargs))) if callable(found) else _rows(found)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, SupportsIndex | slice):
            raise TypeError(f"a list of Values has no entries at {index!r}: use backend='numpy', whose arguments are arrays")
        found = super().__getitem__(index)
        return Rows(found) if isinstance(index, slice) else found


def _rows(x: Any) -> Any:
    """Rows of an array of Values; anything else itself."""
    return Rows(map(_rows, x)) if tree.is_object_array(x) and x.ndim else x


def _nested(x: Any) -> Any:
    """Arguments of a function with arrays of Values for rows, also in lists and tuples."""
    return type(x)(map(_nested, x)) if type(x) in (list, tuple) else _entries(x)


def _entries(x: Any) -> Any:
    """Array of the Values in rows, or of a leaf for each entry of an array to which other code may write; else x."""
    captures = current_captures()
    if isinstance(x, Rows):
        return tree.object_array(tree.leaves(x), x.shape)
    if isinstance(x, Value):  # it would take the call of the ufunc itself
        return tree.object_array([x], ())
    if captures is None or not captures.can_change(x):
        return x
    return tree.object_array([captures.node(x[(*i, ...)]) for i in np.ndindex(x.shape)], x.shape)
