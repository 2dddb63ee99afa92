"""Claims at points where a function is not smooth: at kinks, near kinks, and where a derivative is infinite.

A claim holds at a kink if it lies between the one-sided derivatives, or else in the convex hull of derivatives nearby, the
generalised Jacobian. An infinite claim holds if the difference quotients grow without limit and have its sign.

Source:
    Clarke, Optimization and Nonsmooth Analysis, 1983, section 2.6
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from autograd.base.numerics import call_quietly
from autograd.checks.functions import TINY
from autograd.checks.oracles.oracles import Oracles
from autograd.support.lazy_numpy import np

#: Relative difference of one-sided derivatives from which they show a kink.
SLACK = 1e-7

#: Distances of the points whose slopes span the hull, relative to the size of the arguments. At a kink the slopes differ
#: equally at both distances; on a smooth curve in proportion to it.
NEAR, FAR = 1e-6, 1e-4

#: Number of points for each input, and the most inputs that count: of many ties, few points show few of the slopes.
FEW, MANY = 24, 6

#: Step of a slope nearby, relative to the distance: it seldom crosses a kink.
STEP = 1e-2

#: Intervals around a point nearby, in steps.
WHOLE, MIDDLE, HALVES = (-1.0, 1.0), (-0.5, 0.5), ((-1.0, 0.0), (0.0, 1.0))

#: Smallest range of the slopes nearby, relative to the largest slope, that shows a kink.
LEAST_RANGE = 1e-3

#: Steps of the difference quotients that show an infinite derivative.
QUOTIENTS = tuple(2.0**-k for k in (10, 20, 30, 40))

#: Parts of the usual reach at which differences stay on one side of a kink nearby.
CLOSER = (1e-2, 1e-4, 1e-6)


P = ParamSpec("P")
T = TypeVar("T")


def without_warnings(f: Callable[P, T]) -> Callable[P, T]:
    """Decorator: f without NumPy's warnings of numbers that are not finite."""

    @wraps(f)
    def wrapper(*args: P.args, **options: P.kwargs) -> T:
        return call_quietly(lambda: f(*args, **options))

    return wrapper


@dataclass(frozen=True)
class NotSmooth:
    """Reason why a measurement differs from a right claim; `here` is true if the kink is at the point, and not nearby."""

    text: str
    here: bool = True


@without_warnings
def find_kink(oracles: Oracles, v: Any, w: Any, claimed: float, measured: float, sharp: bool) -> NotSmooth | None:
    """The kink of w·f along v that allows the claim, or None; next to a kink only differences are misled, no sharp oracle."""
    low, high, bar = ends_at_kink(oracles, v, w)
    if low <= high:
        slack = max(bar + TINY, SLACK * max(abs(low), abs(high)))
        if low - slack <= claimed <= high + slack:
            return NotSmooth(f"the one-sided derivatives differ: {low:.6g} and {high:.6g}")
    if (hull := hull_around(oracles, v, w, claimed)) is not None:
        return NotSmooth("the derivatives nearby differ: from {:.6g} to {:.6g}".format(*hull))
    return None if sharp else _find_kink_nearby(oracles, v, w, claimed, measured)


@without_warnings
def ends_at_kink(oracles: Oracles, v: Any, w: Any) -> tuple[float, float, float]:
    """(smaller, larger one-sided derivative of w·f along v, their error bar); the smaller is ∞ without a kink."""
    left, right = oracles.one_sided(v)
    ends = sorted((float(w @ left.value), float(w @ right.value)))
    bar = float(np.abs(w) @ (left.error + right.error))
    if not np.isfinite(bar) or ends[1] - ends[0] <= 4 * bar + SLACK * max(map(abs, ends)):
        return np.inf, -np.inf, 0.0
    return ends[0], ends[1], bar


def hull_around(oracles: Oracles, v: Any, w: Any, claimed: float) -> tuple[float, float] | None:
    """(smallest, largest slope of w·f along v at random points nearby) if a kink is there and the claim lies between them."""
    near, halves = np.split(_slopes_nearby(oracles, v, w, NEAR, FEW * min(oracles.subject.n, MANY), (WHOLE, *HALVES)), [1], 1)
    size, noise = np.abs(near).max(), 64.0 * oracles.subject.eps * float(np.abs(w) @ np.abs(oracles.subject.base))
    low, high, width = float(near.min()), float(near.max()), float(np.ptp(near))
    if not width > LEAST_RANGE * size + noise / (STEP * NEAR):  # NaN where the function is undefined
        return None
    if not low - 0.02 * width <= claimed <= high + 0.02 * width:
        return None
    if halves.min() < low - 0.5 * width or halves.max() > high + 0.5 * width:  # a jump, such as of numbers rounded inside
        return None
    steps = _slopes_nearby(oracles, v, w, NEAR, FEW, (WHOLE, MIDDLE))
    is_wave = np.median(np.abs(np.diff(steps))) > 0.01 * width  # too short for the steps
    is_curved = not width > 0.5 * np.ptp(_slopes_nearby(oracles, v, w, FAR, FEW))
    return None if is_wave or is_curved else (low, high)


def _slopes_nearby(
    oracles: Oracles, v: Any, w: Any, radius: float, points: int, steps: tuple[tuple[float, float], ...] = (WHOLE,)
) -> Any:
    """Differences along v at random points at this distance; the columns are for intervals, in steps."""
    subject, rng = oracles.subject, oracles.rng
    slopes = []
    for _ in range(points):
        along = oracles.values(v, radius * subject.arguments.scales * rng.uniform(-1.0, 1.0, subject.n))
        ends = [(STEP * radius * start, STEP * radius * end) for start, end in steps]
        slopes.append([w @ (along(end) - along(start)) / (end - start) for start, end in ends])
    return np.array(slopes)


def _find_kink_nearby(oracles: Oracles, v: Any, w: Any, claimed: float, measured: float) -> NotSmooth | None:
    """A kink nearby, which larger steps cross: differences at small steps confirm the claim."""
    for part in CLOSER:
        close = oracles.line(v, part).thorough()
        value, error = float(w @ close.value), float(np.abs(w) @ close.error)
        if abs(value - claimed) <= error <= 0.1 * abs(measured - claimed):
            return NotSmooth(f"a kink nearby: close to the point the derivative is {value:.6g}", here=False)
    return None


@without_warnings
def judge_infinite(oracles: Oracles, v: Any, w: Any, claimed: float) -> tuple[bool | None, float]:
    """(verdict on an infinite or NaN claim along one input v, measured derivative); None if nothing can be measured.

    An infinite claim must be the limit of the difference quotients, or a derivative too large for a float. A NaN is wrong
    where the derivative is finite or has a limit.
    """
    ends, again = limits(oracles, v, w), oracles.differences(v)
    value, error = float(w @ again.value), float(np.abs(w) @ again.error)
    with np.errstate(over="ignore"):
        unscaled = float(np.divide(value, np.max(np.abs(v))))
    if ends:
        return claimed in ends, min(ends)
    if not error <= 1e-3 * max(abs(value), float(np.max(np.abs(v)) * np.abs(w) @ oracles.usual_values)):
        return None, unscaled
    return (True if claimed == unscaled else None if np.isinf(unscaled) else False), unscaled


def limits(oracles: Oracles, v: Any, w: Any) -> set[float]:
    """Signed infinities to which the difference quotients of w·f along v grow, on the sides where f is defined."""
    along = oracles.values(v)
    base, found = along(0.0), set()
    for side in (-1.0, 1.0):
        with np.errstate(all="ignore"):
            quotients = np.array([w @ (along(side * h) - base) / (side * h) for h in QUOTIENTS])
            growth = np.diff(np.abs(quotients))
        grows = (growth > 0).all() and growth[-1] > 0.5 * growth[0] and abs(quotients[-1]) > 1.5 * abs(quotients[0])
        if np.isfinite(quotients).all() and grows:
            found.add(float(np.copysign(np.inf, quotients[-1])))
    return found
