"""One walk over a program, for passes that look at a step and what it is computed from."""

from collections.abc import Callable, Sequence

from autograd.tape.program import Constant, Instruction, Leaf, Program, replace_instructions

#: What may be put in a step's place: the step itself, another one, or a leaf.
Rule = Callable[[Instruction], Instruction]


def rewrite(program: Program, rules: Sequence[Rule]) -> Program:
    """The program with each step put through `rules`, one after the other, until one finds it computed already.

    Its steps are taken over, not copied: what refers to a step that was replaced is made to refer to the other.
    """
    new: dict[Instruction, Instruction] = {}
    steps: dict[Instruction, None] = {}
    for old in program.instructions:
        for x in old.inputs:
            if x in new:
                old.inputs = replace_instructions(old.inputs, new)
                break
        step = old
        for rule in rules:
            step = rule(step)
            if isinstance(step, Leaf) or step in steps:
                break
        else:
            steps[step] = None
        if step is not old:
            new[old] = step
    return _with_known_guards(program.with_instructions(list(steps), new))


def _with_known_guards(program: Program) -> Program:
    """Without the guards that look at a constant: they hold at every replay, as they did when they were recorded."""
    guards = [(step, truth) for step, truth in program.guards if not isinstance(step, Constant)]
    return Program(program.inputs, program.instructions, program.outputs, guards)
