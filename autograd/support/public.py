"""Public names: set `__module__` of public objects to the name of their package, and find objects by module and name."""

import sys
from operator import attrgetter
from typing import Any


def public_names(namespace: dict[str, Any]) -> list[str]:
    """Public names of a package: those of a star import, and those that would hide Python's.

    >>> public_names({"__all__": ["mean"], "_BUILTIN_NAMES": ["sum"]})
    ['mean', 'sum']
    """
    return [*namespace["__all__"], *namespace.get("_BUILTIN_NAMES", ())]


def publish(namespace: dict[str, Any]) -> None:
    """Set `__module__` of each class, function and op of a package to the name of the package.

    Pickles, reprs and links then name the package, and stay valid when a definition moves to another file.

    >>> class Thing: ...
    >>> publish({"__name__": "package", "__all__": ["Thing"], "Thing": Thing})
    >>> Thing
    <class 'package.Thing'>
    """
    for name in public_names(namespace):
        if callable(thing := namespace.get(name)):  # lazy names are still absent
            thing.__module__ = namespace["__name__"]


def importable_name(x: Any) -> str | None:
    """Qualified name of x if its module has x itself under this name, so that a pickle can refer to it; else None.

    >>> importable_name(attrgetter), importable_name(lambda: 0)
    ('attrgetter', None)
    """
    name = getattr(x, "__qualname__", None)
    try:
        return name if name and attrgetter(name)(sys.modules[x.__module__]) is x else None
    except (AttributeError, KeyError):
        return None
