"""Trees of nested containers: flatten, unflatten, map, and pair two trees of one structure."""

import copy
import dataclasses
import enum
import functools
from collections.abc import Callable, Iterator
from typing import Any

from autograd.support.lazy_numpy import np

_CONTAINERS = (dict, list, tuple)


def is_container(x: Any) -> bool:
    """True if x is a dict, list, tuple, named tuple, dataclass instance, or an array of objects, such as nodes."""
    kind: Any = type(x)
    return _is_container_type(kind) or is_object_array(x)


@functools.lru_cache(512)
def _is_container_type(kind: type) -> bool:
    """True for a dict, list, tuple or dataclass; remembered, because to look for a missing attribute takes time."""
    return issubclass(kind, _CONTAINERS) or hasattr(kind, "__dataclass_fields__")


def is_object_array(x: Any) -> bool:
    """True if x is a NumPy array of Python objects, which `np.array` makes of a list of Values."""
    return isinstance(x, np.ndarray) and x.dtype.kind == "O"


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


def map(f: Callable[[Any], Any], tree: Any, init: bool = True) -> Any:
    """Copy of `tree` with f applied to every leaf; without `init`, no `__post_init__` is run.

    >>> map(abs, (-1, [-2]))
    (1, [2])
    """
    return _unflatten(tree, iter([f(leaf) for leaf in leaves(tree)]), init=init)


def is_static(x: Any) -> bool:
    """True for a leaf that cannot be a number and has no gradient: None, a truth value, a text, an enum, a type, a function.

    A module of parameters is not static, although it can be called: its gradients would be lost.

    >>> [x for x in (1, 2.0, True, None, "tanh", abs) if is_static(x)]
    [True, None, 'tanh', <built-in function abs>]
    """
    return isinstance(x, _STATIC) or (callable(x) and not hasattr(x, "named_parameters"))


_STATIC = (type(None), bool, np.bool_, str, bytes, enum.Enum, np.dtype, slice, range, type(...))


def numbers(tree: Any) -> list[Any]:
    """Leaves of `tree` in order without static ones."""
    return [leaf for leaf in leaves(tree) if not is_static(leaf)]


def replace_numbers(tree: Any, new: list[Any]) -> Any:
    """Copy of `tree` with its static leaves and, in place of the others, `new`.

    >>> replace_numbers({"w": 1.0, "activation": "tanh"}, [2.0])
    {'w': 2.0, 'activation': 'tanh'}
    """
    return _unflatten(tree, iter(new), keeps=is_static)


def children(tree: Any) -> list[Any]:
    """Direct children of a container: leaves and containers."""
    if isinstance(tree, dict):
        return list(tree.values())
    if isinstance(tree, list | tuple):
        return list(tree)
    if hasattr(tree, "reshape"):
        return list(tree.reshape(-1))
    return [getattr(tree, name) for name in _field_names(tree)]


def _field_names(tree: Any) -> list[str]:
    """Names of the fields of a dataclass instance that are set, without those that its `__post_init__` computes."""
    keeps = not hasattr(tree, "__post_init__")
    return [field.name for field in dataclasses.fields(tree) if field.init or (keeps and hasattr(tree, field.name))]


def selectors(tree: Any) -> list[str]:
    """Text after the name of a container that selects each of its direct children.

    >>> selectors({"a": 1, "b": 2}), selectors([3])
    (["['a']", "['b']"], ['[0]'])
    """
    if isinstance(tree, dict):
        return [f"[{key!r}]" for key in tree]
    if is_object_array(tree):
        return [f"[{', '.join(map(str, index)) or '()'}]" for index in np.ndindex(tree.shape)]
    names = getattr(tree, "_fields", None) if isinstance(tree, list | tuple) else _field_names(tree)
    return [f"[{i}]" for i in range(len(tree))] if names is None else [f".{name}" for name in names]


def with_children(tree: Any, new: list[Any], init: bool = True) -> Any:
    """Container of the type of `tree` with its direct children replaced by `new`; an array of numbers has dtype float.

    >>> with_children({"a": 1, "b": 2}, [3, [4]])
    {'a': 3, 'b': [4]}
    """
    if isinstance(tree, dict):
        result = copy.copy(tree)
        for key, part in zip(tree, new, strict=True):
            result[key] = part
        return result
    if isinstance(tree, list | tuple):
        return type(tree)(*new) if hasattr(tree, "_fields") else type(tree)(new)
    if isinstance(tree, np.ndarray):
        return object_array(new, tree.shape)
    parts = dict(zip(_field_names(tree), new, strict=True))
    arguments = {f.name: parts.pop(f.name) for f in dataclasses.fields(tree) if f.init} if init else {}
    result = dataclasses.replace(tree, **arguments) if init else copy.copy(tree)
    for name, part in parts.items():
        object.__setattr__(result, name, part)
    return result


def object_array(entries: list[Any], shape: tuple[int, ...]) -> Any:
    """Array of any objects, or of floats if there are entries and all are plain numbers.

    >>> object_array([1, 2.5], (2,)), object_array(["a", 2.5], (2,))
    (array([1. , 2.5]), array(['a', 2.5], dtype=object))
    """
    is_number = [isinstance(x, _NUMBERS) and not np.ndim(x) for x in entries]
    result = np.empty(len(entries), float if entries and all(is_number) else object)
    for i, x in enumerate(entries):
        result[i] = x
    return result.reshape(shape)


_NUMBERS = (float, int, np.floating, np.integer, np.ndarray)


def pairs(name: str, tree: Any, given: Any) -> Iterator[tuple[str, Any, Any]]:
    """(path, leaf of `tree`, leaf of `given`) for each leaf; entries of dicts are paired by key.

    An array of objects pairs with any array of its shape. The path begins with `name`, the caller's word for `given`.

    >>> list(pairs("p", {"a": 1, "b": [2]}, {"b": [4], "a": 3}))
    [("p['a']", 1, 3), ("p['b'][0]", 2, 4)]
    """
    if not is_container(tree) and not is_container(given):
        yield name, tree, given
        return
    if not _is_alike(tree, given):
        difference = _difference(tree, given)
        raise TypeError(f"{name} must have the structure {structure(tree)}, got {structure(given)}{difference}")
    parts = [given[key] for key in tree] if isinstance(tree, dict) else children(given)
    for selector, leaf, part in zip(selectors(tree), children(tree), parts, strict=True):
        yield from pairs(name + selector, leaf, part)


def _is_alike(tree: Any, given: Any) -> bool:
    """True if a container and another object have the same type and the same entries."""
    if is_object_array(tree):
        return bool(getattr(given, "shape", None) == tree.shape)
    if type(tree) is not type(given) or is_object_array(given):
        return False
    return tree.keys() == given.keys() if isinstance(tree, dict) else selectors(tree) == selectors(given)


def _difference(tree: Any, given: Any) -> str:
    """The keys that differ, or the cure for nodes in an array."""
    if is_object_array(given):
        return ": join nodes with autograd.stack"
    if not isinstance(tree, dict) or not isinstance(given, dict):
        return ""
    missing, unknown = [key for key in tree if key not in given], [key for key in given if key not in tree]
    return f": missing {missing}, unknown {unknown}"


def structure(tree: Any) -> str:
    """Text of the containers in `tree`, without the data of the leaves, of at most 200 characters.

    >>> structure({"w": [1.0, np.ones(2)], "b": (3.0,)})
    "{'w': [leaf, array of shape (2,)], 'b': (leaf,)}"
    """
    return repr(_outline(tree))[:200]


class _Text(str):
    """Text without quotes in the representation of a container."""

    __slots__ = ()
    __repr__ = str.__str__


def _outline(tree: Any) -> Any:
    """Copy of `tree` with the kind of each leaf in its place."""
    if getattr(tree, "ndim", 0):
        return _Text(f"array of {'objects of ' * is_object_array(tree)}shape {tree.shape}")
    if not is_container(tree):
        return _Text("leaf")
    parts = [_outline(part) for part in children(tree)]
    if isinstance(tree, dict | list | tuple):
        return with_children(tree, parts)
    fields = ", ".join(f"{s[1:]}={part!r}" for s, part in zip(selectors(tree), parts, strict=True))
    return _Text(f"{type(tree).__name__}({fields})")


def _unflatten(tree: Any, new: Iterator[Any], keeps: Callable[[Any], bool] | None = None, init: bool = True) -> Any:
    if is_container(tree):
        return with_children(tree, [_unflatten(part, new, keeps, init) for part in children(tree)], init)
    return tree if keeps and keeps(tree) else next(new)
