"""Reference values of assembled programs: dual numbers of any depth over jets or floats, with independent formulas.

A register is an array of N rows, or of one row for a number that all rows share. Wrappers that only change how a part is
computed do nothing here; those that change its result are computed row by row.
"""

import math

import numpy as np

from tests.laws import jets

#: Rows of a column.
N = 3

FLOATS = {
    "exp": np.exp, "log": np.log, "root": np.sqrt, "reciprocal": lambda x: 1.0 / x, "sin": np.sin, "tanh": np.tanh,
    "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(0.5 * x), "softplus": lambda x: np.logaddexp(x, 0.0), "arctan": np.arctan,
    "constant": lambda x: x, "join": np.concatenate,
}  # fmt: skip
JETS = {name: np.frompyfunc(f, 1, 1) for name, f in (jets.ALGEBRA | {"constant": lambda x: x.constant()}).items()}
JETS["join"] = np.concatenate


class Pair:
    """value + dot ε, of arrays of any kind of number, themselves pairs or not."""

    __array_ufunc__ = None

    def __init__(self, value, dot):
        self.value, self.dot = value, dot

    @property
    def shape(self):
        return self.value.shape

    def __getitem__(self, rows):
        return Pair(self.value[rows], self.dot[rows])

    def sum(self, axis, keepdims):
        return Pair(self.value.sum(axis, keepdims=keepdims), self.dot.sum(axis, keepdims=keepdims))

    def __neg__(self):
        return Pair(-self.value, -self.dot)

    def __add__(self, other):
        if not isinstance(other, Pair):
            return Pair(self.value + other, self.dot)
        return Pair(self.value + other.value, self.dot + other.dot)

    def __mul__(self, other):
        if not isinstance(other, Pair):
            return Pair(self.value * other, self.dot * other)
        return Pair(self.value * other.value, self.dot * other.value + self.value * other.dot)


#: Derivative of each function, from the functions and its argument.
SLOPES = {
    "exp": lambda f, x: f["exp"](x),
    "log": lambda f, x: f["reciprocal"](x),
    "root": lambda f, x: f["reciprocal"](f["root"](x)) * 0.5,
    "reciprocal": lambda f, x: -(f["reciprocal"](x) * f["reciprocal"](x)),
    "sin": lambda f, x: f["sin"](x + math.pi / 2),
    "tanh": lambda f, x: f["sigmoid"](x * 2.0) * f["sigmoid"](-x * 2.0) * 4.0,
    "sigmoid": lambda f, x: f["sigmoid"](x) * f["sigmoid"](-x),
    "softplus": lambda f, x: f["sigmoid"](x),
    "arctan": lambda f, x: f["reciprocal"](x * x + 1.0),
}


def paired(algebra):
    """Functions of pairs, from functions of their values."""

    def lifted(name):
        return lambda x: Pair(algebra[name](x.value), SLOPES[name](algebra, x.value) * x.dot)

    return {name: lifted(name) for name in SLOPES} | {
        "constant": lambda x: Pair(algebra["constant"](x.value), x.dot * 0.0),
        "join": lambda xs: Pair(algebra["join"]([x.value for x in xs]), algebra["join"]([x.dot for x in xs])),
    }


def functions_of(algebra):
    """All functions of the programs: those of smooth programs, and those computed by custom ops."""
    sin = algebra["sin"]
    return jets.functions_of(algebra) | {
        "sine of two outputs": sin,
        "sine · cosine": lambda a: sin(a) * sin(a + math.pi / 2),
        "a b − a² of two outputs": lambda a, b: a * b + -(a * a),
        "a² of two outputs": lambda a, b: a * a + b * 0.0,
        "a (1 − a)": lambda a: a * (-a + 1.0),
    }


def seeded(x, dot):
    return Pair(x, x * 0.0 + dot)


def constants(xs):
    return [seeded(x, 0.0) for x in xs]


def total(parts):
    return sum((x.sum(0, keepdims=True) for x in parts[1:]), parts[0].sum(0, keepdims=True))


# A reading of a part is a function of (functions of numbers, arguments, captured registers).


def batched(f):
    def rows(algebra, xs, captured):
        results = [f(algebra, [x[k : k + 1] if x.shape[0] > 1 else x for x in xs], captured) for k in range(N)]
        return [algebra["join"](rows) for rows in zip(*results, strict=True)]

    return rows


def gradient(f):
    def slopes(algebra, xs, captured):
        def slope(i, k):
            """Derivative of the total with respect to row k of argument i."""
            dots = [[x[j : j + 1] * 0.0 + float((i, k) == (at, j)) for j in range(x.shape[0])] for at, x in enumerate(xs)]
            seeds = [Pair(x, algebra["join"](dot)) for x, dot in zip(xs, dots, strict=True)]
            return total(f(paired(algebra), seeds, constants(captured))).dot

        return [algebra["join"]([slope(i, k) for k in range(x.shape[0])]) for i, x in enumerate(xs)]

    return slopes


def tangent(f):
    return lambda algebra, xs, captured: [y.dot for y in f(paired(algebra), [seeded(x, 1.0) for x in xs], constants(captured))]


def summed(f):
    return lambda algebra, xs, captured: [y.sum(0, keepdims=True) for y in f(algebra, xs, captured)]


def stacked(f):
    def column(algebra, xs, captured):
        ys = f(algebra, xs, captured)
        return [algebra["join"]([y[k : k + 1] if y.shape[0] > 1 else y for k, y in zip(range(N), ys * N, strict=False)])]

    return column


def stopped(f):
    return lambda algebra, xs, captured: [algebra["constant"](y) for y in f(algebra, xs, captured)]


#: Wrappers that change the result of a part.
READINGS = {
    "vmap": batched, "gradient": gradient, "pullback": gradient, "jacrev": gradient, "jacfwd": gradient, "tangent": tangent,
    "hvp": lambda f: tangent(gradient(f)), "stop": stopped, "no_grad": stopped,
    "sum": summed, "stack": stacked,
}  # fmt: skip


def results_of(part, registers, algebra):
    """Results of a part, from the registers before it."""

    def body(algebra, xs, captured):
        known = part.body.registers([*xs, *captured], functions_of(algebra))
        return [known[i] for i in part.body.outputs]

    f = body
    for name in part.wrappers:
        f = READINGS.get(name, lambda f: f)(f)
    return f(algebra, [registers[i] for i in part.arguments], [registers[i] for i in part.captured])


def result(program, inputs, algebra):
    """The number that a program gives, as an array of one row."""
    registers = list(inputs)
    for part in program.parts:
        registers += results_of(part, registers, algebra)
    return total([registers[i] for i in program.outputs])


def jet(program, inputs, directions):
    """Jet of the result along a direction."""
    make = np.frompyfunc(lambda x, v: jets.Jet((x, v, 0.0, 0.0), (abs(x), abs(v), 0.0, 0.0)), 2, 1)
    rows = [make(*(np.atleast_1d(np.asarray(a, float)) for a in pair)) for pair in zip(inputs, directions, strict=True)]
    return result(program, rows, JETS)[0]
