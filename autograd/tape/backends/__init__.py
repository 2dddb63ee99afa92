"""Back ends: compile a program to a function from its inputs to its outputs.

    replay = backend.compile(program)
    outputs = replay(leaves)

`leaves` holds the floats and arrays that the caller passed, in order. In a program of floats, each entry of an array is one
input. `outputs` holds one number or array for each output of the program; later replays must not write to it.
"""

from autograd.tape.backends.protocol import (
    Backend,
    Batched,
    GuardFailedError,
    Replay,
    called,
    check_guards,
    check_no_branches,
    evaluated,
    flat,
    leaf_data,
    only_floats,
)

__all__ = [
    "Backend", "Batched", "GuardFailedError", "Replay", "called", "check_guards", "check_no_branches", "evaluated", "flat",
    "leaf_data", "only_floats",
]  # fmt: skip
