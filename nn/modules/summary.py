"""Table of the parts of a model: parameters, buffers, output shapes, multiply-adds."""

from contextlib import ExitStack
from functools import partial
from math import prod
from typing import Any

from autograd import Tensor, Value, graph_nodes
from autograd.support.lazy_numpy import np
from nn._validation import check_integer
from nn.modules._storage import is_parameter, own_numbers
from nn.modules.module import Module
from nn.modules.predict import eval_mode


def summary_rows(model: Module, example: Any = None) -> list[list[str]]:
    """Return the rows of `Module.summary`; the first is the header, the last the total."""
    seen: set[int] = set()
    modules = dict(model.named_modules())
    numbers: dict[str, list[tuple[str, Any]]] = {}
    for path, module in modules.items():
        own = [(name, x) for name, x in own_numbers(module) if id(x) not in seen or isinstance(x, np.ndarray)]
        seen.update(id(x) for _, x in own)
        numbers[path] = own
    counts = {path: _counts(own) for path, own in numbers.items()}
    outputs, products = ({}, {}) if example is None else _measure(model, modules, example)
    found = {kind for c in counts.values() for kind, count in c.items() if count}
    kinds = ["trainable", "frozen"] * ("frozen" in found) + ["buffers"] * ("buffers" in found)
    columns: dict[str, dict[str, Any]] = {
        "count": {path: c["trainable"] + c["frozen"] for path, c in counts.items()},
        **{kind: {path: c[kind] for path, c in counts.items()} for kind in kinds},
    }
    if example is not None:
        columns |= {"output": outputs, "multiply-adds": products}
    rows = [["part", "module", "parameters", *columns]]
    for path, module in modules.items():
        if numbers[path] or products.get(path) or not _has_parts(path, modules):
            cells = [_cell(column.get(path, "")) for column in columns.values()]
            rows.append([path, type(module).__name__, _shapes(numbers[path]), *cells])
    totals = ["" if name == "output" else _cell(sum(column.values())) for name, column in columns.items()]
    return [*rows, ["total", "", "", *totals]]


def _cell(x: Any) -> str:
    return f"{x:,}" if isinstance(x, int) else x


def _has_parts(path: str, modules: dict[str, Module]) -> bool:
    return any(other != path and other.startswith(f"{path}." if path else "") for other in modules)


def _counts(numbers: list[tuple[str, Any]]) -> dict[str, int]:
    """Return the number of entries of each kind."""
    counts = {"trainable": 0, "frozen": 0, "buffers": 0}
    for _, x in numbers:
        counts["trainable" if is_parameter(x) else "frozen" if isinstance(x, Tensor | Value) else "buffers"] += np.size(
            _data(x)
        )
    return counts


def _data(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else x.data if isinstance(x, Value) else x


def _shapes(numbers: list[tuple[str, Any]]) -> str:
    """Names and shapes, such as "weight (2, 3), bias (3,)"; a run of one shape in a list as its first and last name."""
    runs: list[list[str]] = []
    for name, x in numbers:
        if not isinstance(x, Tensor | Value):
            continue
        shape, holder = str(np.shape(_data(x))), name.rpartition(".")[0]
        if holder and runs and runs[-1][2:] == [shape, holder]:
            runs[-1][1] = name
        else:
            runs.append([name, name, shape, holder])
    return ", ".join(f"{first} {shape}" if first == last else f"{first} … {last} {shape}" for first, last, shape, _ in runs)


def _measure(model: Module, modules: dict[str, Module], example: Any) -> tuple[dict[str, str], dict[str, int]]:
    """Return the shape of the last output of each module, and the multiply-adds of its products, without those of parts."""
    outputs: dict[str, str] = {}
    spans: list[list[Any]] = []  # path and serial numbers of the first and the last node of a call; inner calls later
    frozen = [x for module in modules.values() for _, x in own_numbers(module) if isinstance(x, Tensor) and not x.requires_grad]
    frozen = [x for x in frozen if x.dtype.kind == "f"]
    with ExitStack() as stack, eval_mode(model):
        for x in frozen:  # so that their products are in the graph
            x.requires_grad = True
            stack.callback(setattr, x, "requires_grad", False)
        for path, module in modules.items():
            stack.callback(module.register_forward_pre_hook(partial(_begin, path, spans)))
            stack.callback(module.register_forward_hook(partial(_end, path, spans, outputs)))
        y = model(_batch(example, [p.dtype for p in model.parameters() if isinstance(p, Tensor)]))
    products = dict.fromkeys(modules, 0)
    for node in {node for part in _leaves(y) for node in graph_nodes(part)}:
        inner = [path for path, first, last in spans if first < node.serial < last]
        products[inner[-1] if inner else ""] += _multiply_adds(node)
    return outputs, products


def _begin(path: str, spans: list[list[Any]], module: Module, inputs: Any) -> None:
    spans.append([path, Tensor(0.0).serial, 0])


def _end(path: str, spans: list[list[Any]], outputs: dict[str, str], module: Module, inputs: Any, output: Any) -> None:
    outputs[path] = ", ".join(str(y.shape) for y in _leaves(output, kinds=Tensor | np.ndarray))
    next(span for span in reversed(spans) if span[0] == path and not span[2])[2] = Tensor(0.0).serial


def _batch(example: Any, dtypes: list[Any]) -> Any:
    """Return an example as a batch that requires a gradient, so that all ops are in the graph; zeros for a shape."""
    if isinstance(example, tuple):
        example = np.zeros([check_integer("example: a length", n, least=1) for n in example], dtypes[0] if dtypes else float)
    array = np.asarray(_data(example))
    return Tensor(array, requires_grad=True) if array.dtype.kind == "f" else array


def _leaves(output: Any, kinds: Any = Tensor | Value) -> list[Any]:
    """Return the nodes, or other `kinds` of leaves, of the output of a module."""
    if isinstance(output, tuple | list | dict):
        parts = output.values() if isinstance(output, dict) else output
        return [leaf for part in parts for leaf in _leaves(part, kinds)]
    return [output] if isinstance(output, kinds) else []


def _multiply_adds(node: Any) -> int:
    """Return the number of multiply-adds of a product of matrices; 0 for other ops."""
    name = node.op.name if node.op else ""
    if name in ("matmul", "affine"):
        return int(node.size * np.shape(_data(node.inputs[0]))[-1])
    if name == "einsum":
        terms = node.params["subscripts"].partition("->")[0].split(",")
        lengths = {
            letter: n for term, x in zip(terms, node.inputs, strict=True) for letter, n in zip(term, x.shape, strict=True)
        }
        return prod(lengths.values()) if len(terms) > 1 else 0
    return 0
