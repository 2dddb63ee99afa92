"""Derivatives of a black box along a line by extrapolated differences, with error bars.

    D(h) = (F(h) − F(−h)) / 2h = F′(0) + c₂h² + c₄h⁴ + …

Richardson extrapolation removes one power of h² after another. Steps shrink by factors of 3 until the result settles.
Every entry of the table has an error bar: its distance from its neighbours plus the noise of F divided by h. The entry with
the smallest bar is the result. The noise is the residual of a cubic fit to F at points close together.

Source:
    Ridders, Advances in Engineering Software 4(2), 1982; Moré & Wild, SIAM J. Sci. Comput. 33(3), 2011, section 3
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from autograd.support.lazy_numpy import np

RATIO = 3.0
FEW, SOME, MANY = 5, 12, 20
#: First step relative to the reach; uneven, so that a periodic function does not repeat at every step.
FIRST = 0.8660254

#: Spacings of the points that show the noise, relative to the reach, and their places: uneven, so that they do not coincide
#: with the steps of F.
SPACINGS = (0.37e-7, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
PLACES = (-3.0, -1.847, -1.138, 0.0, 0.713, 1.921, 2.864)

#: Scatter of neighbouring values, relative to the range of F up to the reach, from which F is only noise.
MOST_NOISE = 1e-2

#: Relative steps of two one-sided differences, of which the second must be closer to the slope.
APPROACH = (2.0**-10, 2.0**-30)

#: Noise, relative to the rounding of the value alone, up to which it may be rounding of intermediate numbers.
MOST_ROUNDING = 64.0

Line = Callable[[float], Any]


@dataclass(frozen=True)
class Measured:
    """J v per entry of the output, with an error bar, ∞ if nothing settled, and the oracle that measured it."""

    value: Any
    error: Any
    oracle: str = "differences"


@cache
def _residual() -> Any:
    """Projection of values at PLACES on the residual of a cubic fit."""
    cubics = np.linalg.qr(np.vander(PLACES, 4))[0]
    return np.eye(len(PLACES)) - cubics @ cubics.T


class LineFunction:
    """F along a line up to `reach`, with stored values; at `unit` the arguments have moved by about 1."""

    def __init__(self, line: Line, reach: float, unit: float = 1.0) -> None:
        self.line, self.reach, self.unit = line, reach * FIRST, unit
        self.known: dict[float, Any] = {}
        self.at_zero = self(0.0)
        self.rounding = np.zeros_like(self.at_zero)
        self.noise = self._noise()

    def __call__(self, t: float) -> Any:
        if t not in self.known:
            self.known[t] = np.asarray(self.line(t), float)
        return self.known[t]

    def _noise(self) -> Any:
        """The rounding noise of F near 0: its scatter about a cubic, at points 1e-7 of the reach apart.

        If F is a step function, the points move apart until they cover several steps. A scatter that is large relative to F
        is curvature and not noise.
        """
        with np.errstate(invalid="ignore"):
            usual = np.minimum(np.fmax(np.abs(self(self.unit)), np.abs(self(-self.unit))), 1.0)
        usual = np.maximum(np.where(np.isfinite(usual), usual, 0.0), np.abs(self.at_zero))
        least = 2.0**-53 * usual
        noise = np.zeros_like(self.at_zero)
        flat = np.full(self.at_zero.shape, 2)  # number of further spacings to try
        for spacing in SPACINGS:
            samples = self._samples(spacing)
            with np.errstate(invalid="ignore", over="ignore"):
                size = np.maximum(np.abs(samples).max(0), 1e-300)  # of squares that must not underflow
                measured = size * np.sqrt((np.tensordot(_residual(), samples / size, 1) ** 2).sum(0) / 3.0)
                single = (samples == samples.astype(np.float32)).all(0)
            known = spacing < 2e-7 or measured <= 1e-6 * usual
            noise = np.where((flat > 0) & known, np.maximum(noise, measured), noise)
            if spacing < 2e-7:
                self.rounding = np.maximum(self.rounding, np.where(single, 2.0**11 * least, least))
                noise = np.maximum(noise, self.rounding)
            level = (samples == samples[0]).all(0)
            if spacing == SPACINGS[0]:
                only_noise = (measured > MOST_NOISE * self._range()) & (measured > 1e-6 * size)
                noise = np.where(only_noise, np.inf, noise)
                continue
            flat = np.where(level, flat, np.where((flat == 2) & (spacing == SPACINGS[1]), 0, flat - 1))
            if (flat <= 0).all():
                break
        return np.where(np.isfinite(noise), noise, np.inf)

    def _range(self) -> Any:
        """The largest change of F up to the reach."""
        with np.errstate(invalid="ignore"):
            return np.fmax(np.abs(self(self.reach) - self.at_zero), np.abs(self(-self.reach) - self.at_zero))

    def _samples(self, spacing: float) -> Any:
        """F at places around 0, or on one side of it if F is not finite on the other."""
        samples = np.zeros(0)
        for shift in (0.0, 3.0, -3.0):  # a shift does not change the residual of a fit
            samples = np.stack([self((k + shift) * spacing * self.reach) for k in PLACES])
            if np.isfinite(samples).all():
                break
        return samples

    def slope(self, side: int = 0, enough: float = 1e-10) -> Measured:
        """F′(0) by central differences, or the one-sided derivative F′(0±) for side ±1."""
        best = Measured(np.zeros_like(self.at_zero), np.full(self.at_zero.shape, np.inf))
        least = 16.0 * self.noise / self.reach + 1e-300  # about twice the smallest bar of any step
        for levels in (FEW, SOME, MANY):
            best = self._extrapolate(side, levels)
            if (best.error <= enough * np.abs(best.value) + least).all():
                break
        return Measured(best.value, np.where(self._approach(best.value, side), best.error, np.inf)) if side else best

    def _approach(self, slope: Any, side: int) -> Any:
        """True where small one-sided differences approach the slope; those of roots may settle elsewhere at large steps."""
        with np.errstate(invalid="ignore", over="ignore"):
            coarse, fine = (np.abs(self._difference(step * self.reach, side) - slope) for step in APPROACH)
            noise = np.minimum(self.noise, MOST_ROUNDING * self.rounding)  # that of a root is curvature
            return fine <= 0.1 * coarse + 8.0 * noise / (APPROACH[1] * self.reach) + 1e-6 * np.abs(slope)

    def thorough(self) -> Measured:
        """F′(0) from all steps: a result that settles at large steps must also hold at small ones."""
        return self._extrapolate(0, MANY)

    def _extrapolate(self, side: int, levels: int) -> Measured:
        steps = [self.reach * RATIO**-k for k in range(levels)]
        with np.errstate(all="ignore"):
            rows: list[list[Any]] = []
            found: list[tuple[Any, Any]] = []
            for k, h in enumerate(steps):
                row = [self._difference(h, side)]
                for j in range(1, min(k, 6) + 1):
                    factor = RATIO ** (j if side else 2 * j) - 1.0
                    row.append(row[-1] + (row[-1] - rows[-1][j - 1]) / factor)
                    apart = np.maximum(np.abs(row[j] - row[j - 1]), np.abs(row[j] - rows[-1][j - 1]))
                    rounding = 4.0 * self.noise / h + 2.0**-51 * np.abs(row[j])
                    found.append((row[j], np.where(np.isfinite(apart), apart + rounding, np.inf)))
                rows.append(row)
            return _select_most_certain(found)

    def _difference(self, h: float, side: int) -> Any:
        return (self(side * h) - self.at_zero) / (side * h) if side else (self(h) - self(-h)) / (2.0 * h)


def _select_most_certain(found: list[tuple[Any, Any]]) -> Measured:
    """Per entry the value with the smallest error bar, unless one of smaller steps contradicts it: then the latter.

    Differences may settle on coarse and on fine structure of a function; the derivative is that of the fine structure.
    """
    value, error = found[0]
    for later, bar in found[1:]:
        contradicts = np.abs(later - value) > 2.0 * (bar + error)
        better = (bar < error) | (contradicts & np.isfinite(bar) & (bar < 0.5 * np.abs(later - value)))
        value, error = np.where(better, later, value), np.where(better, bar, error)
    return Measured(value, error)


def remainder_orders(F: Line, reach: float, claimed: Any) -> Any:
    """The order in h of F(h) − F(−h) − 2h·claimed: 3 if the claim is right and 1 if it is wrong (Taylor's theorem).

    It is measured between steps whose remainders are above rounding; ∞ if there are none, so that the claim is right.

    Source:
        Farrell, Ham, Funke & Rognes, SIAM J. Sci. Comput. 35(4), 2013, section 5
    """
    along = LineFunction(F, reach)
    steps = [along.reach * RATIO**-k for k in range(8)]
    with np.errstate(all="ignore"):
        rest = [np.abs(along(h) - along(-h) - 2.0 * h * claimed) for h in steps]
        order = np.full(along.at_zero.shape, np.inf)
        for larger, smaller in pairwise(rest):
            significant = smaller > 100.0 * (along.noise + 2.0**-52 * np.abs(along.at_zero))
            order = np.where(significant, np.log(larger / smaller) / np.log(RATIO), order)
    return order
