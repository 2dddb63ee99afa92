"""Comparison of claims with measurements: every entry of a small Jacobian, random directions of a large one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.checks.functions import TINY, GraphFunction, Subject, unit_vector
from autograd.checks.oracles.finite_differences import Measured, remainder_orders
from autograd.checks.oracles.oracles import NAMES, REACH, RTOL, Oracles

#: Largest Jacobian that is measured entry by entry: entries, inputs, outputs.
SMALL, FEW_INPUTS, FEW_OUTPUTS = 400, 24, 24
#: Number of inputs from which a black box is checked by the slope of its Taylor remainder.
BIG = 10_000


@dataclass
class Mismatch:
    """A direction v along which the claim is wrong, with weights w of the outputs; `entry` is the input if v has only one."""

    v: Any
    w: Any
    claimed: float
    measured: float
    bar: float
    oracle: str
    entry: int | None = None
    mode: str = ""


@dataclass
class Comparison:
    """Result of the comparison of one subject."""

    mismatch: Mismatch | None = None
    error: float = 0.0
    used: set[str] = field(default_factory=set)
    kinks: list[str] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    directions: str = ""


class Comparer:
    """Compares the claims of a subject with the measurements of its oracles."""

    def __init__(self, subject: Subject, oracles: Oracles, rng: np.random.Generator, rtol: float | None) -> None:
        self.subject, self.oracles, self.rng, self.rtol = subject, oracles, rng, rtol
        self.result = Comparison()

    def run(self, directions: int | None) -> Comparison:
        """Compare along this many random directions; if None, the size of the Jacobian decides."""
        n, choice = self.subject.n, self.oracles.choice
        if not n * self.subject.m:
            self.result.directions = "nothing to measure"
            self._compare_empty()
            return self.result
        count = directions or 2
        if choice == "taylor" or (choice is None and n >= BIG and not self.oracles.sharp):
            self._compare_remainders(count)
        elif directions is None and self._is_small():
            self._compare_entries()
        else:
            self._compare_directions(count)
        if self.result.mismatch is None and choice is None and self.oracles.sharp:
            self._compare_calls()
        return self.result

    def _is_small(self) -> bool:
        """True if the Jacobian is measured entry by entry."""
        n, m = self.subject.n, self.subject.m
        return n * m <= SMALL and n <= (FEW_INPUTS if self.oracles.sharp else FEW_INPUTS // 2) and m <= FEW_OUTPUTS

    def _compare_empty(self) -> None:
        """Compare the gradient of no outputs with 0."""
        claimed, bars = self.subject.vjp(np.zeros(0)) if not self.subject.m else (np.zeros(0), np.zeros(0))
        for i in np.flatnonzero(claimed):
            v, one = self._axis(int(i)), Measured(0.0, 0.0, "a sum of no outputs")
            if self._is_wrong(v, np.zeros(0), claimed[i] * v[i], bars[i] * v[i], one, int(i)):
                return

    def _compare_entries(self) -> None:
        subject = self.subject
        rows = [subject.vjp(w) for w in np.eye(subject.m)]
        claims, bars = np.stack([c for c, _ in rows]), np.stack([b for _, b in rows])
        for i, scale in enumerate(subject.arguments.scales):
            v = self._axis(i)
            found = self.oracles.best(v)
            for k in np.argsort(-np.abs(claims[:, i] * scale - found.value)):
                w, one = unit_vector(subject.m, k), Measured(found.value[k], found.error[k], found.oracle)
                if self._is_wrong(v, w, claims[k, i] * scale, bars[k, i] * scale, one, i):
                    return
        self.result.directions = f"all {subject.m} × {subject.n} entries"
        if self._is_nonlinear(claims, bars):
            return
        v = subject.arguments.scales * self._random_vector(subject.n)
        forward = subject.jvp(v)
        one = Measured(claims @ v, bars @ np.abs(v) + 1e-14 * np.abs(claims) @ np.abs(v), "reverse mode")
        if forward is not None:
            self._forward_is_wrong(v, forward, one)

    def _is_nonlinear(self, claims: Any, bars: Any) -> bool:
        """True if wᵀ J is not linear in w: a weighted sweep differs from the weighted sum of sweeps from single outputs."""
        subject, w = self.subject, self._random_vector(self.subject.m)
        row, bar = subject.vjp(w)
        bar = bar + np.abs(w) @ bars + (2.0**-20 if subject.single else 1e-14) * np.abs(w) @ np.abs(claims)
        for i, scale in enumerate(subject.arguments.scales):
            one = Measured(w @ claims[:, i] * scale, 0.0, "single outputs, weighted")
            if self._is_wrong(self._axis(i), w, row[i] * scale, bar[i] * scale, one, i):
                return True
        return False

    def _compare_directions(self, directions: int) -> None:
        subject = self.subject
        for _ in range(directions):
            v, w = subject.arguments.scales * self._random_vector(subject.n), self._random_weights()
            found = self.oracles.best(v)
            claimed, bars = subject.vjp(w)
            one = Measured(w @ found.value, np.abs(w) @ found.error, found.oracle)
            if self._is_wrong(v, w, claimed @ v, bars @ np.abs(v) + 1e-15 * np.abs(claimed) @ np.abs(v), one, None):
                return
            forward = subject.jvp(v)
            if forward is not None and self._forward_is_wrong(v, forward, found):
                return
        self.result.directions = f"{directions} random directions of {subject.m} × {subject.n} entries"

    def _compare_remainders(self, directions: int) -> None:
        """Check that the remainder f(x + hv) − f(x − hv) − 2h⟨g, v⟩ falls like h³, and no slower than h²."""
        subject = self.subject
        for _ in range(directions):
            v, w = subject.arguments.scales * self._random_vector(subject.n), self._random_weights()
            claimed = float(subject.vjp(w)[0] @ v)
            along = self.oracles.line(v)

            def line(t: float, along: Any = along, w: Any = w) -> Any:
                return np.array([w @ along(t)])

            order = float(remainder_orders(line, REACH, claimed)[0])
            self.result.used.add("taylor")
            if order < 2.0:
                found = self.oracles.differences(v, thorough=True)
                self._is_wrong(v, w, claimed, 0.0, Measured(w @ found.value, np.abs(w) @ found.error, "taylor"), None)
                if self.result.mismatch is not None:
                    return
        self.result.directions = f"{directions} random directions of {subject.m} × {subject.n} entries"

    def _compare_calls(self) -> None:
        """Measure one direction by calls of the function: its graph may omit a dependence, for example through NumPy."""
        subject = self.subject
        checks: list[Mismatch] = []
        for _ in range(2):
            v, w = subject.arguments.scales * self._random_vector(subject.n), self._random_weights()
            found = self.oracles.differences(v, thorough=bool(checks))
            claimed, bars = subject.vjp(w)
            c, bar = claimed @ v, bars @ np.abs(v)
            measured, error = w @ found.value, np.abs(w) @ found.error
            size = np.abs(w) @ np.abs(found.value) + np.abs(claimed) @ np.abs(v)
            if not np.isfinite(error) or abs(c - measured) <= 4 * error + bar + 1e-7 * size + TINY:
                return
            if self._has_kink(v, w, c, measured):
                return
            checks.append(Mismatch(v, w, c, measured, error, NAMES["differences"]))
        self.result.mismatch = checks[-1]
        self.result.mismatch.mode = "detached"

    def _forward_is_wrong(self, v: Any, claimed: Any, found: Measured) -> bool:
        """True if forward mode is wrong along v, in the entry with the largest difference."""
        if not claimed.size:
            return False
        off = np.abs(claimed - found.value)
        k = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
        eps = 2.0**-20 if self.subject.single else 0.0
        one = Measured(found.value[k], found.error[k] + eps * abs(found.value[k]), found.oracle)
        if off[k] <= one.error:
            return False
        w = unit_vector(self.subject.m, k)
        if not self._is_wrong(v, w, claimed[k], self._forward_bar(v, w), one, None):
            return False
        if self.result.mismatch is not None:
            self.result.mismatch.mode = "forward"
        return True

    def _forward_bar(self, v: Any, w: Any) -> float:
        """The rounding error of J v: that of the sweep, and the change of J v when v moves by a few ulps."""
        claims, bars = self.subject.vjp(w)
        ulp = 2.0**-23 if self.subject.single else 2.0**-52
        first = self.subject.jvp(v)
        moved = [self.subject.jvp(v * (1.0 + 2.0 * ulp * self._random_vector(v.size))) - first for _ in range(8)]
        scatter = 32.0 * np.maximum.reduce([np.abs(m) for m in moved])
        return float(bars @ np.abs(v)) + 1e-14 * float(np.abs(claims) @ np.abs(v)) + float(scatter @ np.abs(w))

    def _is_wrong(self, v: Any, w: Any, claimed: Any, bar: Any, found: Measured, entry: int | None) -> bool:
        claimed, measured = float(claimed), float(found.value)
        if found.oracle in NAMES:
            self.result.used.add(found.oracle)
        allowed = float(found.error) + float(bar) + self._rtol(found) * max(abs(claimed), abs(measured)) + TINY
        if np.isnan(claimed) or not np.isfinite(allowed):
            if np.isfinite(claimed) or np.isinf(float(found.error)):
                what = self.subject.arguments.entry(entry) if entry is not None else "a random direction"
                self.result.unmeasured.append(f"{what}: no difference settles")
                return False
            allowed = 0.0
        off = abs(claimed - measured)
        if off <= allowed:
            self.result.error = max(self.result.error, off / max(abs(claimed), abs(measured), TINY))
            return False
        again = self._confirm(v, w, claimed, bar) if found.oracle == "differences" else found
        if again is None:
            return False
        scale = float(self.subject.arguments.scales[entry]) if entry is not None else 1.0
        name, error = NAMES.get(again.oracle, again.oracle), float(again.error) + float(bar)
        self.result.mismatch = Mismatch(v, w, claimed / scale, float(again.value) / scale, error / scale, name, entry)
        return True

    def _rtol(self, found: Measured) -> float:
        return self.rtol if self.rtol is not None else RTOL.get(found.oracle, 1e-13)

    def _confirm(self, v: Any, w: Any, claimed: float, bar: Any) -> Measured | None:
        """A mismatch of differences, measured again at all steps; None if the claim is right, or a kink explains it."""
        again = self.oracles.differences(v, thorough=True)
        found = Measured(float(w @ again.value), float(np.abs(w) @ again.error), again.oracle)
        allowed = found.error + bar + self._rtol(found) * max(abs(claimed), abs(found.value))
        if not np.isfinite(found.error) or abs(claimed - found.value) <= allowed:
            return None
        return None if self._has_kink(v, w, claimed, found.value) else found

    def _has_kink(self, v: Any, w: Any, claimed: float, measured: float) -> bool:
        """True if the function has a kink here along v, and the claim lies between its one-sided derivatives."""
        left, right = self.oracles.one_sided(v)
        ends = [float(w @ left.value), float(w @ right.value)]
        bar = float(np.abs(w) @ (left.error + right.error))
        if not np.isfinite(bar) or abs(ends[0] - ends[1]) <= 4 * bar + 1e-7 * max(map(abs, ends)):
            return self._has_kink_nearby(v, w, claimed, measured)
        slack = max(bar + TINY, 1e-7 * max(map(abs, ends)))
        if min(ends) - slack <= claimed <= max(ends) + slack:
            self.result.kinks.append(f"the one-sided derivatives differ: {ends[0]:.6g} and {ends[1]:.6g}")
            return True
        return self._has_kink_nearby(v, w, claimed, measured)

    def _has_kink_nearby(self, v: Any, w: Any, claimed: float, measured: float) -> bool:
        """True if differences at small steps confirm the claim: larger steps cross a kink nearby."""
        for part in (1e-2, 1e-4, 1e-6):
            close = self.oracles.line(v, part).thorough()
            value, error = float(w @ close.value), float(np.abs(w) @ close.error)
            if abs(value - claimed) <= error <= 0.1 * abs(measured - claimed):
                self.result.kinks.append(f"a kink nearby: close to the point the derivative is {value:.6g}")
                return True
        return False

    def _axis(self, i: int) -> Any:
        """The direction of input i, in steps of its size."""
        return unit_vector(self.subject.n, i, self.subject.arguments.scales[i])

    def _random_weights(self) -> Any:
        """Random weights of the outputs; 1 for a single output."""
        return self._random_vector(self.subject.m) if self.subject.m > 1 else np.ones(1)

    def _random_vector(self, n: int) -> Any:
        return self.rng.uniform(0.5, 1.0, n) * self.rng.choice([-1.0, 1.0], n)


def compare(
    subject: Subject, oracles: Oracles, rng: np.random.Generator, rtol: float | None, directions: int | None
) -> Comparison:
    """The comparison of a subject, in which every mismatch was measured again with more samples."""
    found = Comparer(subject, oracles, rng, rtol).run(directions)
    if found.mismatch is not None and isinstance(subject, GraphFunction):
        subject.increase_samples()
        found = Comparer(subject, oracles, rng, rtol).run(directions)
    miss = found.mismatch
    if miss is None or miss.oracle not in (NAMES["complex"], NAMES["dual"]):
        return found
    # Complex numbers misread a rule that is not analytic: then differences confirm the claim.
    scale = float(subject.arguments.scales[miss.entry]) if miss.entry is not None else 1.0
    again = oracles.differences(miss.v)
    measured, bar = float(miss.w @ again.value), float(np.abs(miss.w) @ again.error)
    claimed, sharp = miss.claimed * scale, miss.measured * scale
    if abs(claimed - measured) <= bar + 1e-9 * abs(claimed) and abs(sharp - measured) > 2 * bar + 1e-7 * abs(sharp):
        oracles.discard("it disagrees with differences of the function, so a rule is not analytic")
        return Comparer(subject, oracles, rng, rtol).run(directions)
    return found
