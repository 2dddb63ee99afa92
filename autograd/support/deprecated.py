"""Old names of arguments and attributes, which are accepted with a DeprecationWarning for one release."""

import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Class = TypeVar("Class", bound=type)

#: The new name of an argument; with a function, if the value must be converted as well.
NewName = str | tuple[str, Callable[[Any], Any]]


def renamed_arguments(**names: NewName) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function or an `__init__` that accepts keyword arguments by their old names too.

    The signature shows the new names only. A call by an old name warns, and names the new one.

    Raises:
        TypeError: In a call that passes an argument by both names.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if kwargs and not names.keys().isdisjoint(kwargs):
                _rename(kwargs, names, function.__qualname__.removesuffix(".__init__"))
            return function(*args, **kwargs)

        return call

    return decorate


def _rename(kwargs: dict[str, Any], names: Mapping[str, NewName], function: str) -> None:
    for old in [name for name in names if name in kwargs]:
        new, convert = name if isinstance(name := names[old], tuple) else (name, None)
        if new in kwargs:
            raise TypeError(f"{function} takes {new} once, got it by its old name {old} too: write {new} alone")
        value = kwargs.pop(old)
        kwargs[new] = value if convert is None else convert(value)
        text = f"the argument {old} of {function} is deprecated: write {new}={kwargs[new]!r:.60}"
        warnings.warn(text, DeprecationWarning, stacklevel=3)


def renamed_attributes(**names: str) -> Callable[[Class], Class]:
    """Decorator of a class whose attributes can be read by their old names too, also from pickles that hold the old names."""

    def decorate(cls: Class) -> Class:
        def read_attribute(self: Any, name: str) -> Any:
            if name not in names:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            text = f"the attribute {name} of {cls.__name__} is deprecated: read {names[name]}"
            warnings.warn(text, DeprecationWarning, stacklevel=2)
            return getattr(self, names[name])

        def set_state(self: Any, state: Mapping[str, Any]) -> None:
            vars(self).update({names.get(name, name): value for name, value in state.items()})

        cls.__getattr__, cls.__setstate__ = read_attribute, set_state  # type: ignore[attr-defined]
        return cls

    return decorate
