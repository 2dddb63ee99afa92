"""NumPy, imported on first need: programs of floats and Values neither load it nor need it installed.

The first function or constant that is read from `np` imports NumPy; from then on `np` has the
attributes of the module, at the same speed. Its types may be asked for before: no object has one while NumPy is not loaded.
"""

import sys
from abc import ABCMeta
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from autograd.support.optional import require

__all__ = ["ArrayLike", "DTypeLike", "NDArray", "is_installed", "is_loaded", "np", "numpy_type", "when_loaded"]

#: Types whose instances are asked for on Python numbers.
_TYPES = ("ndarray", "generic", "bool_", "integer", "floating", "dtype", "float16", "number", "ufunc")

_waiting: list[Callable[[], Any]] = []


@cache
def numpy_type(name: str) -> Any:
    """Abstract type with the instances of a NumPy type, for `isinstance`; a call makes one of these.

    >>> isinstance(2.0, numpy_type("random.Generator"))
    False
    """

    def is_subclass(cls: type, kind: type) -> bool:
        return is_loaded() and issubclass(kind, attrgetter(name)(np))

    def make(cls: type, *args: Any, **options: Any) -> Any:
        return attrgetter(name)(_load(name))(*args, **options)

    in_annotations = classmethod(lambda cls, _: cls)
    methods = {"__subclasshook__": classmethod(is_subclass), "__new__": make, "__class_getitem__": in_annotations}
    return ABCMeta(name, (), methods)


def when_loaded(function: Callable[[], Any]) -> Callable[[], Any]:
    """Decorator of a function that is called once NumPy is loaded here: now, or when an attribute of `np` is first read."""
    if isinstance(np, _LazyNumPy):
        _waiting.append(function)
    else:
        function()
    return function


def is_loaded() -> bool:
    """True if NumPy is loaded by any part of the program; else no object is an array."""
    return sys.modules.get("numpy") is not None


def _load(name: str) -> Any:
    return require("numpy", f"numpy.{name}, for arrays and functions that Python lacks,")


@cache
def is_installed() -> bool:
    """True if NumPy can be imported."""
    try:
        _load("ndarray")
    except ImportError:
        return False
    return True


class _LazyNumPy(ModuleType):
    """The module before it is loaded."""

    def __getattr__(self, name: str) -> Any:
        if name in _TYPES and not is_loaded():
            return numpy_type(name)
        if name == "__wrapped__":  # asked of every global by `inspect`
            raise AttributeError(name)
        module = _load(name)
        vars(self).update(vars(module))
        for function in _waiting:
            function()
        self.__class__ = ModuleType  # type: ignore[assignment]  # attributes are found without this method from now on
        return getattr(module, name)


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, DTypeLike, NDArray
else:
    ArrayLike = DTypeLike = NDArray = Any  # read by type checkers alone
    np = sys.modules.get("numpy") or _LazyNumPy("numpy")
