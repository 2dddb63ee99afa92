"""What NumPy is asked to do for a step: its rule read once more, in a namespace that writes the calls down.

A call of a ufunc, `np.add(a, b)` say, can write its result into a given array; a view costs nothing; a rule that does more
than such calls, or looks at its numbers, is called as it is, and gives an array of its own.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.ops.op import on_floats
from autograd.ops.operators import Operator
from autograd.ops.tracing import Tracer, UnreadableRuleError, define_operators, read_rule
from autograd.tape.program import Instruction, Kind, Leaf


class NumpyCall:
    """The result of one call of NumPy, or a leaf of the program (`function` is None then).

    Attributes:
        function: what is called with `args`, among which OUT stands where an array to write into may be given
        into: whether there is such a place
        view: whether the result may share memory with an argument
    """

    __slots__ = ("args", "function", "into", "kind", "name", "view")

    def __init__(self, function: Any, name: str, args: tuple[Any, ...], kind: Kind, *, into: bool, view: bool) -> None:
        self.function, self.name, self.args = function, name, args
        self.kind, self.into, self.view = kind, into, view

    def key(self) -> Any:
        """Equal for calls that do the same to the same."""
        return (
            self.name,
            tuple(
                [
                    (type(x), x if type(x) in (int, bool, tuple, str) else repr(x) if type(x) is float else id(x))
                    for x in self.args
                ]
            ),
        )


#: Where a call may be given an array to write into.
OUT = "out"


def _entries(x: Any, *index: Any) -> Any:
    return x[index]


class CallTracer:
    """Reads rules as calls; gives each a `TracedArray` in place of an array."""

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
        return self.called(NumpyCall(function, function.__name__, (*inputs, OUT), (shape, dtype), into=True, view=False))

    def power(self, a: Any, b: Any) -> "TracedArray":
        """`a ** b`, which NumPy computes in its own way where b is 2 and the like."""
        raise UnreadableRuleError("power")

    def reduced(self, function: np.ufunc, x: "TracedArray", axis: Any, keepdims: bool, *initial: Any) -> "TracedArray":
        (shape, dtype), axes = _array_kind(x), axis
        wanted = tuple(range(len(shape))) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
        wanted = tuple(a % len(shape) if shape else a for a in wanted)
        left = tuple(1 if i in wanted else n for i, n in enumerate(shape) if keepdims or i not in wanted)
        result = np.dtype(int) if function is np.add and dtype.kind in "bi" and dtype.itemsize < 8 else dtype
        more = (wanted, None, OUT, keepdims, *initial)
        return self.called(
            NumpyCall(function.reduce, f"{function.__name__}.reduce", (x.call, *more), (left, result), into=True, view=False)
        )

    def viewed(self, name: str, x: "TracedArray", function: Callable[..., Any], *args: Any) -> "TracedArray":
        shape, dtype = _array_kind(x)
        kind = (function(np.broadcast_to(np.zeros((), dtype), shape), *args).shape, dtype)
        if kind == x.call.kind and name != "transpose":
            return x
        return self.called(NumpyCall(function, name, (x.call, *args), kind, into=False, view=True))

    def chosen(self, x: "TracedArray", index: Any) -> "TracedArray":
        parts = index if isinstance(index, tuple) else (index,)
        calls = [p.call if isinstance(p, TracedArray) else p for p in parts]
        zeros: list[Any] = [
            np.zeros(*p.kind) if isinstance(p, NumpyCall) and p.kind else p for p in calls
        ]  # the numbers have no say in the shape
        shape, dtype = _array_kind(x)
        kind = (np.broadcast_to(np.zeros((), dtype), shape)[tuple(zeros)].shape, dtype)
        return self.called(NumpyCall(_entries, "getitem", (x.call, *calls), kind, into=False, view=True))

    def called(self, call: NumpyCall) -> "TracedArray":
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
    """What a rule takes for an array while it is read: it knows shape and type, and no numbers."""

    def __init__(self, reader: CallTracer, call: NumpyCall) -> None:
        self.reader, self.call = reader, call

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
        return self.reader.viewed("matrix_transpose", self, np.matrix_transpose)

    def reshape(self, *shape: Any) -> "TracedArray":
        return self.reader.viewed("reshape", self, np.reshape, shape[0] if len(shape) == 1 else shape)

    def __getitem__(self, index: Any) -> "TracedArray":  # type: ignore[override]
        return self.reader.chosen(self, index)

    def __len__(self) -> int:  # type: ignore[override]
        return self.shape[0]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions, and NumPy's
            raise AttributeError(name)
        raise UnreadableRuleError(f"arrays of a rule have no {name}")


def _ufunc_of(operator: Operator) -> Any:
    def call(*operands: Any) -> TracedArray:
        tracer = next(x.reader for x in operands if isinstance(x, TracedArray))
        return tracer.power(*operands) if operator.op == "power" else tracer.ufunc(operator.ufunc, *operands)

    return call


define_operators(TracedArray, _ufunc_of)


class Namespace:
    """NumPy's names, whose functions are written down when they are given a TracedArray."""

    def __init__(self, reader: CallTracer) -> None:
        self.reader = reader

    def sum(self, x: TracedArray, axis: Any, keepdims: bool) -> TracedArray:
        return self.reader.reduced(np.add, x, axis, keepdims)

    def max(self, x: TracedArray, axis: Any, keepdims: bool, **initial: Any) -> TracedArray:
        return self.reader.reduced(np.maximum, x, axis, keepdims, *initial.values())

    def arange(self, n: int) -> Any:
        return _numbers_up_to(n)

    def pick(self, x: TracedArray, places: Any) -> TracedArray:
        return x[self.arange(len(places)), places, None]

    def reshape(self, x: TracedArray, shape: Any) -> TracedArray:
        return x.reshape(shape)

    def transpose(self, x: TracedArray, axes: Any) -> TracedArray:
        return self.reader.viewed("transpose", x, np.transpose, axes)

    def broadcast_to(self, x: TracedArray, shape: Any) -> TracedArray:
        return self.reader.viewed("broadcast_to", x, np.broadcast_to, shape)

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name, None)
        if isinstance(function, float):
            return function
        if name == "power":
            return self.reader.power
        if not isinstance(function, np.ufunc) or function.nout != 1:
            raise UnreadableRuleError(name)
        return lambda *args: self.reader.ufunc(function, *args)


def calls_of(step: Instruction, inputs: list[NumpyCall]) -> list[NumpyCall]:
    """The calls of a step, whose inputs come from the calls `inputs`; the last one is its result."""
    tracer = CallTracer()
    arrays = [_given(tracer, x) for x in inputs]
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
    """The call of the forward rule as it is."""
    op, params = step.op, step.params

    def rule(*inputs: Any) -> Any:
        if step.kind is None:  # the truth of a question is a number here, with which others compute
            return on_floats(op.forward, *map(float, inputs), **params)
        return np.asarray(op.on_arrays(list(inputs), params))

    return NumpyCall(rule, f"{op.name} {id(step)}", tuple(inputs), step.kind, into=False, view=True)


@functools.cache
def _numbers_up_to(n: int) -> Any:
    """One array for each n, so that two calls with it can be seen to be the same."""
    array = np.arange(n)
    array.flags.writeable = False
    return array


def _given(reader: CallTracer, x: NumpyCall) -> Any:
    """A Python number as it is, since it has no say in types; anything else as a TracedArray."""
    if x.kind is None and x.function is None and x.args and type(x.args[0]) in (float, int, bool):
        return x.args[0]
    return TracedArray(reader, x)


def leaf_call(leaf: Leaf, data: Any) -> NumpyCall:
    """The call that stands for a leaf: `data` is that of a constant."""
    return NumpyCall(None, "leaf", () if data is None else (data,), leaf.kind, into=False, view=False)
