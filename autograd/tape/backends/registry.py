"""The back ends by name."""

import importlib
from collections.abc import Callable

from autograd.tape.backends.protocol import Backend, Replay, only_floats
from autograd.tape.program import Program

BACKENDS = ("python", "numpy", "numba", "jax")

#: A name, "auto", or a back end of one's own: an instance of `Backend`, or its `compile` alone.
Choice = str | Backend | Callable[[Program], Replay]


class _FromFunction(Backend):
    """A back end that is no more than a function from a program to its replay."""

    def __init__(self, function: Callable[[Program], Replay]) -> None:
        self.name = getattr(function, "__name__", "backend")
        self._function = function

    def compile(self, program: Program) -> Replay:
        return self._function(program)


class _Auto(Backend):
    """The back end that suits a program: python for floats, numpy for arrays."""

    name = "auto"


_AUTO = _Auto()


def find_backend(choice: Choice) -> Backend:
    """The back end that is chosen.

    Raises:
        ValueError: if there is none of that name
    """
    if isinstance(choice, Backend):
        return choice
    if choice == "auto":
        return _AUTO
    if choice in BACKENDS:
        backend: Backend = importlib.import_module(f"autograd.tape.backends.{choice}").backend
        return backend
    if callable(choice):
        return _FromFunction(choice)
    raise ValueError(f"there is no back end {choice!r}: choose one of auto, {', '.join(BACKENDS)}, or pass one")


def suit_backend(backend: Backend, program: Program) -> Backend:
    """The back end itself, or for "auto" the one that suits the program."""
    return backend if backend is not _AUTO else find_backend("python" if only_floats(program) else "numpy")
