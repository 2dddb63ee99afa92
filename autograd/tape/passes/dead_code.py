"""Dead code: steps that nothing asks for."""

from autograd.tape.program import Instruction, Program


def remove_dead_code(program: Program) -> Program:
    """The program of those steps alone that an output or a guard is computed from."""
    needed: set[Instruction] = set(program.roots())
    kept = []
    for step in reversed(program.instructions):
        if step in needed:
            kept.append(step)
            needed.update(step.inputs)
    return program.with_instructions(kept[::-1], {})
