"""Trace a forward rule as a list of NumPy calls.

A ufunc call such as `np.add(a, b)` can write its result into a buffer, and a view needs no memory. A rule with other calls, or
with branches on data, becomes one call of the rule itself, whose result is a new array.
"""

import functools
from collections.abc import Callable
from typing import Any

from autograd.ops.operators import Operator
from autograd.ops.rules.axes import normalize_axes, reduced_shape
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule
from autograd.support.lazy_numpy import np
from autograd.tape.program import Instruction, Kind, Leaf


class NumpyCall:
    """One NumPy call, or a leaf of the program, whose `function` is None.

    Attributes:
        function: Function to call with `args`; the argument OUT is the position of an output array
        into: True if it can write into an output array
        view: True if the result may share memory with the first argument, and with no other
    """

    __slots__ = ("args", "function", "into", "kind", "name", "view")

    def __init__(self, function: Any, name: str, args: tuple[Any, ...], kind: Kind, *, into: bool, view: bool) -> None:
        self.function, self.name, self.args = function, name, args
        self.kind, self.into, self.view = kind, into, view

    def key(self) -> Any:
        """Key that is equal for equal calls."""
        return (self.name, *[(type(x), _argument_key(x)) for x in self.args])


def _argument_key(x: Any) -> Any:
    return x if type(x) in (int, bool, tuple, str) else repr(x) if type(x) is float else id(x)


#: Position of the output array among the arguments of a call.
OUT = "out"


def _getitem(x: Any, *index: Any) -> Any:
    return x[index]


class CallTracer:
    """Records the NumPy calls of a rule, whose arrays are replaced by `TracedArray`s."""

    def __init__(self) -> None:
        self.calls: list[NumpyCall] = []

    def ufunc(self, function: np.ufunc, *args: Any) -> "TracedArray":
        inputs = [x.call if isinstance(x, TracedArray) else x for x in args]
        kinds = [x.kind if isinstance(x, NumpyCall) else _kind_of_number(x) for x in inputs]
        shapes = [k[0] for k in kinds if isinstance(k, tuple)]
        types = [k[1] if isinstance(k, tuple) else k for k in kinds]
        shape = _product_shape(shapes) if function is np.matmul else np.broadcast_shapes(*shapes)
        try:
            dtype = function.resolve_dtypes((*types, None))[-1]
        except TypeError as error:
            raise UnreadableRuleError(str(error)) from None
        return self.add_call(NumpyCall(function, function.__name__, (*inputs, OUT), (shape, dtype), into=True, view=False))

    def power(self, a: Any, b: Any) -> "TracedArray":
        """`a ** b` is not traced: NumPy has special cases for exponents such as 2."""
        raise UnreadableRuleError("power")

    def reduce(self, function: np.ufunc, x: "TracedArray", axis: Any, keepdims: bool, *initial: Any) -> "TracedArray":
        shape, dtype = _array_kind(x)
        axes = normalize_axes(function.__name__, axis, shape)
        if function is np.add and dtype.kind in "bi" and dtype.itemsize < 8:
            dtype = np.dtype(int)
        kind = (reduced_shape(shape, axes, keepdims), dtype)
        args = (x.call, axes, None, OUT, keepdims, *initial)
        return self.add_call(NumpyCall(function.reduce, f"{function.__name__}.reduce", args, kind, into=True, view=False))

    def view(self, name: str, x: "TracedArray", function: Callable[..., Any], *args: Any) -> "TracedArray":
        shape, dtype = _array_kind(x)
        kind = (function(np.broadcast_to(np.zeros((), dtype), shape), *args).shape, dtype)
        if kind == x.call.kind and name != "transpose":
            return x
        return self.add_call(NumpyCall(function, name, (x.call, *args), kind, into=False, view=True))

    def getitem(self, x: "TracedArray", index: Any) -> "TracedArray":
        parts = index if isinstance(index, tuple) else (index,)
        calls = [p.call if isinstance(p, TracedArray) else p for p in parts]
        # The result's shape does not depend on the numbers in index arrays.
        zeros: list[Any] = [np.zeros(*p.kind) if isinstance(p, NumpyCall) and p.kind else p for p in calls]
        shape, dtype = _array_kind(x)
        kind = (np.broadcast_to(np.zeros((), dtype), shape)[tuple(zeros)].shape, dtype)
        return self.add_call(NumpyCall(_getitem, "getitem", (x.call, *calls), kind, into=False, view=True))

    def add_call(self, call: NumpyCall) -> "TracedArray":
        self.calls.append(call)
        return TracedArray(self, call)


def _kind_of_number(x: Any) -> Any:
    if isinstance(x, np.ndarray | np.generic):
        return (x.shape, x.dtype)
    if type(x) in (float, int):
        return type(x)
    if type(x) is bool:
        return ((), np.dtype(bool))
    raise UnreadableRuleError


def _array_kind(x: "TracedArray") -> tuple[tuple[int, ...], np.dtype[Any]]:
    if x.call.kind is None:
        raise UnreadableRuleError
    return x.call.kind


def _product_shape(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    a, b = shapes
    if len(a) < 2 or len(b) < 2:
        raise UnreadableRuleError
    return (*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1])


class TracedArray(Tracer):
    """Tracer of an array in a rule: it has a shape and a dtype, but no numbers."""

    def __init__(self, tracer: CallTracer, call: NumpyCall) -> None:
        self.tracer, self.call = tracer, call

    @property
    def shape(self) -> tuple[int, ...]:
        return _array_kind(self)[0]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return _array_kind(self)[1]

    @property
    def mT(self) -> "TracedArray":
        return self.tracer.view("matrix_transpose", self, np.matrix_transpose)

    def reshape(self, *shape: Any) -> "TracedArray":
        return self.tracer.view("reshape", self, np.reshape, shape[0] if len(shape) == 1 else shape)

    def __getitem__(self, index: Any) -> "TracedArray":  # type: ignore[override]
        return self.tracer.getitem(self, index)

    def __len__(self) -> int:  # type: ignore[override]
        return self.shape[0]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols of Python and NumPy
            raise AttributeError(name)
        raise UnreadableRuleError(f"traced arrays have no attribute {name}")


def _operator_method(operator: Operator) -> Any:
    def call(*operands: Any) -> TracedArray:
        tracer = next(x.tracer for x in operands if isinstance(x, TracedArray))
        return tracer.power(*operands) if operator.op == "power" else tracer.ufunc(operator.ufunc, *operands)

    return call


define_operators(TracedArray, _operator_method)


class Namespace:
    """Namespace with NumPy's names, which records calls on TracedArrays."""

    def __init__(self, tracer: CallTracer) -> None:
        self.tracer = tracer

    def sum(self, x: TracedArray, axis: Any, keepdims: bool) -> TracedArray:
        return self.tracer.reduce(np.add, x, axis, keepdims)

    def max(self, x: TracedArray, axis: Any, keepdims: bool, **initial: Any) -> TracedArray:
        return self.tracer.reduce(np.maximum, x, axis, keepdims, *initial.values())

    def arange(self, n: int) -> Any:
        return _arange(n)

    def pick(self, x: TracedArray, places: Any) -> TracedArray:
        return x[self.arange(len(places)), places, None]

    def reshape(self, x: TracedArray, shape: Any) -> TracedArray:
        return x.reshape(shape)

    def transpose(self, x: TracedArray, axes: Any) -> TracedArray:
        return self.tracer.view("transpose", x, np.transpose, axes)

    def broadcast_to(self, x: TracedArray, shape: Any) -> TracedArray:
        return self.tracer.view("broadcast_to", x, np.broadcast_to, shape)

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name, None)
        if isinstance(function, float):
            return function
        if name == "power":
            return self.tracer.power
        if not isinstance(function, np.ufunc) or function.nout != 1:
            raise UnreadableRuleError(name)
        return lambda *args: self.tracer.ufunc(function, *args)


def calls_of(step: Instruction, inputs: list[NumpyCall]) -> list[NumpyCall]:
    """Calls of an instruction on the results of the calls `inputs`; the last call computes its result."""
    if any(x.kind is not None and x.kind[1].char == "e" for x in inputs):  # `Op.on_arrays` computes 16-bit floats in float32
        return [_call_of_rule(step, inputs)]
    tracer = CallTracer()
    arrays = [_rule_input(tracer, x) for x in inputs]
    try:
        result = read_rule(step.op.forward, step.op, Namespace(tracer), *arrays, **step.params)
    except UnreadableRuleError:
        return [_call_of_rule(step, inputs)]
    if not isinstance(result, TracedArray) or result.call.kind != step.kind:
        return [_call_of_rule(step, inputs)]
    if not tracer.calls:
        return [result.call]
    return tracer.calls if result.call is tracer.calls[-1] else [_call_of_rule(step, inputs)]


def _call_of_rule(step: Instruction, inputs: list[NumpyCall]) -> NumpyCall:
    """Call of the forward rule itself."""

    def rule(*inputs: Any) -> Any:
        if step.kind is None:  # truth values are numbers in programs of floats
            return step.evaluate(list(map(float, inputs)))
        y = step.evaluate(list(inputs))
        return y if y.base is None and all([y is not x for x in inputs]) else y.copy()  # noqa: C419

    return NumpyCall(rule, f"{step.op.name} {id(step)}", tuple(inputs), step.kind, into=False, view=False)


@functools.lru_cache(maxsize=64)
def _arange(n: int) -> Any:
    """One array for each n, so that two calls with it have equal keys."""
    array = np.arange(n)
    array.flags.writeable = False
    return array


def _rule_input(tracer: CallTracer, x: NumpyCall) -> Any:
    """A Python number itself, which does not affect dtypes; else a TracedArray."""
    if x.kind is None and x.function is None and x.args and type(x.args[0]) in (float, int, bool):
        return x.args[0]
    return TracedArray(tracer, x)


def leaf_call(leaf: Leaf, data: Any) -> NumpyCall:
    """Placeholder call of a leaf, with the data of a constant."""
    return NumpyCall(None, "leaf", () if data is None else (data,), leaf.kind, into=False, view=False)
