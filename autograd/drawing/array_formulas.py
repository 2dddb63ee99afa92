"""Formulas of array ops and of cotangents: a pullback is run on nodes, and the ops that it records are written down.

The sweep sums a cotangent over broadcast axes, and so does this reading, by the same call: no sum is missing in a formula.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograd.base.numerics import quiet
from autograd.base.trace_state import FrozenDataError, Trace, tracing
from autograd.drawing.events import Local
from autograd.drawing.math_notation import mathematics
from autograd.drawing.names import array_text
from autograd.engine.graph import GraphNode
from autograd.engine.node import Node
from autograd.engine.tensor import Tensor
from autograd.ops.op import Op, Rule
from autograd.ops.rules.axes import Shape
from autograd.ops.tracing import UnreadableRuleError, read_rule
from autograd.support.lazy_numpy import np

#: Most ops of a pullback that is written down; longer ones are only named.
MOST = 12
#: Ops that do not change a number.
_CONVERSIONS = {"lift", "lower", "positive"}
#: Ops with an index, and their names in formulas.
_OF_AN_INDEX = {"getitem": "getitem", "put": "scatter"}


def op_formula(node: GraphNode, operands: Sequence[str]) -> str:
    """The result of an op in terms of its operands, with the parameters that a reader needs."""
    texts = _Texts()
    return mathematics(_Reader({}, texts).call(node.source, *map(texts.add, operands)), texts)


def cotangent_formula(local: Local, gradient: str, rule: Rule | None = None) -> str:
    """The cotangent of an input, summed over broadcast axes.

    Args:
        gradient: The text of the cotangent of the user, or without a rule that of its product with the local derivative
        rule: A pullback of the user's op
    """
    user, op, texts = local.node.source, local.node.source.op, _Texts()
    if op.recomputes:
        raise UnreadableRuleError(f"the rule of {op.name} runs a function again")
    arrays = [np.ones(np.shape(user._data)), user._data, *(x._data if isinstance(x, Node) else x for x in user.inputs)]
    names = [gradient, local.node.name, *(x.name or array_text(x.value) for x in local.node.inputs)]
    known = {Tensor.constant(x): texts.add(name) for x, name in zip(arrays, names, strict=True)}
    g, y, *inputs = known
    try:
        with tracing(Trace(0)), quiet():
            found: Any = g
            if rule is not None and op.name not in _CONVERSIONS:
                found = read_rule(rule, op, *op.pullback_arguments(g, y, inputs, user.params), **user.params)
            found = inputs[local.position].match_shape_and_dtype(found, op)
    except FrozenDataError as error:
        raise UnreadableRuleError(str(error)) from None
    return mathematics(_Reader(known, texts).source(found), texts)


class _Texts(dict[str, str]):
    """Texts of operands, by the identifiers that represent them in source code."""

    def add(self, text: str) -> str:
        """A new identifier that represents a text."""
        name = f"t{len(self)}"
        self[name] = text
        return name


class _Reader:
    """Writer of recorded nodes as Python source, in which every op is a call."""

    def __init__(self, known: dict[Any, str], texts: _Texts) -> None:
        self.known, self.texts, self.count = known, texts, 0

    def source(self, x: Any) -> str:
        """The source of a node, an array or a number."""
        if not isinstance(x, Node) or (x.op is None and x not in self.known):
            array = np.asarray(x._data if isinstance(x, Node) else x)
            return repr(array.item()) if array.size == 1 else self.texts.add(array_text(array))
        if x in self.known:
            return self.known[x]
        self.count += 1
        if self.count > MOST:
            raise UnreadableRuleError(f"the rule has more than {MOST} ops")
        if (labels := _labels(x)) is not None:
            return f"one_hot({self.source(labels)})"
        chosen = _chosen(x)
        return self.call(x, *map(self.source, x.inputs)) if chosen is None else self.source(chosen)

    def call(self, node: Any, x: str, *others: str) -> str:
        """The source of an op on operands; parameters that are not obvious are texts."""
        name, params, before = node.op.name, node.params, np.shape(node.inputs[0])
        if name in _CONVERSIONS or (name == "broadcast_to" and params["shape"] == before):
            return x
        if name == "reshape" and (index := _new_axes(before, node.shape)) != "other":
            return f"getitem({x}, {self.texts.add(index)})" if index else x
        if name in ("sum", "sum_to"):
            which = _sum_name(before, params["axis"])
            return f"{which}({x})" if which else x
        if name == "transpose" and params["axes"][:-2] == (order := tuple(range(len(before))))[:-2]:
            return x if params["axes"] == order else f"transpose({x})"
        if name in _OF_AN_INDEX:
            return f"{_OF_AN_INDEX[name]}({x}, {self.texts.add(self.index(params['index'], others))})"
        options = [self.texts.add(text) for text in _options(node.op, params, before)]
        return f"{name if name.isidentifier() else self.texts.add(name)}({', '.join((x, *others, *options))})"

    def index(self, index: Any, places: tuple[str, ...]) -> str:
        """An index in brackets, as NumPy writes it."""
        arrays = iter(places)
        parts = [next(arrays) if isinstance(part, str) else part for part in (index if isinstance(index, tuple) else (index,))]
        return f"[{', '.join(map(self.index_part, parts)) or '()'}]"

    def index_part(self, part: Any) -> str:
        if isinstance(part, slice):
            ends = ["" if end is None else str(end) for end in (part.start, part.stop, part.step)]
            return ":".join(ends if part.step is not None else ends[:2])
        if isinstance(part, str):
            return mathematics(part, self.texts)
        return "…" if part is Ellipsis else array_text(part) if isinstance(part, np.ndarray) else str(part)


def _labels(x: Any) -> Any:
    """The labels of rows that a node compares with all classes 0, 1, …; None for other nodes."""
    if x.op.name != "equal" or x.ndim != 2:
        return None
    rows, classes = x.inputs
    of_classes = isinstance(classes, np.ndarray) and np.array_equal(classes, np.arange(x.shape[1]))
    return rows.inputs[0] if of_classes and isinstance(rows, Node) and rows.op is not None else None


def _chosen(x: Any) -> Any:
    """The input that a node repeats: that of a conversion of type, or of a choice that holds for all entries; or None."""
    if x.op.name == "astype":
        return x.inputs[0]
    if x.op.name == "where":
        condition, yes, no = x.inputs
        holds = np.asarray(condition._data if isinstance(condition, Node) else condition)
        return yes if holds.all() else None if holds.any() else no
    if x.op.name == "logical_or":
        return next((a for a, b in (x.inputs, x.inputs[::-1]) if not np.any(b._data if isinstance(b, Node) else b)), None)
    return None


def _sum_name(shape: Shape, axes: Shape) -> str:
    """The name of a sum over axes of an array, or "" if all of them have length 1."""
    over = sorted(axis for axis in axes if shape[axis] != 1)
    if not over or len(over) == len(shape) - shape.count(1):
        return "Σ" * bool(over)
    if len(shape) == 2:
        return ("Σ_rows", "Σ_columns")[over[0]]
    return f"Σ_{'axis' if len(over) == 1 else 'axes'}_{'_'.join(map(str, over))}"


def _new_axes(before: Shape, after: Shape) -> str:
    """The index that makes a shape from another one by axes of length 1: "" if broadcasting does it, "other" if none does."""
    rest, parts = list(before), list[str]()
    for n in after:
        if rest[:1] == [n]:
            rest.pop(0)
            parts.append(":")
        elif n != 1:
            return "other"
        elif parts:
            parts.append("None")
    inserts = "None" in parts
    return "other" if any(n != 1 or inserts for n in rest) else f"[{', '.join(parts)}]" if inserts else ""


def _options(op: Op, params: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    """Parameters that a reader needs: an axis only if it is not the one of a call without it."""
    for name, value in params.items():
        if name == "axis":
            default, last = op.__signature__.parameters[name].default, len(shape) - 1
            reduces_all = default is None and "keepdims" in params and len(value) == len(shape)
            if reduces_all or (value in (last, (last,)) and (default == -1 or not last)):
                continue
            value = value[0] if isinstance(value, tuple) and len(value) == 1 else value
        if name not in ("keepdims", "ends"):
            yield str(value) if name in ("shape", "axes", "dtype") else f"{name}={value!r}"
