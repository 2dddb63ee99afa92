"""Third derivatives of random programs: forward mode on (y, y′, y″, y‴), with independent formulas.

A function g of a jet a has, by Faà di Bruno's formula,

    y′ = g′ a′,   y″ = g″ a′² + g′ a″,   y‴ = g‴ a′³ + 3 g″ a′ a″ + g′ a‴
"""

import math
from dataclasses import dataclass

from tests.laws.smooth_programs import _logistic


@dataclass(frozen=True)
class Jet:
    """A number and its first three derivatives. `sizes` is their sum of absolute terms."""

    parts: tuple[float, float, float, float]
    sizes: tuple[float, float, float, float]

    def through(self, *slopes):
        """g of this, from g, g′, g″, g‴ at this point; the size of a slope is 1 larger, for its rounding error."""
        sizes = [abs(slope) + 1.0 for slope in slopes]
        return Jet(_composed(slopes, self.parts), _composed(sizes, self.sizes))

    def constant(self):
        """The number without its derivatives, with its rounding error."""
        return Jet((self.parts[0], 0.0, 0.0, 0.0), (self.sizes[0], 0.0, 0.0, 0.0))

    def __add__(self, other):
        other = jet(other)
        return Jet(_sum(self.parts, other.parts), _sum(self.sizes, other.sizes))

    def __neg__(self):
        return Jet(tuple(-x for x in self.parts), self.sizes)

    def __mul__(self, other):
        other = jet(other)
        return Jet(_product(self.parts, other.parts), _product(self.sizes, other.sizes))


def jet(x):
    return x if isinstance(x, Jet) else Jet((float(x), 0.0, 0.0, 0.0), (abs(float(x)), 0.0, 0.0, 0.0))


def variable(x):
    return Jet((x, 1.0, 0.0, 0.0), (abs(x), 1.0, 0.0, 0.0))


def _sum(a, b):
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _product(a, b):
    return tuple(sum(math.comb(n, k) * a[k] * b[n - k] for k in range(n + 1)) for n in range(4))


def _composed(g, a):
    return (
        g[0],
        g[1] * a[1],
        g[2] * a[1] ** 2 + g[1] * a[2],
        g[3] * a[1] ** 3 + 3 * g[2] * a[1] * a[2] + g[1] * a[3],
    )


def exp(a):
    return a.through(*[math.exp(a.parts[0])] * 4)


def log(a):
    x = a.parts[0]
    return a.through(math.log(x), 1 / x, -1 / x**2, 2 / x**3)


def root(a):
    x = a.parts[0]
    return a.through(math.sqrt(x), 0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5)


def reciprocal(a):
    x = a.parts[0]
    return a.through(1 / x, -1 / x**2, 2 / x**3, -6 / x**4)


def sin(a):
    s, c = math.sin(a.parts[0]), math.cos(a.parts[0])
    return a.through(s, c, -s, -c)


def tanh(a):
    x = a.parts[0]
    t, s = math.tanh(x), 4 * _logistic(2 * x) * _logistic(-2 * x)
    return a.through(t, s, -2 * t * s, 4 * t * t * s - 2 * s * s)


def sigmoid(a):
    p, q = _logistic(a.parts[0]), _logistic(-a.parts[0])
    return a.through(p, p * q, p * q * (q - p), p * q * (1 - 6 * p * q))


def softplus(a):
    x = a.parts[0]
    p, q = _logistic(x), _logistic(-x)
    return a.through(math.log1p(math.exp(x)), p, p * q, p * q * (q - p))


def arctan(a):
    x = a.parts[0]
    u = 1 / (1 + x * x)
    return a.through(math.atan(x), u, -2 * x * u**2, (6 * x * x - 2) * u**3)


def _fan(k):
    return lambda a: a * (k * (1.0 / k))


#: Functions of one jet.
ALGEBRA = {
    "exp": exp, "log": log, "root": root, "reciprocal": reciprocal, "sin": sin, "tanh": tanh, "sigmoid": sigmoid,
    "softplus": softplus, "arctan": arctan,
}  # fmt: skip


def functions_of(algebra):
    """The functions of `smooth_programs.FUNCTIONS`, of numbers that have +, −, × and these functions of one number."""
    exp, log, root, reciprocal = (algebra[name] for name in ("exp", "log", "root", "reciprocal"))
    return {
        "a + b": lambda a, b: a + b,
        "a - b": lambda a, b: a + -b,
        "a b": lambda a, b: a * b,
        "a / (b² + 1)": lambda a, b: a * reciprocal(b * b + 1.0),
        "(a² + 1)^b": lambda a, b: exp(log(a * a + 1.0) * b),
        "2 - a": lambda a: -a + 2.0,
        "-a": lambda a: -a,
        "a³": lambda a: a * a * a,
        "exp": exp,
        "sin": algebra["sin"],
        "tanh": algebra["tanh"],
        "sigmoid": algebra["sigmoid"],
        "softplus": algebra["softplus"],
        "log(a² + 1)": lambda a: log(a * a + 1.0),
        "√(a² + 1)": lambda a: root(a * a + 1.0),
        "arctan": algebra["arctan"],
    } | {f"mean of {k} a": _fan(k) for k in (1, 2, 3, 17, 64)}


FUNCTIONS = functions_of(ALGEBRA)


def derivatives(program, inputs, i):
    """Jet of a program's result with respect to input i."""
    return program.result([variable(x) if j == i else jet(x) for j, x in enumerate(inputs)], FUNCTIONS)
