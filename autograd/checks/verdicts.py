"""Verdicts on single claims: right, wrong, right at a kink, or not measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograd.checks.functions import TINY, Subject, unit_vector
from autograd.checks.one_sided import NotSmooth, ends_at_kink, find_kink, judge_infinite
from autograd.checks.oracles.finite_differences import Measured
from autograd.checks.oracles.oracles import NAMES, RTOL, Oracles
from autograd.support.lazy_numpy import np

#: Largest error bar of a measurement, relative to the derivative, in double precision and in ulps of lower precision.
LARGEST_BAR, LARGEST_BAR_ULPS = 1e-6, 2.0**14
#: Error bar that is small for any derivative, since complex steps cannot see smaller ones.
NEGLIGIBLE = 1e-150
#: Most infinite entries of a large gradient that are measured.
MOST_INFINITE = 24


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
    #: The smallest relative error that is caught everywhere, and the number of comparisons with a measurement.
    caught: float = 0.0
    measured: int = 0
    at_kink: bool = False
    used: set[str] = field(default_factory=set)
    kinks: list[str] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    directions: str = ""


class Verdicts:
    """Judges claims of a subject by the measurements of its oracles; `result` holds the first wrong one."""

    def __init__(self, subject: Subject, oracles: Oracles, rng: np.random.Generator, rtol: float | None) -> None:
        self.subject, self.oracles, self.rng, self.rtol = subject, oracles, rng, rtol
        self.result = Comparison()
        sizes = np.abs(subject.arguments.point)
        self.movable = (sizes == 0) | (sizes > TINY)

    def _is_wrong(
        self, v: Any, w: Any, claimed: Any, bar: Any, found: Measured, entry: int | None, size: float | None = None
    ) -> bool:
        """True if a claim along v differs from what was found; `size` is that of the gradient if this is a measurement."""
        claimed, bar, measured = float(claimed), float(bar), float(found.value)
        if found.oracle in NAMES:
            self.result.used.add(found.oracle)
        if not np.isfinite(claimed):
            return self._infinite_is_wrong(v, w, claimed, found, entry)
        allowed = float(found.error) + bar + self._rtol(found) * max(abs(claimed), abs(measured)) + TINY
        if not np.isfinite(allowed):
            return self._is_unmeasured(entry, "no difference settles")
        off = abs(claimed - measured)
        if off <= allowed:
            self.result.error = max(self.result.error, off / max(abs(claimed), abs(measured), TINY))
            return size is not None and self._add_measurement(v, w, claimed, bar, found, entry, max(size, abs(measured)))
        is_difference = found.oracle == "differences"
        again = self._confirm(v, w, claimed, bar) if is_difference else found
        if again is None:
            return False
        kink = find_kink(self.oracles, v, w, claimed, float(again.value), not is_difference) if found.oracle in NAMES else None
        if kink is not None:
            return self._add_kink(kink, entry)
        return self._set_mismatch(v, w, claimed, again, bar, entry)

    def _set_mismatch(self, v: Any, w: Any, claimed: float, found: Measured, bar: float, entry: int | None) -> bool:
        scale = float(self.subject.arguments.scales[entry]) if entry is not None else 1.0
        name, error = NAMES.get(found.oracle, found.oracle), float(found.error) + bar
        self.result.mismatch = Mismatch(v, w, claimed / scale, float(found.value) / scale, error / scale, name, entry)
        return True

    def _add_measurement(
        self, v: Any, w: Any, claimed: float, bar: float, found: Measured, entry: int | None, size: float
    ) -> bool:
        """Count a measurement; if its error bar tells nothing of a derivative of this size, the one-sided derivatives must.

        True if they show a kink, and the claim does not lie between them.
        """
        error = float(found.error) + bar
        limit = min(max(LARGEST_BAR, LARGEST_BAR_ULPS * self.subject.eps), 0.25)
        if error <= limit * size + NEGLIGIBLE or error <= limit * max(size, float(np.abs(w) @ self.oracles.usual_values)):
            self.result.measured += 1
            self.result.caught = max(self.result.caught, error / size + self._rtol(found) if size > error else 0.0)
            return False
        kink = find_kink(self.oracles, v, w, claimed, float(found.value), sharp=True)
        if kink is not None:
            return self._add_kink(kink, entry)
        low, high, slack = ends_at_kink(self.oracles, v, w)
        if low <= high:
            return self._set_mismatch(v, w, claimed, Measured(np.clip(claimed, low, high), slack, "differences"), 0.0, entry)
        return self._is_unmeasured(entry, f"its error bar {error:.1g} is too large")

    def _is_unmeasured(self, entry: int | None, reason: str) -> bool:
        """False, since nothing was found wrong."""
        what = self.subject.arguments.entry(entry) if entry is not None else "a random direction"
        self.result.unmeasured.append(f"{what}: {reason}")
        return False

    def _infinite_entries_are_wrong(self, w: Any, claimed: Any, bars: Any) -> bool:
        """True if a claim that is not finite is wrong; such entries are left out of random directions."""
        for i in np.flatnonzero(~np.isfinite(claimed) & self.movable)[:MOST_INFINITE]:
            if self._is_wrong(self._axis(int(i)), w, claimed[i], bars[i], unknown(1), int(i)):
                return True
        return False

    def _infinite_is_wrong(self, v: Any, w: Any, claimed: float, found: Measured, entry: int | None) -> bool:
        """True if an infinite or NaN claim is wrong."""
        if found.oracle not in NAMES and (claimed == found.value or np.isnan(found.value)):
            return False
        if found.oracle not in NAMES or (entry is None and np.isfinite(found.value + found.error)):
            return self._set_mismatch(v, w, claimed, found, 0.0, entry)
        if entry is None or not self.movable[entry]:
            return self._is_unmeasured(entry, "the claim is not finite")
        if np.isnan(claimed) and found.oracle != "differences" and found.error <= 1e-3 * abs(found.value) < np.inf:
            return self._set_mismatch(v, w, claimed, found, 0.0, entry)
        right, measured = judge_infinite(self.oracles, v, w, claimed)
        if right is None:
            return self._is_unmeasured(entry, "the claim is not finite, and no difference settles")
        self.result.used.add("differences")
        if right:
            self.result.measured += 1
            return False
        self.result.mismatch = Mismatch(v, w, claimed, measured, 0.0, NAMES["differences"], entry)
        return True

    def _axis(self, i: int) -> Any:
        """The direction of input i, in steps of its size."""
        return unit_vector(self.subject.n, i, self.subject.arguments.scales[i])

    def _rtol(self, found: Measured) -> float:
        return self.rtol if self.rtol is not None else RTOL.get(found.oracle, 1e-13)

    def _confirm(self, v: Any, w: Any, claimed: float, bar: Any) -> Measured | None:
        """A mismatch of differences, measured again at all steps; None if the claim is right."""
        again = self.oracles.differences(v, thorough=True)
        found = Measured(float(w @ again.value), float(np.abs(w) @ again.error), again.oracle)
        allowed = found.error + bar + self._rtol(found) * max(abs(claimed), abs(found.value))
        return None if not np.isfinite(found.error) or abs(claimed - found.value) <= allowed else found

    def _add_kink(self, kink: NotSmooth, entry: int | None) -> bool:
        """False, since a claim that is right at a kink is not wrong."""
        what = f"{self.subject.arguments.entry(entry)}: " if entry is not None else ""
        if entry is not None or not self.result.kinks:
            self.result.kinks.append(what + kink.text)
        self.result.at_kink |= kink.here
        self.result.measured += 1
        return False


def unknown(m: int) -> Measured:
    """The measurement of m outputs along an input that cannot be moved."""
    return Measured(np.zeros(m), np.full(m, np.inf))
