"""`OnnxGraph`: a module that computes the nodes of an ONNX graph, one after the other."""

from collections.abc import Callable, Mapping
from typing import Any

import autograd as ag
from autograd import Tensor
from autograd.support.lazy_numpy import np
from nn._validation import Array
from nn.modules.module import Module

#: Functions of operators without attributes.
_PLAIN: dict[str, Callable[..., Any]] = {
    "Add": ag.add, "Sub": ag.subtract, "Mul": ag.multiply, "Div": ag.divide, "Pow": ag.power, "MatMul": ag.matmul,
    "Neg": ag.negative, "Abs": ag.abs, "Sqrt": ag.sqrt, "Exp": ag.exp, "Log": ag.log, "Erf": ag.erf, "Tanh": ag.tanh,
    "Sigmoid": ag.sigmoid, "Relu": ag.relu, "Softplus": ag.softplus, "Max": ag.maximum, "Min": ag.minimum, "Where": ag.where,
    "Equal": ag.equal, "Less": ag.less, "Greater": ag.greater, "And": ag.logical_and, "Or": ag.logical_or,
    "Not": ag.logical_not, "IsNaN": ag.isnan, "IsInf": ag.isinf, "Identity": ag.positive,
}  # fmt: skip

#: Functions of the inputs and attributes of other operators.
_WITH_ATTRIBUTES: dict[str, Callable[..., Any]] = {
    "Reshape": lambda x, shape, **_: ag.reshape(x, tuple(np.asarray(shape).tolist())),
    "Concat": lambda *parts, axis: parts[0] if len(parts) == 1 else ag.concatenate(parts, axis),
    "Gather": lambda x, i, axis=0: ag.take(x, i, axis),
    "GatherND": lambda x, i, **_: x[tuple(i[..., k] for k in range(i.shape[-1]))],
    "Transpose": lambda x, perm: ag.transpose(x, tuple(perm)),
    "ReduceSum": lambda x, axes, keepdims=1, **_: ag.sum(x, tuple(np.asarray(axes).tolist()), keepdims=bool(keepdims)),
    "ReduceMax": lambda x, axes, keepdims=1: ag.max(x, tuple(axes), keepdims=bool(keepdims)),
    "Softmax": lambda x, axis=-1: ag.softmax(x, axis),
    "LogSoftmax": lambda x, axis=-1: ag.log_softmax(x, axis),
    "LeakyRelu": lambda x, alpha=0.01: ag.leaky_relu(x, slope=alpha),
}


class OnnxGraph(Module):
    """Module that computes an ONNX graph. Weights under `trained` names are parameters, other arrays constants."""

    def __init__(self, graph: Any, onnx: Any, arrays: Mapping[str, Array], trained: Callable[[str], bool]) -> None:
        if strange := next((node for node in graph.node if node.op_type not in _PLAIN.keys() | _WITH_ATTRIBUTES), None):
            raise ValueError(
                f"its node {strange.op_type} {strange.name} is not a layer of a perceptron, nor an operator that is read"
            )
        self.weights = {
            name: Tensor(x, requires_grad=True) for name, x in arrays.items() if trained(name) and x.dtype.kind == "f"
        }
        self._arrays = {name: x for name, x in arrays.items() if name not in self.weights}
        self._inputs = [x.name for x in graph.input if x.name not in arrays]
        self._outputs = [x.name for x in graph.output]
        self._nodes = [
            (
                node.op_type,
                list(node.input),
                node.output[0],
                {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute},
            )
            for node in graph.node
        ]

    def forward(self, *inputs: Any) -> Any:
        known = self._arrays | self.weights | dict(zip(self._inputs, inputs, strict=True))
        for kind, names, result, attributes in self._nodes:
            arguments = [known[name] for name in names]
            known[result] = _PLAIN[kind](*arguments) if kind in _PLAIN else _WITH_ATTRIBUTES[kind](*arguments, **attributes)
        outputs = tuple(known[name] for name in self._outputs)
        return outputs if len(outputs) > 1 else outputs[0]
