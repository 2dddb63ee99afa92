"""Dead code elimination."""

from autograd.tape.program import Instruction, Program


def remove_dead_code(program: Program) -> Program:
    """Remove instructions that no output and no guard depends on."""
    needed: set[Instruction] = set(program.roots())
    kept = []
    for step in reversed(program.instructions):
        if step in needed:
            kept.append(step)
            needed.update(step.inputs)
    return program.with_instructions(kept[::-1], {})
