"""Decompose ops that a back end lacks into ops it has, by tracing their forward rules."""

from collections.abc import Container
from typing import Any

from autograd.ops.op import OPS, Op
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule
from autograd.tape.program import Constant, Instruction, Program, replace_instructions


def expand_ops(program: Program, known: Container[Op]) -> Program:
    """Decompose each instruction whose op is not `known`, if its rule can be traced."""
    if all(step.op in known for step in program.instructions):
        return program
    new: dict[Instruction, Instruction] = {}
    steps: list[Instruction] = []
    for step in program.instructions:
        inputs = replace_instructions(step.inputs, new)
        parts: list[Instruction] = []
        result = None if step.op in known else _decompose(step, inputs, parts)
        if result is not None:
            steps += parts
            new[step] = result
        else:
            if inputs != step.inputs:
                new[step] = step = Instruction(step.op, inputs, step.params, step.kind)
            steps.append(step)
    return program.with_instructions(steps, new)


def _decompose(step: Instruction, inputs: tuple[Instruction, ...], parts: list[Instruction]) -> Instruction | None:
    """Result of a rule, whose instructions are appended to `parts`; None if the rule cannot be traced."""
    try:
        result = read_rule(
            step.op.forward,
            step.op,
            _OpNamespace(),
            *(TracedNumber(x, parts) for x in inputs),
            **step.params,
        )
    except UnreadableRuleError:
        return None
    return result.step if isinstance(result, TracedNumber) else None


class _OpNamespace:
    """Namespace of ops, which have the names of the functions that rules call."""

    def __getattr__(self, name: str) -> Op:
        if name not in OPS:
            raise UnreadableRuleError(f"no op is named {name}")
        return OPS[name]


class TracedNumber(Tracer):
    """Tracer of one number in a rule: arithmetic appends instructions to `parts`."""

    __slots__ = ("parts", "step")

    def __init__(self, step: Instruction, parts: list[Instruction]) -> None:
        self.step, self.parts = step, parts

    @classmethod
    def record(cls, op: Op, inputs: tuple[Any, ...], params: dict[str, Any]) -> "TracedNumber":
        parts = next(x.parts for x in inputs if isinstance(x, TracedNumber))
        if op.kind != "elementwise":
            raise UnreadableRuleError(f"{op.name} works on arrays")
        operands = tuple([x.step if isinstance(x, TracedNumber) else Constant(float(x)) for x in inputs])
        step = Instruction(op, operands, params, None)
        parts.append(step)
        return cls(step, parts)


define_operators(TracedNumber, lambda operator: OPS[operator.op])
