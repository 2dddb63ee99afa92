"""Claims against measurements: every entry of a small Jacobian, or random directions of a large one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.checks.functions import TINY, GraphFunction, Subject
from autograd.checks.oracles.oracles import NAMES, RTOL, Measured, Oracles

#: A Jacobian of so many entries, from so many inputs, is measured wholly.
SMALL, FEW_INPUTS, FEW_OUTPUTS = 400, 24, 24
#: From so many inputs on a black box is checked by the slope of its Taylor remainder.
BIG = 10_000


@dataclass
class Mismatch:
    """A direction v in which the claim is wrong, weighted over the outputs by w; `entry` if it is that of one input."""

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
    """What comparing one subject gave."""

    mismatch: Mismatch | None = None
    error: float = 0.0
    used: set[str] = field(default_factory=set)
    kinks: list[str] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    directions: str = ""


class Comparing:
    """The comparison of a subject's claims with what its oracles measure."""

    def __init__(self, subject: Subject, oracles: Oracles, rng: np.random.Generator, rtol: float | None) -> None:
        self.subject, self.oracles, self.rng, self.rtol = subject, oracles, rng, rtol
        self.result = Comparison()

    def run(self, directions: int | None) -> Comparison:
        """Compare along so many random directions; None leaves the choice to the size."""
        n, m = self.subject.n, self.subject.m
        sharp = bool(self.oracles.sharp)
        small = n * m <= SMALL and n <= (FEW_INPUTS if sharp else FEW_INPUTS // 2) and m <= FEW_OUTPUTS
        if n == 0 or m == 0:
            self.result.directions = "nothing to measure"
            self._of_nothing()
        elif self.oracles.choice == "taylor" or (not sharp and n >= BIG and self.oracles.choice is None):
            self._taylor(directions or 2)
        elif directions is None and small:
            self._whole()
        else:
            self._random(directions or 2)
        if self.result.mismatch is None and n and m and self.oracles.choice is None and self.oracles.sharp:
            self._guarded()
        return self.result

    def _of_nothing(self) -> None:
        """Of no outputs the gradient is 0."""
        claimed, bars = self.subject.vjp(np.zeros(0)) if not self.subject.m else (np.zeros(0), np.zeros(0))
        for i in np.flatnonzero(claimed):
            v = np.zeros(self.subject.n)
            v[i] = self.subject.arguments.scales[i]
            if self._wrong(
                v, np.zeros(0), claimed[i] * v[i], bars[i] * v[i], Measured(0.0, 0.0, "a sum of no outputs"), int(i)
            ):
                return

    def _whole(self) -> None:
        subject = self.subject
        rows = [subject.vjp(w) for w in np.eye(subject.m)]
        claims, bars = np.stack([c for c, _ in rows]), np.stack([b for _, b in rows])
        for i, scale in enumerate(subject.arguments.scales):
            v = np.zeros(subject.n)
            v[i] = scale
            found = self.oracles.best(v)
            for k in np.argsort(-np.abs(claims[:, i] * scale - found.value)):
                w = np.zeros(subject.m)
                w[k] = 1.0
                one = Measured(found.value[k], found.error[k], found.oracle)
                if self._wrong(v, w, claims[k, i] * scale, bars[k, i] * scale, one, i):
                    return
        self.result.directions = f"all {subject.m} × {subject.n} entries"
        if self._weighted(claims, bars):
            return
        v = subject.arguments.scales * self._signs(subject.n)
        forward = subject.jvp(v)
        if forward is not None:
            self._forward(
                v, forward, Measured(claims @ v, bars @ np.abs(v) + 1e-14 * np.abs(claims) @ np.abs(v), "reverse mode")
            )

    def _weighted(self, claims: Any, bars: Any) -> bool:
        """Whether wᵀ J is not linear in w: a sweep from weights gives another row than those from single outputs."""
        subject, w = self.subject, self._signs(self.subject.m)
        row, bar = subject.vjp(w)
        bar = bar + np.abs(w) @ bars + (2.0**-20 if subject.single else 1e-14) * np.abs(w) @ np.abs(claims)
        for i, scale in enumerate(subject.arguments.scales):
            v = np.zeros(subject.n)
            v[i] = scale
            one = Measured(w @ claims[:, i] * scale, 0.0, "single outputs, weighted")
            if self._wrong(v, w, row[i] * scale, bar[i] * scale, one, i):
                return True
        return False

    def _random(self, directions: int) -> None:
        subject = self.subject
        for _ in range(directions):
            v, w = subject.arguments.scales * self._signs(subject.n), self._weights()
            found = self.oracles.best(v)
            claimed, bars = subject.vjp(w)
            one = Measured(w @ found.value, np.abs(w) @ found.error, found.oracle)
            if self._wrong(v, w, claimed @ v, bars @ np.abs(v) + 1e-15 * np.abs(claimed) @ np.abs(v), one, None):
                return
            forward = subject.jvp(v)
            if forward is not None and self._forward(v, forward, found):
                return
        self.result.directions = f"{directions} random directions of {subject.m} × {subject.n} entries"

    def _taylor(self, directions: int) -> None:
        """The remainder f(x + hv) − f(x − hv) − 2h⟨g, v⟩ must fall like h³, and no slower than h²."""
        from autograd.checks.oracles.finite_differences import remainder_orders
        from autograd.checks.oracles.oracles import REACH

        subject = self.subject
        for _ in range(directions):
            v, w = subject.arguments.scales * self._signs(subject.n), self._weights()
            claimed = float(subject.vjp(w)[0] @ v)
            along = self.oracles.line(v)

            def line(t: float, along: Any = along, w: Any = w) -> Any:
                return np.array([w @ along(t)])

            order = float(remainder_orders(line, REACH, claimed)[0])
            self.result.used.add("taylor")
            if order < 2.0:
                found = self.oracles.differences(v, thorough=True)
                self._wrong(v, w, claimed, 0.0, Measured(w @ found.value, np.abs(w) @ found.error, "taylor"), None)
                if self.result.mismatch is not None:
                    return
        self.result.directions = f"{directions} random directions of {subject.m} × {subject.n} entries"

    def _guarded(self) -> None:
        """A graph says nothing of what a function does beside it: one direction is measured by calling the function too."""
        subject = self.subject
        checks: list[Mismatch] = []
        for _ in range(2):
            v, w = subject.arguments.scales * self._signs(subject.n), self._weights()
            found = self.oracles.differences(v, thorough=bool(checks))
            claimed, bars = subject.vjp(w)
            c, bar = claimed @ v, bars @ np.abs(v)
            measured, error = w @ found.value, np.abs(w) @ found.error
            size = np.abs(w) @ np.abs(found.value) + np.abs(claimed) @ np.abs(v)
            if not np.isfinite(error) or abs(c - measured) <= 4 * error + bar + 1e-7 * size:
                return
            if self._bends(v, w, c, measured):
                return
            checks.append(Mismatch(v, w, c, measured, error, NAMES["differences"]))
        self.result.mismatch = checks[-1]
        self.result.mismatch.mode = "detached"

    def _forward(self, v: Any, claimed: Any, found: Measured) -> bool:
        """Whether forward mode is wrong along v, in the entry where it is furthest off."""
        if not claimed.size:
            return False
        off = np.abs(claimed - found.value)
        k = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
        eps = 2.0**-20 if self.subject.single else 0.0
        one = Measured(found.value[k], found.error[k] + eps * abs(found.value[k]), found.oracle)
        if off[k] <= one.error:
            return False
        w = np.zeros(self.subject.m)
        w[k] = 1.0
        if not self._wrong(v, w, claimed[k], self._forward_bar(v, w), one, None):
            return False
        if self.result.mismatch is not None:
            self.result.mismatch.mode = "forward"
        return True

    def _forward_bar(self, v: Any, w: Any) -> float:
        """How far rounding may have moved J v in either mode: what the sweep says, and how far J v moves with v."""
        claims, bars = self.subject.vjp(w)
        ulp = 2.0**-23 if self.subject.single else 2.0**-52
        first = self.subject.jvp(v)
        moved = [self.subject.jvp(v * (1.0 + 2.0 * ulp * self._signs(v.size))) - first for _ in range(8)]
        scatter = 32.0 * np.maximum.reduce([np.abs(m) for m in moved])
        return float(bars @ np.abs(v)) + 1e-14 * float(np.abs(claims) @ np.abs(v)) + float(scatter @ np.abs(w))

    def _wrong(self, v: Any, w: Any, claimed: Any, bar: Any, found: Measured, entry: int | None) -> bool:
        claimed, measured = float(claimed), float(found.value)
        if found.oracle in NAMES:
            self.result.used.add(found.oracle)
        rtol = self.rtol if self.rtol is not None else RTOL.get(found.oracle, 1e-13)
        allowed = float(found.error) + float(bar) + rtol * max(abs(claimed), abs(measured)) + TINY
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
        if found.oracle == "differences":
            again = self.oracles.differences(v, thorough=True)
            measured, error = float(w @ again.value), float(np.abs(w) @ again.error)
            if not np.isfinite(error) or abs(claimed - measured) <= error + bar + rtol * max(abs(claimed), abs(measured)):
                return False
            if self._bends(v, w, claimed, measured):
                return False
            found = Measured(measured, error, found.oracle)
        scale = float(self.subject.arguments.scales[entry]) if entry is not None else 1.0
        name = NAMES.get(found.oracle, found.oracle)
        self.result.mismatch = Mismatch(
            v, w, claimed / scale, measured / scale, (float(found.error) + float(bar)) / scale, name, entry
        )
        return True

    def _bends(self, v: Any, w: Any, claimed: float, measured: float) -> bool:
        """Whether the function has a kink here along v, and the claim lies between its one-sided derivatives."""
        left, right = self.oracles.one_sided(v)
        ends = [float(w @ left.value), float(w @ right.value)]
        bar = float(np.abs(w) @ (left.error + right.error))
        if not np.isfinite(bar) or abs(ends[0] - ends[1]) <= 4 * bar + 1e-7 * max(map(abs, ends)):
            return self._bends_nearby(v, w, claimed, measured)
        between = min(ends) - bar - TINY <= claimed <= max(ends) + bar + TINY
        slack = 1e-7 * max(map(abs, ends))
        if between or min(ends) - slack <= claimed <= max(ends) + slack:
            self.result.kinks.append(f"the function bends: its one-sided derivatives are {ends[0]:.6g} and {ends[1]:.6g}")
            return True
        return self._bends_nearby(v, w, claimed, measured)

    def _bends_nearby(self, v: Any, w: Any, claimed: float, measured: float) -> bool:
        """Whether differences that keep close to the point side with the claim, against those that cross a kink beside it."""
        for part in (1e-2, 1e-4, 1e-6):
            close = self.oracles.line(v, part).thorough()
            value, error = float(w @ close.value), float(np.abs(w) @ close.error)
            if abs(value - claimed) <= error <= 0.1 * abs(measured - claimed):
                self.result.kinks.append(f"the function bends nearby: close to the point its derivative is {value:.6g}")
                return True
        return False

    def _weights(self) -> Any:
        """Weights of the outputs: of a single one, 1."""
        return self._signs(self.subject.m) if self.subject.m > 1 else np.ones(1)

    def _signs(self, n: int) -> Any:
        return self.rng.uniform(0.5, 1.0, n) * self.rng.choice([-1.0, 1.0], n)


def compared(
    subject: Subject, oracles: Oracles, rng: np.random.Generator, rtol: float | None, directions: int | None
) -> Comparison:
    """What is left of a comparison when every mismatch has been looked at more closely."""
    found = Comparing(subject, oracles, rng, rtol).run(directions)
    if found.mismatch is not None and isinstance(subject, GraphFunction):
        subject.increase_samples()
        found = Comparing(subject, oracles, rng, rtol).run(directions)
    miss = found.mismatch
    if miss is None or miss.oracle not in (NAMES["complex"], NAMES["dual"]):
        return found
    # a rule that is not analytic is misread by complex numbers: then differences side with the claim
    scale = float(subject.arguments.scales[miss.entry]) if miss.entry is not None else 1.0
    seen = oracles.differences(miss.v)
    measured, bar = float(miss.w @ seen.value), float(np.abs(miss.w) @ seen.error)
    claimed, sharp = miss.claimed * scale, miss.measured * scale
    if abs(claimed - measured) <= bar + 1e-9 * abs(claimed) and abs(sharp - measured) > 2 * bar + 1e-7 * abs(sharp):
        oracles.discard("it disagrees with differences of the function, so a rule is not analytic")
        return Comparing(subject, oracles, rng, rtol).run(directions)
    return found
