"""Fusion of sums of products into one instruction, without a change of their order.

    y = (((c + a₁ b₁) + a₂ b₂) + …) + aₙ bₙ

Each product and each sum is rounded as before, so results are bitwise equal. A term a that is not a product becomes a × 1, and
a sum that begins with a product begins with −0; both are exact. A longer sum continues in the next instruction.
"""

from typing import Any

from autograd.base.domain import REALS, Domain
from autograd.ops.op import OPS, Op
from autograd.tape.program import Constant, Instruction, Program, replace_instructions

_ADD, _MULTIPLY = OPS["add"], OPS["multiply"]


def sum_of_products(xp: Any, *terms: Any) -> Any:
    """Sum of a number and products, from left to right.

    y = terms[0] + terms[1] terms[2] + terms[3] terms[4] + …
    """
    total = terms[0]
    for a, b in zip(terms[1::2], terms[2::2], strict=True):
        total = total + a * b
    return total


SUM_OF_PRODUCTS = Op(sum_of_products, (None,), "general", "Σ×", Domain((REALS,)), None)

#: Largest number of additions in one instruction: CPython's compiler is recursive.
_MAX_LENGTH = 64

_ONE, _MINUS_ZERO = Constant(1.0), Constant(-0.0)


def fuse_sums(program: Program) -> Program:
    """Fuse each chain of float additions that contains a product into one instruction."""
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
    """(terms of the sum that ends with `last`, instructions that it replaces)."""
    inner: set[Instruction] = set()

    def is_inner(x: Instruction, op: Op) -> bool:
        return x.op is op and x.kind is None and uses[x] == 1

    later: list[Instruction] = []  # summands, last first
    step = last
    a, b = step.inputs
    while len(later) < _MAX_LENGTH and (is_inner(a, _ADD) or is_inner(b, _ADD)):
        step, added = (a, b) if is_inner(a, _ADD) else (b, a)
        inner.add(step)
        later.append(added)
        a, b = step.inputs
    if not is_inner(a, _MULTIPLY):
        start, first = a, [b]
    elif not is_inner(b, _MULTIPLY):
        start, first = b, [a]
    else:
        start, first = _MINUS_ZERO, [a, b]
    terms = [start]
    for term in (*first, *reversed(later)):
        if is_inner(term, _MULTIPLY):
            inner.add(term)
            terms += term.inputs
        else:
            terms += (term, _ONE)
    return terms, inner
