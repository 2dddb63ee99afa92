"""What NumPy is asked to do for a step: its rule read once more, in a namespace that writes the calls down.

A call of a ufunc, `np.add(a, b)` say, can write its result into a given array; a view costs nothing; a rule that does more
than such calls, or looks at its numbers, is called as it is, and gives an array of its own.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.ops.op import on_floats
from autograd.tape.program import Kind, Leaf, Step


class UnreadableError(Exception):
    """A rule that is no sequence of calls."""


class Call:
    """The result of one call of NumPy, or a leaf of the program (`function` is None then).

    function  what is called with `args`, among which OUT stands where an array to write into may be given
    into      whether there is such a place
    view      whether the result may share memory with an argument
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


class Reader:
    """Reads rules as calls; gives `Piece`s to rules, which look like arrays to them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def ufunc(self, function: np.ufunc, *args: Any) -> "Piece":
        inputs = [x.call if isinstance(x, Piece) else x for x in args]
        kinds = [x.kind if isinstance(x, Call) else _kind_of_number(x) for x in inputs]
        shapes = [k[0] for k in kinds if isinstance(k, tuple)]
        types = [k[1] if isinstance(k, tuple) else k for k in kinds]
        shape = _product_shape(shapes) if function is np.matmul else np.broadcast_shapes(*shapes)
        dtype = function.resolve_dtypes((*types, None))[-1]
        return self.called(Call(function, function.__name__, (*inputs, OUT), (shape, dtype), into=True, view=False))

    def reduced(self, function: np.ufunc, x: "Piece", axis: Any, keepdims: bool, *initial: Any) -> "Piece":
        (shape, dtype), axes = _array_kind(x), axis
        wanted = tuple(range(len(shape))) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
        wanted = tuple(a % len(shape) if shape else a for a in wanted)
        left = tuple(1 if i in wanted else n for i, n in enumerate(shape) if keepdims or i not in wanted)
        result = np.dtype(int) if function is np.add and dtype.kind in "bi" and dtype.itemsize < 8 else dtype
        more = (wanted, None, OUT, keepdims, *initial)
        return self.called(
            Call(function.reduce, f"{function.__name__}.reduce", (x.call, *more), (left, result), into=True, view=False)
        )

    def viewed(self, name: str, x: "Piece", function: Callable[..., Any], *args: Any) -> "Piece":
        shape, dtype = _array_kind(x)
        kind = (function(np.broadcast_to(np.zeros((), dtype), shape), *args).shape, dtype)
        if kind == x.call.kind and name != "transpose":
            return x
        return self.called(Call(function, name, (x.call, *args), kind, into=False, view=True))

    def chosen(self, x: "Piece", index: Any) -> "Piece":
        parts = index if isinstance(index, tuple) else (index,)
        calls = [p.call if isinstance(p, Piece) else p for p in parts]
        zeros: list[Any] = [
            np.zeros(*p.kind) if isinstance(p, Call) and p.kind else p for p in calls
        ]  # the numbers have no say in the shape
        shape, dtype = _array_kind(x)
        kind = (np.broadcast_to(np.zeros((), dtype), shape)[tuple(zeros)].shape, dtype)
        return self.called(Call(_entries, "getitem", (x.call, *calls), kind, into=False, view=True))

    def called(self, call: Call) -> "Piece":
        self.calls.append(call)
        return Piece(self, call)


def _kind_of_number(x: Any) -> Any:
    if isinstance(x, np.ndarray | np.generic):
        return (x.shape, x.dtype)
    if type(x) in (float, int):
        return type(x)
    if type(x) is bool:
        return ((), np.dtype(bool))
    raise UnreadableError


def _array_kind(x: "Piece") -> tuple[tuple[int, ...], np.dtype[Any]]:
    if x.call.kind is None:
        raise UnreadableError
    return x.call.kind


def _product_shape(shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    a, b = shapes
    if len(a) < 2 or len(b) < 2:
        raise UnreadableError
    return (*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1])


class Piece:
    """What a rule takes for an array while it is read: it knows shape and type, and no numbers."""

    __array_ufunc__ = None

    def __init__(self, reader: Reader, call: Call) -> None:
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
    def mT(self) -> "Piece":
        return self.reader.viewed("matrix_transpose", self, np.matrix_transpose)

    def reshape(self, *shape: Any) -> "Piece":
        return self.reader.viewed("reshape", self, np.reshape, shape[0] if len(shape) == 1 else shape)

    def __getitem__(self, index: Any) -> "Piece":
        return self.reader.chosen(self, index)

    def __len__(self) -> int:
        return self.shape[0]

    def __bool__(self) -> bool:
        raise UnreadableError

    def __getattr__(self, name: str) -> Any:
        raise UnreadableError(name)

    def __iter__(self) -> Any:
        raise UnreadableError


def _operator(function: np.ufunc, reflected: bool = False) -> Any:
    def method(self: Piece, *others: Any) -> Piece:
        return self.reader.ufunc(function, *others, self) if reflected else self.reader.ufunc(function, self, *others)

    return method


_OPERATORS: dict[str, np.ufunc] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "matmul": np.matmul, "and": np.bitwise_and,
    "or": np.bitwise_or, "mod": np.remainder,
}  # fmt: skip
_UNREFLECTED: dict[str, np.ufunc] = {
    "neg": np.negative, "pos": np.positive, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
for _name, _function in (_OPERATORS | _UNREFLECTED).items():
    setattr(Piece, f"__{_name}__", _operator(_function))
for _name, _function in _OPERATORS.items():
    setattr(Piece, f"__r{_name}__", _operator(_function, reflected=True))


class Namespace:
    """NumPy's names, whose functions are written down when they are given a Piece."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def sum(self, x: Piece, axis: Any, keepdims: bool) -> Piece:
        return self.reader.reduced(np.add, x, axis, keepdims)

    def max(self, x: Piece, axis: Any, keepdims: bool, **initial: Any) -> Piece:
        return self.reader.reduced(np.maximum, x, axis, keepdims, *initial.values())

    def arange(self, n: int) -> Any:
        return _numbers_up_to(n)

    def pick(self, x: Piece, places: Any) -> Piece:
        return x[self.arange(len(places)), places, None]

    def reshape(self, x: Piece, shape: Any) -> Piece:
        return x.reshape(shape)

    def transpose(self, x: Piece, axes: Any) -> Piece:
        return self.reader.viewed("transpose", x, np.transpose, axes)

    def broadcast_to(self, x: Piece, shape: Any) -> Piece:
        return self.reader.viewed("broadcast_to", x, np.broadcast_to, shape)

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name, None)
        if isinstance(function, float):
            return function
        if not isinstance(function, np.ufunc) or name == "power" or function.nout != 1:  # `a ** 2` has a way of its own
            raise UnreadableError(name)
        return lambda *args: self.reader.ufunc(function, *args)


def calls_of(step: Step, inputs: list[Call]) -> list[Call]:
    """The calls of a step, whose inputs come from the calls `inputs`; the last one is its result."""
    reader = Reader()
    pieces = [_given(reader, x) for x in inputs]
    try:
        result = step.op.forward(Namespace(reader), *pieces, **step.params)
        if (
            isinstance(result, Piece)
            and result.call.kind == step.kind
            and (not reader.calls or result.call is reader.calls[-1])
        ):
            return reader.calls or [result.call]
    except (UnreadableError, TypeError, ValueError, AttributeError):
        pass
    op, params = step.op, step.params

    def rule(*inputs: Any) -> Any:
        if step.kind is None:  # the truth of a question is a number here, with which others compute
            return on_floats(op.forward, *map(float, inputs), **params)
        return np.asarray(op.on_arrays(list(inputs), params))

    return [Call(rule, f"{op.name} {id(step)}", tuple(inputs), step.kind, into=False, view=True)]


@functools.cache
def _numbers_up_to(n: int) -> Any:
    """One array for each n, so that two calls with it can be seen to be the same."""
    array = np.arange(n)
    array.flags.writeable = False
    return array


def _given(reader: Reader, x: Call) -> Any:
    """A Python number as it is, since it has no say in types; anything else as a Piece."""
    if x.kind is None and x.function is None and x.args and type(x.args[0]) in (float, int, bool):
        return x.args[0]
    return Piece(reader, x)


def leaf_call(leaf: Leaf, data: Any) -> Call:
    """The call that stands for a leaf: `data` is that of a constant."""
    return Call(None, "leaf", () if data is None else (data,), leaf.kind, into=False, view=False)
