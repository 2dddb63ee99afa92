"""Validation of integers and of choices among names, for both packages."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any


def check_integer(name: str, value: Any, *, least: int) -> int:
    """Return `value` as an int; raise TypeError if it is not an integer, and ValueError if it is below `least`.

    >>> check_integer("count", 3, least=1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raise ValueError, which lists the choices, if `value` is not among them.

    >>> check_choice("mode", "full", ("full", "same"))
    """
    known = tuple(choices)
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, not {value!r}")
