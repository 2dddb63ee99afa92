"""Conversion and validation of operands: numbers and arrays for graph nodes."""

from numbers import Real
from typing import Any

from autograd.base.numerics import immutable_array, is_immutable, regular_array
from autograd.base.trace_state import current_captures
from autograd.base.tree import is_object_array, object_array
from autograd.engine.node import Node
from autograd.ops.recorder import stack_nodes
from autograd.support.lazy_numpy import DTypeLike, np

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]


def private_array(array: Array) -> Array:
    """`array` itself if it cannot change, else a copy."""
    return array if is_immutable(array) else array.copy()


def real_array(data: Any, dtype: DTypeLike | None = None) -> Array:
    """Convert `data` to an array of real numbers."""
    if isinstance(data, Node):
        raise TypeError(f"Tensor(…) takes an array, not {data!r}: use it as it is, or its numbers, .detach().data")
    if isinstance(data, np.ndarray) and hasattr(data, "mask"):
        raise TypeError(f"the mask of {data!r} would be lost: fill it in first, with .filled(0.0)")
    requirement = "Tensor(…) takes an array of numbers, not"
    try:
        array = regular_array(data, requirement)
    except TypeError as error:
        raise TypeError(f"{requirement} {data!r:.80}: {error}") from None
    if array.dtype.kind == "O" and any(isinstance(x, Node) for x in array.flat):
        raise TypeError(f"a Tensor does not mix with an array of nodes, {data!r:.80}: join its nodes with autograd.stack")
    target = array.dtype if dtype is None else np.dtype(dtype)
    for kind in (array.dtype, target):  # a conversion from or to complex numbers would lose a part
        if kind.kind not in "fiub":
            raise TypeError(f"Tensor(…) takes real numbers, not {data!r} (dtype {kind}): {_cure(data, kind)}")
    return array.astype(target, copy=False)


def _cure(data: Any, dtype: np.dtype[Any]) -> str:
    """Way to real numbers in an array from data of another dtype."""
    if dtype.kind == "c":
        return "compute with the two parts, z.real and z.imag, as real arrays"
    if hasattr(data, "toarray"):
        return "convert the sparse matrix with .toarray()"
    return "convert them with np.asarray(…, dtype=float)"


def captured_operand(x: Any) -> Any:
    """Node of x if it holds nodes, or arrays to which other code may write while a tape is recorded; else x."""
    captures = current_captures()
    return stack_nodes(x if captures is None else captures.operand(x))


def array_operand(x: Any) -> Any:
    """Constant operand: a Python number, which does not change dtypes, or a private array; None if x must become a node."""
    if x.__class__ in (float, int, bool):
        return x
    if x.__class__ is np.ndarray and x.ndim and x.dtype.kind in "fiub" and current_captures() is None:  # the most frequent case
        return immutable_array(x)
    if isinstance(captured_operand(x), Node):
        return None
    if is_object_array(x):
        x = object_array(x.ravel().tolist(), x.shape)  # floats, if all entries are
    if isinstance(x, np.generic) or (isinstance(x, np.ndarray) and not x.ndim):
        return real_array(x).item()
    return immutable_array(real_array(x))


def real_number(x: Any) -> float:
    """Convert x, a real number, to a float."""
    if x.__class__ is float or x.__class__ is int:
        return float(x)
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x.item()
    if isinstance(x, Real) and not isinstance(x, bool | np.bool_):
        return float(x)
    if isinstance(x, Node):
        raise TypeError(f"Value(…) takes a number, not {x!r}: use it as it is, or its number, .item()")
    if isinstance(x, bool | np.bool_):
        raise TypeError(f"a real number is required, not the truth value {x}: write {float(x)}")
    if isinstance(x, np.ndarray):
        raise TypeError(f"Value(…) takes one number, not an array of shape {x.shape}: use Tensor")
    if isinstance(x, list | tuple):
        raise TypeError(f"Value(…) takes one number, not {x!r:.80}: use Tensor for several")
    if isinstance(x, complex):
        cure = "compute with the two parts, z.real and z.imag"
    elif isinstance(x, str | bytes):
        cure = "convert the text with float(…)"
    else:
        cure = "pass a number, or numbers in a list, tuple, dict or dataclass"
    raise TypeError(f"a real number is required, not {x!r:.80} of type {type(x).__name__}: {cure}")


def number_operand(x: Any) -> float:
    """Constant operand as a float; truth values are allowed, for the condition of `where`."""
    return x if x.__class__ is float else float(x) if isinstance(x, bool | np.bool_) else real_number(x)


def is_array(x: Any) -> bool:
    """True for an operand that makes the result an array: a list, an array with axes, or a node of an array."""
    return isinstance(x, list | tuple) or bool(getattr(x, "ndim", 0)) or hasattr(x, "retain_grad")
