"""The back end that needs nothing: the program as straight-line Python, an assignment a step.

A number that is used once stands where it is used; a name is used again when its number is no longer needed. The text of a
step is the forward rule of its op in the `source` reading. Where `math` raises and IEEE 754 has a value, and where a rule is
no expression, the rule itself is called.
"""

import functools
import linecache
from collections.abc import Sequence
from typing import Any

from autograd.ops.namespaces import MATH_ERRORS, quiet, scalar
from autograd.ops.op import Op, on_floats
from autograd.ops.operators import Precedence
from autograd.ops.python_source import Code, code, rule_source
from autograd.ops.tracing import UnreadableRuleError
from autograd.tape.backends.protocol import Backend, GuardFailedError, Replay, evaluated, flat, only_floats
from autograd.tape.passes.sums import SUM_OF_PRODUCTS
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program

#: How many steps one expression may hold: CPython's compiler is recursive.
_LONGEST = 60


class PythonBackend(Backend):
    """Straight-line Python, which needs nothing."""

    name = "python"
    scalars = True

    def compile(self, program: Program) -> Replay:
        """The program as a Python function."""
        text, names = _Emitter(program).text()
        file = f"<autograd: tape {id(program):x}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks
        exec(compile(text, file, "exec"), names)  # our own text, from our own table
        function, floats = names["replay"], only_floats(program)

        def replay(leaves: Sequence[Any]) -> Sequence[Any]:
            if not floats:
                with quiet():
                    return list(function(leaves))
            numbers = flat(leaves)
            try:
                return list(function(numbers))
            except MATH_ERRORS:  # an overflow, say: inf in IEEE 754
                return evaluated(program, numbers)

        return replay

    def source(self, program: Program) -> str:
        return _Emitter(program).text()[0]


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
        self.mentions: dict[Instruction, list[Instruction]] = {}  # the named steps in a step's text
        self.sizes: dict[Instruction, int] = {}
        self.left = dict(self.uses)  # how many mentions of a named step are still to come
        self.free: list[str] = []
        self.count = 0

    def text(self) -> tuple[str, dict[str, Any]]:
        for leaf in self.program.leaves():
            self.leaf(leaf)
        for step in self.program.instructions:
            self.step(step)
        outputs = "".join(f"{self.codes[x].text}, " for x in self.program.outputs).rstrip()
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def replay(inputs):\n{self.unpacking()}{body}    return ({outputs})\n", self.names

    def unpacking(self) -> str:
        if not self.program.inputs:
            return ""
        return "    " + "".join(f"{self.codes[x].text}, " for x in self.program.inputs).rstrip() + " = inputs\n"

    def leaf(self, leaf: Leaf) -> None:
        if isinstance(leaf, Constant) and leaf.kind is None:
            self.codes[leaf] = code(leaf.data) if type(leaf.data) is float else Code(repr(leaf.data))
        elif isinstance(leaf, Input):
            self.codes[leaf] = Code(f"x{len(self.codes)}")
        else:
            name = f"c{len(self.names)}"
            self.names[name] = leaf.node if isinstance(leaf, Captured) else leaf.data  # type: ignore[attr-defined]
            self.codes[leaf] = Code(f"{name}._data" if isinstance(leaf, Captured) else name)
        self.mentions[leaf], self.sizes[leaf] = [], 0
        self.guard(leaf)

    def step(self, step: Instruction) -> None:
        text = self.written(step)
        mentions = [named for x in step.inputs for named in self.mentions[x]]
        size = 1 + sum(self.sizes[x] for x in step.inputs)
        only_guarded = step in self.guards and self.uses[step] == 1
        self.codes[step], self.mentions[step], self.sizes[step] = text, mentions, size
        if only_guarded:
            self.guard(step)
            self.release(mentions)
        elif self.uses[step] > 1 or size > _LONGEST or not self.is_mentioned_once(step):
            self.release(mentions)
            name = self.free.pop() if self.free else self.new_name()
            self.lines.append(f"{name} = {text}")
            self.codes[step], self.mentions[step], self.sizes[step] = Code(name), [step], 0
            self.guard(step)

    def is_mentioned_once(self, step: Instruction) -> bool:
        """Whether the one step that uses this one has it in its text once."""
        consumer = self.consumer.get(step)
        return consumer is not None and _mentions_once(consumer)

    def release(self, mentions: list[Instruction]) -> None:
        for named in mentions:
            self.left[named] -= 1
            if not self.left[named]:
                self.free.append(self.codes[named].text)

    def new_name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def guard(self, step: Instruction) -> None:
        if step in self.guards:
            i, truth = self.guards[step]
            condition = self.codes[step].up_to(Precedence.COMPARISON) if truth else self.codes[step].text
            self.lines.append(f"if {'not ' if truth else ''}{condition}: raise GuardFailedError({i})")

    def written(self, step: Instruction) -> Code:
        """The text of a step: its forward rule as an expression, or a call of the rule."""
        inputs = [self.codes[x] for x in step.inputs]
        if step.kind is None:
            try:
                return rule_source(step.op, *inputs, **step.params)
            except UnreadableRuleError:
                rule = lambda *xs, f=step.op.forward, p=step.params: on_floats(f, *xs, **p)  # noqa: E731
        else:
            rule = lambda *xs, op=step.op, p=step.params: op.on_arrays(list(xs), p)  # noqa: E731
        name = f"{step.op.name}_{len(self.names)}"
        self.names[name] = rule
        return Code(f"{name}({', '.join(x.text for x in inputs)})")


@functools.cache
def _mentions_once(op: Op) -> bool:
    """Whether the text of an op has each input in it once, so that an expression may stand in an input's place."""
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
