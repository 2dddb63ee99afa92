"""Whether a function draws random numbers while it is recorded: a tape would repeat the same ones for ever.

Looked at are the generators that the function can reach, through its arguments, closure, defaults, the globals that it and
the functions it calls name, attributes of modules and of instances, and the two that everybody shares. They are compared with
themselves after the recording, and where other threads run, which may have drawn in the meantime, the function runs once more
with the generator kept to this thread.
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

#: How many objects are looked at, and how many of one container: data has no generators in it.
MOST, MOST_OF_ONE = 20_000, 1_000

#: Packages whose functions are not looked into: what they draw from is passed to them, or shared.
_FOREIGN = {*sys.stdlib_module_names, "numpy", "scipy", "jax", "jaxlib", "numba", "torch", "autograd", "nn"}

_GENERATORS = (random.Random, np.random.Generator, np.random.RandomState, np.random.BitGenerator)
_DATA = (str, bytes, int, float, complex, type(None), np.ndarray, np.generic, np.dtype, Node)


class RngGuard:
    """Every random generator that a call f(*args) may draw from, and where each one stood."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        shared = (random.random.__self__, np.random.rand.__self__)  # type: ignore[attr-defined]
        self._before = [(g, _state(g)) for g in (*shared, *reachable_generators(f, args))]

    def find_used(self, run: Callable[[], Any]) -> str:
        """The name of a generator that the recording thread has drawn from, or nothing; `run()` runs the function again."""
        moved = [g for g, state in self._before if _state(g) != state]
        if threading.active_count() > 1:
            moved = [g for g in moved if _is_used_by(run, g)]
        return type(moved[0]).__name__ if moved else ""


def reachable_generators(*roots: Any) -> list[Any]:
    """The random generators that can be reached from some objects, the nearest first."""
    found: list[Any] = []
    seen: dict[int, Any] = {}  # which keeps what has been seen alive, so that no other object gets its identity
    queue = deque(roots)
    while queue and len(seen) < MOST:
        x = queue.popleft()
        if id(x) not in seen and not isinstance(x, _DATA):
            seen[id(x)] = x
            if isinstance(x, _GENERATORS):
                found.append(x)
            else:
                queue.extend(islice(_parts(x), MOST_OF_ONE))
    return found


def _parts(x: Any) -> Iterator[Any]:
    """What an object refers to, as far as a function that has it can draw from it."""
    if isinstance(x, dict):
        yield from x.values()
    elif isinstance(x, list | tuple | set | frozenset | deque):
        yield from x
    elif isinstance(x, FunctionType):
        yield from _parts_of_function(x)
    elif isinstance(x, MethodType | BuiltinMethodType):
        yield from (x.__self__, getattr(x, "__func__", None))
    elif isinstance(x, partial):
        yield from (x.func, x.args, x.keywords)
    elif isinstance(x, GeneratorType):
        yield x.gi_frame and x.gi_frame.f_locals
    elif isinstance(x, type):
        yield from (part for cls in x.__mro__ if not _is_foreign(cls.__module__) for part in vars(cls).values())
    elif isinstance(x, property | classmethod | staticmethod):
        yield from (getattr(x, name, None) for name in ("fget", "__func__"))
    elif type(x).__module__.partition(".")[0] == "autograd":  # a compiled function, an op: not the tapes that it keeps
        yield getattr(x, "__wrapped__", None)
    elif not isinstance(x, ModuleType):
        yield from (type(x), getattr(x, "__dict__", None), getattr(x, "__wrapped__", None))
        for cls in type(x).__mro__:
            for name, slot in vars(cls).items() if not _is_foreign(cls.__module__) else ():
                if isinstance(slot, MemberDescriptorType):
                    yield getattr(x, name, None)


def _parts_of_function(f: FunctionType) -> Iterator[Any]:
    yield from (f.__defaults__, f.__kwdefaults__, f.__dict__)
    for cell in f.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
    if not _is_foreign(f.__globals__.get("__name__")):
        yield from _named(f.__globals__, set(_names(f.__code__)))


def _named(namespace: dict[str, Any], names: set[str], depth: int = 4) -> Iterator[Any]:
    """What code that mentions `names` finds in a namespace, and in the modules that it finds there."""
    for name in names & namespace.keys():
        x = namespace[name]
        if isinstance(x, ModuleType) and depth:
            yield from _named(vars(x), names, depth - 1)
        else:
            yield x


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_foreign(module: Any) -> bool:
    return str(module).partition(".")[0] in _FOREIGN


def _state(generator: Any) -> Any:
    """Where a generator stands, as something that can be compared."""
    if isinstance(generator, random.Random):
        return generator.getstate()
    return repr(_bits_of(generator).state)


def _bits_of(generator: Any) -> Any:
    return getattr(generator, "_bit_generator", None) or getattr(generator, "bit_generator", generator)


def _is_used_by(run: Callable[[], Any], generator: Any) -> bool:
    """Whether run() draws from a generator in this thread."""
    if isinstance(generator, random.Random):
        with _calls_in_this_thread(generator) as calls:
            run()
        return bool(calls)
    with _bits_of(generator).lock:  # which every draw takes: no other thread gets it now
        before = _state(generator)
        run()
        return bool(_state(generator) != before)


@contextmanager
def _calls_in_this_thread(generator: random.Random) -> Iterator[list[str]]:
    """The names of the compiled methods of a generator that this thread calls in a block."""
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
