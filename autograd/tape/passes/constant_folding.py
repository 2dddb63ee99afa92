"""Constant folding: replace an instruction by a constant if all its inputs are constants."""

from autograd.tape.program import Constant, Instruction


def fold_constants(step: Instruction) -> Instruction:
    """Constant value of an instruction, or the instruction itself if an input is not constant."""
    for x in step.inputs:
        if type(x) is not Constant:
            return step
    try:
        return Constant(step.evaluate([x.data for x in step.inputs if isinstance(x, Constant)]))
    except Exception:  # any error of an op must be raised by the replay
        return step
