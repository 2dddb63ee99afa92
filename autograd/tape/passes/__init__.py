"""Optimisation passes: a smaller program with bitwise equal results."""

from autograd.tape.passes.common_subexpressions import CommonSubexpressions
from autograd.tape.passes.identities import simplify
from autograd.tape.passes.sums import fuse_sums
from autograd.tape.passes.walk import fold_constants, remove_dead_code, rewrite
from autograd.tape.program import Program

__all__ = ["optimise"]


def optimise(program: Program) -> Program:
    """Run all passes: fewer instructions, the same numbers."""
    program = rewrite(program, [fold_constants, simplify, CommonSubexpressions()])
    return fuse_sums(remove_dead_code(program))
