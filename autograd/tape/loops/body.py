"""`Body`: one step of a loop as a recorded graph, evaluated on arrays by a back end and on nodes by its ops."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any

from autograd.base.grad_mode import ignore_anomaly, no_grad, recording
from autograd.base.numerics import quiet
from autograd.base.trace_state import Trace, tracing
from autograd.engine.batching import ExampleTrace
from autograd.engine.graph import by_serial, reachable_nodes
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.engine.value import Value
from autograd.ops.rules.shape import lower
from autograd.support.lazy_numpy import np
from autograd.tape.backends.protocol import Replay, leaf_data, only_floats
from autograd.tape.backends.registry import find_backend
from autograd.tape.passes import optimise
from autograd.tape.program import Input, Program, kind_of
from autograd.tape.recorder.captures import Captures
from autograd.tape.recorder.lower import lower as lower_graph


class Body:
    """Graph of a step, recorded by `step(inputs)`, which returns nodes.

    Attributes:
        inputs: Variables of the step, then the nodes from outside that it reads
        captured: The nodes from outside: the last inputs
        outputs: Nodes of the results
    """

    def __init__(self, step: Callable[[list[Any]], list[Node]], examples: Sequence[Any]) -> None:
        trace = ExampleTrace("scan", "step")
        with tracing(trace), recording(), quiet(), ignore_anomaly():  # the examples together may be no step of the loop
            variables = [variable(x) for x in examples]
            trace.inputs.update(variables)
            self.outputs = step(variables)
        self._graph = reachable_nodes(self.outputs, trace.start)
        self.captured = [x for x in self._graph if x not in trace.inputs and _is_outside(trace, x)]
        self.inputs: list[Node] = [*variables, *self.captured]
        self._trace = Trace(trace.start, trace.captures or Captures((), {}))

    @property
    def own_nodes(self) -> set[Node]:
        """Nodes that the step made."""
        return set(self._graph).difference(self.captured)

    @cached_property
    def program(self) -> Program:
        """The step as a program."""
        inputs = {
            x: Input(x.label or f"x{i}", None if isinstance(x, Value) else kind_of(x._data)) for i, x in enumerate(self.inputs)
        }
        return optimise(lower_graph(self._trace, inputs, self.outputs))

    @cached_property
    def replay(self) -> Replay:
        """The step on numbers and arrays."""
        return find_backend("python" if only_floats(self.program) else "numpy").compile(self.program)

    def evaluate(self, xp: Any, inputs: Sequence[Any]) -> list[Any]:
        """The step in another namespace."""
        known: dict[Any, Any] = dict(zip(self.program.inputs, inputs, strict=True))
        known |= {leaf: leaf_data(leaf) for leaf in self.program.leaves() if leaf not in known}
        for step in self.program.instructions:
            known[step] = step.op.forward(xp, *[known[x] for x in step.inputs], **step.params)
        return [known[y] for y in self.program.outputs]

    def on_nodes(self, inputs: Sequence[Node]) -> list[Node]:
        """The step on other nodes, recorded anew."""
        known: dict[Any, Any] = dict(zip(self.inputs, inputs, strict=True))
        for node in sorted(self._graph, key=by_serial):
            operands = self._graph[node]
            if node in known:
                continue
            if not operands:  # a new leaf, which other recordings do not take for one from outside
                known[node] = node.constant(node._data)
                continue
            is_cut = not node.requires_grad and any(isinstance(x, Node) and x.requires_grad for x in operands)
            kind: Any = Value if isinstance(node, Value) and node.op is not lower else Tensor
            with no_grad() if is_cut else nullcontext():
                new = tuple([known.get(x, x) if isinstance(x, Node) else x for x in operands])
                known[node] = kind.record(node.op, new, node.params)
        return [known.get(y, y) for y in self.outputs]


def variable(x: Any) -> Node:
    """Variable of a step: a Value for a float, else a Tensor."""
    return Value(x) if isinstance(x, float) else Tensor(x, requires_grad=x.dtype.kind == "f")


def number_of(node: Node, data: Any) -> Any:
    """Data for a node of a step: a float for a Value, else an array of its dtype."""
    return float(data) if isinstance(node, Value) else np.asarray(data, node._data.dtype)


def _is_outside(trace: ExampleTrace, node: Any) -> bool:
    """True if a node was made before the step, or from an array to which other code may write."""
    return trace.is_captured(node) or (node.op is None and trace.captures is not None and trace.captures.is_read(node))
