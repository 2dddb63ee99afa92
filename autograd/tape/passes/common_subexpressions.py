"""Common subexpression elimination: of equal instructions, the first one replaces the others."""

from typing import Any

import numpy as np

from autograd.ops.op import OPS
from autograd.tape.program import Instruction

#: a ∘ b has the same bits as b ∘ a.
_COMMUTATIVE = {OPS["add"], OPS["multiply"]}


class CommonSubexpressions:
    """Rewrite rule that replaces an instruction by an equal earlier one."""

    def __init__(self) -> None:
        self.known: dict[Any, Instruction] = {}

    def __call__(self, step: Instruction) -> Instruction:
        inputs = step.inputs
        key = (step.op, inputs, _key(step.params)) if step.params else (step.op, inputs)
        found = self.known.get(key)
        if found is None and step.op in _COMMUTATIVE:
            found = self.known.get((step.op, inputs[::-1]))
        if found is None:
            self.known[key] = found = step
        return found


def _key(x: Any) -> Any:
    """Hashable key that is equal for equal parameters."""
    if isinstance(x, dict):
        return tuple((name, _key(value)) for name, value in sorted(x.items()))
    if isinstance(x, tuple | list):
        return (type(x), tuple(map(_key, x)))
    if isinstance(x, slice):
        return (slice, x.start, x.stop, x.step)
    if isinstance(x, np.ndarray):
        return (x.shape, x.dtype, x.tobytes())
    try:
        hash(x)
    except TypeError:
        return id(x)
    return (type(x), repr(x)) if isinstance(x, float) else (type(x), x)
