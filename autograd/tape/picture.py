"""Program as text, one instruction a line, and as a graph model, for drawings of tapes."""

from autograd.engine.graph import Graph, GraphNode
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


def graph_of(program: Program) -> Graph:
    """Graph model of a program, without numbers; outputs have a thick outline, and guards show the truth value."""
    results = {step: f"output {i}" for i, step in reversed(list(enumerate(program.outputs)))}
    guards = {step: f"must be {truth}" for step, truth in program.guards}
    nodes: dict[Instruction, GraphNode] = {leaf: _leaf(leaf) for leaf in program.leaves()}
    for i, step in enumerate(program.instructions):
        nodes[step] = GraphNode(
            step, "gradient" if step in results else "computed", label=f"v{i}", sign=step.op.symbol,
            inputs=tuple(nodes[x] for x in step.inputs),
            notes=(*_shape(step), *(texts[step] for texts in (guards, results) if step in texts)),
        )  # fmt: skip
    outputs = tuple(nodes[step] for step in dict.fromkeys(program.roots()))
    return Graph(dict(reversed(nodes.items())), outputs, outputs)


def _leaf(leaf: Instruction) -> GraphNode:
    """Graph node of an input, a captured leaf or a constant, with the number of a scalar constant."""
    if isinstance(leaf, Constant):
        number = None if leaf.kind and leaf.kind[0] else float(leaf.data)
        return GraphNode(leaf, "constant", value=number, raw=True, notes=_shape(leaf) if number is None else ())
    if isinstance(leaf, Input):
        return GraphNode(leaf, "input", label=leaf.name, notes=_shape(leaf))
    label = leaf.node.label if isinstance(leaf, Captured) else ""
    return GraphNode(leaf, "primal", label=label or "captured", notes=_shape(leaf))


def _shape(step: Instruction) -> tuple[str, ...]:
    """Shape and dtype of an array as text; empty for a float."""
    return () if step.kind is None else (f"{step.kind[0]}", f"{step.kind[1]}")
