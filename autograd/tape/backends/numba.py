"""Back end "numba", for floats: an interpreter of schedules that numba compiles once for all programs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.support.locks import Pool
from autograd.tape.backends.expand_ops import expand_ops
from autograd.tape.backends.interpreter import op_codes
from autograd.tape.backends.machine_code import interpreter
from autograd.tape.backends.protocol import Backend, Batched, GuardFailedError, Replay, check_guards, leaf_data, only_floats
from autograd.tape.backends.schedule import Schedule, make_schedule
from autograd.tape.program import Captured, Program

#: Number of examples that are computed side by side: small enough for the processor's cache.
LANES = 64


class NumbaBackend(Backend):
    """Interpreter that numba compiles."""

    name = "numba"
    scalars = True

    def compile(self, program: Program) -> Replay:
        """Compile the program to a schedule for the interpreter.

        Raises:
            TypeError: If the program has arrays, or an op that the interpreter does not know; names it
            ImportError: If numba is not installed; names the command
        """
        run = interpreter("run")
        program, schedule = _make_schedule(program)
        template = np.zeros(schedule.size)
        n_inputs = len(program.inputs)
        captured = []
        for address, leaf in enumerate(schedule.leaves[n_inputs:], n_inputs):
            template[address] = leaf_data(leaf)
            if isinstance(leaf, Captured):
                captured.append((address, leaf.node))
        words, outputs, guards, truths = schedule.words, schedule.outputs, schedule.guards, schedule.truths
        memories = Pool(template.copy)  # each for one replay at a time

        def replay(leaves: Sequence[Any]) -> Any:
            memory = memories.take()
            try:
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
            finally:
                memories.give(memory)

        return replay

    def batch(self, program: Program) -> Batched:
        """Compile the program for many examples: the innermost loop of the interpreter runs over them."""
        run = interpreter("run_many")
        program, schedule = _make_schedule(program)
        memories = Pool(lambda: np.zeros((schedule.size, LANES)))
        n_inputs = len(program.inputs)

        def replay(columns: Sequence[np.ndarray[Any, Any]], n: int) -> np.ndarray[Any, Any]:
            result, memory = np.empty((n, len(schedule.outputs))), memories.take()
            for address, leaf in enumerate(schedule.leaves[n_inputs:], n_inputs):
                memory[address] = leaf_data(leaf)
            for first in range(0, n, LANES):
                last = min(first + LANES, n)
                lanes = memory[:, : last - first]
                start = 0
                for x in columns:
                    end = start + x.shape[-1]
                    if x.ndim == 2:
                        lanes[start:end] = x[first:last].T
                    elif not first:  # shared by all examples
                        memory[start:end] = x[:, None]
                    start = end
                run(schedule.words, memory, last - first)
                check_guards(lanes[schedule.guards], schedule.truths)
                result[first:last] = lanes[schedule.outputs].T
            memories.give(memory)  # after an exception, another replay makes another one
            return result

        return replay


backend = NumbaBackend()


def _make_schedule(program: Program) -> tuple[Program, Schedule]:
    if not only_floats(program):
        raise TypeError("the back end 'numba' runs programs of floats, and this one has arrays: use backend='numpy'")
    codes = op_codes()
    program = expand_ops(program, codes)
    for step in program.instructions:
        if step.op not in codes:
            raise TypeError(f"the back end 'numba' does not know the op {step.op.name}: use backend='python'")
    return program, make_schedule(program, codes)
