"""Derivatives of a formula at one point along rays, in 50-digit arithmetic, and the derivatives that they determine.

A formula is read at points of the ray x + t v, t > 0, never at x itself: a guard in it that looks for x does not count. If
the derivatives along all rays are those of one polynomial, the formula is smooth there. Otherwise a derivative must lie
between the two one-sided ones, and one of a higher order between these and 0; where none is finite, it must not be either.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from math import factorial

import mpmath
from mpmath import mpf

DIGITS = 330
STEPS = mpf(10) ** -30, mpf(10) ** -32  # a finite derivative is the same with both
NODES = 6
ORDERS = 1, 2, 3
UNDEFINED, INFINITE = "undefined", "infinite"
TINY, HUGE = mpf(10) ** -230, mpf(10) ** 280


@cache
def _weights(order):
    """Weights of f at the nodes 1, 2, … for its derivative at 0."""
    with mpmath.workdps(DIGITS):
        powers = mpmath.matrix([[mpf(j) ** i for j in range(1, NODES + 1)] for i in range(NODES)])
        return list(mpmath.lu_solve(powers, mpmath.matrix([factorial(order) if i == order else 0 for i in range(NODES)])))


def along(f, xs, v):
    """Derivatives of orders 1 to 3 of t ↦ f(x + t v) at 0 from above: numbers, UNDEFINED or INFINITE."""
    with mpmath.workdps(DIGITS):
        at = [_samples(f, xs, v, h) for h in STEPS]
        if None in at:
            return [UNDEFINED] * (len(ORDERS) + 1)
        rounding = max(map(abs, at[0])) * mpf(10) ** -232 + TINY
        by_step = list(zip(at, STEPS, strict=True))
        orders = *ORDERS, ORDERS[-1] + 1  # one more, for the change over a few ulps
        return [_limit(*[mpmath.fdot(_weights(k), ys) / h**k for ys, h in by_step], rounding) for k in orders]


def _samples(f, xs, v, h):
    try:
        ys = [f(*[mpf(x) + j * h * d for x, d in zip(xs, v, strict=True)]) for j in range(1, NODES + 1)]
    except (ZeroDivisionError, ValueError, TypeError):  # TypeError: complex numbers are not ordered
        return None
    return ys if all(isinstance(y, mpf | int | float) and mpmath.isfinite(y) for y in ys) else None


def _limit(coarse, fine, rounding):
    """Limit of a difference quotient; one that shrinks with the step is 0, one that grows is INFINITE."""
    if abs(fine) < rounding or abs(fine) < abs(coarse) / 2:
        return mpf(0)
    return fine if abs(coarse - fine) <= mpf(10) ** -20 * abs(fine) else INFINITE


def directions(n):
    """Rays that determine all derivatives up to order 3 of n ≤ 2 variables, and one more."""
    half = [(1,)] if n == 1 else [(1, 0), (0, 1), (1, 1), (1, -1), (1, 2)]
    return [v for d in half for v in (d, tuple(-x for x in d))]


@dataclass(frozen=True)
class Wanted:
    """Interval of a derivative along v; `scale` is the size of its terms, `nearby` its change over a few ulps."""

    low: mpf
    high: mpf
    scale: mpf
    nearby: mpf

    def accepts(self, got, relative, absolute):
        """True if `got` is in the interval up to rounding, or beyond the range of floats."""
        slack = relative * self.scale + absolute + self.nearby + TINY
        if max(abs(self.low), abs(self.high)) > HUGE:
            return True
        return mpmath.isfinite(got) and self.low - slack <= got <= self.high + slack


def judge(f, xs):
    """{(order, v): Wanted, or INFINITE} at a point, for the v of `directions`; what the formula leaves open is missing."""
    n = len(xs)
    rays = {v: along(f, xs, v) for v in directions(n)}
    found, smooth, kinked = {}, True, False
    ulps = 16 * mpf(2) ** -52 * max((abs(x) for x in xs if mpmath.isfinite(x)), default=0)
    for k in ORDERS:
        at = {v: ys[k - 1] for v, ys in rays.items()}
        nearby = ulps * _largest(ys[k] for ys in rays.values()) + mpf(10) ** -30 * _largest(at.values())
        terms = _polynomial(at, n, k) if smooth else None
        kinked, smooth = kinked or not smooth, terms is not None
        for v in directions(n)[::2]:  # along −v nothing is new
            y = at[v]
            sides = [s for s in (y, _reversed(at[tuple(-x for x in v)], k)) if s != UNDEFINED]
            if terms is not None:
                parts = [c * w for c, w in zip(terms, _monomials(v, k), strict=True)]
                found[k, v] = Wanted(*[mpmath.fsum(parts)] * 2, mpmath.fsum(parts, absolute=True), nearby)
            elif sides and all(s == INFINITE for s in sides):
                found[k, v] = INFINITE
            elif _is_axis(v) and sides and INFINITE not in sides and _all_finite(rays, k):
                sides += [mpf(0)] if kinked else []
                found[k, v] = Wanted(min(sides), max(sides), max(map(abs, sides)), nearby)
    return found


def _largest(ys):
    return max((abs(y) for y in ys if isinstance(y, mpf)), default=mpf(0))


def _is_axis(v):
    """True for rays along one variable: a derivative, which is linear, may not fit all rays of a kink."""
    return sum(map(bool, v)) == 1


def _all_finite(rays, order):
    return all(INFINITE not in ys[:order] for ys in rays.values())


def _reversed(y, order):
    return y if y in (UNDEFINED, INFINITE) else (-1) ** order * y


@cache
def _monomials(v, order):
    """Multinomial coefficient times v to each power of that order."""
    powers = [p for p in product(range(order + 1), repeat=len(v)) if sum(p) == order]
    return [
        mpf(factorial(order)) / mpmath.fprod(map(factorial, p)) * mpmath.fprod(x**k for x, k in zip(v, p, strict=True))
        for p in powers
    ]


def _polynomial(at, n, order):
    """The derivatives of an order, one for each power, that give those along all rays; None if there are none."""
    if not all(isinstance(y, mpf) for y in at.values()):
        return None
    with mpmath.workdps(DIGITS):
        matrix, ys = mpmath.matrix([_monomials(v, order) for v in at]), mpmath.matrix(list(at.values()))
        terms = mpmath.lu_solve(matrix, ys)
        error = mpmath.norm(matrix * terms - ys, mpmath.inf)
        return list(terms) if error <= mpf(10) ** -15 * mpmath.norm(ys, mpmath.inf) + TINY else None


def subsets(n):
    """Positions of one or two of n variables; the others are constants."""
    return [s for size in (1, 2) for s in combinations(range(n), size)]
