"""Back end "python", without dependencies: straight-line Python source.

A number that is used once is an inline expression; variables are reused after the last use of their values. The source of an
instruction is the forward rule of its op, traced as an expression. The rule itself is called if it cannot be traced, or if
`math` raises where IEEE 754 has a value.
"""

import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from autograd.base.numerics import call_quietly
from autograd.engine.graph import pause_garbage_collection
from autograd.ops.namespaces import MATH_ERRORS, scalar
from autograd.ops.op import Op
from autograd.ops.operators import Precedence
from autograd.ops.python_source import Code, code, identifier, rule_source
from autograd.ops.tracing import UnreadableRuleError
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, evaluated, flat, load_replay, only_floats
from autograd.tape.passes.sums import SUM_OF_PRODUCTS
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program

#: Largest number of instructions in one expression: CPython's compiler is recursive.
_MAX_LENGTH = 60


class PythonBackend(Backend):
    """Straight-line Python, without dependencies."""

    name = "python"
    scalars = True

    def compile(self, program: Program) -> Replay:
        """Compile the program to a Python function."""
        with pause_garbage_collection():
            function = load_replay(*_Emitter(program).source())
        floats, takes_floats = only_floats(program), all(x.kind is None for x in program.inputs)

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            numbers = flat(leaves) if takes_floats else leaves
            try:
                return list(function(numbers) if floats else call_quietly(function, numbers))
            except MATH_ERRORS:  # such as an overflow: inf in IEEE 754
                return evaluated(program, numbers)

        return replay

    def source(self, program: Program) -> str:
        return _Emitter(program).source()[0]


backend = PythonBackend()


class _Emitter:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.uses = program.uses()
        self.consumer = {x: step.op for step in program.instructions for x in step.inputs}
        self.guards = {step: (i, truth) for i, (step, truth) in enumerate(program.guards)}
        self.names: dict[str, Any] = {f: getattr(scalar, f) for f in dir(scalar) if not f.startswith("_")}
        self.names |= {"inf": float("inf"), "nan": float("nan"), "GuardFailedError": GuardFailedError}
        self.lines: list[str] = []
        self.codes: dict[Instruction, Code] = {}
        self.mentions: dict[Instruction, list[Instruction]] = {}  # the variables in an instruction's text
        self.sizes: dict[Instruction, int] = {}
        self.single: dict[Op, bool] = {}  # ops that mention each input once
        self.left = dict(self.uses)  # remaining mentions of a variable
        self.free: list[str] = []
        self.fresh = map("v{}".format, itertools.count(1))

    def source(self) -> tuple[str, dict[str, Any]]:
        """(source text, global names) of the replay function."""
        for leaf in self.program.leaves():
            self.emit_leaf(leaf)
        for step in self.program.instructions:
            self.emit_instruction(step)
        outputs = "".join(f"{self.codes[x].text}, " for x in self.program.outputs).rstrip()
        body = "".join(f"    {line}\n" for line in self.lines)
        inputs = "".join(f"{self.codes[x].text}, " for x in self.program.inputs).rstrip()
        first = f"    {inputs} = inputs\n" if inputs else ""
        return f"def replay(inputs):\n{first}{body}    return ({outputs})\n", self.names

    def emit_leaf(self, leaf: Leaf) -> None:
        if isinstance(leaf, Constant) and leaf.kind is None:
            self.codes[leaf] = code(leaf.data) if type(leaf.data) is float else Code(repr(leaf.data))
        elif isinstance(leaf, Input):
            self.codes[leaf] = Code(f"x{len(self.codes)}")
        else:
            name = f"c{len(self.names)}"
            self.names[name] = leaf.node if isinstance(leaf, Captured) else leaf.data  # type: ignore[attr-defined]
            self.codes[leaf] = Code(f"{name}._data" if isinstance(leaf, Captured) else name)
        self.mentions[leaf], self.sizes[leaf] = [], 0
        self.emit_guard(leaf)

    def emit_instruction(self, step: Instruction) -> None:
        text = self.instruction_code(step)
        mentions = [variable for x in step.inputs for variable in self.mentions[x]]
        size = max(1, len(step.inputs) // 2) + sum(self.sizes[x] for x in step.inputs)
        only_guarded = step in self.guards and self.uses[step] == 1
        self.codes[step], self.mentions[step], self.sizes[step] = text, mentions, size
        if only_guarded:
            self.emit_guard(step)
            self.release(mentions)
        elif self.uses[step] > 1 or size > _MAX_LENGTH or not self.is_mentioned_once(step):
            self.release(mentions)
            name = self.free.pop() if self.free else next(self.fresh)
            self.lines.append(f"{name} = {text}")
            self.codes[step], self.mentions[step], self.sizes[step] = Code(name, truth=text.truth), [step], 0
            self.emit_guard(step)

    def is_mentioned_once(self, step: Instruction) -> bool:
        """True if the one consumer of an instruction mentions it once in its text."""
        consumer = self.consumer.get(step)
        if consumer is not None and consumer not in self.single:
            self.single[consumer] = _mentions_once(consumer)
        return consumer is not None and self.single[consumer]

    def release(self, mentions: list[Instruction]) -> None:
        for variable in mentions:
            self.left[variable] -= 1
            if not self.left[variable]:
                self.free.append(self.codes[variable].text)

    def emit_guard(self, step: Instruction) -> None:
        if step in self.guards:
            i, truth = self.guards[step]
            condition = self.codes[step].up_to(Precedence.COMPARISON) if truth else self.codes[step].text
            self.lines.append(f"if {'not ' if truth else ''}{condition}: raise GuardFailedError({i})")

    def instruction_code(self, step: Instruction) -> Code:
        """Code of an instruction: its forward rule as an expression, or a call of the rule."""
        inputs = [self.codes[x] for x in step.inputs]
        if step.kind is None:
            with suppress(UnreadableRuleError):
                return rule_source(step.op, *inputs, **step.params)
        name = f"{identifier(step.op.name)}_{len(self.names)}"
        self.names[name] = lambda *xs: step.evaluate(list(xs))
        return Code(f"{name}({', '.join(x.text for x in inputs)})")


def _mentions_once(op: Op) -> bool:
    """True if the text of an op mentions each input once, so that inputs may be inline expressions."""
    if op is SUM_OF_PRODUCTS:
        return True
    if op.kind != "elementwise" or op.params:
        return False
    letters = [Code(f"_{i}_") for i in range(op.arity)]
    try:
        text = str(rule_source(op, *letters))
    except UnreadableRuleError:
        return False
    return all(text.count(x.text) == 1 for x in letters)
