"""Ops that a back end does not know, written out in ops that it does: their rules, read in the names of the op table."""

from collections.abc import Container
from typing import Any

from autograd.ops.op import OPS, Op, Recorder
from autograd.tape.program import Constant, Program, Step, replaced


def expanded(program: Program, known: Container[Op]) -> Program:
    """The program with every step of floats whose op is not `known` written out, as far as its rule can be read."""
    if all(step.op in known for step in program.steps):
        return program
    new: dict[Step, Step] = {}
    steps: list[Step] = []
    for step in program.steps:
        inputs = replaced(step.inputs, new)
        parts: list[Step] = []
        result = None if step.op in known else _written_out(step, inputs, parts)
        if result is not None:
            steps += parts
            new[step] = result
        else:
            if inputs != step.inputs:
                new[step] = step = Step(step.op, inputs, step.params, step.kind)
            steps.append(step)
    return program.rewritten(steps, new)


def _written_out(step: Step, inputs: tuple[Step, ...], parts: list[Step]) -> Step | None:
    """The result of a rule, whose steps are added to `parts`; none if it cannot be read."""
    try:
        result = step.op.forward(_Table(), *(_Piece(x, parts) for x in inputs), **step.params)
    except (TypeError, ValueError, AttributeError):
        return None
    return result.step if isinstance(result, _Piece) else None


class _Table:
    """The names of ops: what a rule calls in a namespace has an op of the same name."""

    def __getattr__(self, name: str) -> Op:
        if name not in OPS:
            raise AttributeError(name)
        return OPS[name]


class _Piece(Recorder):
    """A number of a rule that is being read: arithmetic on it adds steps to `pieces`."""

    __slots__ = ("pieces", "step")

    def __init__(self, step: Step, pieces: list[Step]) -> None:
        self.step, self.pieces = step, pieces

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> "_Piece":
        pieces = next(x.pieces for x in inputs if isinstance(x, _Piece))
        step = Step(op, tuple([x.step if isinstance(x, _Piece) else Constant(float(x)) for x in inputs]), params, None)
        pieces.append(step)
        return cls(step, pieces)

    def __bool__(self) -> bool:
        raise TypeError("a rule that takes a branch on its numbers cannot be written out")


def _operator(op: Op, reflected: bool = False) -> Any:
    return (lambda self, *other: op(*other, self)) if reflected else lambda self, *other: op(self, *other)


for _name, _op in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "and": "logical_and", "or": "logical_or",
}.items():  # fmt: skip
    setattr(_Piece, f"__{_name}__", _operator(OPS[_op]))
    setattr(_Piece, f"__r{_name}__", _operator(OPS[_op], reflected=True))
for _name, _op in {
    "neg": "negative", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal",
}.items():  # fmt: skip
    setattr(_Piece, f"__{_name}__", _operator(OPS[_op]))
