"""`Tape.to_onnx`: a program as an ONNX graph."""

import itertools
import json
import os
import re
from collections import defaultdict
from collections.abc import Container, Iterator
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
from autograd.tape.export.onnx_rows import DynamicAxes, free_rows, row_counts, row_names
from autograd.tape.export.onnx_tracer import OnnxTracer
from autograd.tape.program import Captured, Constant, Input, Instruction, Leaf, Program
from autograd.tape.recorder.lower import freeze_arrays

#: Old enough for runtimes such as onnxruntime 1.13, and new enough for training graphs.
OPSET, IR = 17, 8

_FLOAT = np.dtype(float)

#: Names reserved for outputs, constants and nodes.
_RESERVED = re.compile(r"(output|constant)\.\d+|\w+\.\d+/\w+\.\d+(\.\d+)?")

#: ONNX operator and attribute names of ops that become one node, in float32 only, as runtimes support it; other dtypes follow
#: the rules. ONNX's Sigmoid, Elu and LogSoftmax are excluded: runtimes return 0 for small results.
_OPERATORS = {
    relu: ("Relu", {}),
    leaky_relu: ("LeakyRelu", {"slope": "alpha"}),
    softplus: ("Softplus", {}),
    softmax: ("Softmax", {"axis": "axis"}),
}


def onnx() -> Any:
    """The package ONNX."""
    return require("onnx", "an ONNX file")


def write_onnx(tape: Any, path: str | os.PathLike[str], dynamic_axes: DynamicAxes | None) -> Path:
    """Write the program of a tape to a file, run onnx's checker, and return the path."""
    file = Path(path)
    if file.suffix != ".onnx":
        raise ValueError(f"the path of an ONNX graph must end in .onnx, got {str(file)!r}")
    name = tape._name
    if dynamic_axes:
        names = row_names(dynamic_axes, tape.program)
        counts = row_counts(names.values())
        tapes = [tape._with_rows({title: counts[symbol][k] for title, symbol in names.items()}) for k in (0, 1)]
        model, other = [onnx_model(tape.program, name) for tape in tapes]
        free_rows(model, other, counts)
        onnx().checker.check_model(model, full_check=True)
    else:
        model = onnx_model(tape.program, name)
    with atomic_write(file) as out:
        out.write(model.SerializeToString())
    return file


def onnx_model(program: Program, name: str) -> Any:
    """The program as a ModelProto.

    Raises:
        TypeError: If it holds for one path only, or has ops without a meaning in ONNX; names them all
        ImportError: If onnx is not installed; names the command
    """
    helper = onnx().helper
    program = freeze_arrays(program)
    check_no_branches(program, "a graph of ONNX")
    tracer = OnnxTracer()
    leaves = _titled_leaves(program)
    titles = _add_outputs(tracer, program, _trace_instructions(tracer, program, leaves))
    weights = {title: leaf for title, leaf in leaves.items() if not isinstance(leaf, Input)}
    stored = {title: np.asarray(leaf_data(leaf), _kind(leaf)[1]) for title, leaf in weights.items()} | tracer.constants
    graph = helper.make_graph(
        [_node(*node, titles, tracer.notes) for node in tracer.nodes],
        name.strip("<>") or "f",
        [_value_info(title, leaf) for title, leaf in leaves.items() if isinstance(leaf, Input)],
        [_value_info(f"output.{i}", step) for i, step in enumerate(program.outputs)],
        [onnx().numpy_helper.from_array(array, title) for title, array in stored.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="glassgrad")
    model.ir_version = IR
    parameters = [title for title, leaf in weights.items() if isinstance(leaf, Captured)]
    helper.set_model_props(model, {"function": name, "parameters": ", ".join(parameters)})
    onnx().checker.check_model(model, full_check=True)
    return model


def _titled_leaves(program: Program) -> dict[str, Leaf]:
    """Leaves by title, except for numbers, which become constants where they are used."""
    leaves: dict[str, Leaf] = {}
    numbers: defaultdict[str, Iterator[int]] = defaultdict(itertools.count)
    for leaf in program.leaves():
        if not isinstance(leaf, Constant) or leaf.kind is not None:
            leaves[_title(leaf, leaves, numbers)] = leaf
    return leaves


def _trace_instructions(tracer: OnnxTracer, program: Program, leaves: dict[str, Leaf]) -> dict[Instruction, Any]:
    """Add the nodes of all instructions; return the array, or the number, of each instruction and leaf."""
    known: dict[Instruction, Any] = {leaf: tracer.array(title, _kind(leaf)) for title, leaf in leaves.items()}
    known |= {leaf: leaf.data for leaf in program.leaves() if leaf not in known and isinstance(leaf, Constant)}
    missing = []
    for i, step in enumerate(program.instructions):
        tracer.step = f"{step.op.name}.{i}"
        tracer.notes[tracer.step] = _options(step.params)
        try:
            known[step] = _trace(tracer, step, [known[x] for x in step.inputs])
        except UnreadableRuleError:
            missing.append(step.op.name)
            known[step] = tracer.array("missing", _kind(step))
    if missing:
        raise TypeError(
            f"ONNX has no meaning for {', '.join(dict.fromkeys(missing))}, in the recorded function: run it by tape.to_jax(), "
            "or write it in other ops (the docstring of `to_onnx` lists all such ops)"
        )
    return known


def _add_outputs(tracer: OnnxTracer, program: Program, known: dict[Instruction, Any]) -> dict[str, str]:
    """Titles of the outputs by the names of their nodes; adds an Identity node where a result has no node."""
    titles: dict[str, str] = {}
    results = {result for _, _, result, _ in tracer.nodes}
    for i, step in enumerate(program.outputs):
        result, title = tracer.name(known[step], _kind(step)[1]), f"output.{i}"
        if result in results and result not in titles:
            titles[result] = title  # without a copy: some runtimes fail when they remove one
        else:
            tracer.nodes.append(("Identity", [result], title, {}))
    return titles


def _value_info(title: str, step: Instruction) -> Any:
    shape, dtype = _kind(step)
    return onnx().helper.make_tensor_value_info(title, _code(dtype), shape)


def _trace(tracer: OnnxTracer, step: Instruction, inputs: list[Any]) -> Any:
    """Result of an instruction, whose rule is traced to ONNX operators."""
    shape, dtype = _kind(step)
    if step.op in _OPERATORS and dtype == np.float32 and len(step.params.get("axis", (0,))) == 1:
        operator, names = _OPERATORS[step.op]
        attributes = {names[name]: value[0] if name == "axis" else value for name, value in step.params.items()}
        return tracer.node(operator, [tracer.name(inputs[0], dtype)], shape, dtype, **attributes)
    y = read_rule(step.op.forward, step.op, OnnxNamespace(tracer), *inputs, **step.params)
    if not isinstance(y, TracedArray):
        y = tracer.array(tracer.name(np.broadcast_to(np.asarray(y, dtype), shape)), (shape, dtype))
    if y.shape != shape:
        raise UnreadableRuleError(f"{step.op.name} has shape {y.shape} in place of {shape}")
    return tracer.cast(y, dtype)


def _options(params: dict[str, Any]) -> str:
    """Numbers, and lists of them, among the parameters of an op, as JSON, for readers of the nodes that it became."""
    plain = {k: x if isinstance(x, tuple) else (x,) for k, x in params.items()}
    return json.dumps({k: x for k, x in params.items() if all(isinstance(n, int | float) for n in plain[k])})


def _node(
    operator: str, operands: list[str], name: str, attributes: dict[str, Any], titles: dict[str, str], notes: dict[str, str]
) -> Any:
    attributes = {k: _code(v) if isinstance(v, np.dtype) else v for k, v in attributes.items()}
    results = [titles.get(name, name), *[f"{name}.{i}" for i in range(1, attributes.pop("outputs", 1))]]
    doc = notes.get(name.partition("/")[0])
    return onnx().helper.make_node(operator, [titles.get(x, x) for x in operands], results, name, doc, **attributes)


def _kind(step: Instruction) -> tuple[tuple[int, ...], np.dtype[Any]]:
    return step.kind or ((), _FLOAT)


def _code(dtype: Any) -> int:
    return int(onnx().helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _title(leaf: Leaf, taken: Container[str], numbers: dict[str, Iterator[int]]) -> str:
    """Unique title of a leaf in the graph: from the name of an input, or from the label of a parameter."""
    name = leaf.name if isinstance(leaf, Input) else leaf.node.label if isinstance(leaf, Captured) else ""
    numbered = (f"{name or 'array'}.{i}" for i in numbers[name])
    titles = itertools.chain([name] if name and not _RESERVED.fullmatch(name) else [], numbered)
    return next(title for title in titles if title not in taken)
