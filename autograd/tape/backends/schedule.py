"""Vectorised schedule of a program of floats: runs of equal instructions, as loops over a flat memory.

The level of an instruction is the length of the longest path to it from a leaf. Instructions of one level are independent.
Those of one op are grouped into runs whose inputs have equal strides in memory: a matrix-vector product in scalars becomes one
run. Each number is computed as before, and each sum in its order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd.support.lazy_numpy import np
from autograd.tape.passes.common_subexpressions import CommonSubexpressions
from autograd.tape.program import Instruction, Leaf, Program

Words = np.ndarray[Any, "np.dtype[np.int64]"]


@dataclass(frozen=True)
class Run:
    """Instructions of one op whose addresses have equal differences.

    Attributes:
        step: The first of them
        rows: Their number
        out: Address of the first result; the others follow it
        inputs: (Address in the first instruction, stride) of each input
    """

    step: Instruction
    rows: int
    out: int
    inputs: list[list[int]]


@dataclass(frozen=True)
class Schedule:
    """Runs in an order in which they can be computed.

    Attributes:
        runs: Runs of instructions
        leaves: Leaves in the order of their addresses, inputs first
        size: Number of floats in the memory
        outputs: Address of each output
        guards: Address of each guard's condition
        truths: Required truth value of each guard
    """

    runs: list[Run]
    leaves: list[Leaf]
    size: int
    outputs: list[int]
    guards: list[int]
    truths: list[bool]


def make_schedule(program: Program) -> Schedule:
    """Schedule of a program."""
    leaves = program.leaves()
    address: dict[Instruction, int] = {leaf: i for i, leaf in enumerate(leaves)}
    runs: list[Run] = []
    for steps in _groups(program, leaves):
        if len(steps) == 1:
            (step,) = steps
            runs.append(Run(step, 1, len(address), [[address[x], 0] for x in step.inputs]))
            address[step] = len(address)
            continue
        table = np.array([[address[x] for x in step.inputs] for step in steps], dtype=np.int64)
        order, starts = _runs(table)
        first = len(address)
        steps = [steps[row] for row in order.tolist()]
        for i, step in enumerate(steps):
            address[step] = first + i
        runs += _make_runs(steps, first, table[order], starts)
    return Schedule(
        runs, leaves, len(address), [address[x] for x in program.outputs], [address[x] for x, _ in program.guards],
        [truth for _, truth in program.guards],
    )  # fmt: skip


def _groups(program: Program, leaves: list[Leaf]) -> list[list[Instruction]]:
    """Instructions of each level, op, arity and parameters, in the order of the levels."""
    level: dict[Instruction, int] = dict.fromkeys(leaves, 0)
    groups: dict[Any, list[Instruction]] = {}
    key = CommonSubexpressions().key
    for step in program.instructions:
        level[step] = depth = 1 + max([level[x] for x in step.inputs], default=0)
        params = key(step.params) if step.params else None
        groups.setdefault((depth, step.op, len(step.inputs), params), []).append(step)
    return [steps for _, steps in sorted(groups.items(), key=lambda item: item[0][0])]


def _make_runs(steps: list[Instruction], first: int, table: Words, starts: list[int]) -> Iterator[Run]:
    """Runs of a group, whose results begin at the address `first`."""
    rows = table.tolist()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        second = rows[start + 1 if end > start + 1 else start]  # a run of one row has strides 0
        yield Run(steps[start], end - start, first + start, [[a, b - a] for a, b in zip(rows[start], second, strict=True)])


def _runs(table: Words) -> tuple[Words, list[int]]:
    """(order of the rows with the fewest runs of equal differences, start of each run)."""
    orders = [np.arange(len(table))]
    if len(table) > 2:
        orders += [np.lexsort(table.T[::-1]), np.lexsort(table.T)]
    found = [(order, _starts(table[order])) for order in orders]
    return min(found, key=lambda pair: len(pair[1]))


def _starts(table: Words) -> list[int]:
    if len(table) < 3:
        return [0]
    strides = np.diff(table, axis=0)
    # continues[i]: row i + 1 continues the run of the rows i − 1 and i
    continues = [False, *(strides[1:] == strides[:-1]).all(axis=1).tolist(), False]
    starts, i = [0], 2
    while i < len(table):
        if continues[i - 1]:
            i += 1
        else:  # row i begins a new run, which always includes the next row
            starts.append(i)
            i += 2
    return starts
