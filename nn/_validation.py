"""Checks of arguments that the whole package shares: integers, fractions, arrays, seeds."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def whole(name: str, value: int, *, least: int) -> int:
    """`value` as an int, or an error that names it if it is no integer or less than `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r} of type {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def within(name: str, value: float, *, below: float) -> float:
    """`value` as a float, or an error that names it unless 0 ≤ value < below."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    if not 0 <= value < below:
        raise ValueError(f"{name} must be at least 0 and {'finite' if below == inf else f'less than {below:g}'}, got {value!r}")
    return float(value)


def finite(name: str, value: float) -> float:
    """`value` as a float, or an error that names it unless it is at least 0 and finite."""
    return within(name, value, below=inf)


def positive(name: str, value: float) -> float:
    """`value` as a float, or an error that names it unless it is positive and finite."""
    if not within(name, value, below=inf):
        raise ValueError(f"{name} must be positive, got {value!r}")
    return float(value)


def fraction(name: str, value: float) -> float:
    """`value` as a float, or an error that names it unless 0 ≤ value < 1."""
    return within(name, value, below=1.0)


def truth(name: str, value: Any) -> bool:
    """`value` as a bool."""
    return bool(value)


def as_array(name: str, value: object) -> Array:
    """`value` as an array, itself if it is one, or an error that names it if its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be an array: its rows differ in length or nesting") from error


def generator(seed: int, *key: int) -> np.random.Generator:
    """A random generator for `seed`; with a key, one of the independent generators that `seed` spawns."""
    return np.random.default_rng(np.random.SeedSequence(whole("seed", seed, least=0), spawn_key=key))
