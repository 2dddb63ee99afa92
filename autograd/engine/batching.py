"""Batching: the graph of one example is read for all examples at once, which lie along axis 0.

elementwise                    by broadcasting: the axes of each example are aligned behind the batch axis
rows with `kinds`, `stacks`    one call with a leading axis: the parameters are shifted by their kinds
other ops                      one call for each example

Nodes that do not depend on the examples are used as they are. Batched nodes are results of ops, so that gradients, tapes and
further batching need no other rule.
"""

import math
import string
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from autograd.base.grad_mode import no_grad
from autograd.base.numerics import quiet
from autograd.base.trace_state import Trace, current_trace
from autograd.engine.graph import Links, by_serial, reachable_nodes
from autograd.engine.node import Node, next_serial
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op
from autograd.ops.rules.axes import Shape, shape_of
from autograd.ops.rules.indexing import fill_index, getitem, is_mask, put
from autograd.ops.rules.joining import concatenate
from autograd.ops.rules.products import matmul
from autograd.ops.rules.shape import broadcast_to, lower, moveaxis, reshape, transpose
from autograd.support.lazy_numpy import np


class ExampleTrace(Trace):
    """Recording of a function on one example: branches and plain data must not depend on the example, one of `inputs`."""

    def __init__(self, inside: str = "vmap", unit: str = "example") -> None:
        self.inside, self.unit = inside, unit
        self.refusal = f"inside {inside} would give the number of one {unit} to all"
        self.outer = current_trace()
        super().__init__(next_serial(), self.outer and self.outer.captures)

    def depends_on_example(self, node: Any) -> bool:
        """True if `node` is computed from an input."""
        return not self.inputs.isdisjoint(reachable_nodes([node], self.start))

    def is_captured(self, node: Any) -> bool:
        """True if `node` was made before the recording; a leaf that user code can write to may have a newer serial number."""
        return node.serial < self.start or getattr(node, "_seen", None) is not None

    def is_constant(self, node: Any) -> bool:
        return not self.depends_on_example(node) and (self.outer is None or self.outer.is_constant(node))

    def record_guard(self, node: Any, outcome: bool) -> bool:
        if self.depends_on_example(node):
            condition = f"{node.op.name}({', '.join(map(repr, node.inputs))})" if node.op else repr(node)
            raise TypeError(
                f"the condition {condition} inside {self.inside} differs from {self.unit} to {self.unit}, so a branch cannot "
                "depend on it: "
                "use where(condition, a, b), or maximum, minimum, clip"
            )
        return outcome if self.outer is None else self.outer.record_guard(node, outcome)


def batch_graph(graph: Links, examples: dict[Node, Tensor], n: int, outputs: Iterable[Any]) -> dict[Node, Tensor]:
    """Batched results of the `outputs` that depend on an example; `examples` maps it to the tensor of all n of them.

    Other results are released after their last use, since those of many examples are larger than a cache.
    """
    known, order = dict(examples), sorted(graph, key=by_serial)
    last_use = {x: node for node in order for x in graph[node] if isinstance(x, Node) and not x._hooks}
    for y in outputs:
        if isinstance(y, Node):
            last_use.pop(y, None)
    with quiet():
        for node in order:
            inputs = graph[node]
            mapped = tuple([isinstance(x, Node) and x in known for x in inputs])
            if True in mapped and node not in known:
                detached = not node.requires_grad and any(isinstance(x, Node) and x.requires_grad for x in inputs)
                batched = [known[x] if m else x for x, m in zip(inputs, mapped, strict=True)]
                call = _Call(node, node.op, inputs, batched, mapped, n)  # type: ignore[arg-type]  # it has an op
                known[node] = _apply_detached(call) if detached else _apply(call)
                del call, batched
                for x, m in zip(inputs, mapped, strict=True):
                    if m and last_use.get(x) is node:
                        known.pop(x, None)
    check_no_hooks((x for x, y in known.items() if y.requires_grad), "vmap")
    return known


def check_no_hooks(nodes: Iterable[Node], inside: str) -> None:
    """Raise TypeError if one of the nodes, recorded once for many gradients, has a hook."""
    for node in nodes:
        if node._hooks:
            raise TypeError(
                f"the hook of {node!r} inside {inside} would not change the gradient: "
                f"register it on an argument or a result of {inside}, or use custom_gradient"
            )


class _Call(NamedTuple):
    """Call of an op on n examples.

    Attributes:
        node: Result for one example
        inputs: Its inputs, and `batched`, those of all examples
        mapped: True for the inputs with a batch axis
    """

    node: Any
    op: Op
    inputs: Sequence[Any]
    batched: Sequence[Any]
    mapped: tuple[bool, ...]
    n: int

    @property
    def shape(self) -> Shape:
        """Shape of the result for one example."""
        return shape_of(self.node)

    def record(self, batched: Sequence[Any], **params: Any) -> Tensor:
        """Result of the op on these inputs."""
        return Tensor.record(self.op, tuple(batched), self.node.params | params if params else self.node.params)

    def align(self, rank: int) -> list[Any]:
        """Inputs, the mapped ones with `rank` axes behind the batch axis."""
        return [_align(x, x.shape[1:], rank) if m else x for x, m in zip(self.batched, self.mapped, strict=True)]


def _align(x: Any, shape: Shape, rank: int) -> Any:
    return x if x.ndim == rank + 1 else reshape(x, (len(x), *(1,) * (rank - len(shape)), *shape))


def _apply(call: _Call) -> Tensor:
    op = call.op
    if op.batched is not None:
        return op.batched(call.batched, call.mapped, call.n)
    if op is lower:  # the numbers of all examples are an array
        return call.batched[0]
    if op.kind == "elementwise":
        return call.record(call.align(len(call.shape)))
    if op.stacks:
        return call.record(call.batched) if len(call.inputs) == 1 else _apply_to_matrices(call)
    if op.kinds is None:
        return _apply_one_by_one(call)
    if "index" in op.kinds:
        return _apply_at_index(call)
    if "subscripts" in op.kinds:
        return _apply_einsum(call)
    return _apply_shifted(call, op.kinds)


_apply_detached = no_grad(_apply)


def _apply_to_matrices(call: _Call) -> Tensor:
    """Result of an op on two stacks of matrices; vectors, which are rows on the left and columns on the right, do not stack."""
    (a, b), (left, right), (many_left, many_right) = call.batched, map(shape_of, call.inputs), call.mapped
    if many_left > many_right and len(left) == 1 and len(right) <= 2:  # rows for one matrix: a product of two matrices
        return call.record([a, b])
    if many_right > many_left and len(right) == 1 and len(left) == 2:  # columns
        return call.record([b, a.mT]) if call.op is matmul else transpose(call.record([a, transpose(b)]))
    left = (1, *left) if len(left) == 1 else left
    right = (*right, 1) if len(right) == 1 else right
    rank = max(len(left), len(right))
    pair = [_align(x, s, rank) if m else reshape(x, s) for x, s, m in zip((a, b), (left, right), call.mapped, strict=True)]
    return reshape(call.record(pair), (call.n, *call.shape))


def _apply_einsum(call: _Call) -> Tensor:
    subscripts = call.node.params["subscripts"]
    terms, _, output = subscripts.partition("->")
    letter = next(c for c in string.ascii_letters if c not in subscripts)
    batched = [letter * m + term for term, m in zip(terms.split(","), call.mapped, strict=True)]
    return call.record(call.batched, subscripts=f"{','.join(batched)}->{letter}{output}")


def _apply_at_index(call: _Call) -> Tensor:
    """Result of getitem or put: the batch axis is first, or last where NumPy moves the axes of index arrays to the front."""
    if any(call.mapped[1:]):
        return _apply_at_each_index(call)
    index, shape, (x, *places) = call.node.params["index"], call.node.params.get("shape"), call.batched
    parts = index if isinstance(index, tuple) else (index,)
    fits = shape is None or len(_shape_at(index, places, shape)) == len(shape_of(call.inputs[0]))
    if fits and _groups_of_arrays(parts) <= 1:
        sizes = {} if shape is None else {"shape": (call.n, *shape)}
        return call.record(call.batched, index=(slice(None), *parts), **sizes)
    sizes = {} if shape is None else {"shape": (*shape, call.n)}
    rest = slice(None) if any(p is Ellipsis for p in parts) else ...
    return moveaxis(call.record([moveaxis(x, 0, -1), *places], index=(*parts, rest), **sizes), -1, 0)


def _shape_at(index: Any, places: Sequence[Any], shape: Shape) -> Shape:
    """Shape of the entries at `index` of an array of a shape."""
    whole = fill_index(index, [p._data if isinstance(p, Node) else p for p in places])
    return np.broadcast_to(0.0, shape)[whole].shape


def _apply_at_each_index(call: _Call) -> Tensor:
    """Result of getitem or put with an index for each example: the entries are numbered, and their numbers are indexed."""
    n, x, shape = call.n, call.batched[0], call.node.params.get("shape")
    if shape is None and not call.mapped[0]:
        return _select(call, x)
    whole = shape_of(call.inputs[0]) if shape is None else shape
    size = math.prod(whole)
    chosen = _select(call, np.arange(size).reshape(whole))
    index = np.arange(n).reshape(n, *(1,) * (chosen.ndim - 1)), chosen
    if shape is None:
        return getitem(reshape(x, (n, size)), index)
    return reshape(put(broadcast_to(call.align(chosen.ndim - 1)[0], chosen.shape), index, (n, size)), (n, *shape))


def _select(call: _Call, x: Any) -> Any:
    """Entries of x at the index of each example, with the batch axis first."""
    parts = call.node.params["index"]
    arrays = [p for p in fill_index(parts, call.inputs[1:]) if _is_array(p)]
    rank = max(1 if is_mask(p) else len(shape_of(p)) for p in arrays)
    y = getitem(x, fill_index(parts, call.align(rank)[1:]))
    if _groups_of_arrays(parts) > 1:
        return y  # NumPy moves the axes of index arrays to the front
    is_array = [_is_array(p) for p in parts]
    before, after = parts[: is_array.index(True)], is_array[::-1].index(True)
    return moveaxis(y, y.ndim - 1 - rank - after if Ellipsis in before else len(before), 0)


def _is_array(part: Any) -> bool:
    """True if a part of an index counts as an array, as integers do beside arrays."""
    return not (part is None or part is Ellipsis or isinstance(part, slice))


def _groups_of_arrays(parts: Any) -> int:
    """Number of runs of arrays in an index."""
    return sum(is_array for is_array, _ in groupby(map(_is_array, parts)))


def _apply_shifted(call: _Call, kinds: Mapping[str, str]) -> Tensor:
    """Result of an op whose inputs all have the batch axis, with its parameters shifted."""
    n, params, batched = call.n, call.node.params, call.batched
    shapes = [shape_of(call.inputs[0]), *(params[name] for name, kind in kinds.items() if kind == "broadcast")]
    rank = max(map(len, shapes))
    if len(shapes) > 1:
        batched = call.align(rank)
    if any(kind == "axis" and params[name] is None for name, kind in kinds.items()):
        batched = [reshape(x, (n, math.prod(x.shape[1:]))) for x in batched]
    batched = [x if m else broadcast_to(x, (n, *shape_of(x))) for x, m in zip(batched, call.mapped, strict=True)]
    y = call.record(batched, **{name: _shift(kind, params[name], n, rank) for name, kind in kinds.items()})
    return y if y.shape == (n, *call.shape) else reshape(y, (n, *call.shape))


def _shift(kind: str, value: Any, n: int, rank: int) -> Any:
    """Parameter of a call with a leading axis of length n."""
    if kind == "shape":
        return (n, *value)
    if kind == "broadcast":
        return (n, *(1,) * (rank - len(value)), *value)
    axes: Any = (1,) if value is None else value + 1 if isinstance(value, int) else tuple(axis + 1 for axis in value)
    return (0, *axes) if kind == "order" else axes


def _apply_one_by_one(call: _Call) -> Tensor:
    """Results of the op on each example, in two halves, so that the gradient of each slice is not as large as the whole."""
    if not call.n:
        return Tensor(np.zeros((0, *call.shape), call.node.dtype))
    if call.n == 1:
        return reshape(
            call.record([x[0] if m else x for x, m in zip(call.batched, call.mapped, strict=True)]), (1, *call.shape)
        )
    middle = call.n // 2
    halves = []
    for part, n in ((slice(0, middle), middle), (slice(middle, call.n), call.n - middle)):
        batched = [x[part] if m else x for x, m in zip(call.batched, call.mapped, strict=True)]
        halves.append(_apply_one_by_one(call._replace(batched=batched, n=n)))
    return concatenate(halves)
