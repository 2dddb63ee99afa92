"""Trace forward rules as nodes of an ONNX graph, from the NumPy calls that `CallTracer` records.

Shapes and dtypes are known before anything is computed, so every operand is cast to the dtype that ONNX requires.

Source:
    ONNX operator specification, opset 17
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.ops.rules.axes import normalize_axes, reduced_shape
from autograd.ops.tracing import UnreadableRuleError
from autograd.tape.backends.call_tracer import OUT, CallTracer, NumpyCall, TracedArray

#: ONNX operators of NumPy's elementwise functions.
_SAME = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg", "positive": "Identity",
    "absolute": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
    "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
    "sign": "Sign", "maximum": "Max", "minimum": "Min", "less": "Less", "less_equal": "LessOrEqual", "greater": "Greater",
    "greater_equal": "GreaterOrEqual", "equal": "Equal", "bitwise_and": "And", "bitwise_or": "Or", "bitwise_xor": "Xor",
    "invert": "Not", "isnan": "IsNaN", "isinf": "IsInf", "matmul": "MatMul", "power": "Pow",
}  # fmt: skip

#: ONNX operators of NumPy's reductions.
_REDUCTIONS = {"add.reduce": "ReduceSum", "maximum.reduce": "ReduceMax"}

#: End of a slice that runs backwards through the first entry.
_BEFORE_THE_FIRST = -(2**31)


class OnnxArray(TracedArray):
    """Tracer of an array in the graph: it has a shape and a dtype, but no numbers."""

    def astype(self, dtype: Any) -> Any:
        return self.tracer.cast(self, np.dtype(dtype))  # type: ignore[attr-defined]


class OnnxTracer(CallTracer):
    """Records the nodes of a graph, in order, and their constants.

    Attributes:
        nodes: (operator, names of the operands, name of the result, attributes) of each node
        constants: Arrays by name
        notes: Text for the nodes of a step, by its name
    """

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[tuple[str, list[str], str, dict[str, Any]]] = []
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.names: dict[NumpyCall, str] = {}
        self.step = ""
        self.notes: dict[str, str] = {}
        self._known: dict[Any, str] = {}

    def power(self, a: Any, b: Any) -> TracedArray:
        return self.ufunc(np.power, a, b)

    def array(self, name: str, kind: tuple[tuple[int, ...], np.dtype[Any]]) -> OnnxArray:
        """Array that the graph already has under `name`."""
        call = NumpyCall(None, "array", (), kind, into=False, view=False)
        self.names[call] = name
        return OnnxArray(self, call)

    def node(self, operator: str, operands: list[str], shape: Any, dtype: Any, **attributes: Any) -> OnnxArray:
        """Result of a new node on the operands of these names."""
        name = f"{self.step}/{operator}.{len(self.nodes)}"
        self.nodes.append((operator, operands, name, attributes))
        return self.array(name, (tuple(shape), np.dtype(dtype)))

    def name(self, x: Any, dtype: Any = None) -> str:
        """Name of a call, an array or a number, cast to `dtype` if it is not None."""
        if isinstance(x, NumpyCall):
            x = OnnxArray(self, x)
        if isinstance(x, TracedArray):
            return self.names[(self.cast(x, np.dtype(dtype)) if dtype is not None else x).call]
        array = np.asarray(x, dtype)
        key = (array.shape, array.dtype, array.tobytes())
        if key not in self._known:
            self._known[key] = f"constant.{len(self._known)}"
            self.constants[self._known[key]] = array
        return self._known[key]

    def cast(self, x: TracedArray, dtype: np.dtype[Any]) -> TracedArray:
        """x in another dtype."""
        if x.dtype == dtype:
            return x
        return self.node("Cast", [self.names[x.call]], x.shape, dtype, to=dtype)

    def add_call(self, call: NumpyCall) -> TracedArray:
        args = [x for x in call.args if x is not OUT]
        assert call.kind is not None
        shape, dtype = call.kind
        if call.name in _REDUCTIONS:
            return self._reduce(_REDUCTIONS[call.name], args[0], args[1], shape, dtype)
        if call.name in _TRANSLATIONS:
            return _TRANSLATIONS[call.name](self, args, shape, dtype)
        if call.name not in _SAME:
            raise UnreadableRuleError(call.name)
        types = call.function.resolve_dtypes(
            (*[OnnxArray(self, x).dtype if isinstance(x, NumpyCall) else _weak_type(x) for x in args], None)
        )
        operands = [self.name(x, t) for x, t in zip(args, types, strict=False)]
        return self.node(_SAME[call.name], operands, shape, dtype)

    def _transpose(self, args: list[Any], shape: Any, dtype: Any) -> OnnxArray:
        n = len(shape)
        order = args[1] if len(args) > 1 else (*range(n - 2), n - 1, n - 2)
        return self.node("Transpose", [self.name(args[0])], shape, dtype, perm=list(order))

    def _not_equal(self, args: list[Any], shape: Any, dtype: Any) -> Any:
        return ~self.ufunc(np.equal, *[OnnxArray(self, x) if isinstance(x, NumpyCall) else x for x in args])

    def reshape(self, x: Any, shape: Any, dtype: Any) -> OnnxArray:
        """Node for the same entries in another shape."""
        return self.node("Reshape", [self.name(x), self.name(np.array(shape, np.int64))], shape, dtype, allowzero=1)

    def expand(self, x: Any, shape: Any, dtype: Any) -> OnnxArray:
        """Node that broadcasts x to a shape, unless it has the shape."""
        array = OnnxArray(self, x) if isinstance(x, NumpyCall) else None
        if array is not None and (array.shape, array.dtype) == (tuple(shape), np.dtype(dtype)):
            return array
        return self.node("Expand", [self.name(x, dtype), self.name(np.array(shape, np.int64))], shape, dtype)

    def reduction(self, operator: str, x: TracedArray, axis: Any, keepdims: bool) -> TracedArray:
        """Node of a reduction over some axes, or all if `axis` is None."""
        axes = normalize_axes(operator, axis, x.shape)
        return self._reduce(operator, x.call, axes, reduced_shape(x.shape, axes, keepdims), x.dtype)

    def _reduce(self, operator: str, x: NumpyCall, axes: tuple[int, ...], shape: Any, dtype: Any) -> OnnxArray:
        operand = self.name(x, dtype)
        if not axes:
            return self.node("Identity", [operand], shape, dtype)
        keepdims = int(len(shape) == OnnxArray(self, x).ndim)
        if operator == "ReduceSum":  # the only reduction of opset 17 whose axes are an operand
            return self.node(operator, [operand, self.name(np.array(axes, np.int64))], shape, dtype, keepdims=keepdims)
        return self.node(operator, [operand], shape, dtype, axes=list(axes), keepdims=keepdims)

    def _getitem(self, args: list[Any], shape: Any, dtype: Any) -> OnnxArray:
        x, *index = args
        if any(isinstance(p, NumpyCall) for p in index):
            return self._gather_nd(x, [p for p in index if p is not None], shape, dtype)
        whole = OnnxArray(self, x).shape
        if any(isinstance(p, np.ndarray) for p in index):
            places = np.arange(int(np.prod(whole))).reshape(whole)[tuple(index)].astype(np.int64)
            flat = self.reshape(x, (-1,), dtype)
            return self.node("Gather", [self.name(flat), self.name(places)], shape, dtype, axis=0)
        return self.reshape(self._slice(x, _slices(index, whole), whole, dtype), shape, dtype)

    def _slice(self, x: NumpyCall, slices: list[tuple[int, int, int]], whole: tuple[int, ...], dtype: Any) -> NumpyCall:
        """Call for the entries of a (start, stop, step) on each axis; x itself if those are all entries."""
        axes = [i for i, (cut, n) in enumerate(zip(slices, whole, strict=True)) if cut != (0, n, 1)]
        if not axes:
            return x
        ends = [_BEFORE_THE_FIRST if slices[i][1] < 0 else slices[i][1] for i in axes]
        operands = [[slices[i][0] for i in axes], ends, axes, [slices[i][2] for i in axes]]
        names = [self.name(x), *[self.name(np.array(o, np.int64)) for o in operands]]
        return self.node("Slice", names, [len(range(*cut)) for cut in slices], dtype).call

    def _gather_nd(self, x: NumpyCall, index: list[Any], shape: Any, dtype: Any) -> OnnxArray:
        """Node for entries at positions that the graph computes: an array of them for each of the first axes."""
        if not all(isinstance(p, NumpyCall | np.ndarray) for p in index):
            raise UnreadableRuleError("getitem")
        sizes = np.broadcast_shapes(*[OnnxArray(self, p).shape if isinstance(p, NumpyCall) else p.shape for p in index])
        columns = []
        for p in index:
            columns.append(self.reshape(self.expand(p, sizes, np.int64).call, (*sizes, 1), np.int64))
        places = self.node("Concat", [self.name(c) for c in columns], (*sizes, len(index)), np.int64, axis=-1)
        entries = self.node("GatherND", [self.name(x), self.name(places)], shape, dtype)
        return self.reshape(entries.call, shape, dtype)


#: Calls whose ONNX operator has another form.
_TRANSLATIONS: dict[str, Callable[..., Any]] = {
    "reshape": lambda t, args, shape, dtype: t.reshape(args[0], shape, dtype),
    "broadcast_to": lambda t, args, shape, dtype: t.expand(args[0], shape, dtype),
    "transpose": OnnxTracer._transpose,
    "matrix_transpose": OnnxTracer._transpose,
    "getitem": OnnxTracer._getitem,
    "not_equal": OnnxTracer._not_equal,
    "square": lambda t, args, shape, dtype: t.node("Mul", [t.name(args[0], dtype)] * 2, shape, dtype),
}


def _slices(index: list[Any], shape: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(start, stop, step) on each axis, of an index of slices, integers, None and an ellipsis."""
    parts = [p for p in index if p is not None]
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    place = parts.index(Ellipsis)
    parts[place : place + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
    return [p.indices(n) if isinstance(p, slice) else (p % n, p % n + 1, 1) for p, n in zip(parts, shape, strict=True)]


def _weak_type(x: Any) -> Any:
    return np.asarray(x).dtype if isinstance(x, np.ndarray | np.generic | bool) else type(x)
