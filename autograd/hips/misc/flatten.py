"""`flatten`: containers as flat vectors, with dicts in the order of their keys."""

from collections.abc import Callable
from typing import Any

from autograd import ravel_tree


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Flat vector of all numbers in a container, and the function that rebuilds the container from a vector.

    It is `autograd.ravel_tree` of the container with its dicts sorted.

    >>> vector, unflatten = flatten({"b": 2.0, "a": [1.0, 3.0]})
    >>> vector, unflatten(vector)
    (array([1., 3., 2.]), {'a': [1.0, 3.0], 'b': 2.0})
    """
    return ravel_tree(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return type(value)([_sorted(x) for x in value]) if type(value) in (list, tuple) else value


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """(function of flat vectors, function that rebuilds its argument, flat vector of `example`)."""
    vector, unflatten = flatten(example)
    return lambda x, *args: flatten(func(unflatten(x), *args))[0], unflatten, vector
