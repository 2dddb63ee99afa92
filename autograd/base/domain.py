"""Open sets and domains of ops; the public module is `autograd.domain`."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

Interval = tuple[float, float]


@dataclass(frozen=True)
class OpenSet:
    """Union of open intervals of the real line.

    >>> 0.0 in NONZERO, -2.0 in NONZERO
    (False, True)
    """

    name: str
    intervals: tuple[Interval, ...]

    def __contains__(self, x: float) -> bool:
        return any(low < x < high for low, high in self.intervals)


@dataclass(frozen=True)
class Domain:
    """Open set of argument tuples: one set per argument; arguments must differ if `distinct`.

    >>> Domain((REALS, REALS), distinct=True).contains(1.0, 1.0)
    False
    """

    sets: tuple[OpenSet, ...]
    distinct: bool = False

    def contains(self, *xs: float) -> bool:
        """True if the op is smooth at `xs`; a single set applies to all arguments."""
        sets = self.sets * len(xs) if len(self.sets) == 1 else self.sets
        inside = all(x in s for x, s in zip(xs, sets, strict=True))
        return inside and not (self.distinct and len(set(xs)) < len(xs))


def reals_without(*points: float) -> OpenSet:
    """Real line without `points`, which must ascend: the kinks of a piecewise op.

    >>> reals_without(0.0, 6.0).intervals
    ((-inf, 0.0), (0.0, 6.0), (6.0, inf))
    """
    edges = (-inf, *points, inf)
    name = "x ∉ {" + ", ".join(f"{p:g}" for p in points) + "}"
    return OpenSet(name, tuple(pairwise(edges)))


def _cells(start: float) -> tuple[Interval, ...]:
    return tuple((k + start, k + start + 1.0) for k in range(-64, 64))


REALS = OpenSet("ℝ", ((-inf, inf),))
POSITIVE = OpenSet("x > 0", ((0.0, inf),))
NONZERO = reals_without(0.0)
UNIT_INTERVAL = OpenSet("0 < x < 1", ((0.0, 1.0),))
ABOVE_MINUS_ONE = OpenSet("x > −1", ((-1.0, inf),))
ABOVE_ONE = OpenSet("x > 1", ((1.0, inf),))
UNIT = OpenSet("|x| < 1", ((-1.0, 1.0),))
NON_INTEGERS = OpenSet("x ∉ ℤ, |x| < 64", _cells(0.0))
NON_HALVES = OpenSet("x ∉ ℤ + ½, |x| < 64", _cells(-0.5))
DISTINCT = Domain((REALS,), distinct=True)
