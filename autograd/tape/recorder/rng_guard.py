"""Detect draws of random numbers during recording: a tape would repeat the same numbers at every replay.

The search covers the two shared generators and those that the function can reach: by its arguments, closure and defaults, by
the globals that it and the functions it calls name, and by attributes of modules and instances. A generator whose state differs
after the recording was used. Other threads may have used it meanwhile: the function then runs again while this thread alone
can draw.
"""

import random
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from types import BuiltinMethodType, CodeType, FunctionType, GeneratorType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.engine.node import Node

#: Largest number of objects to search, and of entries of one container: data holds no generators.
MAX_OBJECTS, MAX_ENTRIES = 20_000, 1_000

#: Packages whose functions are not searched: their generators are passed to them, or shared.
_FOREIGN = {*sys.stdlib_module_names, "numpy", "scipy", "jax", "jaxlib", "numba", "torch", "autograd", "nn"}

_GENERATORS = (random.Random, np.random.Generator, np.random.RandomState, np.random.BitGenerator)
_DATA = (str, bytes, int, float, complex, type(None), np.ndarray, np.generic, np.dtype, Node)


class RngGuard:
    """Random generators that a call f(*args) may draw from, with their states."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        shared = (random.random.__self__, np.random.rand.__self__)  # type: ignore[attr-defined]
        self._before = [(g, _state(g)) for g in (*shared, *reachable_generators(f, args))]

    def find_used(self, run: Callable[[], Any]) -> str:
        """Name of a generator that the recording thread has drawn from, or ""; `run()` runs the function again."""
        used = [g for g, state in self._before if _state(g) != state]
        if threading.active_count() > 1:
            used = [g for g in used if _is_used_by(run, g)]
        return type(used[0]).__name__ if used else ""


def reachable_generators(*roots: Any) -> list[Any]:
    """Random generators that can be reached from some objects, nearest first."""
    found: list[Any] = []
    seen: dict[int, Any] = {}  # keeps the objects alive, so that no other object gets the id of one
    queue = deque(roots)
    while queue and len(seen) < MAX_OBJECTS:
        x = queue.popleft()
        kind = type(x)  # isinstance would ask a proxy, such as a dead weak reference, for its class
        if id(x) not in seen and not issubclass(kind, _DATA):
            seen[id(x)] = x
            if issubclass(kind, _GENERATORS):
                found.append(x)
            else:
                queue.extend(islice(_referents(x), MAX_ENTRIES))
    return found


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
    if not _is_foreign(f.__globals__.get("__name__")):
        yield from _globals(f.__globals__, set(_code_names(f.__code__)))


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
    for cls in type(x).__mro__:
        for slot in vars(cls).values() if not _is_foreign(cls.__module__) else ():
            if isinstance(slot, MemberDescriptorType):
                yield _read(slot.__get__, x)


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
    (GeneratorType, lambda x: (x.gi_frame and x.gi_frame.f_locals,)),
    (type, _class_referents),
    (property | classmethod | staticmethod, lambda x: (getattr(x, "fget", None), getattr(x, "__func__", None))),
    (ModuleType, lambda x: ()),
    (object, _instance_referents),
)


def _is_foreign(module: Any) -> bool:
    return str(module).partition(".")[0] in _FOREIGN


def _state(generator: Any) -> Any:
    """State of a generator, as an object that can be compared."""
    if isinstance(generator, random.Random):
        return generator.getstate()
    return repr(_bit_generator(generator).state)


def _bit_generator(generator: Any) -> Any:
    return getattr(generator, "_bit_generator", None) or getattr(generator, "bit_generator", generator)


def _is_used_by(run: Callable[[], Any], generator: Any) -> bool:
    """True if run() draws from a generator in this thread."""
    if isinstance(generator, random.Random):
        with _calls_in_this_thread(generator) as calls:
            run()
        return bool(calls)
    with _bit_generator(generator).lock:  # every draw takes this lock: other threads wait
        before = _state(generator)
        run()
        return bool(_state(generator) != before)


@contextmanager
def _calls_in_this_thread(generator: random.Random) -> Iterator[list[str]]:
    """Names of the C methods of a generator that this thread calls in a block."""
    calls: list[str] = []

    def look(frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and getattr(function, "__self__", None) is generator:
            calls.append(function.__name__)

    previous = sys.getprofile()
    sys.setprofile(look)
    try:
        yield calls
    finally:
        sys.setprofile(previous)
