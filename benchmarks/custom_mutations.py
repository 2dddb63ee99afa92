"""Mutants of custom ops that are right at usual arguments: wrong for another layout, size, option, index or dtype, or by state.

Rows of the package are declared custom while they are broken, so that `check_gradients` varies their calls.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd import OPS
from autograd.ops.op import Op
from benchmarks.mutations import Mutant, data_of, reads_no_input, replace_pullback

Pullback = Callable[..., Any]


def _scaled(when: Callable[..., bool]) -> Callable[[Pullback], Pullback]:
    """The pullback, wrong by a factor if `when` is true for the cotangent, the inputs and the parameters."""
    return lambda p: lambda g, y, *xs, **k: p(g, y, *xs, **k) * (1.5 if when(g, *xs, **k) else 1.0)


def _is_transposed(x: Any) -> bool:
    flags = data_of(x).flags
    return bool(flags.f_contiguous and not flags.c_contiguous)


def _is_strided(x: Any) -> bool:
    flags = data_of(x).flags
    return not flags.c_contiguous and not flags.f_contiguous


def _rows(x: Any) -> int:
    return len(data_of(x)) if data_of(x).ndim else 2


def _repeats(x: Any) -> bool:
    a = data_of(x)
    return bool(a.dtype.kind in "iu" and a.size > len(np.unique(a)))


def _lagging(pullback: Pullback) -> Pullback:
    """The pullback at the inputs of the call before, if these had the same shapes and dtypes."""
    before: list[Any] = []

    def late(g: Any, y: Any, *xs: Any, **params: Any) -> Any:
        arrays, old = [data_of(x).copy() for x in xs], list(before)
        before[:] = arrays
        fits = len(old) == len(xs) and all(a.shape == b.shape and a.dtype == b.dtype for a, b in zip(old, arrays, strict=True))
        return pullback(g, y, *(old if fits and isinstance(g, np.ndarray) else xs), **params)

    return late


STATE = "custom: at the inputs of the call before"

#: Changes of which every pullback of an elementwise op without `prepare` gets two, in turn.
ELSEWHERE: dict[str, Callable[[Pullback], Pullback]] = {
    "custom: wrong for transposed inputs": _scaled(lambda g, *xs, **k: any(map(_is_transposed, xs))),
    "custom: wrong for a strided cotangent": _scaled(lambda g, *xs, **k: _is_strided(g)),
    "custom: wrong with one row": _scaled(lambda g, *xs, **k: _rows(xs[0]) == 1),
    "custom: wrong with more than 1024 rows": _scaled(lambda g, *xs, **k: _rows(xs[0]) > 1024),
    "custom: wrong in float32": _scaled(lambda g, *xs, **k: any(data_of(x).dtype == np.float32 for x in xs)),
    STATE: _lagging,
}

#: Ops with a numeric option, and when its value is another than the usual one.
OPTIONS: dict[str, Callable[[Any], bool]] = {
    "leaky_relu": lambda k: k["slope"] <= 0,
    "elu": lambda k: k["alpha"] < 0,
}

#: Ops with integers among their inputs that may repeat.
INDEXED = ("getitem", "put")


def custom_mutants() -> Iterator[Mutant]:
    """All mutants of custom ops."""
    ops = sorted((op for op in OPS.values() if op.__module__.partition(".")[0] == "autograd"), key=lambda op: op.name)
    usual = [op for op in ops if op.prepare is None and op.kind == "elementwise"]
    for number, op in enumerate(usual):
        for i, pullback in enumerate(op.pullbacks):
            if pullback is None:
                continue
            kinds = list(ELSEWHERE)
            for k in range(2):
                kind = kinds[(2 * (number + i) + k) % len(kinds)]
                stale = reads_no_input(pullback) if kind == STATE else ""
                yield _mutant(op, i, kind, ELSEWHERE[kind](pullback), stale)
    for name, when in OPTIONS.items():
        yield _mutant(OPS[name], 0, "custom: wrong with another option", _scaled(lambda g, *xs, when=when, **k: when(k))(
            OPS[name].pullbacks[0]))  # fmt: skip
    for name in INDEXED:
        wrong = _scaled(lambda g, *xs, **k: any(map(_repeats, [*xs, k["index"]])))(OPS[name].pullbacks[0])
        yield _mutant(OPS[name], 0, "custom: wrong where an index is repeated", wrong)


def _mutant(op: Op, i: int, kind: str, wrong: Pullback, equivalent: str = "") -> Mutant:
    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        module = op.__module__
        op.is_custom, op.__module__ = True, "custom"
        try:
            with replace_pullback(op, i, wrong)():
                yield
        finally:
            op.is_custom, op.__module__ = False, module

    return Mutant(f"{op.name}, pullback {i}", kind, op, broken, equivalent)
