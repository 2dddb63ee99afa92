"""Checks of arguments that both packages share: integers, and choices among names."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any


def whole(name: str, value: Any, *, least: int) -> int:
    """`value` as an int, or an error that names it if it is no integer or less than `least`.

    >>> whole("count", 3, least=1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def one_of(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raise ValueError if `value` is not among the choices; the error lists them.

    >>> one_of("mode", "full", ("full", "same"))
    """
    known = tuple(choices)
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, not {value!r}")
