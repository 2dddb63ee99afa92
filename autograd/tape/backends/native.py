"""Back end "native", for floats: machine code of the program's schedule, compiled by LLVM through llvmlite.

Results equal those of the back end "python" in every bit: the same operations in the same order, and the functions of the C
library that `math` calls. What has no such function, such as digamma, is evaluated by a call back to Python.
"""

import ctypes
import math
import os
import sys
from collections.abc import Sequence
from functools import cache
from threading import local
from typing import Any

from autograd.engine.graph import pause_garbage_collection
from autograd.ops.namespaces import scalar
from autograd.ops.op import OPS, Op, on_floats
from autograd.support.lazy_numpy import np
from autograd.support.locks import Pool
from autograd.support.machine_code import Kernel
from autograd.tape.backends.llvm_rules import LIBM
from autograd.tape.backends.llvm_scan import StepCounts, write_steps
from autograd.tape.backends.llvm_source import write
from autograd.tape.backends.protocol import Backend, Batched, GuardFailedError, Replay, only_floats
from autograd.tape.backends.schedule import Schedule, make_schedule
from autograd.tape.backends.tiers import upgrade
from autograd.tape.program import Captured, Constant, Program

#: Number of runs from which a program gets machine code that is made quickly, and optimised after this number of replays.
_MANY_RUNS, _MANY_REPLAYS = 50, 1_000

#: Numbers in the memory of examples side by side, about: it should fit into the processor's second cache.
_MEMORY = 1 << 15


class NativeBackend(Backend):
    """Machine code by LLVM."""

    name = "native"
    scalars = True

    def compile(self, program: Program) -> Replay:
        """Compile the program to machine code, that of a large program again, with optimisation, after many replays.

        Raises:
            TypeError: If the program has arrays
            ImportError: If llvmlite is not installed; names the command
        """
        with pause_garbage_collection():
            schedule = _schedule(program)

        def make(optimised: bool) -> Replay:
            with pause_garbage_collection():
                return _replay(_Code(program, schedule, lanes=1, optimised=optimised))

        if len(schedule.runs) < _MANY_RUNS:
            return make(True)
        return upgrade(make(False), _MANY_REPLAYS, lambda: make(True))

    def batch(self, program: Program) -> Batched:
        """Compile the program for many examples side by side: each operation is a loop over them."""
        schedule = _schedule(program)
        lanes = min(max(_MEMORY >> schedule.size.bit_length(), 64), 1024)
        code = _Code(program, schedule, lanes)
        memories = Pool(code.memory)

        def replay(columns: Sequence[np.ndarray[Any, Any]], n: int) -> np.ndarray[Any, Any]:
            result, memory = np.empty((n, len(schedule.outputs))), memories.take()
            numbers, outputs = memory.numbers.reshape(-1, lanes), memory.outputs.reshape(-1, lanes)
            for address, node in code.captured:
                numbers[address] = node._data
            for first in range(0, n, lanes):
                last = min(first + lanes, n)
                start = 0
                for x in columns:
                    end = start + x.shape[-1]
                    if x.ndim == 2:
                        numbers[start:end, : last - first] = x[first:last].T
                        numbers[start:end, last - first :] = x[last - 1, :, None]  # lanes without an example repeat the last
                    elif not first:  # shared by all examples
                        numbers[start:end] = x[:, None]
                    start = end
                code.run(memory)
                result[first:last] = outputs[:, : last - first].T
            memories.give(memory)  # after an exception, another replay makes another one
            return result

        return replay


backend = NativeBackend()


def _schedule(program: Program) -> Schedule:
    if not only_floats(program):
        raise TypeError("the back end 'native' runs programs of floats, and this one has arrays: use backend='numpy'")
    return make_schedule(program)


class _Memory:
    """Numbers of a replay in progress; the last of them are its outputs."""

    def __init__(self, numbers: np.ndarray[Any, Any], n_outputs: int) -> None:
        self.numbers, self.outputs = numbers, numbers[len(numbers) - n_outputs :]
        self.address = numbers.ctypes.data
        self.places: list[Any] = []

    def find_places(self, leaves: Sequence[Any]) -> list[Any]:
        """Address of each float and view of each array of the arguments, which have these shapes in every replay."""
        start = 0
        for x in leaves:
            if isinstance(x, np.ndarray):
                self.places.append(self.numbers[start : start + x.size].reshape(x.shape))
                start += x.size
            else:
                self.places.append(start)
                start += 1
        return self.places


class _Code:
    """Machine code of a program, the table of the functions that it calls, and the memory that it needs."""

    def __init__(
        self, program: Program, schedule: Schedule, lanes: int, counts: StepCounts | None = None, optimised: bool = True
    ) -> None:
        self.schedule, self.lanes = schedule, lanes
        self.captured = [(i, x.node) for i, x in enumerate(schedule.leaves) if isinstance(x, Captured)]
        source, called_back = write(schedule, lanes, optimised)
        if counts:
            source += write_steps(schedule, counts)
        self.kernel = Kernel(source, *(("steps", 4) if counts else ("kernel", 0)), 2 if optimised else 0)
        self.errors = local()
        self.callbacks = [_callback(run.step.op, run.step.params, self.errors) for run in called_back]
        self.functions = np.array([_address(f) for f in (*_libm(), *self.callbacks)], np.uintp)
        self.table = self.functions.ctypes.data

    def memory(self) -> _Memory:
        """Memory with the constants of the program."""
        schedule = self.schedule
        numbers = np.zeros((schedule.size + len(schedule.outputs), self.lanes))
        for address, leaf in enumerate(schedule.leaves):
            if isinstance(leaf, Constant):
                numbers[address] = leaf.data
        return _Memory(numbers.ravel(), len(schedule.outputs) * self.lanes)

    def run(self, memory: _Memory, *integers: int) -> None:
        """Compute the numbers in a memory."""
        if self.callbacks:
            _keep_errors()
        failed = self.kernel.function(memory.address, self.table, *integers)
        if self.callbacks and (error := vars(self.errors).pop("error", None)) is not None:
            raise error
        if failed >= 0:
            raise GuardFailedError(failed)


def _replay(code: _Code) -> Replay:
    """Replay of one example at a time."""
    memories = Pool(code.memory)  # each for one replay at a time

    def replay(leaves: Sequence[Any]) -> Any:
        memory = memories.take()
        try:
            numbers = memory.numbers
            for place, x in zip(memory.places or memory.find_places(leaves), leaves, strict=True):
                if place.__class__ is int:
                    numbers[place] = x
                else:
                    place[...] = x
            for address, node in code.captured:
                numbers[address] = node._data
            code.run(memory)
            return memory.outputs.copy()
        finally:
            memories.give(memory)

    return replay


class NativeLoop:
    """Steps of a program of floats, one after the other, in machine code."""

    def __init__(self, program: Program, counts: StepCounts) -> None:
        self.counts = counts
        self._code = _Code(program, _schedule(program), 1, counts)

    def run(
        self, carry: list[float], rows: Sequence[Any], shared: list[float], length: int, reverse: bool
    ) -> tuple[list[float], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """(carry at the end, columns of results and of saved carries, sums) of at least one step."""
        counts = self.counts
        memory = _Memory(np.concatenate([self._code.memory().numbers, np.zeros(counts.sums)]), counts.sums)
        start, end = counts.carries, counts.carries + counts.rows
        memory.numbers[:start], memory.numbers[end : end + len(shared)] = carry, shared
        for address, node in self._code.captured:
            memory.numbers[address] = node._data
        columns = np.empty((counts.columns, length))
        for column, row in zip(columns, rows, strict=False):
            column[:] = row
        first, stride = (length - 1, -1) if reverse else (0, 1)
        self._code.run(memory, columns.ctypes.data, length, first, stride)
        return memory.numbers[:start].tolist(), columns[counts.rows :], memory.outputs


def _callback(op: Op, params: dict[str, Any], errors: local) -> Any:
    """C function that evaluates an op; it keeps an error for the replay that called it."""

    def evaluate(*xs: float) -> float:
        try:
            return on_floats(op.forward, *xs, **params)
        except BaseException as error:  # it cannot pass through machine code
            errors.error = error
            return math.nan

    vars(evaluate)["errors"] = errors
    return ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * op.arity)(evaluate)


_previous_hook: Any = sys.unraisablehook
_inside_hook = local()


def _keep_errors() -> None:
    """Keep an error that ends a callback before its first line, such as an interrupt, which ctypes only prints."""
    global _previous_hook
    if sys.unraisablehook is not _keep_error:
        _previous_hook, sys.unraisablehook = sys.unraisablehook, _keep_error


def _keep_error(unraisable: Any) -> None:
    errors, trace = getattr(unraisable.object, "errors", None), unraisable.exc_traceback
    if errors is None and trace is not None and trace.tb_frame.f_code.co_filename == __file__:  # Python 3.13 gives no object
        errors = trace.tb_frame.f_locals.get("errors")
    if isinstance(errors, local):
        errors.error = unraisable.exc_value
    elif getattr(_inside_hook, "open", False):  # the other hook calls this one
        sys.__unraisablehook__(unraisable)
    else:
        _inside_hook.open = True
        _previous_hook(unraisable)
        _inside_hook.open = False


@cache
def _libm() -> list[Any]:
    """Functions that `math` calls, in the order of LIBM; calls of `math` where the C library does not export them."""
    library = ctypes.CDLL("ucrtbase" if os.name == "nt" else getattr(math, "__file__", None))
    return [getattr(library, getattr(scalar, name).__name__, None) or _callback(OPS[name], {}, local()) for name in LIBM]


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
