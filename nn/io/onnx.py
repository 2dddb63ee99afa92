"""`load_onnx`: import of perceptrons from ONNX files of any exporter."""

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn._validation import Array
from nn.io._onnx_graph import OnnxGraph
from nn.io.npz import reading
from nn.modules.activations import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from nn.modules.containers import Sequential
from nn.modules.layers import Flatten, Linear
from nn.modules.module import Module

#: Modules that our export may write as several nodes, by the name of the op, with which the names of these nodes begin; made
#: from the parameters of the op.
_EXPANDED: dict[str, Callable[[dict[str, Any]], Module]] = {
    "relu": lambda a: ReLU(),
    "tanh": lambda a: Tanh(),
    "sigmoid": lambda a: Sigmoid(),
    "silu": lambda a: SiLU(),
    "gelu": lambda a: GELU(),
    "softplus": lambda a: Softplus(),
    "leaky_relu": lambda a: LeakyReLU(a["slope"]),
    "elu": lambda a: ELU(a["alpha"]),
    "softmax": lambda a: Softmax(*a["axis"]),
    "log_softmax": lambda a: LogSoftmax(*a["axis"]),
}

#: For each operator, a function of its attributes that returns its module, or None if no module has these attributes.
_MODULES: dict[str, Callable[[dict[str, Any]], Module | None]] = {
    "Relu": lambda a: ReLU(),
    "Tanh": lambda a: Tanh(),
    "Sigmoid": lambda a: Sigmoid(),
    "Softplus": lambda a: Softplus(),
    "LeakyRelu": lambda a: LeakyReLU(round(a.get("alpha", 0.01), 7)),  # the file has a float32
    "Elu": lambda a: ELU(round(a.get("alpha", 1.0), 7)),
    "Softmax": lambda a: Softmax(a.get("axis", -1)),
    "LogSoftmax": lambda a: LogSoftmax(a.get("axis", -1)),
    "Gelu": lambda a: GELU() if a.get("approximate", b"none") == b"none" else None,
    "Flatten": lambda a: Flatten() if a.get("axis", 1) == 1 else None,
}


def load_onnx(path: str | os.PathLike[str]) -> Module:
    """Return the perceptron in an ONNX file as a new `Sequential`, with weights in the types of the file.

    A file of `to_onnx` that is not a chain of layers, such as that of a normalization or of a model with several outputs, is
    returned as a module that computes its nodes, for the numbers of rows that the file is for.

    The graph must be a chain of Gemm, or MatMul and Add, for `Linear`; of Relu, LeakyRelu, Elu, Gelu, Sigmoid, Tanh, Softplus,
    Softmax and LogSoftmax; of Flatten, or a Reshape into rows. Identity and Dropout are skipped. Exporters write perceptrons in
    this form, `record(model, x).to_onnx(path)` too, where activations of several nodes are detected by their names. Weights in
    other files are read beside the model file.

    Raises:
        UnreadableFileError: If the file is not valid ONNX, or the graph not such a chain; names the node. If weights are not
            in a file in the folder of the model
        FileNotFoundError: If the file does not exist, or one of weights
        ImportError: If onnx is not installed: pip install 'glassgrad[onnx]'
    """
    onnx = require("onnx", "an ONNX file")
    file = Path(path)
    content = file.read_bytes()
    with reading(file):
        model = onnx.load_model_from_string(content)
        for tensor in _tensors(model.graph):
            _read_external(tensor, file.resolve().parent)
        onnx.checker.check_model(model)
        chain = _Chain(model.graph, onnx, model.producer_name == "glassgrad")
        try:
            return chain.network()
        except ValueError:
            if not chain.ours:
                raise
            named = re.compile(r"(constant|array)\.\d+")
            return OnnxGraph(model.graph, onnx, chain.arrays, lambda name: not named.fullmatch(name))


def _tensors(graph: Any) -> Iterator[Any]:
    """Yield the arrays of a graph: weights and constants."""
    yield from graph.initializer
    yield from (a.t for node in graph.node for a in node.attribute if a.HasField("t"))


def _read_external(tensor: Any, folder: Path) -> None:
    """Put the numbers that a tensor has in another file into the tensor."""
    if not tensor.external_data and not tensor.data_location:
        return
    facts = {entry.key: entry.value for entry in tensor.external_data}
    place = facts.get("location", "")
    path = (folder / place).resolve()
    outside = not place or Path(place).is_absolute() or ".." in Path(place).parts or folder not in path.parents
    if outside or "\\" in place or (path.exists() and not path.is_file()):
        raise ValueError(f"{tensor.name} has its numbers in {place!r}, which is not a file in the folder of the model")
    with path.open("rb") as file:
        size, offset = path.stat().st_size, int(facts.get("offset", 0))
        length = int(facts.get("length", size - offset))
        if offset < 0 or length < 0 or offset + length > size:
            raise ValueError(f"{tensor.name} has {length} bytes from {offset} on in {place}, which has {size}")
        file.seek(offset)
        tensor.raw_data = file.read(length)
    del tensor.external_data[:]
    tensor.data_location = tensor.DEFAULT


class _Chain:
    """Reader of a graph, from its input to its output."""

    def __init__(self, graph: Any, onnx: Any, ours: bool) -> None:
        self.graph, self.onnx, self.ours = graph, onnx, ours
        self.arrays: dict[str, Array] = {a.name: onnx.numpy_helper.to_array(a) for a in graph.initializer}
        self.layers: list[Module] = []

    def network(self) -> Sequential:
        here, output = self._ends()
        for _, group in itertools.groupby(self.graph.node, lambda node: node.name.partition("/")[0] or id(node)):
            here = self._follow_group(list(group), here)
        if here != output:
            raise ValueError(f"its chain must end in its output {output}, ends in {here}")
        return Sequential(*self.layers)

    def _ends(self) -> tuple[str, str]:
        """Return the names of the input and of the output."""
        inputs = [x.name for x in self.graph.input if x.name not in self.arrays]
        outputs = [x.name for x in self.graph.output]
        if len(inputs) != 1 or len(outputs) != 1:
            raise ValueError(f"a perceptron must have one input and one output, got {len(inputs)} and {len(outputs)}")
        return inputs[0], outputs[0]

    def _follow_group(self, nodes: list[Any], here: str) -> str:
        """Read the nodes of one op; returns the name of their result."""
        op, options = nodes[0].name.partition(".")[0], nodes[0].doc_string
        if self.ours and op in _EXPANDED and options and (op != "gelu" or "Erf" in [node.op_type for node in nodes]):
            here = self._follow_expanded(nodes, here)
            self.layers.append(_EXPANDED[op](json.loads(options)))
            return here
        for node in nodes:
            here = self._follow(node, here)
        return here

    def _follow_expanded(self, nodes: list[Any], here: str) -> str:
        """Read the nodes of an expanded activation; returns the name of their result."""
        known = {here, *self.arrays}
        for node in nodes:
            if not known.issuperset(node.input):
                raise ValueError(f"its node {_title(node)} does not follow on {here} in a chain")
            known.update(node.output)
        return str(nodes[-1].output[0])

    def _follow(self, node: Any, here: str) -> str:
        """Read a node; returns the name of its result."""
        attributes = {a.name: self.onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant" and "value" in attributes:
            self.arrays[node.output[0]] = self.onnx.numpy_helper.to_array(attributes["value"])
            return here
        others = [x for x in node.input if x and x != here]
        if list(node.input).count(here) != 1 or any(x not in self.arrays for x in others):
            raise ValueError(f"its node {_title(node)} does not follow on {here} in a chain")
        self._add(node, attributes, here, [self.arrays[x] for x in others])
        return str(node.output[0])

    def _add(self, node: Any, attributes: dict[str, Any], here: str, arrays: list[Array]) -> None:
        """Append a layer, or complete the last one."""
        kind = node.op_type
        if (layer := _layer(kind, attributes, arrays, node.input[0] == here)) is not None:
            self.layers.append(layer)
        elif kind == "Add" and self.layers and isinstance(last := self.layers[-1], Linear) and last.bias is None:
            self.layers[-1] = _linear(last.weight.numpy(), arrays)
        elif kind not in ("Identity", "Dropout"):
            raise ValueError(f"its node {_title(node)} is not a layer of a perceptron, or not at a valid place")


def _layer(kind: str, attributes: dict[str, Any], arrays: list[Array], chain_first: bool) -> Module | None:
    """Return the layer of one node, or None; `chain_first` is True if the chain is the first input of the node."""
    if kind in _MODULES:
        return _MODULES[kind](attributes)
    if kind in ("Gemm", "MatMul") and chain_first and arrays[0].ndim == 2 and not attributes.get("transA", 0):
        weight = arrays[0].T if attributes.get("transB", 0) else arrays[0]
        alpha, beta = (weight.dtype.type(attributes.get(name, 1.0)) for name in ("alpha", "beta"))
        return _linear(weight * alpha, [b * beta for b in arrays[1:]])
    return Flatten() if kind == "Reshape" and arrays[0].shape == (2,) else None


def _linear(weight: Array, bias: list[Array]) -> Linear:
    """Return the layer x W + b."""
    layer = Linear(weight.shape[0], weight.shape[1], bias=bool(bias), init=lambda shape, random: weight, dtype=weight.dtype)
    if layer.bias is not None:
        layer.bias.data = np.broadcast_to(bias[0].reshape(-1), weight.shape[1:]).astype(weight.dtype)
    return layer


def _title(node: Any) -> str:
    return f"{node.op_type} {node.name or node.output[0]}"
