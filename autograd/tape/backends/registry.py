"""The back ends by name."""

import importlib
from typing import Any

from autograd.tape.backends.protocol import Backend, Batched, batched, only_floats
from autograd.tape.program import Program

BACKENDS = ("python", "numpy", "numba", "jax")

#: A name, "auto", or a back end of one's own.
Choice = str | Backend


def chosen(program: Program, backend: Choice) -> Choice:
    """What is to run the program: for "auto" the name of what suits it."""
    check(backend)
    if backend == "auto":
        return "python" if only_floats(program) else "numpy"
    return backend


def module_of(backend: str) -> Any:
    """The module of a back end: `backend(program)`, and perhaps `batched(program)` and `emitted(program)`."""
    return importlib.import_module(f"autograd.tape.backends.{backend}")


def single(backend: Choice) -> Backend:
    """The back end itself."""
    return module_of(backend).backend if isinstance(backend, str) else backend


def batched_for(program: Program, backend: Choice) -> Batched:
    """The program for many examples at once."""
    return getattr(module_of(backend) if isinstance(backend, str) else None, "batched", batched)(program)


def check(backend: Choice) -> None:
    """Raise if there is no such back end."""
    if not callable(backend) and backend not in ("auto", *BACKENDS):
        raise ValueError(f"there is no back end {backend!r}: choose one of auto, {', '.join(BACKENDS)}, or pass one")
