"""Comparison of claims with measurements: every entry of a small Jacobian, random directions of a large one."""

from __future__ import annotations

from typing import Any

from autograd.checks.functions import TINY, GraphFunction, Subject, random_direction, unit_vector
from autograd.checks.one_sided import find_kink
from autograd.checks.oracles.finite_differences import Measured, remainder_orders
from autograd.checks.oracles.oracles import NAMES, REACH, RTOL, Oracles
from autograd.checks.verdicts import Comparison, Mismatch, Verdicts, unknown
from autograd.support.lazy_numpy import np

#: Largest Jacobian that is measured entry by entry: entries, inputs, outputs.
SMALL, FEW_INPUTS, FEW_OUTPUTS = 400, 24, 24
#: Number of random directions across a kink.
KINK_DIRECTIONS = 3
#: Number of inputs from which a black box is checked by the slope of its Taylor remainder.
BIG = 10_000


class Comparer(Verdicts):
    """Compares the claims of a subject with the measurements of its oracles."""

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
        if self.result.mismatch is None and self.result.at_kink and choice is None and self._is_small():
            self._compare_at_kink()
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
        scales = subject.arguments.scales
        sizes = np.max(np.abs(claims) * scales, axis=1, initial=0.0, where=np.isfinite(claims))
        for i, scale in enumerate(scales):
            v = self._axis(i)
            found = self.oracles.best(v) if self.movable[i] else unknown(subject.m)
            for k in np.argsort(-np.abs(claims[:, i] * scale - found.value)):
                if np.isnan(claims[k, i]) and np.isinf(claims[:, i]).any():
                    self._is_unmeasured(i, "the claim is 0 × ∞")
                    continue
                w, one = unit_vector(subject.m, k), Measured(found.value[k], found.error[k], found.oracle)
                if self._is_wrong(v, w, claims[k, i] * scale, bars[k, i] * scale, one, i, sizes[k]):
                    return
        self.result.directions = f"all {subject.m} × {subject.n} entries"
        if not np.isfinite(claims).all() or self._is_nonlinear(claims, bars):
            return
        v = self._random_direction()
        forward = subject.jvp(v)
        one = Measured(claims @ v, bars @ np.abs(v) + 1e-14 * np.abs(claims) @ np.abs(v), "reverse mode")
        if forward is not None:
            self._forward_is_wrong(v, forward, one)

    def _compare_at_kink(self) -> None:
        """Compare along directions that move all inputs: at a kink, claims that hold for each input alone may be wrong."""
        scales = self.subject.arguments.scales
        for v in (scales, *(self._random_direction() for _ in range(KINK_DIRECTIONS))):
            found = self.oracles.differences(v)
            for k in range(self.subject.m):
                w, one = unit_vector(self.subject.m, k), Measured(found.value[k], found.error[k], found.oracle)
                claims, bars = self.subject.vjp(w)
                if np.isfinite(claims).all() and self._is_wrong(v, w, claims @ v, bars @ np.abs(v), one, None):
                    return

    def _is_nonlinear(self, claims: Any, bars: Any) -> bool:
        """True if wᵀ J is not linear in w: a weighted sweep differs from the weighted sum of sweeps from single outputs."""
        subject, w = self.subject, self._random_vector(self.subject.m)
        row, bar = subject.vjp(w)
        bar = bar + np.abs(w) @ bars + max(8 * subject.eps, 1e-14) * np.abs(w) @ np.abs(claims)
        for i, scale in enumerate(subject.arguments.scales):
            one = Measured(w @ claims[:, i] * scale, 0.0, "single outputs, weighted")
            if self._is_wrong(self._axis(i), w, row[i] * scale, bar[i] * scale, one, i):
                return True
        return False

    def _compare_directions(self, directions: int) -> None:
        subject = self.subject
        for _ in range(directions):
            w = self._random_weights()
            claimed, bars = subject.vjp(w)
            if self._infinite_entries_are_wrong(w, claimed, bars):
                return
            v = self._random_direction(claimed)
            found = self.oracles.best(v)
            claimed, bars = _masked(v, claimed, bars)
            one = Measured(w @ found.value, np.abs(w) @ found.error, found.oracle)
            size, bar = float(np.linalg.norm(claimed * v)), bars @ np.abs(v) + 1e-15 * np.abs(claimed) @ np.abs(v)
            if self._is_wrong(v, w, claimed @ v, bar, one, None, size):
                return
            forward = subject.jvp(v) if v.all() else None
            if forward is not None and self._forward_is_wrong(v, forward, found):
                return
        self.result.directions = f"{directions} random directions of {subject.m} × {subject.n} entries"

    def _compare_remainders(self, directions: int) -> None:
        """Check that the remainder f(x + hv) − f(x − hv) − 2h⟨g, v⟩ falls like h³, and no slower than h²."""
        subject = self.subject
        for _ in range(directions):
            w = self._random_weights()
            claims = subject.vjp(w)[0]
            v = self._random_direction(claims)
            claimed = float(_masked(v, claims)[0] @ v)
            along = self.oracles.line(v)

            def line(t: float, along: Any = along, w: Any = w) -> Any:
                return np.array([w @ along(t)])

            order = float(remainder_orders(line, REACH, claimed)[0])
            self.result.used.add("taylor")
            self.result.measured += 1
            self.result.caught = RTOL["taylor"]
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
            w = self._random_weights()
            claimed, bars = subject.vjp(w)
            v = self._random_direction(claimed)
            claimed, bars = _masked(v, claimed, bars)
            found = self.oracles.differences(v, thorough=bool(checks))
            c, bar = claimed @ v, bars @ np.abs(v)
            measured, error = w @ found.value, np.abs(w) @ found.error
            size = np.abs(w) @ np.abs(found.value) + np.abs(claimed) @ np.abs(v)
            if not np.isfinite(error) or abs(c - measured) <= 4 * error + bar + 1e-7 * size + TINY:
                return
            kink = find_kink(self.oracles, v, w, float(c), float(measured), sharp=False)
            if kink is not None:
                self._add_kink(kink, None)
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
        eps = 8 * self.subject.eps if self.subject.single else 0.0
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
        ulp = self.subject.eps
        first = self.subject.jvp(v)
        moved = [self.subject.jvp(v * (1.0 + 2.0 * ulp * self._random_vector(v.size))) - first for _ in range(8)]
        scatter = 32.0 * np.maximum.reduce([np.abs(m) for m in moved])
        return float(bars @ np.abs(v)) + 1e-14 * float(np.abs(claims) @ np.abs(v)) + float(scatter @ np.abs(w))

    def _random_direction(self, claimed: Any = 1.0) -> Any:
        """A random direction in steps of the sizes of the inputs, without inputs whose claim is not finite or that are tiny."""
        v = random_direction(self.subject, self.rng)
        return np.where(np.isfinite(claimed) & self.movable, v, 0.0)

    def _random_weights(self) -> Any:
        """Random weights of the outputs; 1 for a single output."""
        return self._random_vector(self.subject.m) if self.subject.m > 1 else np.ones(1)

    def _random_vector(self, n: int) -> Any:
        return self.rng.uniform(0.5, 1.0, n) * self.rng.choice([-1.0, 1.0], n)


def _masked(v: Any, *vectors: Any) -> list[Any]:
    """Vectors with zeros in place of entries that v does not move, which may be infinite."""
    return [np.where(v != 0, x, 0.0) for x in vectors]


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
    settled = bar <= 1e-6 * max(abs(claimed), float(np.abs(miss.w) @ np.abs(subject.base)))
    confirmed = abs(claimed - measured) <= bar + 1e-9 * abs(claimed) and abs(sharp - measured) > 2 * bar + 1e-7 * abs(sharp)
    if settled and confirmed:
        oracles.discard("it disagrees with differences of the function, so a rule is not analytic")
        return Comparer(subject, oracles, rng, rtol).run(directions)
    return found
