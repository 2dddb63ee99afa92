"""JavaScript program of a graph: values and gradients as a function of the leaves, in buffers that are allocated once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.drawing.page.array_functions import arrays
from autograd.drawing.page.array_script import ArrayScript, as_array, dense
from autograd.drawing.page.loops import LoopWriter, dense_places
from autograd.engine.graph import Graph, GraphNode
from autograd.ops.op import OPS
from autograd.ops.rules.axes import shape_of
from autograd.ops.rules.shape import sum_to
from autograd.ops.tracing import UnreadableRuleError, read_rule

#: Source of the functions that programs call beside those of `javascript.ARITHMETIC`.
ARRAYS = (Path(__file__).parent / "web" / "arrays.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class ArrayProgram:
    """JavaScript program of a graph of arrays and numbers.

    Attributes:
        script: Text of the function `(constants) => (leaves) => [values, gradients]`
        constants: The arrays that it needs, flattened, each in a `Float64Array`
        missing: Names of the ops without JavaScript; with one, there is no program
    """

    script: str
    constants: list[npt.NDArray[np.float64]]
    missing: tuple[str, ...] = ()


def array_program(graph: Graph, leaves: Sequence[Any], shown: Sequence[Any] | None = None) -> ArrayProgram:
    """Program that computes the output of a graph and its gradients again from other leaves.

    Its inner function takes a `Float64Array` for each of `leaves`, nodes of the engine, and returns the values of the nodes
    `shown` and the gradients of the sum of the first output with respect to them, in row-major order; by default those of the
    outputs and those of the leaves. It writes into the same arrays at each call. Other leaves are constants.

    >>> from autograd import Tensor
    >>> from autograd.drawing.forward_model import graph_of
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> print(array_program(graph_of([(x * x).sum()]), [x]).script)
    (constants) => {
      const [] = constants;
      const b0 = new Float64Array(2), b1 = new Float64Array(1), b2 = new Float64Array(2);
      return (leaves) => {
        const [x0] = leaves;
        for (let i = 0; i < 2; i++) b0[i] = (x0[i] * x0[i]);
        b1.fill(0);
        for (let i = 0; i < 2; i++) b1[0] += b0[i];
        for (let i = 0; i < 2; i++) b2[i] = (x0[i] + x0[i]);
        return [[b1], [b2]];
      };
    }
    """
    reading = _Reading(graph, leaves)
    valued = [graph.nodes[x] for x in shown] if shown else list(graph.outputs)
    wanted = [graph.nodes.get(x) for x in (shown or leaves)]
    if reading.missing:
        return ArrayProgram("", [], tuple(reading.missing))
    results = [[reading.result(found.get(x)) for x in nodes]
               for nodes, found in ((valued, reading.values), (wanted, reading.gradients))]  # fmt: skip
    writer = reading.writer
    buffers = [f"{name} = new Float64Array({n})" for name, n in writer.sizes.items()]
    tables = [f"{name} = Int32Array.of({text})" for text, name in writer.tables.items()]
    given = [f"x{k}" for k in range(len(leaves))]
    constants = [name for name, _ in writer.constants.values()]
    body = [f"const [{', '.join(given)}] = leaves;", *writer.lines]
    body.append(f"return [{', '.join('[' + ', '.join(names) + ']' for names in results)}];")
    head = [
        f"const [{', '.join(constants)}] = constants;",
        *(f"const {', '.join(part)};" for part in (tables, buffers) if part),
    ]
    lines = [*(f"  {line}" for line in head), "  return (leaves) => {", *(f"    {line}" for line in body), "  };"]
    return ArrayProgram("\n".join(["(constants) => {", *lines, "}"]), [x.ravel() for _, x in writer.constants.values()])


def ops_without_script(graph: Graph) -> tuple[str, ...]:
    """Names of the ops of a graph that have no JavaScript, in order of their use."""
    return tuple(_Reading(graph, [x for x, node in graph.nodes.items() if node.op is None]).missing)


class _Reading:
    """Values and gradients of a graph as arrays of a program."""

    def __init__(self, graph: Graph, leaves: Sequence[Any]) -> None:
        self.writer = LoopWriter(arrays)
        self.values: dict[GraphNode | None, ArrayScript] = {}
        self.gradients: dict[GraphNode | None, Any] = {}
        self.missing: dict[str, None] = {}
        for k, x in enumerate(leaves):
            if (node := graph.nodes.get(x)) is not None:
                self.values[node] = ArrayScript(self.writer, f"x{k}", dense_places(np.shape(node.value)))
        for node in reversed(graph.nodes.values()):
            if node not in self.values:
                self._forward(node)
        first = graph.outputs[0]
        self.gradients[first] = np.ones(shape_of(first.value))
        for node in graph.nodes.values():
            if node.op is not None and node in self.gradients and node.op.name not in self.missing:
                self._backward(node)

    def _operands(self, node: GraphNode) -> list[Any]:
        return [self.values.get(x, x.value) for x in node.inputs]

    def _forward(self, node: GraphNode) -> None:
        shape = shape_of(node.value)
        inputs = self._operands(node)
        if node.op is None or not any(isinstance(x, ArrayScript) for x in inputs):
            return
        try:
            if OPS.get(node.op.name) is not node.op:
                raise UnreadableRuleError(f"{node.op.name} is a custom op")
            y = as_array(ArrayScript.record(node.op, tuple(inputs), dict(node.params)), self.writer)
            assert y.shape == shape, (node.op.name, y.shape, shape)
        except UnreadableRuleError:
            self.missing[node.op.name] = None
            y = ArrayScript(self.writer, *self.writer.buffer(shape))
        self.values[node] = y

    def _backward(self, node: GraphNode) -> None:
        inputs, g = self._operands(node), self.gradients[node]
        assert node.op is not None
        for x, pullback in zip(node.inputs, node.op.pullbacks_of(tuple(inputs)), strict=True):
            if x not in self.values or pullback is None or not x.source.requires_grad:
                continue
            try:
                c = read_rule(pullback, node.op, g, self._value(node), *inputs, **node.params)
            except UnreadableRuleError:
                self.missing[node.op.name] = None
                continue
            c = c if shape_of(c) == shape_of(x.value) else sum_to(c, shape_of(x.value))
            self.gradients[x] = self.gradients[x] + c if x in self.gradients else c

    def _value(self, node: GraphNode) -> Any:
        return self.values.get(node, node.value)

    def result(self, x: Any) -> str:
        """Name of a buffer with the entries of x in row-major order."""
        if x is None:
            return "null"
        return dense(as_array(x, self.writer)).name
