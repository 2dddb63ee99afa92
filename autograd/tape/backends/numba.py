"""The back end for machine speed: one interpreter of schedules, which numba has compiled before the program is known."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.tape.backends.expand_ops import expand_ops
from autograd.tape.backends.interpreter import interpreter, op_codes
from autograd.tape.backends.protocol import Backend, Batched, GuardFailedError, Replay, check_guards, leaf_data, only_floats
from autograd.tape.backends.schedule import Schedule, make_schedule
from autograd.tape.program import Captured, Program

#: How many examples are computed side by side: few enough for their numbers to stay near the processor.
LANES = 64


class NumbaBackend(Backend):
    """An interpreter that numba compiles."""

    name = "numba"
    scalars = True

    def compile(self, program: Program) -> Replay:
        """The program as words for the interpreter.

        Raises:
            TypeError: if the program has arrays, or an op that the interpreter does not know; names it
            ImportError: if numba is not installed; names the command
        """
        run = interpreter().run
        program, schedule = _make_schedule(program)
        memory, lock = np.zeros(schedule.size), threading.Lock()  # the memory serves one replay at a time
        given = len(program.inputs)
        captured = []
        for address, leaf in enumerate(schedule.leaves[given:], given):
            memory[address] = leaf_data(leaf)
            if isinstance(leaf, Captured):
                captured.append((address, leaf.node))
        words, outputs, guards, truths = schedule.words, schedule.outputs, schedule.guards, schedule.truths

        def replay(leaves: Sequence[Any]) -> Any:
            with lock:
                start = 0
                for x in leaves:
                    if isinstance(x, np.ndarray):
                        memory[start : start + x.size] = x.ravel()
                        start += x.size
                    else:
                        memory[start] = x
                        start += 1
                for address, node in captured:
                    memory[address] = node._data
                run(words, memory)
                if len(guards):
                    failed = (memory[guards] != 0) != truths
                    if failed.any():
                        raise GuardFailedError(int(failed.argmax()))
                return memory[outputs]

        return replay

    def batch(self, program: Program) -> Batched:
        """The program for many examples side by side: the interpreter's innermost loop runs over them."""
        run = interpreter().run_many
        program, schedule = _make_schedule(program)
        memory, lock = np.zeros((schedule.size, LANES)), threading.Lock()
        given = len(program.inputs)

        def replay(batch_columns: Sequence[np.ndarray[Any, Any]], n: int) -> np.ndarray[Any, Any]:
            result = np.empty((n, len(schedule.outputs)))
            with lock:
                for address, leaf in enumerate(schedule.leaves[given:], given):
                    memory[address] = leaf_data(leaf)
                for first in range(0, n, LANES):
                    last = min(first + LANES, n)
                    lanes = memory[:, : last - first]
                    start = 0
                    for x in batch_columns:
                        end = start + x.shape[-1]
                        if x.ndim == 2:
                            lanes[start:end] = x[first:last].T
                        elif not first:  # the same for all
                            memory[start:end] = x[:, None]
                        start = end
                    run(schedule.words, memory, last - first)
                    check_guards(lanes[schedule.guards], schedule.truths)
                    result[first:last] = lanes[schedule.outputs].T
            return result

        return replay


backend = NumbaBackend()


def _make_schedule(program: Program) -> tuple[Program, Schedule]:
    if not only_floats(program):
        raise TypeError("the back end 'numba' runs programs of floats, and this one has arrays: use backend='numpy'")
    numbers = op_codes()
    program = expand_ops(program, numbers)
    for step in program.instructions:
        if step.op not in numbers:
            raise TypeError(f"the back end 'numba' does not know the op {step.op.name}: use backend='python'")
    return program, make_schedule(program, numbers)
