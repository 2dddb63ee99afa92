"""A program of floats as instructions for an interpreter, each of which does the same to many numbers at equal distances.

A step's level is the longest way to it from a leaf, so that steps of one level do not need each other and may be done
together. Of those that apply one op, runs are found whose inputs lie at equal distances in memory, from row to row: a
matrix times a vector, written out in scalars, is such a run again. Each number is computed just as before, and each sum in
its order.

    words   code, rows, out, then (address, distance from row to row) of each input; a sum has its number of products first
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.ops.op import Op
from autograd.tape.passes.sums import SUM_OF_PRODUCTS
from autograd.tape.program import Instruction, Leaf, Program

Words = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Schedule:
    """What the interpreter needs.

    Attributes:
        words: the instructions
        leaves: the leaves in the order of their addresses, inputs first
        size: how many numbers the memory holds
        outputs: the address of each output
        guards: the address that each guard looks at
        truths: and the truth value that it expects
    """

    words: Words
    leaves: list[Leaf]
    size: int
    outputs: Words
    guards: Words
    truths: np.ndarray[Any, np.dtype[np.bool_]]


def make_schedule(program: Program, codes: dict[Op, int]) -> Schedule:
    """The instructions of a program; `codes` numbers the ops."""
    leaves = program.leaves()
    address: dict[Instruction, int] = {leaf: i for i, leaf in enumerate(leaves)}
    level: dict[Instruction, int] = dict.fromkeys(leaves, 0)
    groups: dict[tuple[int, int, int], list[Instruction]] = {}
    for step in program.instructions:
        inputs = step.inputs
        level[step] = here = 1 + max([level[x] for x in inputs])
        groups.setdefault((here, codes[step.op], len(inputs)), []).append(step)
    words: list[Words] = []
    for (_, code, arity), steps in sorted(groups.items(), key=lambda item: item[0][0]):
        table = np.array([[address[x] for x in step.inputs] for step in steps], dtype=np.int64).reshape(len(steps), arity)
        order, starts = _runs(table)
        first = len(address)
        for i, row in enumerate(order.tolist()):
            address[steps[row]] = first + i
        table = table[order]
        products = [(arity - 1) // 2] if code == codes[SUM_OF_PRODUCTS] else []
        for start, end in zip(starts, [*starts[1:], len(steps)], strict=True):
            strides = table[start + 1] - table[start] if end > start + 1 else np.zeros(arity, np.int64)
            pairs = np.stack([table[start], strides], axis=1).ravel()
            words.append(np.concatenate([np.array([code, end - start, first + start, *products], np.int64), pairs]))
    return Schedule(
        np.concatenate(words).astype(np.int32) if words else np.zeros(0, np.int32),
        leaves,
        len(address),
        np.array([address[x] for x in program.outputs], np.int64),
        np.array([address[x] for x, _ in program.guards], np.int64),
        np.array([truth for _, truth in program.guards], np.bool_),
    )


def _runs(table: Words) -> tuple[Words, list[int]]:
    """(an order of the rows, where runs of equal differences begin in it): the order with the fewest runs."""
    orders = [np.arange(len(table))]
    if len(table) > 2:
        orders += [np.lexsort(table.T[::-1]), np.lexsort(table.T)]
    found = [(order, _starts(table[order])) for order in orders]
    return min(found, key=lambda pair: len(pair[1]))


def _starts(table: Words) -> list[int]:
    if len(table) < 3:
        return [0]
    steps = np.diff(table, axis=0)
    goes_on = [
        False,
        *(steps[1:] == steps[:-1]).all(axis=1).tolist(),
        False,
    ]  # [i]: row i + 1 continues the run of i − 1 and i
    starts, i = [0], 2
    while i < len(table):
        if goes_on[i - 1]:
            i += 1
        else:  # row i begins a new run, which the row after it joins in any case
            starts.append(i)
            i += 2
    return starts
