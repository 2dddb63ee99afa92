"""Dead code: steps that nothing asks for."""

from autograd.tape.program import Program, Step


def without_dead_code(program: Program) -> Program:
    """The program of those steps alone that an output or a guard is computed from."""
    needed: set[Step] = set(program.roots())
    kept = []
    for step in reversed(program.steps):
        if step in needed:
            kept.append(step)
            needed.update(step.inputs)
    return program.rewritten(kept[::-1], {})
