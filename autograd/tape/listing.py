"""Listing of a program as text, one instruction a line."""

from autograd.tape.program import Captured, Constant, Input, Instruction, Kind, Program


def listing(name: str, program: Program) -> str:
    """Text of `print(tape)`: leaves, instructions with their shapes, guards where they are checked, outputs."""
    names: dict[Instruction, str] = {}
    lines = [f"{name}: {len(program)} instructions"]
    for leaf in program.leaves():
        if isinstance(leaf, Input):
            names[leaf] = leaf.name
            lines.append(f"  input     {leaf.name}{_kind_text(leaf.kind)}")
        elif isinstance(leaf, Captured):
            names[leaf] = leaf.node.label or f"c{len(names)}"
            lines.append(f"  captured  {names[leaf]}{_kind_text(leaf.kind)}")
        elif isinstance(leaf, Constant):
            names[leaf] = _constant_text(leaf)
    guards = {step: (i, truth) for i, (step, truth) in enumerate(program.guards)}
    for n, step in enumerate(program.instructions):
        names[step] = f"v{n}"
        arguments = [names[x] for x in step.inputs] + [f"{k}={v!r}" for k, v in step.params.items()]
        lines.append(f"  v{n}{_kind_text(step.kind)} = {step.op.name}({', '.join(arguments)})")
        if step in guards:
            i, truth = guards[step]
            lines.append(f"  guard {i}: v{n} is {truth}")
    lines.append(f"  return {', '.join(names[x] for x in program.outputs)}")
    return "\n".join(lines)


def _kind_text(kind: Kind) -> str:
    if kind is None:
        return ""
    shape, dtype = kind
    return f": {dtype}[{', '.join(map(str, shape))}]"


def _constant_text(leaf: Constant) -> str:
    return repr(leaf.data) if leaf.kind is None or not leaf.kind[0] else f"constant{_kind_text(leaf.kind)[1:]}"
