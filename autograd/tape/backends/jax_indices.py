"""Checks of indices and labels for JAX, which replaces an index that is out of range by the nearest one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.ops.rules.indexing import fill_index, getitem, put
from autograd.tape.backends.protocol import evaluated
from autograd.tape.program import Constant, Instruction, Program


def integer_check(program: Program) -> Callable[[Sequence[Any]], None]:
    """Function that runs, in NumPy, the rules on integer inputs alone, which check labels and, on zeros, indices."""
    integers = integer_instructions(program)
    steps = [step for step in program.instructions if step in integers]
    for step in _indexed_by_inputs(program):
        if integers.issuperset(step.inputs[1:]) and step not in integers:
            zeros = Constant(np.broadcast_to(0.0, step.inputs[0].kind[0]))  # type: ignore[index]  # an array
            steps.append(Instruction(step.op, (zeros, *step.inputs[1:]), step.params, step.kind))
    if not steps:
        return lambda inputs: None
    part = Program(program.inputs, steps, [], [])

    def check(inputs: Sequence[Any]) -> None:
        evaluated(part, [np.asarray(x) if leaf in integers else x for leaf, x in zip(program.inputs, inputs, strict=True)])

    return check


def integer_instructions(program: Program) -> set[Instruction]:
    """Integer inputs, and the instructions on them and constants alone."""
    integers: set[Instruction] = {x for x in program.inputs if x.kind is not None and x.kind[1].kind in "iu"}
    for step in program.instructions:
        if not integers.isdisjoint(step.inputs) and all(x in integers or isinstance(x, Constant) for x in step.inputs):
            integers.add(step)
    return integers


def _indexed_by_inputs(program: Program) -> list[Instruction]:
    return [step for step in program.instructions if step.op in (getitem, put) and len(step.inputs) > 1]


def are_in_range(program: Program, known: dict[Instruction, Any], integers: set[Instruction], xp: Any) -> list[Any]:
    """For each index that `integer_check` does not check, if it is in range: JAX itself replaces others by the nearest one."""
    found = []
    for step in _indexed_by_inputs(program):
        if not integers.issuperset(step.inputs[1:]):
            index = fill_index(step.params["index"], [known[x] for x in step.inputs[1:]])
            whole = xp.ones(step.params.get("shape", known[step.inputs[0]].shape), bool)
            found.append(whole.at[index].get(mode="fill", fill_value=False).all())
    return found
