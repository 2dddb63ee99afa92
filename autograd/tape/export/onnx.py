"""`tape.to_onnx(path)`: a program as an ONNX graph, which runs wherever there is a runtime for it."""

import itertools
import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np

from autograd.ops.rules.activations import leaky_relu, relu, softplus
from autograd.ops.rules.softmax import softmax
from autograd.ops.tracing import UnreadableRuleError, read_rule
from autograd.support.atomic_write import atomic_write
from autograd.support.optional import require
from autograd.tape.backends.call_tracer import TracedArray
from autograd.tape.backends.protocol import check_no_branches, leaf_data
from autograd.tape.export.onnx_namespace import OnnxNamespace
from autograd.tape.export.onnx_tracer import OnnxTracer
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program

#: Low enough for runtimes of the last years (onnxruntime 1.13, say), and high enough for what training graphs need.
OPSET, IR = 17, 8

_FLOAT = np.dtype(float)

#: What names of outputs, constants and nodes are like, and nothing else may be called.
_OURS = re.compile(r"(output|constant)\.\d+|\w+\.\d+/\w+\.\d+(\.\d+)?")

#: Ops that ONNX has as one operator, which other programs know at once, and which of its attributes our parameters are.
#: Runtimes have these in float32; elsewhere they are what their rules say. Its Sigmoid, Elu and LogSoftmax are not here, since
#: runtimes give 0 for what is small there.
_OPERATORS = {
    relu: ("Relu", {}),
    leaky_relu: ("LeakyRelu", {"slope": "alpha"}),
    softplus: ("Softplus", {}),
    softmax: ("Softmax", {"axis": "axis"}),
}


def onnx() -> Any:
    """The package ONNX.

    Raises:
        ImportError: if it is not installed; names the command
    """
    return require("onnx", "an ONNX file")


def written(program: Program, name: str, path: str | os.PathLike[str]) -> Path:
    """The path, after the program was written there, checked by onnx's checker."""
    file = Path(path)
    if file.suffix != ".onnx":
        raise ValueError(f"an ONNX graph is kept in a .onnx file, not in {str(file)!r}")
    model = model_of(program, name)
    with atomic_write(file) as out:
        out.write(model.SerializeToString())
    return file


def model_of(program: Program, name: str) -> Any:
    """The program as a ModelProto.

    Raises:
        TypeError: if it holds for one path only, or has ops without a meaning in ONNX; names them all
        ImportError: if onnx is not installed; names the command
    """
    helper = onnx().helper
    check_no_branches(program, "a graph of ONNX")
    reader = OnnxTracer()
    known: dict[Instruction, Any] = {}
    given: dict[str, Leaf] = {}
    for leaf in program.leaves():
        if isinstance(leaf, Constant) and leaf.kind is None:
            known[leaf] = leaf.data
        else:
            title = _title(leaf, given)
            given[title], known[leaf] = leaf, reader.given(title, _kind(leaf))
    inputs = [
        helper.make_tensor_value_info(title, _code(_kind(leaf)[1]), _kind(leaf)[0])
        for title, leaf in given.items()
        if isinstance(leaf, Input)
    ]
    weights = {title: leaf for title, leaf in given.items() if not isinstance(leaf, Input)}
    missing = []
    for i, step in enumerate(program.instructions):
        reader.step = f"{step.op.name}.{i}"
        try:
            known[step] = _read(reader, step, [known[x] for x in step.inputs])
        except UnreadableRuleError:
            missing.append(step.op.name)
            known[step] = reader.given("missing", _kind(step))
    if missing:
        raise TypeError(
            f"ONNX has no meaning for {', '.join(dict.fromkeys(missing))}, in the recorded function: run it by tape.to_jax(), "
            "or write it in other ops (`to_onnx` lists those that have none)"
        )
    outputs, titles = [], {}
    made = {result for _, _, result, _ in reader.nodes}
    for i, step in enumerate(program.outputs):
        (shape, dtype), name_out = _kind(step), f"output.{i}"
        result = reader.name(known[step], dtype)
        if result in made and result not in titles:
            titles[result] = name_out  # no copy: some runtimes trip over the removal of one
        else:
            reader.nodes.append(("Identity", [result], name_out, {}))
        outputs.append(helper.make_tensor_value_info(name_out, _code(dtype), shape))
    nodes = [_node(*node, titles) for node in reader.nodes]
    stored = {title: np.asarray(leaf_data(leaf), _kind(leaf)[1]) for title, leaf in weights.items()} | reader.constants
    arrays = [onnx().numpy_helper.from_array(a, title) for title, a in stored.items()]
    graph = helper.make_graph(nodes, name.strip("<>") or "f", inputs, outputs, arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="glassgrad")
    model.ir_version = IR
    parameters = [title for title, leaf in weights.items() if isinstance(leaf, Captured)]
    helper.set_model_props(model, {"function": name, "parameters": ", ".join(parameters)})
    onnx().checker.check_model(model, full_check=True)
    return model


def _read(reader: OnnxTracer, step: Instruction, inputs: list[Any]) -> Any:
    """The result of a step: its rule, read in ONNX's operators."""
    shape, dtype = _kind(step)
    if step.op in _OPERATORS and dtype == np.float32 and len(step.params.get("axis", (0,))) == 1:
        operator, names = _OPERATORS[step.op]
        attributes = {names[name]: value[0] if name == "axis" else value for name, value in step.params.items()}
        return reader.node(operator, [reader.name(inputs[0], dtype)], shape, dtype, **attributes)
    y = read_rule(step.op.forward, step.op, OnnxNamespace(reader), *inputs, **step.params)
    if not isinstance(y, TracedArray):
        y = reader.given(reader.name(np.broadcast_to(np.asarray(y, dtype), shape)), (shape, dtype))
    if y.shape != shape:
        raise UnreadableRuleError(f"{step.op.name} has shape {y.shape} in place of {shape}")
    return reader.cast(y, dtype)


def _node(operator: str, operands: list[str], name: str, attributes: dict[str, Any], titles: dict[str, str]) -> Any:
    attributes = {k: _code(v) if isinstance(v, np.dtype) else v for k, v in attributes.items()}
    results = [titles.get(name, name), *[f"{name}.{i}" for i in range(1, attributes.pop("outputs", 1))]]
    return onnx().helper.make_node(operator, [titles.get(x, x) for x in operands], results, name=name, **attributes)


def _kind(step: Instruction) -> tuple[tuple[int, ...], np.dtype[Any]]:
    return step.kind or ((), _FLOAT)


def _code(dtype: Any) -> int:
    return int(onnx().helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _title(leaf: Leaf, taken: Container[str]) -> str:
    """What a leaf is called in the graph: an input by its name, a parameter by its label, where nothing else is called so."""
    wanted = leaf.name if isinstance(leaf, Input) else leaf.node.label if isinstance(leaf, Captured) else ""
    numbered = (f"{wanted or 'array'}.{i}" for i in itertools.count())
    titles = itertools.chain([wanted] if wanted and not _OURS.fullmatch(wanted) else [], numbered)
    return next(title for title in titles if title not in taken)
