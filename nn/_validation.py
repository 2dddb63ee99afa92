"""Argument checks of the whole package: integers, fractions, choices, arrays, labels, seeds; 16-bit floats in float32."""

from __future__ import annotations

from math import inf
from typing import Any

import autograd as ag
from autograd.support.lazy_numpy import np
from autograd.support.validation import check_choice, check_integer

__all__ = [
    "Array", "as_array", "as_bool", "as_floats", "check_choice", "check_finite", "check_fraction", "check_integer",
    "check_labels", "check_positive", "check_range", "check_share", "in_dtype_of", "in_single_precision", "seeded_generator",
]  # fmt: skip

Array = np.ndarray[Any, np.dtype[Any]]


def _number(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    return float(value)


def check_range(name: str, value: float, *, below: float) -> float:
    """Return `value` as a float; raise unless 0 ≤ value < below."""
    if not 0 <= _number(name, value) < below:
        raise ValueError(f"{name} must be at least 0 and {'finite' if below == inf else f'less than {below:g}'}, got {value!r}")
    return float(value)


def check_finite(name: str, value: float) -> float:
    """Return `value` as a float; raise unless it is at least 0 and finite."""
    return check_range(name, value, below=inf)


def check_positive(name: str, value: float) -> float:
    """Return `value` as a float; raise unless it is positive and finite."""
    if not check_range(name, value, below=inf):
        raise ValueError(f"{name} must be positive, got {value!r}")
    return float(value)


def check_fraction(name: str, value: float) -> float:
    """Return `value` as a float; raise unless 0 ≤ value < 1."""
    return check_range(name, value, below=1.0)


def check_share(name: str, value: float) -> float:
    """Return `value` as a float; raise unless 0 ≤ value ≤ 1."""
    if not 0 <= _number(name, value) <= 1:
        raise ValueError(f"{name} must be between 0 and 1, got {value!r}")
    return float(value)


def as_bool(name: str, value: Any) -> bool:
    """`value` as a bool."""
    return bool(value)


def as_array(name: str, value: object) -> Array:
    """Return `value` as an array; raise if its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be an array: its rows differ in length or nesting") from error


def as_floats(name: str, x: Any, of_integers: Any = float) -> Any:
    """x as an array or Tensor of floats, integers in the dtype `of_integers`; `name` is the argument in errors."""
    if not isinstance(x, ag.Tensor | list | tuple):
        x = as_array(name, x)
    dtype = getattr(x, "dtype", None)
    if dtype is not None and dtype.kind == "f":
        return x
    if dtype is not None and dtype.kind not in "iub":
        raise TypeError(f"{name} must be real numbers, got dtype {dtype}")
    return ag.astype(x, float if isinstance(x, list | tuple) else of_integers)


def check_labels(labels: Array, classes: int, what: str) -> Array:
    """Return the labels; raise unless they are integers from 0 to classes − 1. `what` names the things counted."""
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got dtype {labels.dtype}: write {integer_labels(labels)}")
    if (strays := labels[(labels < 0) | (labels >= classes)]).size:
        text = f"labels must be between 0 and {classes - 1} for {classes} {what}; got {strays[0]}"
        raise ValueError(text + counted_from_one(labels, classes))
    return labels


def swapped(name: str, scores: Any, labels: Any) -> str:
    """Cure, as the end of an error, if scores and labels are in the wrong order."""
    is_swapped = len(labels.shape) == 2 and scores.shape == labels.shape[:1]
    return f": the scores come first, {name}(scores, labels)" if is_swapped else ""


def integer_labels(labels: Any) -> str:
    """Call that converts labels of another dtype to integers."""
    return "np.unique(labels, return_inverse=True)" if labels.dtype.kind in "USTO" else "labels.astype(int)"


def counted_from_one(labels: Any, classes: int) -> str:
    """Cure, as the end of an error, if the labels are 1 … classes."""
    is_shifted = labels.min() == 1 and labels.max() == classes
    return ": classes are counted from 0, so subtract 1" if is_shifted else ""


def seeded_generator(seed: int, *key: int) -> np.random.Generator:
    """Random generator for `seed`; with a key, one of the independent generators that `seed` spawns."""
    return np.random.default_rng(np.random.SeedSequence(check_integer("seed", seed, least=0), spawn_key=key))


def in_single_precision(x: Any) -> Any:
    """x in float32 if it has 16-bit floats, of which squares from 256² overflow."""
    return x.astype(np.float32) if getattr(x, "dtype", None) == np.float16 else x


def in_dtype_of(x: Any, y: Any) -> Any:
    """y, computed from `in_single_precision(x)`, in the dtype of x."""
    return y.astype(np.float16) if getattr(x, "dtype", None) == np.float16 else y
