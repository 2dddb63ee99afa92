"""Sums of products in one step: c + a₁b₁ + a₂b₂ + …, added in the order in which they were written.

    y = (((c + a₁ b₁) + a₂ b₂) + …) + aₙ bₙ

Each product is rounded, and each sum: nothing is reassociated and no rounding saved, so the bits stay what they were. A term
that is no product stands as a × 1, a sum that begins with a product as −0 + a b: both are exact.
"""

from typing import Any

from autograd.base.domain import REALS, Domain
from autograd.ops.op import OPS, Op
from autograd.tape.program import Constant, Instruction, Program, replace_instructions

_ADD, _MULTIPLY = OPS["add"], OPS["multiply"]


def sum_of_products(xp: Any, *terms: Any) -> Any:
    """A number and products, added up from left to right.

    y = terms[0] + terms[1] terms[2] + terms[3] terms[4] + …
    """
    total = terms[0]
    for a, b in zip(terms[1::2], terms[2::2], strict=True):
        total = total + a * b
    return total


SUM_OF_PRODUCTS = Op(sum_of_products, (None,), "general", "Σ×", Domain((REALS,)), None)

_ONE, _NOTHING = Constant(1.0), Constant(-0.0)


def fuse_sums(program: Program) -> Program:
    """The program with every chain of additions of floats that has a product in it as one step."""
    uses = program.uses()
    absorbed: set[Instruction] = set()
    new: dict[Instruction, Instruction] = {}
    for step in reversed(program.instructions):  # from the last addition of a chain to its first
        if step.op is _ADD and step.kind is None and step not in absorbed:
            terms, inner = _chain(step, uses)
            if len(terms) > 3 or inner:
                absorbed |= inner
                new[step] = Instruction(SUM_OF_PRODUCTS, tuple(terms), {}, None)
    steps = []
    for step in program.instructions:
        if step not in absorbed:
            found = new.get(step, step)
            found.inputs = replace_instructions(found.inputs, new)
            steps.append(found)
    return program.with_instructions(steps, new)


def _chain(last: Instruction, uses: Any) -> tuple[list[Instruction], set[Instruction]]:
    """The terms of the sum that ends with `last`, and the steps that it makes superfluous."""
    inner: set[Instruction] = set()

    def only_here(x: Instruction, op: Op) -> bool:
        return x.op is op and x.kind is None and uses[x] == 1

    later: list[Instruction] = []  # what is added, last first
    step = last
    while True:
        a, b = step.inputs
        if only_here(a, _ADD):
            step, added = a, b
        elif only_here(b, _ADD):
            step, added = b, a
        else:
            break
        inner.add(step)
        later.append(added)
    if not only_here(a, _MULTIPLY):
        start, first = a, [b]
    elif not only_here(b, _MULTIPLY):
        start, first = b, [a]
    else:
        start, first = _NOTHING, [a, b]
    terms = [start]
    for term in (*first, *reversed(later)):
        if only_here(term, _MULTIPLY):
            inner.add(term)
            terms += term.inputs
        else:
            terms += (term, _ONE)
    return terms, inner
