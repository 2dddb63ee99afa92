"""`TruthValues`: NumPy array that a comparison of tensors returns, whose error in `if` names the cure."""

from typing import Any

import numpy as np


class TruthValues(np.ndarray):
    """Array of booleans; what is computed from it, other than booleans, is a plain array.

    >>> from autograd import Tensor
    >>> x = Tensor([1.0, -1.0])
    >>> x > 0
    array([ True, False])
    >>> bool(x > 0)
    Traceback (most recent call last):
        ...
    ValueError: a comparison of shape (2,) has no single truth value: use autograd.where, .any() or .all()
    """

    def __bool__(self) -> bool:
        if self.size != 1:
            text = f"a comparison of shape {self.shape} has no single truth value"
            raise ValueError(f"{text}: use autograd.where, .any() or .all()")
        return bool(self.item())

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if return_scalar:
            return array[()]
        return array.view(TruthValues if array.dtype == bool else np.ndarray)

    def astype(self, *args: Any, **kwargs: Any) -> Any:
        return self.view(np.ndarray).astype(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))


def truth_values(y: Any) -> Any:
    """Result of a comparison: a plain truth value, or an array whose use in `if` is explained."""
    return y.view(TruthValues) if y.__class__ is np.ndarray else y
