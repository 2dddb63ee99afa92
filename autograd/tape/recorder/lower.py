"""From the graph that a function recorded to a `Program`: everything that the outputs and the guards were computed from."""

import struct
from typing import Any

from autograd.base.trace_state import Trace
from autograd.engine.graph import by_serial, reachable_nodes
from autograd.engine.node import Node
from autograd.engine.value import Value
from autograd.ops.rules.arithmetic import positive
from autograd.tape.program import Captured, Constant, Input, Instruction, Program, kind_of


def lower(trace: Trace, inputs: dict[Node, Input], outputs: list[Any]) -> Program:
    """The program that computes `outputs`, nodes or plain numbers, of `inputs`.

    A node from before the recording is captured with the data it has at each replay; what came before it is not looked at.
    """
    constants: dict[Any, Constant] = {}

    def constant(data: Any) -> Constant:
        key = _key(data)
        found = constants.get(key)
        if found is None:
            found = constants[key] = Constant(data)
        return found

    steps: dict[Any, Instruction] = dict(inputs)
    ordered = []
    roots = [x for x in (*outputs, *(node for node, _ in trace.guards)) if isinstance(x, Node)]
    found = reachable_nodes(roots, trace.start)
    for node in sorted(found, key=by_serial):
        if node in steps:
            continue
        parts = found[node]
        if parts and node.op is positive:  # a node of its own for the same number: nothing to compute
            steps[node] = steps[parts[0]] if isinstance(parts[0], Node) else constant(parts[0])
        elif parts:
            operands: tuple[Instruction, ...]
            if len(parts) == 2:  # most of them: without a loop
                a, b = parts
                operands = (
                    steps[a] if isinstance(a, Node) else constant(a),
                    steps[b] if isinstance(b, Node) else constant(b),
                )
            else:
                operands = tuple([steps[x] if isinstance(x, Node) else constant(x) for x in parts])
            kind = None if node.__class__ is Value else kind_of(node._data)
            steps[node] = step = Instruction(node.op, operands, node.params, kind)  # type: ignore[arg-type]  # having inputs, it has an op
            ordered.append(step)
        else:
            steps[node] = Captured(node) if node.serial < trace.start else constant(node._data)
    guards: dict[Instruction, bool] = {}
    for node, truth in trace.guards:  # asked twice, it answers the same
        guards.setdefault(steps[node], truth)
    found_outputs = [steps[x] if isinstance(x, Node) else constant(x) for x in outputs]
    return Program(list(inputs.values()), ordered, found_outputs, list(guards.items()))


def _key(data: Any) -> Any:
    """Equal for equal constants: by their bits, since −0 is not 0 and NaN is itself."""
    if type(data) is float:
        return struct.pack("d", data)
    return (type(data), data) if type(data) in (int, bool) else id(data)
