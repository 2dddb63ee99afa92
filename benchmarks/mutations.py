"""Mutants of pullbacks, one change at a time; `benchmarks.broken_engines` has mutants of the engine."""

import contextlib
import dis
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import OPS, stop_gradient
from autograd.engine.node import Node
from autograd.ops.op import Op


@dataclass(frozen=True)
class Mutant:
    """An engine with one error; `op` is the op to check, or None for any op."""

    name: str
    kind: str
    op: Op | None
    broken: Callable[[], Any]
    equivalent: str = ""


def _raw(x: Any) -> bool:
    return not isinstance(x, Node)


def _size(x: Any) -> int:
    return int(np.size(x._data if isinstance(x, Node) else x))


def data_of(x: Any) -> Any:
    """The data of a node or number as an array."""
    return np.asarray(x._data if isinstance(x, Node) else x)


def _round_to_float32(r: Any) -> Any:
    return np.asarray(np.asarray(r, np.float32), np.asarray(r).dtype)[()] if _raw(r) else r * (1.0 + 1e-8)


def _transpose(r: Any) -> Any:
    """r with its last two axes exchanged if they have equal lengths, else with its last axis reversed."""
    shape = data_of(r).shape
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        return r.mT if not _raw(r) else np.swapaxes(r, -1, -2)
    return r[..., ::-1] if shape else r


def _has_ties(xs: Any) -> bool:
    """True if the first two inputs have an equal entry, or a single input has two equal entries."""
    arrays = [data_of(x) for x in xs if data_of(x).dtype.kind == "f"]
    if len(arrays) > 1:
        return bool((arrays[0] == arrays[1]).any())
    return len(np.unique(arrays[0])) < arrays[0].size


def _keep_first_inputs(pullback: Any) -> Any:
    """The pullback evaluated at the first inputs of the same shapes and dtypes."""
    seen: dict[Any, Any] = {}

    def stale(g: Any, y: Any, *xs: Any, **params: Any) -> Any:
        key = (tuple((data_of(x).shape, data_of(x).dtype) for x in xs), repr(params))
        old_y, *old = seen.setdefault(key, [data_of(y).copy(), *[data_of(x).copy() for x in xs]])
        return pullback(g, old_y[()], *[o[()] for o in old], **params) if _raw(g) else pullback(g, y, *xs, **params)

    return stale


def _fill_empty_cotangent(r: Any, g: Any, x: Any) -> Any:
    return np.ones_like(data_of(x)) if not _size(g) and _size(x) and _raw(g) else r


def _next_axis(pullback: Any) -> Any:
    """The pullback along the next axis."""

    def off(g: Any, y: Any, *xs: Any, axis: Any, **params: Any) -> Any:
        n = max(data_of(xs[0]).ndim, 1)
        moved = (axis + 1) % n if isinstance(axis, int) else tuple(sorted((a + 1) % n for a in axis))
        return pullback(g, y, *xs, axis=moved, **params)

    return off


def _scale_last_axis(pullback: Any) -> Any:
    """The pullback, wrong by a factor for the last of several axes."""

    def off(g: Any, y: Any, *xs: Any, axis: Any, **params: Any) -> Any:
        last = data_of(xs[0]).ndim - 1
        is_last = axis == last if isinstance(axis, int) else last in axis
        return pullback(g, y, *xs, axis=axis, **params) * (2.0 if is_last and last > 0 else 1.0)

    return off


def _scale_where(when: Callable[..., bool], by: float) -> Callable[[Any], Any]:
    """The pullback, wrong by a factor if `when` is true for the floating-point inputs."""

    def holds(*xs: Any) -> bool:
        return when(*[x for x in xs if data_of(x).dtype.kind == "f"])

    return lambda p: lambda g, y, *x, **k: p(g, y, *x, **k) * (by if holds(*x) else 1.0)


NEGATIVE = "wrong where the first input is negative"

#: Changes applied to every pullback.
ALWAYS: dict[str, Callable[[Any], Any]] = {
    "a factor 2 too much": lambda p: lambda *a, **k: p(*a, **k) * 2.0,
    "the wrong sign": lambda p: lambda *a, **k: -p(*a, **k),
}

#: Changes of which every pullback gets three, in turn.
IN_TURN: dict[str, Callable[[Any], Any]] = {
    "too large by a relative 1e-9": lambda p: lambda *a, **k: p(*a, **k) * (1.0 + 1e-9),
    "rounded to float32": lambda p: lambda *a, **k: _round_to_float32(p(*a, **k)),
    "wrong for inputs of one number": _scale_where(lambda *x: _size(x[0]) == 1, 2.0),
    "wrong for two or more axes": _scale_where(lambda *x: data_of(x[0]).ndim > 1, 0.5),
    "wrong in float32": _scale_where(lambda *x: data_of(x[0]).dtype == np.float32, 1.5),
    NEGATIVE: _scale_where(lambda *x: bool(_size(x[0]) and (data_of(x[0]) < 0).all()), 3.0),
    "wrong when the sweep is recorded": lambda p: lambda g, y, *x, **k: p(g, y, *x, **k) * (1.0 if _raw(g) else 2.0),
    "wrong at ties": _scale_where(lambda *x: _has_ties(x), 1.5),
    "transposed or reversed": lambda p: lambda *a, **k: _transpose(p(*a, **k)),
    "stale: at the first inputs ever seen": _keep_first_inputs,
}


#: Changes for ops with an axis.
OF_AXES: dict[str, Callable[[Any], Any]] = {
    "the axis is off by one": _next_axis,
    "wrong for axis −1 of several": _scale_last_axis,
}


def row_mutants() -> Iterator[Mutant]:
    """All mutants of the pullbacks of the op registry."""
    ops = sorted((op for op in OPS.values() if op.__module__.partition(".")[0] == "autograd"), key=lambda op: op.name)
    for number, op in enumerate(ops):
        for i, pullback in enumerate(op.pullbacks):
            if pullback is None:
                continue
            kinds = list(IN_TURN)
            turns = [kinds[(3 * (number + i) + k) % len(kinds)] for k in range(3)]
            for kind, alter in (ALWAYS | {kind: IN_TURN[kind] for kind in turns}).items():
                wrong = replace_pullback(op, i, alter(pullback))
                yield Mutant(f"{op.name}, pullback {i}", kind, op, wrong, equivalent_reason(op, kind, pullback))
            yield Mutant(f"{op.name}, pullback {i}", "left out", op, replace_pullback(op, i, None))
            if "axis" in op.params and op.name != "sum_to":
                for kind, alter in OF_AXES.items():
                    wrong = replace_pullback(op, i, alter(pullback))
                    yield Mutant(f"{op.name}, pullback {i}", kind, op, wrong, equivalent_reason(op, kind, pullback))
            if op.kind == "elementwise":
                yield Mutant(
                    f"{op.name}, pullback {i}", "the local derivative is left out", op,
                    replace_pullback(op, i, lambda g, y, *x, **k: g), _returns_cotangent(op, pullback),
                )  # fmt: skip
            if op.kind == "elementwise" and op.arity > 1:
                yield Mutant(
                    f"{op.name}, pullback {i}", "wrong for a cotangent of no numbers", op,
                    replace_pullback(
                        op, i, lambda g, y, *x, _p=pullback, _i=i, **k: _fill_empty_cotangent(_p(g, y, *x, **k), g, x[_i])
                    ),
                )  # fmt: skip
            if op.kind != "linear":
                yield Mutant(
                    f"{op.name}, pullback {i}", "wrong in second order only", op,
                    replace_pullback(op, i, _detach(pullback)), _linear_between_kinks(op, pullback),
                )  # fmt: skip
            if op.arity == 2 and not op.variadic and op.kind == "elementwise":
                yield Mutant(
                    f"{op.name}, pullback {i}", "arguments swapped", op,
                    replace_pullback(op, i, lambda g, y, a, b, _p=pullback, **k: _p(g, y, b, a, **k)),
                    reads_no_input(pullback),
                )  # fmt: skip


def _detach(pullback: Any) -> Any:
    return lambda g, y, *x, **k: pullback(g, stop_gradient(y), *[stop_gradient(v) for v in x], **k)


def _read_arguments(pullback: Any) -> set[str]:
    """The arguments that a pullback reads, except the cotangent."""
    names = list(inspect.signature(pullback).parameters)
    loads = [i.argval for i in dis.get_instructions(pullback) if "LOAD_" in i.opname]
    loaded = {name for x in loads for name in (x if isinstance(x, tuple) else (x,))}  # since Python 3.13, one may load two
    return {n for n in names[1:] if n in loaded}


def _returns_cotangent(op: Op, pullback: Any) -> str:
    """The reason if the pullback returns its cotangent, so that the mutant is equivalent, else ""."""
    if _read_arguments(pullback):
        return ""
    g = np.array([1.5, -2.5])
    same = np.array_equal(pullback(g, *[None] * (1 + op.arity), **dict.fromkeys(op.params)), g)
    return "the pullback gives the cotangent itself" if same else ""


_ONE_NUMBER = "the op takes one number only"

#: Equivalent mutants, with the reason.
UNCHANGED = {
    ("convolve", "wrong for two or more axes"): "the op takes vectors only",
    ("remainder", "wrong at ties"): "where its arguments are equal the op jumps and has no derivative",
    ("fmod", "wrong at ties"): "where its arguments are equal the op jumps and has no derivative",
    ("lift", "wrong for two or more axes"): _ONE_NUMBER,
    ("lift", "wrong in float32"): "the op takes a Value, which is a double",
    ("lower", "wrong at ties"): _ONE_NUMBER,
    ("lower", "transposed or reversed"): _ONE_NUMBER,
    ("cholesky", NEGATIVE): "a positive definite matrix has a positive diagonal",
    ("deviations", "wrong for inputs of one number"): "one number does not deviate from its mean: the derivative is 0",
    ("cofactors", "wrong for inputs of one number"): "of one number it is 1, whatever the number: the derivative is 0",
    ("softmax", "wrong for inputs of one number"): "of one number it is 1, whatever the number: the derivative is 0",
    ("log_softmax", "wrong for inputs of one number"): "of one number it is 0, whatever the number: the derivative is 0",
}

#: Reason why a stale pullback is equivalent.
_STALE = "the pullback reads only shapes and dtypes of its output and inputs"


def equivalent_reason(op: Op, kind: str, pullback: Any) -> str:
    """The reason if a mutant of this kind is equivalent, else ""."""
    if kind.startswith("stale"):
        return _STALE if op.kind == "linear" or not _read_arguments(pullback) else ""
    if kind == NEGATIVE and op.kind == "elementwise" and op.arity == 1 and not op.params:
        negative = -np.linspace(0.01, 4.0, 100)
        if np.isnan(op(negative)).all():
            return "the op is not defined for negative numbers"
        if not np.any(pullback(np.ones(100), op(negative), negative)):
            return "the derivative is 0 for negative numbers"
    if kind == NEGATIVE and op.name in {"power", "power_derivative"} and pullback is op.pullbacks[1]:
        return "the derivative with respect to the exponent is not a number there"
    if kind == "wrong at ties" and op.name == "clip" and pullback is op.pullbacks[2]:
        return "where x equals its lower bound the derivative with respect to the upper bound is 0"
    return UNCHANGED.get((op.name, kind), "")


def reads_no_input(pullback: Any) -> str:
    """The reason if a change of the inputs of a pullback is equivalent, else ""."""
    inputs = set(list(inspect.signature(pullback).parameters)[2:])
    return "" if _read_arguments(pullback) & inputs else "the pullback reads no input"


#: Ops that are linear between their kinks: their pullbacks read inputs only to compare them.
_PIECEWISE = {
    "abs", "relu", "leaky_relu", "relu6", "hardtanh", "hardsigmoid", "maximum", "minimum", "fmax", "fmin", "clip", "where",
    "sort", "permute", "max", "min", "remainder", "fmod",
}  # fmt: skip


def _linear_between_kinks(op: Op, pullback: Any) -> str:
    if not _read_arguments(pullback) & set(list(inspect.signature(pullback).parameters)[1:]):
        return "the pullback reads nothing but the cotangent"
    return "the op is linear between its kinks: the second derivative is 0 with and without" if op.name in _PIECEWISE else ""


def replace_pullback(op: Op, i: int, pullback: Any) -> Callable[[], Any]:
    """A context manager in which an op has another pullback of input i."""

    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        before = op.pullbacks
        op.pullbacks = (*before[:i], pullback, *before[i + 1 :])
        try:
            yield
        finally:
            op.pullbacks = before

    return broken
