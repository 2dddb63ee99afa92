"""Vectorised schedule of a program of floats, for the interpreter.

The level of an instruction is the length of the longest path to it from a leaf. Instructions of one level are independent.
Those of one op are grouped into runs whose inputs have equal strides in memory: a matrix-vector product in scalars becomes one
run. Each number is computed as before, and each sum in its order.

    words   code, rows, out, then (address, stride) of each input; a sum of products has their number before its inputs
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.ops.op import Op
from autograd.tape.passes.sums import SUM_OF_PRODUCTS
from autograd.tape.program import Instruction, Leaf, Program

Words = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Schedule:
    """Input of the interpreter.

    Attributes:
        words: Encoded runs of instructions
        leaves: Leaves in the order of their addresses, inputs first
        size: Number of floats in the memory
        outputs: Address of each output
        guards: Address of each guard's condition
        truths: Required truth value of each guard
    """

    words: Words
    leaves: list[Leaf]
    size: int
    outputs: Words
    guards: Words
    truths: np.ndarray[Any, np.dtype[np.bool_]]


def make_schedule(program: Program, codes: dict[Op, int]) -> Schedule:
    """Schedule of a program; `codes` numbers the ops."""
    leaves = program.leaves()
    address: dict[Instruction, int] = {leaf: i for i, leaf in enumerate(leaves)}
    words: list[Words] = []
    for op, steps in _groups(program, leaves, codes):
        table = np.array([[address[x] for x in step.inputs] for step in steps], dtype=np.int64)
        order, starts = _runs(table)
        first = len(address)
        for i, row in enumerate(order.tolist()):
            address[steps[row]] = first + i
        head = [(table.shape[1] - 1) // 2] if op is SUM_OF_PRODUCTS else []
        words += _encode_runs(codes[op], first, head, table[order], starts)
    return Schedule(
        np.concatenate(words).astype(np.int32) if words else np.zeros(0, np.int32),
        leaves,
        len(address),
        np.array([address[x] for x in program.outputs], np.int64),
        np.array([address[x] for x, _ in program.guards], np.int64),
        np.array([truth for _, truth in program.guards], np.bool_),
    )


def _groups(program: Program, leaves: list[Leaf], codes: dict[Op, int]) -> list[tuple[Op, list[Instruction]]]:
    """(op, instructions) of each level, op and arity, in the order of the levels."""
    level: dict[Instruction, int] = dict.fromkeys(leaves, 0)
    groups: dict[tuple[int, int, int], list[Instruction]] = {}
    for step in program.instructions:
        level[step] = depth = 1 + max([level[x] for x in step.inputs])
        groups.setdefault((depth, codes[step.op], len(step.inputs)), []).append(step)
    return [(steps[0].op, steps) for _, steps in sorted(groups.items(), key=lambda item: item[0][0])]


def _encode_runs(code: int, first: int, head: list[int], table: Words, starts: list[int]) -> Iterator[Words]:
    """Words of each run of a group, whose results begin at the address `first`."""
    for start, end in zip(starts, [*starts[1:], len(table)], strict=True):
        strides = table[start + 1] - table[start] if end > start + 1 else np.zeros(table.shape[1], np.int64)
        pairs = np.stack([table[start], strides], axis=1).ravel()
        yield np.concatenate([np.array([code, end - start, first + start, *head], np.int64), pairs])


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
