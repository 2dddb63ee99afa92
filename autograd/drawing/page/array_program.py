"""JavaScript program of a graph: values and gradients as a function of the leaves, in buffers that are allocated once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograd.drawing.page.array_functions import arrays
from autograd.drawing.page.array_script import ArrayScript, as_array, whole
from autograd.drawing.page.javascript import check_registered
from autograd.drawing.page.loops import LoopWriter, dense_places
from autograd.drawing.page.number_program import number_program
from autograd.engine.graph import Graph, GraphNode
from autograd.ops.op import Op
from autograd.ops.rules.axes import Shape, shape_of
from autograd.ops.rules.shape import sum_to
from autograd.ops.tracing import UnreadableRuleError, read_rule
from autograd.support.lazy_numpy import NDArray, np


@dataclass(frozen=True)
class ArrayProgram:
    """JavaScript program of a graph of arrays and numbers.

    Attributes:
        script: Text of the function `(constants) => (leaves) => results`, or "" if an op has no JavaScript
        constants: The arrays that it needs, flattened, each in a `Float64Array`
        missing: Names of the ops without JavaScript, in the order of the program
    """

    script: str
    constants: tuple[NDArray[np.float64], ...] = ()
    missing: tuple[str, ...] = ()


def array_program(graph: Graph, leaves: Sequence[Any]) -> ArrayProgram:
    """Program that computes the outputs of a graph and the gradients of the first one again, from other leaves.

    Its inner function takes a `Float64Array` for each of `leaves`, nodes of the engine, and returns `[values, gradients]`: the
    values of the outputs, and the gradients of the sum of the first output, one for each of `leaves`, or null. All are arrays
    in row-major order, into which the next call writes again. Other leaves are constants. Numbers have 64 bits.

    >>> from autograd import Tensor
    >>> from autograd.drawing.forward_model import graph_of
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> print(array_program(graph_of([(x * x).sum()]), [x]).script)
    (constants) => {
      const [] = constants;
      const n = new Float64Array(1), b0 = new Float64Array(2), b1 = new Float64Array(2);
      const number = (i) => n.subarray(i, i + 1);
      const results = [[number(0)], [b1]];
      return (leaves) => {
        const [x0] = leaves;
        for (let i = 0; i < 2; i++) b0[i] = (x0[i] * x0[i]);
        n[0] = 0;
        for (let i = 0; i < 2; i++) n[0] += b0[i];
        for (let i = 0; i < 2; i++) b1[i] = (x0[i] + x0[i]);
        return results;
      };
    }
    """
    reading = _Reading(graph, leaves)
    nodes = [graph.nodes.get(x) for x in leaves]
    return reading.program(lambda text: [text(graph.outputs, reading.values), text(nodes, reading.gradients)])


def page_program(graph: Graph) -> tuple[ArrayProgram, list[GraphNode]]:
    """Program of all numbers of a graph, and its leaves: the nodes of floating-point numbers that no op computed.

    Its results are the values and the gradients of the nodes, in the order of `graph.nodes`, and by node and position of an
    input the local derivatives that are numbers, and the uses: the terms of the gradient of that input.
    """
    if all(type(node.value) is float for node in graph.nodes.values()):
        text, missing = number_program(graph)
        return ArrayProgram(text, (), missing), [node for node in graph.nodes.values() if node.op is None]
    leaves = [node for node in graph.nodes.values() if node.op is None and np.asarray(node.value).dtype.kind == "f"]
    reading = _Reading(graph, [node.source for node in leaves])
    slopes = reading.slopes()
    nodes = list(graph.nodes.values())
    results = [(nodes, reading.values), (nodes, reading.gradients), (slopes, slopes), (reading.uses, reading.uses)]
    return reading.program(lambda text: [text(*part) for part in results]), leaves


class _Reading:
    """Values, gradients and uses of a graph as arrays of a program."""

    def __init__(self, graph: Graph, leaves: Sequence[Any]) -> None:
        self.graph = graph
        self.writer = LoopWriter(arrays)
        self.leaves = [f"x{k}" for k in range(len(leaves))]
        self.values: dict[Any, ArrayScript] = {}
        self.gradients: dict[Any, Any] = {}
        self.uses: dict[str, Any] = {}
        self.missing: dict[str, None] = {}
        for name, x in zip(self.leaves, leaves, strict=True):
            if (node := graph.nodes.get(x)) is not None:
                self.values[node] = ArrayScript(self.writer, name, dense_places(shape_of(node.value)))
        for node in reversed(graph.nodes.values()):
            if node.op is not None and any(x in self.values for x in node.inputs):
                self.values[node] = self._forward(node, node.op)
        first = graph.outputs[0]
        self.gradients[first] = np.ones(shape_of(first.value))
        self._places = {node: i for i, node in enumerate(graph.nodes.values())}
        for node in graph.nodes.values():
            if node in self.gradients:
                self._backward(node)
            if getattr(node.source, "_hooks", ()):
                self.missing["a hook"] = None

    def _operands(self, node: GraphNode) -> list[Any]:
        return [self.values.get(x, x.value) for x in node.inputs]

    def _read(self, op: Op, shape: Shape, read: Callable[[], Any]) -> Any:
        """Result of reading a rule of an op, or an unknown array of `shape`, and the op is missing."""
        try:
            check_registered(op)
            return read()
        except UnreadableRuleError:
            self.missing[op.name] = None
            return ArrayScript(self.writer, *self.writer.buffer(shape))

    def _forward(self, node: GraphNode, op: Op) -> Any:
        shape, inputs, params = shape_of(node.value), tuple(self._operands(node)), dict(node.params)

        def read() -> ArrayScript:
            y = as_array(ArrayScript.record(op, inputs, params), self.writer)
            if y.shape != shape:
                raise UnreadableRuleError(f"the rule of {op.name} gave shape {y.shape}, and {shape} when it was recorded")
            return y

        return self._read(op, shape, read)

    def _backward(self, node: GraphNode) -> None:
        """Add the terms of the gradients of the inputs of a node."""
        g = self.gradients[node]
        for i, op in self._wanted(node):
            x = node.inputs[i]
            term = self._read(op, shape_of(x.value), partial(self._pullback, node, op, i, g))
            self.uses[f"{self._places[node]}.{i}"] = term
            self.gradients[x] = self.gradients[x] + term if x in self.gradients else term

    def _wanted(self, node: GraphNode) -> list[tuple[int, Op]]:
        """Positions of the inputs of a node that get a gradient, with its op."""
        if node.op is None:
            return []
        inputs = zip(node.inputs, node.op.pullbacks_of(node.inputs), strict=True)
        return [(i, node.op) for i, (x, rule) in enumerate(inputs) if x in self.values and x.source.requires_grad and rule]

    def _pullback(self, node: GraphNode, op: Op, i: int, g: Any) -> Any:
        """Term of the gradient of input `i`, in its shape."""
        inputs = self._operands(node)
        rule: Any = op.pullbacks_of(tuple(inputs))[i]
        term = read_rule(rule, op, g, self.values.get(node, node.value), *inputs, **node.params)
        shape = shape_of(node.inputs[i].value)
        return term if shape_of(term) == shape else sum_to(term, shape)

    def slopes(self) -> dict[str, Any]:
        """Local derivatives that are numbers, as in `events.Local`."""
        if self.missing:
            return {}
        return {
            f"{place}.{i}": self._pullback(node, op, i, np.ones(shape_of(node.value)))
            for node, place in self._places.items()
            if np.size(node.value) == 1
            for i, op in self._wanted(node)
            if isinstance(node.value, float) or (isinstance(x := node.inputs[i].value, np.ndarray) and x.size == 1)
        }

    def program(self, results: Callable[[Callable[..., str]], list[str]]) -> ArrayProgram:
        """The program, whose results are made of lists and objects of arrays."""
        if self.missing:
            return ArrayProgram("", missing=tuple(self.missing))
        writer = self.writer
        found = f"[{', '.join(results(self._text))}]"
        buffers = [f"{name} = new Float64Array({n})" for name, n in writer.sizes.items()]
        tables = [f"{name} = Int32Array.of({text})" for text, name in writer.tables.items()]
        head = [f"const [{', '.join(name for name, _ in writer.constants.values())}] = constants;"]
        head += [f"const {', '.join(part)};" for part in (tables, buffers) if part]
        head += ["const number = (i) => n.subarray(i, i + 1);", f"const results = {found};"]
        body = [f"const [{', '.join(self.leaves)}] = leaves;", *writer.lines, "return results;"]
        lines = [*(f"  {line}" for line in head), "  return (leaves) => {", *(f"    {line}" for line in body), "  };"]
        text = "\n".join(["(constants) => {", *lines, "}"])
        return ArrayProgram(text, tuple(x.ravel() for _, x in writer.constants.values()))

    def _text(self, keys: Any, found: dict[Any, Any]) -> str:
        """The arrays of some nodes as a list, or all of a dict by text as an object."""
        texts = ["null" if found.get(key) is None else whole(as_array(found[key], self.writer)) for key in keys]
        if keys is not found:
            return f"[{', '.join(texts)}]"
        pairs = [f'"{key}": {text}' for key, text in zip(keys, texts, strict=True)]
        return f"{{{', '.join(pairs)}}}"
