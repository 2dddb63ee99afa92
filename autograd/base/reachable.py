"""Objects that a function can reach, and the state in them that a call may change.

The search covers arguments, closure and defaults of the function, the globals that it and the functions it calls name, and
attributes of instances and classes. It runs no code of what it finds.
"""

import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import BuiltinMethodType, CodeType, FunctionType, GeneratorType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from autograd.support.lazy_numpy import np, numpy_type

#: Largest number of objects to search, and of entries of one container: data holds no generators.
MAX_OBJECTS, MAX_ENTRIES = 20_000, 1_000

#: Packages whose functions are not searched: their generators are passed to them, or shared.
_FOREIGN = {*sys.stdlib_module_names, "numpy", "scipy", "jax", "jaxlib", "numba", "torch", "autograd", "nn"}

#: Types of random generators.
GENERATORS = (random.Random, *map(numpy_type, ("random.Generator", "random.RandomState", "random.BitGenerator")))
_DATA = (str, bytes, int, float, complex, type(None), np.generic, np.dtype)


def reachable_objects(*roots: Any) -> list[Any]:
    """Objects that can be reached from some objects, nearest first, but no numbers and texts."""
    seen: dict[int, Any] = {}  # keeps the objects alive, so that no other object gets the id of one
    queue = deque(roots)
    while queue and len(seen) < MAX_OBJECTS:
        x = queue.popleft()
        if id(x) not in seen and not issubclass(type(x), _DATA):  # isinstance would ask a proxy for its class
            seen[id(x)] = x
            queue.extend(islice(_referents(x), MAX_ENTRIES))
    return list(seen.values())


def _referents(x: Any) -> Iterable[Any]:
    """Objects that a function with access to x can draw from."""
    return next(referents(x) for kinds, referents in _REFERENTS if issubclass(type(x), kinds))


def _function_referents(f: FunctionType) -> Iterator[Any]:
    yield from (f.__defaults__, f.__kwdefaults__, f.__dict__)
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # the cell is still empty
            continue
    yield from _globals(f.__globals__, global_names(f))


def global_names(f: FunctionType) -> set[str]:
    """Names that may be globals of f; none in foreign packages."""
    return set() if _is_foreign(f.__globals__.get("__name__")) else set(_code_names(f.__code__))


def _globals(namespace: dict[str, Any], names: set[str], depth: int = 4) -> Iterator[Any]:
    """Objects of these names in a namespace, and in the modules among them."""
    for name in names & namespace.keys():
        x = namespace[name]
        if isinstance(x, ModuleType) and depth:
            yield from _globals(vars(x), names, depth - 1)
        else:
            yield x


def _code_names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_names(constant)


def _class_referents(x: type) -> Iterator[Any]:
    return (part for cls in x.__mro__ if not _is_foreign(cls.__module__) for part in vars(cls).values())


def _instance_referents(x: Any) -> Iterator[Any]:
    """Class, attributes and slots of an object, read without running code of its class."""
    attributes = _read(object.__getattribute__, x, "__dict__") or {}
    if type(x).__module__.partition(".")[0] == "autograd":  # a compiled function or an op: its tapes are not searched
        yield attributes.get("__wrapped__")
        return
    yield from (type(x), attributes)
    for slot in instance_slots(x):
        yield _read(slot.__get__, x)


def instance_slots(x: Any) -> Iterator[Any]:
    """Descriptors of the slots of an object."""
    for cls in type(x).__mro__:
        if not _is_foreign(cls.__module__):
            yield from (slot for slot in vars(cls).values() if isinstance(slot, MemberDescriptorType))


def _read(read: Callable[..., Any], *args: Any) -> Any:
    """Value of an attribute, or None if it is not set."""
    try:
        return read(*args)
    except AttributeError:
        return None


#: (types, function that gives the objects to which one of them refers); the first row that fits holds.
_REFERENTS: tuple[tuple[Any, Callable[[Any], Iterable[Any]]], ...] = (
    (dict, lambda x: x.values()),
    (list | tuple | set | frozenset | deque, iter),
    (FunctionType, _function_referents),
    (MethodType | BuiltinMethodType, lambda x: (x.__self__, getattr(x, "__func__", None))),
    (partial, lambda x: (x.func, x.args, x.keywords)),
    (GeneratorType, lambda x: (x.gi_frame and dict(x.gi_frame.f_locals),)),
    (type, _class_referents),
    (property | classmethod | staticmethod, lambda x: (getattr(x, "fget", None), getattr(x, "__func__", None))),
    (ModuleType | np.ndarray, lambda x: ()),
    (GENERATORS, lambda x: ()),
    (object, _instance_referents),
)


def _is_foreign(module: Any) -> bool:
    return str(module).partition(".")[0] in _FOREIGN


def shared_generators() -> list[Any]:
    """Generators of the modules `random` and, if NumPy is installed, `numpy.random`, which a call may be the first to load."""
    ours: Any = random.random
    try:
        return [ours.__self__, np.random.rand.__self__]  # type: ignore[attr-defined]
    except ImportError:
        return [ours.__self__]


def bit_generator(generator: Any) -> Any:
    """Source of the bits of a generator of NumPy, which has its state and its lock."""
    return getattr(generator, "_bit_generator", None) or getattr(generator, "bit_generator", generator)


def generator_state(generator: Any) -> Any:
    """State of a generator, for `set_generator_state`; that of a RandomState includes the normal number that it keeps."""
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    return bit_generator(generator).state


def set_generator_state(generator: Any, state: Any) -> None:
    """Return a generator to an earlier state."""
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        bit_generator(generator).state = state
