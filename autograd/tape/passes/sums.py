"""Fusion of sums of products into one instruction, without a change of their order.

    y = (((c + a₁ b₁) + a₂ b₂) + …) + aₙ bₙ

Each product and each sum is rounded as before, so results are bitwise equal. A term a that is not a product becomes a × 1, and
a sum that begins with a product begins with −0; both are exact. A longer sum continues in the next instruction.
"""

from collections.abc import Mapping
from typing import Any

from autograd.base.domain import REALS, Domain
from autograd.ops.op import OPS, Op
from autograd.tape.program import Constant, Instruction, Program

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
    """Fuse each chain of float additions that contains a product into one instruction, which replaces its last addition."""
    uses = program.uses()
    needed = set(program.roots())
    kept = []
    for step in reversed(program.instructions):  # from the last addition of a chain to its first
        if step in needed:
            if step.op is _ADD and step.kind is None:
                terms = _chain(step, uses)
                if len(terms) > 3 or terms[-1] is not _ONE:
                    step.op, step.inputs = SUM_OF_PRODUCTS, tuple(terms)
            kept.append(step)
            needed.update(step.inputs)
    return program.with_instructions(kept[::-1], {})


def _chain(last: Instruction, uses: Mapping[Instruction, int]) -> list[Instruction]:
    """Terms of the sum that ends with `last`: a number, then the factors of each product."""
    later: list[Instruction] = []  # summands, last first
    a, b = last.inputs
    while len(later) < _MAX_LENGTH:
        if a.op is _ADD and a.kind is None and uses[a] == 1:
            step, added = a, b
        elif b.op is _ADD and b.kind is None and uses[b] == 1:
            step, added = b, a
        else:
            break
        later.append(added)
        a, b = step.inputs
    products = {x for x in (a, b, *later) if x.op is _MULTIPLY and x.kind is None and uses[x] == 1}
    if a not in products:
        start, first = a, [b]
    elif b not in products:
        start, first = b, [a]
    else:
        start, first = _MINUS_ZERO, [a, b]
    terms = [start]
    for term in (*first, *reversed(later)):
        terms += term.inputs if term in products else (term, _ONE)
    return terms
