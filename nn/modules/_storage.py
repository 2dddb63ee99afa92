"""Access to the numbers of a module by their holder, an object, dict, list or tuple, and their name in it."""

from typing import Any

import numpy as np

from autograd import Tensor, Value
from nn._validation import Array


def read_array(holder: Any, name: str) -> Array:
    """Return the numbers at a place as an array."""
    x = _child(holder, name)
    return np.asarray(x.numpy() if isinstance(x, Tensor) else x.data if isinstance(x, Value) else x)


def write_array(holder: Any, name: str, array: Array) -> None:
    """Replace the numbers at a place by an array of the same shape and type."""
    x = _child(holder, name)
    if isinstance(x, Tensor):
        x.data = array
    elif isinstance(x, Value):
        x.data = float(array)
    elif isinstance(holder, tuple):
        x[...] = array
    elif isinstance(holder, list):
        holder[int(name)] = array
    elif isinstance(holder, dict):
        holder[_key(holder, name)] = array
    else:
        setattr(holder, name, array)


def _child(holder: Any, name: str) -> Any:
    if isinstance(holder, list | tuple):
        return holder[int(name)]
    return holder[_key(holder, name)] if isinstance(holder, dict) else getattr(holder, name)


def _key(holder: dict[Any, Any], name: str) -> Any:
    return next(key for key in holder if str(key) == name)
