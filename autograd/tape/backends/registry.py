"""Registry of back ends by name."""

import importlib
from collections.abc import Callable

from autograd.tape.backends.protocol import Backend, Replay, only_floats
from autograd.tape.backends.tiers import upgrade
from autograd.tape.program import Program

BACKENDS = ("python", "numpy", "native", "jax")

#: Old names of back ends, which stay valid: the native one was an interpreter compiled by numba.
ALIASES = {"numba": "native"}

#: A name, "auto", or a custom back end: an instance of `Backend`, or a function like its `compile`.
Choice = str | Backend | Callable[[Program], Replay]


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

#: Number of replays by "python" after which a program of at least this number of instructions is replayed by "native". For any
#: length, LLVM takes about as long as these replays.
NATIVE_AFTER, _LEAST_INSTRUCTIONS = 5_000, 200


class _AutoFloats(Backend):
    """The back end "python", and later "native", with the same bits, if llvmlite is installed."""

    name = "python"

    def compile(self, program: Program) -> Replay:
        replay = find_backend("python").compile(program)
        if len(program) < _LEAST_INSTRUCTIONS:
            return replay
        return upgrade(replay, NATIVE_AFTER, lambda: find_backend("native").compile(program))

    def source(self, program: Program) -> str | None:
        return find_backend("python").source(program)


def find_backend(choice: Choice) -> Backend:
    """Back end of a name, or a custom one.

    Raises:
        ValueError: If no back end has that name
    """
    if isinstance(choice, Backend):
        return choice
    if choice == "auto":
        return _AUTO
    choice = ALIASES.get(choice, choice) if isinstance(choice, str) else choice
    if choice in BACKENDS:
        backend: Backend = importlib.import_module(f"autograd.tape.backends.{choice}").backend
        return backend
    if callable(choice):
        return _FunctionBackend(choice)
    raise ValueError(f"there is no back end {choice!r}: choose one of auto, {', '.join(BACKENDS)}, or pass a Backend")


def resolve_auto(backend: Backend, program: Program) -> Backend:
    """Resolve "auto" for a program; other back ends are returned as they are."""
    return backend if backend is not _AUTO else _AutoFloats() if only_floats(program) else find_backend("numpy")
