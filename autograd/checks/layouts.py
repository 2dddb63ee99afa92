"""Memory layouts and repeated calls: the pullbacks of an op must not depend on either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograd.base import tree
from autograd.base.numerics import quiet
from autograd.checks.functions import BlackBox, differentiated_positions
from autograd.checks.report import GradientError
from autograd.engine.node import Node
from autograd.ops.op import Op
from autograd.support.lazy_numpy import np

#: Size of random rounding in ulps, the factor by which its scatter is multiplied, and the relative difference always allowed.
ULPS, SAFETY, RTOL = 2.0, 32.0, 2.0**-30


@dataclass(frozen=True)
class RawCall:
    """A call of an op on floats and arrays; `moving` are the positions of the inputs to differentiate."""

    op: Op
    inputs: tuple[Any, ...]
    params: dict[str, Any]
    moving: tuple[int, ...]

    def output(self) -> Any:
        with quiet():
            y = self.op.compute(self.inputs, self.params)
        return y if type(y) is float else np.array(y)

    def cotangents(self, g: Any, y: Any) -> list[Any]:
        """The cotangents of the inputs to differentiate, as the pullbacks return them."""
        with quiet():
            return [np.array(self.op.apply_pullback(i, g, y, self.inputs, self.params)) for i in self.moving]

    def moved(self, change: Callable[[Any], Any]) -> RawCall:
        """The call with `change` of the inputs to differentiate."""
        inputs = [change(x) if i in self.moving else x for i, x in enumerate(self.inputs)]
        return replace(self, inputs=tuple(inputs))

    def negated(self) -> RawCall:
        """The call with the opposite of each input to differentiate and of each truth value: other signs, the other branch."""
        other = self.moved(np.negative)
        inputs = [np.logical_not(x) if np.asarray(x).dtype.kind == "b" else x for x in other.inputs]
        return replace(self, inputs=tuple(inputs))


def raw_call(node: Node) -> RawCall:
    """The call of the op of a node, its variables in double precision."""
    moving = tuple(differentiated_positions(node))
    own = [x._data if isinstance(x, Node) else x for x in node.inputs]
    inputs = [x if type(x) is float else np.asarray(x, float if i in moving else None) for i, x in enumerate(own)]
    return RawCall(node.op, tuple(inputs), dict(node.params), moving)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Difference:
    """A pullback that gives another cotangent for the same numbers; `cause` says when."""

    cause: str
    claimed: float
    measured: float
    bar: float


def layout_difference(call: RawCall, rng: np.random.Generator) -> Difference | None:
    """A difference of cotangents if inputs or the upstream cotangent are views of another layout, or None."""
    y = call.output()
    g = _weights(y, rng)
    want = call.cotangents(g, y)
    bars = _rounding(call, g, y, want, rng)
    for text, view in LAYOUTS.items():
        for what, other, h, z in _views(call, g, y, view):
            cause = f"right for C order, wrong for {text} as {what}"
            try:
                found = other.cotangents(h, z)
            except Exception as error:
                return Difference(f"{cause}: {type(error).__name__}: {error}", np.nan, np.nan, 0.0)
            if (miss := _first_difference(found, want, bars, cause)) is not None:
                return miss
    ones = [np.broadcast_to(np.float64(1.0).astype(np.result_type(g)), np.shape(g)), np.ones_like(g)]
    spread, want = [call.cotangents(one, y) for one in ones]
    return _first_difference(spread, want, _rounding(call, ones[1], y, want, rng), "wrong for a broadcast upstream cotangent")


def check_claim_layout(subject: BlackBox) -> None:
    """Raise if a claimed gradient depends on the memory layout of the arguments."""
    if not any(a.ndim for a in subject.arguments.arrays):
        return
    for text, view in LAYOUTS.items():

        def gradient(*args: Any, view: Callable[[Any], Any] = view) -> Any:
            return subject.gradient(*tree.map(lambda x: view(x) if isinstance(x, np.ndarray) else x, list(args)))

        found = BlackBox(subject.f, gradient, subject.arguments).jacobian
        bars = SAFETY * subject.uncertain + RTOL * np.max(np.abs(subject.jacobian), initial=0.0)
        cause = f"gradient is right for C order, wrong for {text} as argument"
        if (miss := _first_difference([found], [subject.jacobian], [bars], cause)) is not None:
            raise GradientError(miss.cause, claimed=miss.claimed, measured=miss.measured, bar=miss.bar, oracle="C order")


def state_difference(call: RawCall, rng: np.random.Generator) -> Difference | None:
    """A difference of cotangents between a first call, and one after calls at another point, or None."""
    y = call.output()
    g = _weights(y, rng)
    want = call.cotangents(g, y)
    bars = [np.zeros(np.shape(a)) for a in want]
    smaller = call.moved(lambda x: x * np.asarray(rng.uniform(0.3, 1.0, np.shape(x)), np.result_type(x))[()])
    for other in (smaller, call.negated()):
        try:
            z = other.output()
            other.cotangents(_weights(z, rng), z)
        except Exception:  # the rules may refuse another point
            continue
        cause = "wrong after a call at another point: its rules keep state"
        if (miss := _first_difference(call.cotangents(g, y), want, bars, cause)) is not None:
            return miss
    return None


def _strided(x: Any) -> Any:
    if not np.ndim(x):
        return x
    wide = np.repeat(x, 2, axis=-1)
    wide[..., 1::2] = 0.5
    return wide[..., ::2]


#: Views with the same numbers, by their text.
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "a transposed view": lambda x: np.asfortranarray(x) if np.ndim(x) > 1 else x,
    "a strided view": _strided,
    "a reversed view": lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1] if np.ndim(x) else x,
}


def _views(call: RawCall, g: Any, y: Any, view: Callable[[Any], Any]) -> Iterator[tuple[str, RawCall, Any, Any]]:
    if any(np.ndim(x) for x in (*call.inputs, y)):
        yield "input", replace(call, inputs=tuple([view(x) for x in call.inputs])), g, view(y)
    if np.ndim(g):
        yield "upstream cotangent", call, view(g), y


def _weights(y: Any, rng: np.random.Generator) -> Any:
    """A cotangent of y without equal entries."""
    w = rng.uniform(0.5, 1.5, np.shape(y))
    return float(w) if type(y) is float else np.asarray(w).astype(y.dtype)


def _rounding(call: RawCall, g: Any, y: Any, want: list[Any], rng: np.random.Generator) -> list[Any]:
    """The rounding errors of cotangents: their scatter if every argument moves by ulps, and a part of the largest entry."""

    def perturbed(x: Any) -> Any:
        if type(x) is not float and x.dtype.kind != "f":
            return x
        ulp = 2.0**-52 if type(x) is float else float(np.finfo(x.dtype).eps)
        moved = x * (1.0 + ULPS * ulp * rng.uniform(-1.0, 1.0, np.shape(x)))
        return float(moved) if type(x) is float else np.asarray(moved).astype(x.dtype)

    spread = [np.zeros(np.shape(a)) for a in want]
    for _ in range(2):
        found = call.moved(perturbed).cotangents(perturbed(g), perturbed(y))
        spread = [np.maximum(s, np.abs(b - a)) for s, a, b in zip(spread, want, found, strict=True)]
    single = any(isinstance(x, np.ndarray) and x.dtype.itemsize < 8 for x in call.inputs)
    rtol = 2.0**-10 if single else RTOL
    return [SAFETY * s + rtol * np.max(np.abs(a), initial=0.0) for s, a in zip(spread, want, strict=True)]


def _first_difference(found: list[Any], want: list[Any], bars: list[Any], cause: str) -> Difference | None:
    for a, b, bar in zip(found, want, bars, strict=True):
        if a.shape != b.shape:
            return Difference(f"{cause}: its cotangent has shape {a.shape} in place of {b.shape}", np.nan, np.nan, 0.0)
        with np.errstate(invalid="ignore"):
            wrong = (np.abs(a - b) > bar) & (a != b) | (np.isnan(a) != np.isnan(b))
        if wrong.any():
            k = int(np.argmax(wrong))
            return Difference(cause, float(a.flat[k]), float(b.flat[k]), float(bar.flat[k]))
    return None
