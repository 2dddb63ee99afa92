"""Trees of nested containers: flatten, unflatten and map."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

_CONTAINERS = (dict, list, tuple)


def is_container(x: Any) -> bool:
    """True if x is a dict, list, tuple, named tuple or dataclass instance."""
    return isinstance(x, _CONTAINERS) or (dataclasses.is_dataclass(x) and not isinstance(x, type))


def leaves(tree: Any) -> list[Any]:
    """Leaves of `tree` in order; anything but a container is a leaf.

    >>> leaves({"w": [1.0, 2.0], "b": (3.0,)})
    [1.0, 2.0, 3.0]
    """
    return [leaf for part in children(tree) for leaf in leaves(part)] if is_container(tree) else [tree]


def unflatten(tree: Any, new: list[Any]) -> Any:
    """Copy of `tree` with its leaves replaced, in order, by `new`.

    >>> unflatten({"w": [1.0, 2.0], "b": (3.0,)}, [4, 5, 6])
    {'w': [4, 5], 'b': (6,)}
    """
    return _unflatten(tree, iter(new))


def map(f: Callable[[Any], Any], tree: Any) -> Any:
    """Copy of `tree` with f applied to every leaf.

    >>> map(abs, (-1, [-2]))
    (1, [2])
    """
    return unflatten(tree, [f(leaf) for leaf in leaves(tree)])


def children(tree: Any) -> list[Any]:
    """Direct children of a container: leaves and containers."""
    if isinstance(tree, dict):
        return list(tree.values())
    if isinstance(tree, list | tuple):
        return list(tree)
    return [getattr(tree, field.name) for field in dataclasses.fields(tree)]


def with_children(tree: Any, new: list[Any]) -> Any:
    """Container of the type of `tree` with its direct children replaced by `new`.

    >>> with_children({"a": 1, "b": 2}, [3, [4]])
    {'a': 3, 'b': [4]}
    """
    if isinstance(tree, dict):
        return type(tree)(zip(tree, new, strict=True))
    if isinstance(tree, list | tuple):
        return type(tree)(*new) if hasattr(tree, "_fields") else type(tree)(new)
    return dataclasses.replace(tree, **{f.name: p for f, p in zip(dataclasses.fields(tree), new, strict=True)})


def _unflatten(tree: Any, new: Iterator[Any]) -> Any:
    return with_children(tree, [_unflatten(part, new) for part in children(tree)]) if is_container(tree) else next(new)
