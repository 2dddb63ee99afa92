"""`load_onnx`: perceptrons out of ONNX files, whoever wrote them."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd.support.optional import require
from nn._validation import Array
from nn.io.npz import UnreadableFileError
from nn.modules.activations import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from nn.modules.containers import Sequential
from nn.modules.layers import Flatten, Linear
from nn.modules.module import Module

#: The modules that our own files spell out in several nodes, by the name of the op, which begins the names of these nodes.
_SPELLED: dict[str, Callable[[], Module]] = {"sigmoid": Sigmoid, "silu": SiLU, "gelu": GELU}

#: For each operator that stands for a module: the module, given the operator's attributes.
_MODULES: dict[str, Callable[[dict[str, Any]], Module]] = {
    "Relu": lambda a: ReLU(),
    "Tanh": lambda a: Tanh(),
    "Sigmoid": lambda a: Sigmoid(),
    "Softplus": lambda a: Softplus(),
    "LeakyRelu": lambda a: LeakyReLU(round(a.get("alpha", 0.01), 7)),  # it is kept as float32
    "Elu": lambda a: ELU(round(a.get("alpha", 1.0), 7)),
    "Softmax": lambda a: Softmax(a.get("axis", -1)),
    "LogSoftmax": lambda a: LogSoftmax(a.get("axis", -1)),
}


def load_onnx(path: str | os.PathLike[str]) -> Sequential:
    """The perceptron in an ONNX file, as a new `Sequential` with its weights in their own type.

    The graph is a chain of Gemm, or MatMul and Add, for `Linear`; of Relu, LeakyRelu, Elu, Gelu, Sigmoid, Tanh, Softplus,
    Softmax and LogSoftmax; of Flatten, or a Reshape into rows; Identity and Dropout do nothing. So exporters write perceptrons,
    and so does `record(model, x).to_onnx(path)` in float32, of which Sigmoid, SiLU and GELU are known by the names of their
    nodes.

    Raises:
        UnreadableFileError: if it is no valid ONNX file, or its graph is no such chain; names the node
        FileNotFoundError: if there is none
        ImportError: if onnx is not installed: pip install 'glassgrad[onnx]'
    """
    onnx = require("onnx", "an ONNX file")
    file = Path(path)
    content = file.read_bytes()
    try:
        model = onnx.load_model_from_string(content)
        onnx.checker.check_model(model)
        return _Chain(model.graph, onnx, model.producer_name == "glassgrad").network()
    except Exception as error:  # whatever a forged file sets off in a reader
        raise UnreadableFileError(file, f"{error}" or type(error).__name__) from None


class _Chain:
    """A graph read from its input to its output."""

    def __init__(self, graph: Any, onnx: Any, ours: bool) -> None:
        self.graph, self.onnx, self.ours = graph, onnx, ours
        self.arrays: dict[str, Array] = {a.name: onnx.numpy_helper.to_array(a) for a in graph.initializer}
        self.layers: list[Module] = []

    def network(self) -> Sequential:
        inputs = [x.name for x in self.graph.input if x.name not in self.arrays]
        outputs = [x.name for x in self.graph.output]
        if len(inputs) != 1 or len(outputs) != 1:
            raise ValueError(f"a perceptron has one input and one output, and this graph {len(inputs)} and {len(outputs)}")
        here = inputs[0]
        for _, group in itertools.groupby(self.graph.node, lambda node: node.name.partition("/")[0] or id(node)):
            nodes = list(group)
            module = _SPELLED.get(nodes[0].name.partition(".")[0]) if self.ours else None
            if module is not None and (module is not GELU or "Erf" in [node.op_type for node in nodes]):
                here = self._spelled(nodes, here)
                self.layers.append(module())
                continue
            for node in nodes:
                here = self._follow(node, here)
        if here != outputs[0]:
            raise ValueError(f"its chain ends in {here}, and its output is {outputs[0]}")
        return Sequential(*self.layers)

    def _spelled(self, nodes: list[Any], here: str) -> str:
        """What several nodes that are one function of what was there before give in the end."""
        known = {here, *self.arrays}
        for node in nodes:
            if not known.issuperset(node.input):
                raise ValueError(f"its node {_title(node)} does not follow on {here} in a chain")
            known.update(node.output)
        return str(nodes[-1].output[0])

    def _follow(self, node: Any, here: str) -> str:
        """What there is after a node."""
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
        """One more layer, or a part of the last."""
        kind = node.op_type
        if kind in _MODULES:
            self.layers.append(_MODULES[kind](attributes))
        elif kind == "Gelu" and attributes.get("approximate", b"none") == b"none":
            self.layers.append(GELU())
        elif kind == "Gemm" and node.input[0] == here and not attributes.get("transA", 0):
            weight = (arrays[0].T if attributes.get("transB", 0) else arrays[0]) * arrays[0].dtype.type(
                attributes.get("alpha", 1.0)
            )
            self.layers.append(_linear(weight, [b * b.dtype.type(attributes.get("beta", 1.0)) for b in arrays[1:]]))
        elif kind == "MatMul" and node.input[0] == here and arrays[0].ndim == 2:
            self.layers.append(_linear(arrays[0], []))
        elif kind == "Add" and self.layers and isinstance(last := self.layers[-1], Linear) and last.bias is None:
            self.layers[-1] = _linear(last.weight.numpy(), arrays)
        elif (kind == "Flatten" and attributes.get("axis", 1) == 1) or (kind == "Reshape" and arrays[0].shape == (2,)):
            self.layers.append(Flatten())
        elif kind not in ("Identity", "Dropout"):
            raise ValueError(f"its node {_title(node)} is no layer of a perceptron, or not in its place")


def _linear(weight: Array, bias: list[Array]) -> Linear:
    """The layer x W + b."""
    layer = Linear(weight.shape[0], weight.shape[1], bias=bool(bias), init=lambda shape, random: weight, dtype=weight.dtype)
    if layer.bias is not None:
        layer.bias.data = np.broadcast_to(bias[0].reshape(-1), weight.shape[1:]).astype(weight.dtype)
    return layer


def _title(node: Any) -> str:
    return f"{node.op_type} {node.name or node.output[0]}"
