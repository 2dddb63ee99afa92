"""What a back end is: something that makes of a program a function of its inputs.

    replay = backend.compile(program)
    outputs = replay(leaves)

`leaves` holds what the caller passed, floats and arrays in order; in a program of floats an array stands for as many inputs
as it has entries. `outputs` holds one number or array for each output of the program; nothing in it is written to later.
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
    "Backend",
    "Batched",
    "GuardFailedError",
    "Replay",
    "called",
    "check_guards",
    "check_no_branches",
    "evaluated",
    "flat",
    "leaf_data",
    "only_floats",
]  # fmt: skip
