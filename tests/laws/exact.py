"""Derivatives to more than twenty digits: an op's forward rule read in mpmath, and differences at high precision.

Nothing here knows a pullback. `partial` differences the forward rule with steps so small, and digits so many, that neither
truncation nor cancellation is left; it doubles the digits until two answers agree.
"""

from itertools import product
from math import comb, factorial

import mpmath
from mpmath import mpf

#: (step, weight) of the central difference of each order.
_HALF = mpf("0.5")
_STENCILS = {
    0: ((0, 1),),
    1: ((-1, -_HALF), (1, _HALF)),
    2: ((-1, 1), (0, -2), (1, 1)),
    3: ((-2, -_HALF), (-1, 1), (1, -1), (2, _HALF)),
    4: ((-2, 1), (-1, -4), (0, 6), (1, -4), (2, 1)),
}


class _Exact:
    """The namespace `xp` of arbitrary precision, with NumPy's names."""

    exp, expm1, log, sqrt = map(staticmethod, (mpmath.exp, mpmath.expm1, mpmath.log, mpmath.sqrt))
    sin, cos, tan = map(staticmethod, (mpmath.sin, mpmath.cos, mpmath.tan))
    arcsin, arccos, arctan, arctan2 = map(staticmethod, (mpmath.asin, mpmath.acos, mpmath.atan, mpmath.atan2))
    sinh, cosh, tanh = map(staticmethod, (mpmath.sinh, mpmath.cosh, mpmath.tanh))
    arcsinh, arccosh, arctanh = map(staticmethod, (mpmath.asinh, mpmath.acosh, mpmath.atanh))
    power, hypot, abs, sign = map(staticmethod, (mpmath.power, mpmath.hypot, mpmath.fabs, mpmath.sign))
    floor, ceil, erf, erfc = map(staticmethod, (mpmath.floor, mpmath.ceil, mpmath.erf, mpmath.erfc))
    maximum, minimum, fmax, fmin = map(staticmethod, (max, min, max, min))
    polygamma, erfinv = map(staticmethod, (mpmath.psi, mpmath.erfinv))

    def gammainc(self, a, x):
        return mpmath.erf(mpmath.sqrt(x)) if a == 0.5 else 1 - self.gammaincc(a, x)

    def gammaincc(self, a, x):
        return mpmath.erfc(mpmath.sqrt(x)) if a == 0.5 else (1 + x) * mpmath.exp(-x)

    def betainc(self, a, b, x):
        return x * (2 - x) if a == 1.0 else x * x * (6 - 8 * x + 3 * x * x)

    def ndtri(self, x):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * x - 1)

    def square(self, x):
        return x * x

    def exp2(self, x):
        return mpf(2) ** x

    def log2(self, x):
        return mpmath.log(x) / mpmath.log(2)

    def log10(self, x):
        return mpmath.log(x) / mpmath.log(10)

    def log1p(self, x):
        return mpmath.log(1 + x)

    def cbrt(self, x):
        return mpmath.sign(x) * mpmath.cbrt(abs(x))

    def logaddexp(self, a, b):
        return max(a, b) + mpmath.log(1 + mpmath.exp(-abs(a - b)))

    def where(self, condition, a, b):
        return a if condition else b

    def trunc(self, x):
        return mpmath.sign(x) * mpmath.floor(abs(x))

    def round(self, x, decimals):
        return mpmath.nint(x * mpf(10) ** decimals) / mpf(10) ** decimals

    def remainder(self, a, b):
        return a - b * mpmath.floor(a / b)

    def floor_divide(self, a, b):
        return mpmath.floor(a / b)

    def fmod(self, a, b):
        return a - b * self.trunc(a / b)

    def gammaln(self, x):
        return mpmath.log(abs(mpmath.gamma(x)))

    def digamma(self, x):
        return mpmath.psi(0, x)

    def sinc_derivative(self, x, n):
        """Leibniz' rule for sin(πx) · 1/(πx), with enough digits for the cancellation near 0."""
        if x == 0:
            return mpmath.cospi(mpf(n) / 2) * mpmath.pi**n / (n + 1)
        with mpmath.extradps(mpmath.mp.dps * (n + 1)):
            terms = [
                comb(n, k) * mpmath.pi ** (k - 1) * mpmath.sinpi(x + mpf(k) / 2) * factorial(n - k) / (-x) ** (n - k) / x
                for k in range(n + 1)
            ]
            return mpmath.fsum(terms)


exact = _Exact()


def value(op, xs, params):
    """f at xs."""
    with mpmath.workdps(160):
        return +op.forward(exact, *map(mpf, xs), **params)


def partial(op, xs, params, order):
    """∂f at xs, differentiated order[i] times by argument i."""
    now = mpf(0)
    for digits in (80, 160, 320, 640, 960):
        with mpmath.workdps(digits):
            before, now = now, _difference(op, tuple(map(mpf, xs)), params, order, digits)
        if now != 0 and abs(now - before) < abs(now) * mpf("1e-20"):
            return now
    if abs(now) > max(abs(before) * mpf("1e-20"), mpf("1e-300")):  # a limit of zero
        raise ArithmeticError(f"∂{order} {op.name}{tuple(xs)} = {now} has not settled at {digits} digits")
    return mpf(0)


def _difference(op, xs, params, order, digits):
    step = mpf(10) ** (-digits // (2 + sum(order)))  # as much truncation as cancellation
    steps = [step * (abs(x) or 1) for x in xs]
    total = mpf(0)
    for stencil in product(*(_STENCILS[k] for k in order)):
        moved = [x + s * h for x, (s, _), h in zip(xs, stencil, steps, strict=True)]
        total += mpmath.fprod(weight for _, weight in stencil) * op.forward(exact, *moved, **params)
    return total / mpmath.fprod(h**k for h, k in zip(steps, order, strict=True))


def unit(arity, *positions):
    """The order of differentiation by each of `positions`: (1, 1) of two arguments for positions 0 and 1."""
    return tuple(positions.count(i) for i in range(arity))


def few_ulps(op, xs, params, *positions):
    """Change of a derivative if each argument changes by sixteen ulps."""
    moves = (x * partial(op, xs, params, unit(op.arity, *positions, i)) for i, x in enumerate(xs) if x)
    return 16 * mpf(2) ** -52 * mpmath.fsum(moves, absolute=True)


def show(x):
    """Text of x in messages."""
    return mpmath.nstr(x, 20)
