"""Replays that a faster one replaces after many calls: code that is made quickly first, code that runs quickly later."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from autograd.tape.backends.protocol import Backend, Replay
from autograd.tape.backends.registry import find_backend
from autograd.tape.program import Program

T = TypeVar("T")

#: Number of replays by "python" after which a program of at least this number of instructions is replayed by "native". For any
#: length, LLVM takes about as long as these replays.
NATIVE_AFTER, _LEAST_INSTRUCTIONS = 2_000, 200


def compile_if_possible(make: Callable[[], T]) -> T | None:
    """Result of a function that compiles machine code, or None if LLVM is missing or fails."""
    try:
        return make()
    except (ImportError, OSError, RuntimeError):
        return None


def upgrade(first: Replay, calls: int, make: Callable[[], Replay]) -> Replay:
    """Replay by `first`, and from call number `calls` on by the result of `make`, with the same bits, if it can be made."""
    current, count = first, itertools.count(1).__next__

    def replay(leaves: Sequence[Any]) -> Sequence[Any]:
        nonlocal current
        if current is first and count() == calls:
            current = compile_if_possible(make) or first
        return current(leaves)

    return replay


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


backend = _AutoFloats()
