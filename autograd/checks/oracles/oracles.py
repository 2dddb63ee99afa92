"""Oracles of a directional derivative J v, from the sharpest to the most general, each with an error bar.

exact structure   one central difference, without truncation error, of a polynomial of degree 1 or 2
complex step      the graph, or a plain function, evaluated with complex numbers
dual numbers      the graph, by formulas independent of the op rules
differences       extrapolated central differences of the function
Taylor slope      the order in h of f(x + hv) − f(x − hv) − 2h⟨g, v⟩, for large inputs
"""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any, Literal, get_args

from autograd.base.numerics import quiet
from autograd.checks.functions import GraphFunction, Subject
from autograd.checks.oracles.complex_step import Complex, Dual, step_for
from autograd.checks.oracles.finite_differences import Line, LineFunction, Measured
from autograd.checks.oracles.replay import GraphReplay, GraphReplayError, random_rounding
from autograd.engine.node import Node
from autograd.ops.namespaces import numpy as real_numpy
from autograd.support.lazy_numpy import np

OracleName = Literal["exact", "complex", "dual", "differences", "taylor"]
ORACLES: tuple[OracleName, ...] = get_args(OracleName)
NAMES = {
    "exact": "exact structure",
    "complex": "complex step",
    "dual": "dual numbers",
    "differences": "extrapolated differences",
    "taylor": "Taylor slope",
}

#: Relative difference that is always allowed beyond the error bars, by oracle.
RTOL = {"exact": 2e-13, "complex": 2e-13, "dual": 2e-13, "differences": 2e-9, "taylor": 1e-6}

#: Elementwise ops whose degree is the largest of their inputs.
_SUMS = {"add", "subtract", "negative", "positive"}

#: Arguments smaller than this leave no room for the tangent of a square.
SMALLEST = 1e-120

#: Largest step, relative to the size of a number.
REACH = 0.1


class Oracles:
    """Measurements of one subject by the oracle `choice`, or by the best that applies if None."""

    def __init__(self, subject: Subject, choice: str | None, rng: np.random.Generator) -> None:
        self.subject, self.choice, self.rng = subject, choice, rng
        self.evaluations = 0
        self.refused: list[str] = []
        self.degree = degree(subject.replay) if isinstance(subject, GraphFunction) else math.inf
        self.sharp = [name for name in ("exact", "complex", "dual") if choice in (None, name)]
        if not isinstance(subject, GraphFunction):
            self.sharp = ["complex"] if choice in (None, "complex") and not subject.single else []
        elif subject.degenerate:
            self.sharp = []
        sizes = np.abs(subject.arguments.point)
        if ((sizes > 0) & (sizes < SMALLEST)).any():
            self.sharp = []

    def sharpest(self, v: Any) -> Measured | None:
        """J v by the sharpest oracle that applies, or None; an oracle that fails is not tried again."""
        for name in list(self.sharp):
            try:
                return self._measure(name, v)
            except GraphReplayError as reason:
                self.sharp.remove(name)
                self.refused.append(f"{NAMES[name]}: {reason}")
        return None

    def discard(self, reason: str) -> None:
        """Use differences of the function only."""
        self.refused += [f"{NAMES[name]}: {reason}" for name in self.sharp]
        self.sharp = []

    def _measure(self, name: str, v: Any) -> Measured:
        subject = self.subject
        if not isinstance(subject, GraphFunction):
            return self._complex_step(subject, v)
        replay, pieces = subject.replay, subject.arguments.pieces(v)
        if name == "exact":
            if self.degree > 2:
                raise GraphReplayError("the graph is not a polynomial of degree 1 or 2")
            found, error = _polynomial(replay, pieces, self.rng)
        else:
            xp = Dual() if name == "dual" else Complex()
            found, error = replay.slopes(pieces, xp, self.rng)
            name = "dual" if xp.formulas else "complex"
        return Measured(subject.expand(found), subject.expand(error), name)

    def _complex_step(self, subject: Any, v: Any) -> Measured:
        self.evaluations += 1
        step, truncation = step_for(subject.arguments.point)
        try:
            with quiet(), warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)  # raised where a function drops the tangent
                y = subject.complex_value(subject.arguments.point + 1j * step * v)
        except Exception as error:  # the function may not support complex numbers
            raise GraphReplayError(f"the function does not support complex numbers ({type(error).__name__})") from error
        if y.dtype.kind != "c" or y.shape != subject.base.shape or not np.allclose(y.real, subject.base, rtol=1e-9, atol=0.0):
            raise GraphReplayError("the function discards the imaginary part of complex numbers")
        found = y.imag / step
        return Measured(found, 1e-14 * np.abs(found) + truncation, "complex")

    def values(self, v: Any, offset: Any = 0.0) -> Line:
        """f on the line x + offset + t v; NaN outside of its domain."""

        def f(t: float) -> Any:
            self.evaluations += 1
            try:
                with quiet():
                    return self.subject.value(self.subject.arguments.point + offset + t * v)
            except (ArithmeticError, ValueError, np.linalg.LinAlgError):  # outside of its domain
                return np.full(self.subject.base.shape, np.nan)

        return f

    @functools.cached_property
    def usual_values(self) -> Any:
        """The sizes of f at the point and about one size of the arguments away, against which small derivatives are judged."""
        along = self.values(self.subject.arguments.scales)
        sizes = np.abs(np.stack([self.subject.base, along(1.0), along(-1.0)]))
        return np.max(sizes, axis=0, initial=0.0, where=np.isfinite(sizes))

    def line(self, v: Any, part: float = 1.0) -> LineFunction:
        """f on the line x + t v, with a reach of `part` times the usual one."""
        return LineFunction(self.values(v), part * REACH, 1.0 / max(float(np.max(np.abs(v), initial=0.0)), 1e-300))

    def differences(self, v: Any, thorough: bool = False) -> Measured:
        """J v by extrapolated differences of f itself; one-sided at the edge of its domain."""
        along = self.line(v)
        slope = along.thorough() if thorough else along.slope()
        for side in (1, -1):
            if not np.isfinite(slope.error).all():
                slope = _smaller_error(slope, along.slope(side))
        return slope

    def one_sided(self, v: Any) -> tuple[Measured, Measured]:
        """The one-sided derivatives along v from the left and from the right, which differ at a kink."""
        along = self.line(v)
        return along.slope(-1), along.slope(1)

    def best(self, v: Any) -> Measured:
        """J v by the best oracle that applies."""
        sharp = self.sharpest(v)
        return self.differences(v) if sharp is None else sharp


def _polynomial(replay: GraphReplay, pieces: list[Any], rng: np.random.Generator) -> tuple[list[Any], list[Any]]:
    """(F(x + v) − F(x − v)) / 2, exact for degree 2, with its error bar; the same with 3v must agree."""

    def difference(t: float, perturb: Any = None) -> list[Any]:
        ends = []
        for s in (t, -t):
            data = {x: np.asarray(x._data, float) + s * np.asarray(p) for x, p in zip(replay.variables, pieces, strict=True)}
            ends.append(replay.run(data, real_numpy, perturb))
        return [(np.asarray(a, float) - np.asarray(b, float)) / (2 * t) for a, b in zip(*ends, strict=True)]

    try:
        one, three = difference(1.0), difference(3.0)
        perturbed = [difference(1.0, random_rounding(rng, double=True)) for _ in range(2)]
    except Exception as error:
        raise GraphReplayError(f"the graph cannot be evaluated at another point: {error}") from error
    bars = [16 * np.maximum(np.abs(a - j), np.abs(a - k)) for a, j, k in zip(one, *perturbed, strict=True)]
    for a, b, bar in zip(one, three, bars, strict=True):
        if not (np.abs(a - b) <= 4 * bar + 1e-12 * np.abs(a)).all():
            raise GraphReplayError("the graph is not the polynomial that the kinds of its ops imply")
        if not (bar <= 1e-11 * np.abs(a)).all():
            raise GraphReplayError("the values are too large relative to the derivative: their difference loses digits")
    return one, bars


def degree(replay: GraphReplay) -> float:
    """The degree of the outputs as polynomials in the variables; ∞ if the kinds of the ops do not show one.

    For a polynomial of degree 2 the central difference is the derivative, at any step: (f(x + v) − f(x − v))/2 = J v.
    """
    degrees: dict[Node, float] = dict.fromkeys(replay.variables, 1.0)
    for node, inputs in replay.steps:
        of_inputs = [degrees.get(x, 0.0) if isinstance(x, Node) else 0.0 for x in inputs]
        degrees[node] = _degree(node, of_inputs)
    return max((degrees.get(y, 0.0) for y in replay.outputs), default=0.0)


def _degree(node: Node, of_inputs: list[float]) -> float:
    op: Any = node.op
    if op.kind == "linear" or op.name in _SUMS:
        return max(of_inputs)
    if op.kind == "bilinear" or op.name == "multiply":
        return sum(of_inputs)
    if op.name == "square":
        return 2 * of_inputs[0]
    if op.name == "divide" and not of_inputs[1]:
        return of_inputs[0]
    return math.inf


def _smaller_error(a: Measured, b: Measured) -> Measured:
    closer = b.error < a.error
    return Measured(np.where(closer, b.value, a.value), np.where(closer, b.error, a.error))
