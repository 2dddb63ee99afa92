"""Wrong rows: every way in which a pullback is broken, one at a time; `benchmarks.broken_engines` breaks what reads rows."""

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
    """An engine that is wrong in one place. `op` is the op on which it is tried; any op if it is None."""

    name: str
    kind: str
    op: Op | None
    broken: Callable[[], Any]
    equivalent: str = ""


def _raw(x: Any) -> bool:
    return not isinstance(x, Node)


def _size(x: Any) -> int:
    return int(np.size(x._data if isinstance(x, Node) else x))


def _data(x: Any) -> Any:
    return np.asarray(x._data if isinstance(x, Node) else x)


def _through_float32(r: Any) -> Any:
    return np.asarray(np.asarray(r, np.float32), np.asarray(r).dtype)[()] if _raw(r) else r * (1.0 + 1e-8)


def _transposed(r: Any) -> Any:
    """r with its last two axes exchanged where they are as long, else with its last axis in reverse order."""
    shape = _data(r).shape
    if len(shape) >= 2 and shape[-1] == shape[-2]:
        return r.mT if not _raw(r) else np.swapaxes(r, -1, -2)
    return r[..., ::-1] if shape else r


def _at_ties(xs: Any) -> bool:
    """Whether two of the inputs agree in an entry, or the first has two entries that are equal."""
    arrays = [_data(x) for x in xs if _data(x).dtype.kind == "f"]
    if len(arrays) > 1:
        return bool((arrays[0] == arrays[1]).any())
    return len(np.unique(arrays[0])) < arrays[0].size


def _remembering(pullback: Any) -> Any:
    """The pullback at the first inputs of these shapes and types that it ever saw, whatever they are now."""
    seen: dict[Any, Any] = {}

    def stale(g: Any, y: Any, *xs: Any, **params: Any) -> Any:
        key = (tuple((_data(x).shape, _data(x).dtype) for x in xs), repr(params))
        old_y, *old = seen.setdefault(key, [_data(y).copy(), *[_data(x).copy() for x in xs]])
        return pullback(g, old_y[()], *[o[()] for o in old], **params) if _raw(g) else pullback(g, y, *xs, **params)

    return stale


def _without_numbers(r: Any, g: Any, x: Any) -> Any:
    return np.ones_like(_data(x)) if not _size(g) and _size(x) and _raw(g) else r


def _next_axis(pullback: Any) -> Any:
    """The pullback along the axis after the one it is asked for."""

    def off(g: Any, y: Any, *xs: Any, axis: Any, **params: Any) -> Any:
        n = max(_data(xs[0]).ndim, 1)
        moved = (axis + 1) % n if isinstance(axis, int) else tuple(sorted((a + 1) % n for a in axis))
        return pullback(g, y, *xs, axis=moved, **params)

    return off


def _wrong_for_the_last_axis(pullback: Any) -> Any:
    """An axis from the end, −1, is the last one when it comes to the pullback."""

    def off(g: Any, y: Any, *xs: Any, axis: Any, **params: Any) -> Any:
        last = _data(xs[0]).ndim - 1
        is_last = axis == last if isinstance(axis, int) else last in axis
        return pullback(g, y, *xs, axis=axis, **params) * (2.0 if is_last and last > 0 else 1.0)

    return off


def _scaled(when: Callable[..., bool], by: float) -> Callable[[Any], Any]:
    """The pullback, wrong by a factor where `when` holds of the inputs that are real numbers."""

    def holds(*xs: Any) -> bool:
        return when(*[x for x in xs if _data(x).dtype.kind == "f"])

    return lambda p: lambda g, y, *x, **k: p(g, y, *x, **k) * (by if holds(*x) else 1.0)


NEGATIVE = "wrong where the first input is negative"

#: Kinds that every pullback is altered in: the wrong pullback, made of the right one.
ALWAYS: dict[str, Callable[[Any], Any]] = {
    "a factor 2 too much": lambda p: lambda *a, **k: p(*a, **k) * 2.0,
    "the wrong sign": lambda p: lambda *a, **k: -p(*a, **k),
}

#: Kinds that pullbacks are altered in by turns, three each.
IN_TURN: dict[str, Callable[[Any], Any]] = {
    "too large by a relative 1e-9": lambda p: lambda *a, **k: p(*a, **k) * (1.0 + 1e-9),
    "rounded to float32": lambda p: lambda *a, **k: _through_float32(p(*a, **k)),
    "wrong for inputs of one number": _scaled(lambda *x: _size(x[0]) == 1, 2.0),
    "wrong for two or more axes": _scaled(lambda *x: _data(x[0]).ndim > 1, 0.5),
    "wrong in float32": _scaled(lambda *x: _data(x[0]).dtype == np.float32, 1.5),
    NEGATIVE: _scaled(lambda *x: bool(_size(x[0]) and (_data(x[0]) < 0).all()), 3.0),
    "wrong when the sweep is recorded": lambda p: lambda g, y, *x, **k: p(g, y, *x, **k) * (1.0 if _raw(g) else 2.0),
    "wrong at ties": _scaled(lambda *x: _at_ties(x), 1.5),
    "transposed or reversed": lambda p: lambda *a, **k: _transposed(p(*a, **k)),
    "stale: at the first inputs ever seen": _remembering,
}


#: Kinds for ops that work along an axis.
OF_AXES: dict[str, Callable[[Any], Any]] = {
    "the axis is off by one": _next_axis,
    "wrong for axis −1 of several": _wrong_for_the_last_axis,
}


def row_mutants() -> Iterator[Mutant]:
    """Each pullback of each row, altered in each way that does not need more than the row."""
    ops = sorted((op for op in OPS.values() if op.__module__ == "autograd"), key=lambda op: op.name)
    for number, op in enumerate(ops):
        for i, pullback in enumerate(op.pullbacks):
            if pullback is None:
                continue
            kinds = list(IN_TURN)
            turns = [kinds[(3 * (number + i) + k) % len(kinds)] for k in range(3)]
            for kind, altered in (ALWAYS | {kind: IN_TURN[kind] for kind in turns}).items():
                wrong = _replaced(op, i, altered(pullback))
                yield Mutant(f"{op.name}, pullback {i}", kind, op, wrong, _equivalent(op, kind, pullback))
            yield Mutant(f"{op.name}, pullback {i}", "left out", op, _replaced(op, i, None))
            if "axis" in op.params and op.name != "sum_to":
                for kind, altered in OF_AXES.items():
                    wrong = _replaced(op, i, altered(pullback))
                    yield Mutant(f"{op.name}, pullback {i}", kind, op, wrong, _equivalent(op, kind, pullback))
            if op.kind == "elementwise":
                yield Mutant(
                    f"{op.name}, pullback {i}", "the local derivative is left out", op,
                    _replaced(op, i, lambda g, y, *x, **k: g), _gives_the_cotangent(op, pullback),
                )  # fmt: skip
            if op.kind == "elementwise" and op.arity > 1:
                yield Mutant(
                    f"{op.name}, pullback {i}", "wrong for a cotangent of no numbers", op,
                    _replaced(
                        op, i, lambda g, y, *x, _p=pullback, _i=i, **k: _without_numbers(_p(g, y, *x, **k), g, x[_i])
                    ),
                )  # fmt: skip
            if op.kind != "linear":
                yield Mutant(
                    f"{op.name}, pullback {i}", "wrong in second order only", op,
                    _replaced(op, i, _detached(pullback)), _constant_in(op, pullback),
                )  # fmt: skip
            if op.arity == 2 and not op.variadic and op.kind == "elementwise":
                yield Mutant(
                    f"{op.name}, pullback {i}", "arguments swapped", op,
                    _replaced(op, i, lambda g, y, a, b, _p=pullback, **k: _p(g, y, b, a, **k)), _unread(pullback),
                )  # fmt: skip


def _detached(pullback: Any) -> Any:
    return lambda g, y, *x, **k: pullback(g, stop_gradient(y), *[stop_gradient(v) for v in x], **k)


def _reads(pullback: Any) -> set[str]:
    """The arguments that a pullback loads, beside the cotangent."""
    names = list(inspect.signature(pullback).parameters)
    loaded = {i.argval for i in dis.get_instructions(pullback) if i.opname.startswith("LOAD_")}
    return {n for n in names[1:] if n in loaded}


def _gives_the_cotangent(op: Op, pullback: Any) -> str:
    """Why nothing changes if it gives its cotangent, or nothing."""
    if _reads(pullback):
        return ""
    g = np.array([1.5, -2.5])
    same = np.array_equal(pullback(g, *[None] * (1 + op.arity), **dict.fromkeys(op.params)), g)
    return "the pullback gives the cotangent itself" if same else ""


#: Rows that a kind of mutant cannot change, and why.
UNCHANGED = {
    ("convolve", "wrong for two or more axes"): "the op takes nothing but vectors",
    ("remainder", "wrong at ties"): "where its arguments are equal the op jumps and has no derivative",
    ("fmod", "wrong at ties"): "where its arguments are equal the op jumps and has no derivative",
    ("cholesky", NEGATIVE): "a positive definite matrix has a positive diagonal",
    ("deviations", "wrong for inputs of one number"): "one number does not deviate from its mean: the derivative is 0",
    ("cofactors", "wrong for inputs of one number"): "of one number it is 1, whatever the number: the derivative is 0",
    ("softmax", "wrong for inputs of one number"): "of one number it is 1, whatever the number: the derivative is 0",
    ("log_softmax", "wrong for inputs of one number"): "of one number it is 0, whatever the number: the derivative is 0",
}

#: Linear ops of one input that give all their entries the same cotangent, or that of their place.
_STALE = "the pullback reads neither the output nor an input but for its shape and type"


def _equivalent(op: Op, kind: str, pullback: Any) -> str:
    if kind.startswith("stale"):
        return _STALE if op.kind == "linear" or not _reads(pullback) else ""
    if kind == NEGATIVE and op.kind == "elementwise" and op.arity == 1 and not op.params:
        negative = -np.linspace(0.01, 4.0, 100)
        if np.isnan(op(negative)).all():
            return "the op is not defined for negative numbers"
        if not np.any(pullback(np.ones(100), op(negative), negative)):
            return "the derivative is 0 for negative numbers"
    if kind == NEGATIVE and op.name == "power" and pullback is op.pullbacks[1]:
        return "the derivative with respect to the exponent is not a number there"
    return UNCHANGED.get((op.name, kind), "")


def _unread(pullback: Any) -> str:
    inputs = set(list(inspect.signature(pullback).parameters)[2:])
    return "" if _reads(pullback) & inputs else "the pullback reads neither argument"


#: Ops that are linear between their kinks: their pullbacks read inputs only to compare them.
_PIECEWISE = {
    "abs", "relu", "leaky_relu", "relu6", "hardtanh", "hardsigmoid", "maximum", "minimum", "fmax", "fmin", "clip", "where",
    "sort", "permute", "max", "min", "remainder", "fmod",
}  # fmt: skip


def _constant_in(op: Op, pullback: Any) -> str:
    if not _reads(pullback) & set(list(inspect.signature(pullback).parameters)[1:]):
        return "the pullback reads nothing but the cotangent"
    return "the op is linear between its kinks: the second derivative is 0 with and without" if op.name in _PIECEWISE else ""


def _replaced(op: Op, i: int, pullback: Any) -> Callable[[], Any]:
    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        before = op.pullbacks
        op.pullbacks = (*before[:i], pullback, *before[i + 1 :])
        try:
            yield
        finally:
            op.pullbacks = before

    return broken
