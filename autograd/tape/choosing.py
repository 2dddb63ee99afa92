"""The back ends by name."""

import importlib

from autograd.tape.backends import Backend, Batched, batched, only_floats
from autograd.tape.program import Program

BACKENDS = ("python", "numpy", "numba")


def backend_for(program: Program, name: str) -> tuple[str, Backend]:
    """(its name, the back end called `name`, or for "auto" the one that suits the program)."""
    check(name)
    if name == "auto":
        name = "python" if only_floats(program) else "numpy"
    module = importlib.import_module(f"autograd.tape.{name}_backend")
    return name, module.backend


def batched_for(program: Program, name: str) -> Batched:
    """The program for many examples at once."""
    module = importlib.import_module(f"autograd.tape.{name}_backend")
    return getattr(module, "batched", batched)(program)


def check(name: str) -> None:
    """Raise if there is no back end called `name`."""
    if name != "auto" and name not in BACKENDS:
        raise ValueError(f"there is no back end {name!r}: choose one of auto, {', '.join(BACKENDS)}")
