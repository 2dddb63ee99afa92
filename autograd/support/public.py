"""Public names: what a package lists says that it belongs to the package, wherever it is defined."""

from typing import Any


def publish(namespace: dict[str, Any]) -> None:
    """Set `__module__` of every class, function and op in a package's `__all__` to the name of the package.

    Pickles, reprs and links then name the package, and survive when a definition moves to another file.

    >>> class Thing: ...
    >>> publish({"__name__": "package", "__all__": ["Thing"], "Thing": Thing})
    >>> Thing
    <class 'package.Thing'>
    """
    for name in namespace["__all__"]:
        if callable(thing := namespace.get(name)):  # one that is loaded on first use is not there yet
            thing.__module__ = namespace["__name__"]
