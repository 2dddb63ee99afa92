"""ONNX graphs for any number of rows: two recordings with different numbers must have one graph, except for these numbers."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd.support.optional import require
from autograd.tape.program import Program

#: For each input, names of its free axes by number, or their numbers.
DynamicAxes = Mapping[str, Mapping[int, str] | Iterable[int]]

#: Numbers of rows in the two recordings, by name.
Counts = dict[str, tuple[int, int]]


def row_names(dynamic_axes: DynamicAxes, program: Program) -> dict[str, str]:
    """Name of the number of rows of each input, from the argument `dynamic_axes` of `to_onnx`; outputs follow by themselves."""
    if not isinstance(dynamic_axes, Mapping) or not all(isinstance(x, Mapping | list | tuple) for x in dynamic_axes.values()):
        raise TypeError(f"dynamic_axes must be a dict such as {{'x': {{0: 'batch'}}}}, got {dynamic_axes!r}")
    arrays = [x.name for x in program.inputs if x.kind and x.kind[0]]
    names: dict[str, str] = {}
    for title, axes in dynamic_axes.items():
        if title in [f"output.{i}" for i in range(len(program.outputs))]:
            continue
        if title not in arrays:
            raise ValueError(f"dynamic_axes names {title!r}, and the arrays among the inputs are {', '.join(arrays) or 'none'}")
        if list(axes) != [0]:
            raise ValueError(f"only the rows of an input, axis 0, can be free, got {axes!r}: write {{{title!r}: {{0: 'n'}}}}")
        names[title] = str(axes[0]) if isinstance(axes, Mapping) else "batch"
    return names


def row_counts(names: Iterable[str]) -> Counts:
    """Two numbers of rows for each name: far apart, and no two pairs with one ratio."""
    return {name: (11 + 4 * i, 251 + 4 * i) for i, name in enumerate(dict.fromkeys(names))}


def free_rows(model: Any, other: Any, counts: Counts) -> None:
    """Replace the numbers of rows in the first model by their names."""
    arrays = [{a.name: to_array(a) for a in m.graph.initializer} for m in (model, other)]
    for node, twin in itertools.zip_longest(model.graph.node, other.graph.node):
        if node is None or twin is None or not _is_alike(node, twin):
            raise _baked_in(node or twin)
        for k, (x, y) in enumerate(zip(node.input, twin.input, strict=True)):
            a, b = arrays[0].get(x), arrays[1].get(y)
            if a is None or b is None:
                if x != y:
                    raise _baked_in(node)
            elif (a.shape, a.dtype, a.tobytes()) != (b.shape, b.dtype, b.tobytes()):
                node.input[k] = f"{node.name}.shape"
                shape = _free_shape(node, k, a, b)
                model.graph.initializer.append(require("onnx", "an ONNX file").numpy_helper.from_array(shape, node.input[k]))
    used = {x for node in model.graph.node for x in node.input}
    for unused in [a for a in model.graph.initializer if a.name not in used]:
        model.graph.initializer.remove(unused)
    for value, twin in zip([*model.graph.input, *model.graph.output], [*other.graph.input, *other.graph.output], strict=True):
        for d, e in zip(value.type.tensor_type.shape.dim, twin.type.tensor_type.shape.dim, strict=True):
            if d.dim_value != e.dim_value:
                name = next((name for name, pair in counts.items() if pair == (d.dim_value, e.dim_value)), "")
                d.Clear()
                d.dim_param = name


def _free_shape(node: Any, k: int, a: Any, b: Any) -> Any:
    """Shape of a Reshape that infers the only length that differs."""
    if node.op_type != "Reshape" or k != 1 or a.shape != b.shape or np.sum(a != b) != 1 or 0 in a:
        raise _baked_in(node)
    return np.where(a == b, a, -1)


def _is_alike(node: Any, other: Any) -> bool:
    parts = [(x.name, x.op_type, [a.SerializeToString() for a in x.attribute], len(x.input)) for x in (node, other)]
    return parts[0] == parts[1]


def _baked_in(node: Any) -> ValueError:
    op = node.name.partition(".")[0]
    return ValueError(f"the op {op} uses the number of rows, so that no axis can be free: leave out dynamic_axes")


def to_array(tensor: Any) -> Any:
    """The numbers of a TensorProto."""
    return require("onnx", "an ONNX file").numpy_helper.to_array(tensor)
