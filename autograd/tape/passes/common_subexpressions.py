"""Common subexpression elimination: of equal instructions, the first one replaces the others."""

from collections import defaultdict
from typing import Any

from autograd.ops.op import OPS
from autograd.support.lazy_numpy import np
from autograd.tape.program import Constant, Instruction

#: a ∘ b has the same bits as b ∘ a.
_COMMUTATIVE = {OPS["add"], OPS["multiply"]}


class CommonSubexpressions:
    """Rewrite rule that replaces an instruction by an equal earlier one, and constants by equal ones."""

    def __init__(self) -> None:
        self.known: defaultdict[Any, dict[Any, Instruction]] = defaultdict(dict)  # by op and parameters, then by inputs
        self.constants: dict[Instruction, Instruction] = {}  # the first of equal constants
        self.bytes: dict[int, tuple[Any, bytes]] = {}  # of arrays by id, so that each is read once

    def __call__(self, step: Instruction) -> Instruction:
        inputs = step.inputs
        for x in inputs:
            if type(x) is Constant:
                step.inputs = inputs = tuple([self._merged(x) if type(x) is Constant else x for x in inputs])
                break
        if step.op in _COMMUTATIVE and id(inputs[0]) > id(inputs[1]):
            inputs = inputs[::-1]
        table = self.known[(step.op, self.key(step.params)) if step.params else step.op]
        return table.setdefault(inputs, step)

    def _merged(self, x: Constant) -> Instruction:
        """The first constant with the type and bits of x."""
        found = self.constants.get(x)
        if found is None:
            found = self.constants[x] = self.known[Constant].setdefault(self.key(x.data), x)
        return found

    def key(self, x: Any) -> Any:
        """Hashable key that is equal for equal parameters."""
        if isinstance(x, dict):
            return tuple((name, self.key(value)) for name, value in sorted(x.items()))
        if isinstance(x, tuple | list):
            return (type(x), tuple(map(self.key, x)))
        if isinstance(x, slice):
            return (slice, x.start, x.stop, x.step)
        if isinstance(x, np.ndarray):
            if id(x) not in self.bytes:
                self.bytes[id(x)] = x, x.tobytes()
            return (x.shape, x.dtype, self.bytes[id(x)][1])
        try:
            hash(x)
        except TypeError:
            return id(x)
        return (type(x), repr(x)) if isinstance(x, float) else (type(x), x)
