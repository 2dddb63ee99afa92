"""Python's containers, which hold nodes as they are, and `isinstance` and `type`, which look at the numbers of a node."""

from builtins import dict, list, tuple  # noqa: UP029  (names of this module)
from builtins import isinstance as _isinstance
from builtins import type as _type
from typing import Any

from autograd import Tensor as _Tensor
from autograd import Value as _Value

__all__ = ["dict", "isinstance", "list", "tuple", "type"]


def isinstance(object: Any, classinfo: Any) -> bool:
    """True if a number, an array or a container is of a class; of a node, the class of its numbers counts too.

    >>> from autograd import Tensor, Value
    >>> import numpy as np
    >>> isinstance(Value(1.0), float), isinstance(Tensor([1.0]), np.ndarray), isinstance(Tensor([1.0]), Tensor)
    (True, True, True)
    """
    return _isinstance(object, classinfo) or (_isinstance(object, _Value | _Tensor) and _isinstance(object._data, classinfo))


def type(object: Any) -> Any:
    """Class of a number, an array or a container; of a node, that of its numbers.

    >>> from autograd import Value
    >>> type(Value(1.0)), type([Value(1.0)])
    (<class 'float'>, <class 'list'>)
    """
    return _type(object._data if _isinstance(object, _Value | _Tensor) else object)
