"""Rules read as nodes of an ONNX graph: what `primitives` writes down as calls of NumPy, and what ONNX spells otherwise.

Shapes and types are known before anything is computed, so that every operand has the one type that ONNX asks for.

Source:
    ONNX operator specification, opset 17
"""

from typing import Any

import numpy as np

from autograd.ops.tracing import UnreadableRuleError
from autograd.tape.backends.call_tracer import OUT, CallTracer, NumpyCall, TracedArray

#: NumPy's name of an elementwise function, and ONNX's.
_SAME = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg", "positive": "Identity",
    "absolute": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
    "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
    "sign": "Sign", "maximum": "Max", "minimum": "Min", "less": "Less", "less_equal": "LessOrEqual", "greater": "Greater",
    "greater_equal": "GreaterOrEqual", "equal": "Equal", "bitwise_and": "And", "bitwise_or": "Or", "invert": "Not",
    "isnan": "IsNaN", "isinf": "IsInf", "matmul": "MatMul", "power": "Pow",
}  # fmt: skip

#: A slice to the front ends there, whatever the length.
_BEFORE_THE_FIRST = -(2**31)


class OnnxArray(TracedArray):
    """An array of the graph that is being written: it knows shape and type, and no numbers."""

    def astype(self, dtype: Any) -> Any:
        return self.reader.cast(self, np.dtype(dtype))  # type: ignore[attr-defined]


class OnnxTracer(CallTracer):
    """Writes nodes, in order, and the constants that they need.

    Attributes:
        nodes: (operator, names of the operands, name of the result, attributes) of each
        constants: arrays by name
    """

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[tuple[str, list[str], str, dict[str, Any]]] = []
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.names: dict[NumpyCall, str] = {}
        self.step = ""
        self._known: dict[Any, str] = {}

    def power(self, a: Any, b: Any) -> TracedArray:
        return self.ufunc(np.power, a, b)

    def given(self, name: str, kind: tuple[tuple[int, ...], np.dtype[Any]]) -> OnnxArray:
        """The array that the graph has under `name` already."""
        call = NumpyCall(None, "given", (), kind, into=False, view=False)
        self.names[call] = name
        return OnnxArray(self, call)

    def node(self, operator: str, operands: list[str], shape: Any, dtype: Any, **attributes: Any) -> OnnxArray:
        """The result of a new node, whose operands are told by name."""
        name = f"{self.step}/{operator}.{len(self.nodes)}"
        self.nodes.append((operator, operands, name, attributes))
        return self.given(name, (tuple(shape), np.dtype(dtype)))

    def name(self, x: Any, dtype: Any = None) -> str:
        """The name of a piece, a call, an array or a number, brought to a type if one is told."""
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
        """x in another type."""
        if x.dtype == dtype:
            return x
        return self.node("Cast", [self.names[x.call]], x.shape, dtype, to=dtype)

    def called(self, call: NumpyCall) -> TracedArray:
        args = [x for x in call.args if x is not OUT]
        assert call.kind is not None
        shape, dtype = call.kind
        name = call.name
        if name.endswith(".reduce"):
            return self._reduced("ReduceSum" if name == "add.reduce" else "ReduceMax", args[0], args[1], shape, dtype)
        if name == "reshape":
            return self.reshaped(args[0], shape, dtype)
        if name == "broadcast_to":
            return self.node("Expand", [self.name(args[0]), self.name(np.array(shape, np.int64))], shape, dtype)
        if name in ("transpose", "matrix_transpose"):
            n = len(shape)
            order = args[1] if name == "transpose" else (*range(n - 2), n - 1, n - 2)
            return self.node("Transpose", [self.name(args[0])], shape, dtype, perm=list(order))
        if name == "getitem":
            return self._entries(args[0], args[1:], shape, dtype)
        if name == "not_equal":
            return ~self.ufunc(np.equal, *[OnnxArray(self, x) if isinstance(x, NumpyCall) else x for x in args])
        if name == "square":
            return self.node("Mul", [self.name(args[0], dtype)] * 2, shape, dtype)
        if name not in _SAME:
            raise UnreadableRuleError(name)
        types = call.function.resolve_dtypes(
            (*[OnnxArray(self, x).dtype if isinstance(x, NumpyCall) else _weak(x) for x in args], None)
        )
        operands = [self.name(x, t) for x, t in zip(args, types, strict=False)]
        return self.node(_SAME[name], operands, shape, dtype)

    def reshaped(self, x: Any, shape: Any, dtype: Any) -> OnnxArray:
        """The same entries in another shape."""
        return self.node("Reshape", [self.name(x), self.name(np.array(shape, np.int64))], shape, dtype, allowzero=1)

    def reduction(self, operator: str, x: TracedArray, axis: Any, keepdims: bool) -> TracedArray:
        """A reduction over axes, or over none or all."""
        n = len(x.shape)
        axes = tuple(range(n)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        axes = tuple(a % n for a in axes)
        shape = tuple(1 if i in axes else m for i, m in enumerate(x.shape) if keepdims or i not in axes)
        return self._reduced(operator, x.call, axes, shape, x.dtype)

    def _reduced(self, operator: str, x: NumpyCall, axes: tuple[int, ...], shape: Any, dtype: Any) -> OnnxArray:
        operand = self.name(x, dtype)
        if not axes:
            return self.node("Identity", [operand], shape, dtype)
        keepdims = int(len(shape) == OnnxArray(self, x).ndim)
        if operator == "ReduceSum":  # alone among reductions, its axes are an operand in opset 17
            return self.node(operator, [operand, self.name(np.array(axes, np.int64))], shape, dtype, keepdims=keepdims)
        return self.node(operator, [operand], shape, dtype, axes=list(axes), keepdims=keepdims)

    def _entries(self, x: NumpyCall, index: Any, shape: Any, dtype: Any) -> OnnxArray:
        whole = OnnxArray(self, x).shape
        if any(isinstance(p, NumpyCall) for p in index):
            return self._looked_up(x, [p for p in index if p is not None], shape, dtype)
        if any(isinstance(p, np.ndarray) for p in index):
            places = np.arange(int(np.prod(whole))).reshape(whole)[tuple(index)].astype(np.int64)
            flat = self.reshaped(x, (-1,), dtype)
            return self.node("Gather", [self.name(flat), self.name(places)], shape, dtype, axis=0)
        named = len([p for p in index if p is not None and p is not Ellipsis])
        parts: list[Any] = []
        for p in (*index, *(() if Ellipsis in index else (Ellipsis,))):
            parts += [slice(None)] * (len(whole) - named) if p is Ellipsis else [] if p is None else [p]
        cuts = [p.indices(n) if isinstance(p, slice) else (p % n, p % n + 1, 1) for p, n in zip(parts, whole, strict=True)]
        some = [i for i, (cut, n) in enumerate(zip(cuts, whole, strict=True)) if cut != (0, n, 1)]
        if some:
            ends = [_BEFORE_THE_FIRST if cuts[i][1] < 0 else cuts[i][1] for i in some]
            operands = [[cuts[i][0] for i in some], ends, some, [cuts[i][2] for i in some]]
            cut_shape = tuple(len(range(*cut)) for cut in cuts)
            x = self.node("Slice", [self.name(x), *[self.name(np.array(o, np.int64)) for o in operands]], cut_shape, dtype).call
        return self.reshaped(x, shape, dtype)

    def _looked_up(self, x: NumpyCall, index: list[Any], shape: Any, dtype: Any) -> OnnxArray:
        """Entries at positions that the graph computes: an array of them for each of the first axes."""
        if not all(isinstance(p, NumpyCall | np.ndarray) for p in index):
            raise UnreadableRuleError("getitem")
        sizes = np.broadcast_shapes(*[OnnxArray(self, p).shape if isinstance(p, NumpyCall) else p.shape for p in index])
        batch_columns = []
        for p in index:
            spread = [self.name(p, np.int64), self.name(np.array(sizes, np.int64))]
            batch_columns.append(self.reshaped(self.node("Expand", spread, sizes, np.int64).call, (*sizes, 1), np.int64))
        places = self.node("Concat", [self.name(c) for c in batch_columns], (*sizes, len(index)), np.int64, axis=-1)
        found = self.node("GatherND", [self.name(x), self.name(places)], shape, dtype)
        return self.reshaped(found.call, shape, dtype)


def _weak(x: Any) -> Any:
    return np.asarray(x).dtype if isinstance(x, np.ndarray | np.generic | bool) else type(x)
