"""State of modules: which of their numbers it is made of, and access to these by holder and name.

The state is the parameters, and the arrays of numbers that a module has at the end of its outermost constructor. Their names
are noted then, so that arrays which `forward` caches, texts and objects are never part of it.
"""

from abc import ABCMeta
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import Signature, signature
from typing import Any, TypeVar

from autograd import Tensor, Value
from autograd.support.arguments import explain_arguments
from autograd.support.lazy_numpy import np, numpy_type
from nn._validation import Array

#: The attribute that holds the hooks of a module, if it has any. Hooks are not parts of a module.
HOOKS = "_hooks"
#: The attribute that holds the noted numbers of a module: shape and type by name, None for a parameter.
NUMBERS = "_numbers"

#: Type of NumPy's generators.
GENERATOR = numpy_type("random.Generator")

M = TypeVar("M")
Kind = tuple[tuple[int, ...], np.dtype[Any]]
#: A module or container, and a name in it.
Place = tuple[Any, str]

#: Modules that the constructor of another one has made so far; None outside of constructors.
_made: ContextVar[list[Any] | None] = ContextVar("made", default=None)


#: Arguments under names of other libraries.
_OTHER_NAMES = {"rate": "p=", "use_bias": "bias="}


class ModuleType(ABCMeta):
    """Type of module classes: notes the numbers of a module, and of those made in it, when the outermost constructor ends."""

    def __call__(cls: type[M], *arguments: Any, **options: Any) -> M:
        made = _made.get()
        if made is not None:
            made.append(cls._construct(arguments, options))  # type: ignore[attr-defined]
            return made[-1]
        made = []
        token = _made.set(made)
        try:
            module = cls._construct(arguments, options)  # type: ignore[attr-defined]
        finally:
            _made.reset(token)
        for part in made:
            if NUMBERS not in vars(part):  # a constructor may call its parts
                note_numbers(part)
        note_numbers(module)
        return module

    def _construct(cls, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        try:
            return super().__call__(*arguments, **options)
        except TypeError as error:
            explain_arguments(error, cls.__init__, (cls, *arguments), options, _OTHER_NAMES)  # type: ignore[misc]
            raise

    @property
    def __signature__(cls) -> Signature:
        if cls.__init__ is object.__init__:  # type: ignore[misc]
            return Signature()
        known = signature(cls.__init__)  # type: ignore[misc]
        return known.replace(parameters=list(known.parameters.values())[1:])


def note_numbers(module: Any) -> None:
    """Store the names of the numbers that a module has now."""
    vars(module)[NUMBERS] = _present_numbers(module)


def is_parameter(x: Any) -> bool:
    """True for a leaf that requires a gradient."""
    return isinstance(x, Tensor | Value) and x.requires_grad and x.op is None


def children(part: Any) -> list[tuple[str, Any]]:
    """Return the attributes or entries of a module or container, by name."""
    if isinstance(type(part), ModuleType):
        return [(name, child) for name, child in vars(part).items() if name not in (HOOKS, NUMBERS)]
    if isinstance(part, dict):
        return [(str(key), child) for key, child in part.items()]
    return [(str(i), child) for i, child in enumerate(part)] if isinstance(part, list | tuple) else []


def state_places(root: Any, *, check: bool = True) -> dict[str, Place]:
    """Return the holder and the name in it for each path of the state of a module.

    A shared Tensor, Value or module has one path. A shared array has a path in each place: a module that assigns a new
    array, such as a running mean, assigns it in one place only.

    Raises:
        ValueError: If two numbers have one path; with `check`, if one has another shape or type than at the end of the
            constructor
    """
    found: dict[str, Place] = {}
    seen = {id(root)}
    pending: list[tuple[str, Any]] = [("", root)]
    while pending:
        prefix, module = pending.pop(0)
        noted = _noted_numbers(module)
        missing = {own for own, kind in noted.items() if kind is not None}
        for own, holder, name, child in _leaves(module, noted):
            path = _join(prefix, own)
            missing.discard(own)
            if check:
                check_kind(path, child, noted.get(own))
            if id(child) in seen and not isinstance(child, np.ndarray):
                continue
            if isinstance(type(child), ModuleType):
                pending.append((path, child))
            elif is_parameter(child) or (own in noted and kind_of(child)):
                if path in found:
                    raise ValueError(f"two numbers of {type(root).__name__} are at {path!r}: rename a key of its dicts")
                found[path] = holder, name
            else:
                continue
            seen.add(id(child))
        for own in missing if check else ():
            raise ValueError(f"{_join(prefix, own)} of {type(root).__name__} does not exist anymore: {_CURE}")
    return found


#: End of the error of an array that is not what the constructor made.
_CURE = "an array of the constructor must keep shape and type; what forward caches must be None there"


def own_numbers(module: Any) -> list[tuple[str, Any]]:
    """Return path and object of the numbers of a module without those of its parts."""
    noted = _noted_numbers(module)
    leaves = [(path, x) for path, _, _, x in _leaves(module, noted)]
    return [(path, x) for path, x in leaves if is_parameter(x) or (path in noted and kind_of(x))]


def check_kind(path: str, x: Any, noted: Kind | None) -> None:
    """Raise unless x has the noted shape and type."""
    if noted is not None and (found := kind_of(x)) != noted:
        what = f"type {type(x).__name__}" if found is None else "shape {} and type {}".format(*found)
        raise ValueError(f"{path} has {what} in place of shape {noted[0]} and type {noted[1]}: {_CURE}")


def kind_of(x: Any) -> Kind | None:
    """Return shape and type of numbers; None for other objects."""
    if isinstance(x, Value):
        return (), np.dtype(float)
    x = np.asarray(x) if isinstance(x, np.ndarray | np.generic | float | int) else x
    return (x.shape, x.dtype) if isinstance(x, Tensor | np.ndarray) and x.dtype.kind in "fiubc" else None


def _noted_numbers(module: Any) -> dict[str, Kind | None]:
    """Return a copy of the noted numbers, or those present if none were noted: a constructor runs, or was not called."""
    noted = vars(module).get(NUMBERS)
    return dict(noted) if noted is not None else _present_numbers(module)


def _present_numbers(module: Any) -> dict[str, Kind | None]:
    found: dict[str, Kind | None] = {}
    for own, _, _, x in _leaves(module, ()):
        if is_parameter(x):
            found[own] = None
        elif isinstance(x, np.ndarray) or (isinstance(x, Tensor | Value) and x.op is None):
            found |= {own: kind} if (kind := kind_of(x)) else {}
    return found


def _leaves(module: Any, noted: Container[str]) -> Iterator[tuple[str, Any, str, Any]]:
    """Yield path, holder, name and object of all that a module holds, also inside containers that are not noted."""
    seen: set[int] = set()
    pending: list[tuple[str, Any]] = [("", module)]
    while pending:
        prefix, holder = pending.pop(0)
        for name, child in children(holder):
            path = _join(prefix, name)
            if not isinstance(child, dict | list | tuple) or path in noted:
                yield path, holder, name, child
            elif id(child) not in seen:
                seen.add(id(child))
                pending.append((path, child))


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def read_array(holder: Any, name: str) -> Array:
    """Return the numbers at a place as an array."""
    x = read_place(holder, name)
    return np.asarray(x.numpy() if isinstance(x, Tensor) else x.data if isinstance(x, Value) else x)


def write_array(holder: Any, name: str, array: Array) -> None:
    """Replace the numbers at a place by an array of the same shape and type."""
    x = read_place(holder, name)
    if isinstance(x, Tensor | Value) and x.op is None:
        x.data = array if isinstance(x, Tensor) else float(array)
    elif isinstance(holder, tuple):
        x[...] = array
    else:
        replace(holder, name, Tensor(array) if isinstance(x, Tensor) else array)


def read_place(holder: Any, name: str) -> Any:
    """Return the object at a place."""
    if isinstance(holder, list | tuple):
        return holder[int(name)]
    return holder[_key(holder, name)] if isinstance(holder, dict) else getattr(holder, name)


def replace(holder: Any, name: str, x: Any) -> None:
    """Put an object at a place; what is in a tuple stays there."""
    if isinstance(holder, tuple):
        return
    if isinstance(holder, list):
        holder[int(name)] = x
    elif isinstance(holder, dict):
        holder[_key(holder, name)] = x
    else:
        setattr(holder, name, x)


@contextmanager
def replaced(new: Iterable[tuple[Place, Any]]) -> Iterator[None]:
    """Context manager in which other objects are at some places."""
    held = [(place, read_place(*place), x) for place, x in new]
    try:
        for place, _, x in held:
            replace(*place, x)
        yield
    finally:
        for place, own, _ in held:
            replace(*place, own)


def generator_places(module: Any, kinds: Any = GENERATOR) -> list[Place]:
    """Return the places of the random generators of a module, also in its lists and dicts, in order."""
    parts = [(holder, name) for _, holder, name, x in _leaves(module, ()) if isinstance(x, kinds)]
    return [(holder, name) for holder, name in parts if not isinstance(holder, tuple)]


def _key(holder: dict[Any, Any], name: str) -> Any:
    return next(key for key in holder if str(key) == name)
