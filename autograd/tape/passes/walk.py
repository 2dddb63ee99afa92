"""Rewriting of a program by local rules, in one walk; constant folding, such a rule; dead code elimination."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from autograd.tape.program import Constant, Instruction, Leaf, Program, replace_instructions

#: Replacement of an instruction: itself, another instruction, or a leaf.
Rule = Callable[[Instruction], Instruction]


def rewrite(program: Program, rules: Sequence[Rule]) -> Program:
    """Apply `rules` to each instruction, in order, until one returns a leaf or an earlier instruction.

    Instructions are changed in place: inputs that were replaced refer to their replacements. A rule may return an instruction
    on new instructions, to which the rules are applied too.
    """
    new: dict[Instruction, Instruction] = {}
    replaced = new.keys()
    steps: dict[Instruction, None] = {}

    for old in program.instructions:
        if not replaced.isdisjoint(old.inputs):
            old.inputs = replace_instructions(old.inputs, new)
        step = _place(old, rules, steps)
        if step is not old:
            new[old] = step
    program = program.with_instructions(list(steps), new)
    guards = [(step, truth) for step, truth in program.guards if not isinstance(step, Constant)]  # constants hold always
    return replace(program, guards=guards)


def _place(step: Instruction, rules: Sequence[Rule], steps: dict[Instruction, None]) -> Instruction:
    """Instruction of `steps`, or leaf, that replaces a step; what is new is added to `steps`."""
    for rule in rules:
        found = rule(step)
        if found is step:
            continue
        if isinstance(found, Leaf) or found in steps:
            return found
        found.inputs = tuple([x if isinstance(x, Leaf) or x in steps else _place(x, rules, steps) for x in found.inputs])
        return _place(found, rules, steps)
    steps[step] = None
    return step


def fold_constants(step: Instruction) -> Instruction:
    """Constant value of an instruction, or the instruction itself if an input is not constant."""
    for x in step.inputs:
        if type(x) is not Constant:
            return step
    try:
        return Constant(step.evaluate([x.data for x in step.inputs if isinstance(x, Constant)]))
    except Exception:  # any error of an op must be raised by the replay
        return step


def remove_dead_code(program: Program) -> Program:
    """Remove instructions that no output and no guard depends on."""
    needed: set[Instruction] = set(program.roots())
    kept = []
    for step in reversed(program.instructions):
        if step in needed:
            kept.append(step)
            needed.update(step.inputs)
    return program.with_instructions(kept[::-1], {})
