"""Lower a recorded graph to a `Program`: the nodes from which outputs and guards were computed."""

import struct
from collections.abc import Sequence
from copy import copy
from typing import Any

from autograd.base.numerics import immutable_array
from autograd.base.trace_state import Trace
from autograd.engine.graph import by_serial, reachable_nodes
from autograd.engine.node import Node
from autograd.engine.value import Value
from autograd.ops.rules.arithmetic import positive
from autograd.ops.rules.indexing import fill_index
from autograd.tape.passes import optimise
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program, kind_of, replace_instructions
from autograd.tape.recorder.captures import CapturedArray


def lower(trace: Trace, inputs: dict[Node, Input], outputs: list[Any]) -> Program:
    """Program that computes `outputs`, nodes or numbers, from `inputs`; it reads nodes from before the recording anew."""
    steps = _Instructions(inputs)
    ordered: list[Instruction] = []
    roots = [x for x in (*outputs, *(node for node, _ in trace.guards)) if isinstance(x, Node)]
    start, of, append = trace.start, steps.of, ordered.append
    for node in sorted(reachable_nodes(roots, start), key=by_serial):
        if node in inputs:
            continue
        op, parts = node.op, node.inputs if node.serial > start else ()
        if op is None or not parts:
            steps[node] = Captured(node) if node.serial < start else steps.leaf(node, trace.captures, ordered)
        elif op is positive:  # another node for the same number
            steps[node] = of(parts)[0]
        else:
            operands, params, kind = of(parts), node.params, None
            if node.__class__ is not Value:
                kind = kind_of(node._data)
                operands, params = _fix_index(operands, params)
            steps[node] = step = Instruction(op, operands, params, kind)
            append(step)
    guards: dict[Instruction, bool] = {}
    for node, truth in trace.guards:  # one node has one truth value
        guards.setdefault(steps[node], truth)
    return Program(list(inputs.values()), ordered, list(of(outputs)), list(guards.items()))


class _Instructions(dict[Any, Instruction]):
    """Instructions of nodes, and constants, of which equal ones are one leaf."""

    def __init__(self, inputs: dict[Node, Input]) -> None:
        super().__init__(inputs)
        self._constants: dict[Any, Constant] = {}

    def of(self, parts: Sequence[Any]) -> tuple[Instruction, ...]:
        """Instructions of nodes and plain numbers."""
        if len(parts) == 2:  # the most frequent case, faster without a loop
            a, b = parts
            return (self[a] if isinstance(a, Node) else self.constant(a), self[b] if isinstance(b, Node) else self.constant(b))
        return tuple([self[x] if isinstance(x, Node) else self.constant(x) for x in parts])

    def leaf(self, node: Node, captures: Any, ordered: list[Instruction]) -> Instruction:
        """Instruction of a leaf made during the recording."""
        step = captures.captured(node) or self.constant(node._data)
        if not isinstance(step, Leaf):
            ordered.append(step)
        return step

    def constant(self, data: Any) -> Constant:
        key = _key(data)
        found = self._constants.get(key)
        if found is None:
            found = self._constants[key] = Constant(data)
        return found


def freeze_arrays(program: Program) -> Program:
    """The program with the present numbers of arrays from outside as constants, for exports."""
    captured = [x for x in program.leaves() if isinstance(x, Captured) and isinstance(x.node, CapturedArray)]
    new: dict[Instruction, Instruction] = {x: Constant(copy(x.node._data)) for x in captured}
    steps = []
    for step in program.instructions if captured else ():
        operands, params = _fix_index(replace_instructions(step.inputs, new), step.params)
        new[step] = Instruction(step.op, operands, params, step.kind)
        steps.append(new[step])
    return optimise(program.with_instructions(steps, new)) if captured else program


def _fix_index(operands: tuple[Instruction, ...], params: dict[str, Any]) -> tuple[tuple[Instruction, ...], dict[str, Any]]:
    """Operands and parameters of an instruction, with constant arrays of an index in the index itself."""
    if "index" not in params or len(operands) < 2 or not all(isinstance(x, Constant) for x in operands[1:]):
        return operands, params
    places = [immutable_array(x.data) for x in operands[1:] if isinstance(x, Constant)]
    return operands[:1], params | {"index": fill_index(params["index"], places)}


def _key(data: Any) -> Any:
    """Key that is equal for equal constants: their bits, since −0 differs from 0 and NaN equals itself."""
    if type(data) is float:
        return struct.pack("d", data)
    return (type(data), data) if type(data) in (int, bool) else id(data)
