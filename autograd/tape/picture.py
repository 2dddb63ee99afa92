"""A program as a graph for a drawing: the steps of a tape, its inputs and its outputs."""

from autograd.engine.graph import Graph, GraphNode
from autograd.tape.program import Captured, Constant, Input, Instruction, Program


def graph_of(program: Program) -> Graph:
    """The graph of a program, without numbers, which a run would tell.

    Outputs have a thick outline, and a guard says what it expects.
    """
    results = {step: f"output {i}" for i, step in reversed(list(enumerate(program.outputs)))}
    guards = {step: f"must be {truth}" for step, truth in program.guards}
    nodes: dict[Instruction, GraphNode] = {leaf: _leaf(leaf) for leaf in program.leaves()}
    for i, step in enumerate(program.instructions):
        nodes[step] = GraphNode(
            step,
            "gradient" if step in results else "computed",
            label=f"v{i}",
            sign=step.op.symbol,
            inputs=tuple(nodes[x] for x in step.inputs),
            notes=(*_shape(step), *(said[step] for said in (guards, results) if step in said)),
        )
    outputs = tuple(nodes[step] for step in dict.fromkeys(program.roots()))
    return Graph(dict(reversed(nodes.items())), outputs, outputs)


def _leaf(leaf: Instruction) -> GraphNode:
    """An input, a captured leaf or a constant, whose number is told if it is one."""
    if isinstance(leaf, Constant):
        number = None if leaf.kind and leaf.kind[0] else float(leaf.data)
        return GraphNode(leaf, "constant", value=number, raw=True, notes=_shape(leaf) if number is None else ())
    if isinstance(leaf, Input):
        return GraphNode(leaf, "input", label=leaf.name, notes=_shape(leaf))
    label = leaf.node.label if isinstance(leaf, Captured) else ""
    return GraphNode(leaf, "primal", label=label or "captured", notes=_shape(leaf))


def _shape(step: Instruction) -> tuple[str, ...]:
    """The shape and type of an array, as text; nothing for a float."""
    return () if step.kind is None else (f"{step.kind[0]} {step.kind[1]}",)
