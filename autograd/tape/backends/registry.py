"""Registry of back ends by name."""

import importlib
from collections.abc import Callable
from typing import Literal, get_args

from autograd.tape.backends.protocol import Backend, Replay, only_floats
from autograd.tape.program import Program

Name = Literal["python", "numpy", "native", "jax"]
BACKENDS: tuple[Name, ...] = get_args(Name)

#: Old names of back ends, which stay valid: the native one was an interpreter compiled by numba.
ALIASES: dict[str, Name] = {"numba": "native"}

#: A name, "auto", or a custom back end: an instance of `Backend`, or a function like its `compile`.
Choice = Name | Literal["auto", "numba"] | Backend | Callable[[Program], Replay]


class _FunctionBackend(Backend):
    """Back end from a function that compiles programs."""

    def __init__(self, function: Callable[[Program], Replay]) -> None:
        self.name = getattr(function, "__name__", "backend")
        self._function = function

    def compile(self, program: Program) -> Replay:
        return self._function(program)


#: Automatic choice: "python", then "native", for floats, "numpy" for arrays.
_AUTO = Backend()
_AUTO.name = "auto"


def find_backend(choice: Choice) -> Backend:
    """Back end of a name, or a custom one."""
    if isinstance(choice, Backend):
        return choice
    if choice == "auto":
        return _AUTO
    choice = ALIASES.get(choice, choice) if isinstance(choice, str) else choice
    if choice in BACKENDS:
        return _load(choice)
    if callable(choice):
        return _FunctionBackend(choice)
    raise ValueError(f"there is no back end {choice!r}: choose one of auto, {', '.join(BACKENDS)}, or pass a Backend")


def resolve_auto(backend: Backend, program: Program) -> Backend:
    """Resolve "auto" for a program; other back ends are returned as they are."""
    if backend is not _AUTO:
        return backend
    return _load("tiers") if only_floats(program) else find_backend("numpy")


def _load(module: str) -> Backend:
    """The back end of a module of this package."""
    return importlib.import_module(f"autograd.tape.backends.{module}").backend
