"""Random programs as data, and their derivatives by dual numbers: plain forward mode, with independent formulas.

A program is a list of instructions (function, registers), each of which adds a register; its result is a sum of registers.
Registers may be used often, twice in one instruction, or never.
"""

import math
from dataclasses import dataclass

from hypothesis import strategies as st

import autograd as ag

LARGE = 4.0  # larger results go through tanh, so that numbers stay bounded


@dataclass(frozen=True)
class Dual:
    """value + dot ε. `size` is the sum of the absolute terms of dot: the scale of its rounding error."""

    value: float
    dot: float = 0.0
    size: float = 0.0

    def through(self, value, slope):
        return Dual(value, slope * self.dot, abs(slope) * self.size)

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.dot + other.dot, self.size + other.size)

    def __neg__(self):
        return Dual(-self.value, -self.dot, self.size)

    def __mul__(self, other):
        other = dual(other)
        return Dual(
            self.value * other.value,
            self.dot * other.value + self.value * other.dot,
            self.size * abs(other.value) + abs(self.value) * other.size,
        )


def dual(x):
    return x if isinstance(x, Dual) else Dual(x)


def _logistic(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def _dual_divide(a, b):
    """a / (b² + 1)"""
    below = dual(b) * b + 1.0
    return dual(a) * below.through(1 / below.value, -1 / below.value**2)


def _dual_log(x):
    """log(x² + 1)"""
    inside = x * x + 1.0
    return inside.through(math.log(inside.value), 1 / inside.value)


def _dual_root(x):
    inside = x * x + 1.0
    return inside.through(math.sqrt(inside.value), 0.5 / math.sqrt(inside.value))


def _dual_power(a, b):
    """(a² + 1)^b, as exp(b log(a² + 1))"""
    exponent = _dual_log(a) * b
    return exponent.through(math.exp(exponent.value), math.exp(exponent.value))


def _fan(k):
    def add_up(x):
        total = x
        for _ in range(k - 1):
            total = total + x
        return total * (1.0 / k)

    return add_up


#: name: (number of arguments, of nodes, of dual numbers).
FUNCTIONS = {
    "a + b": (2, lambda a, b: a + b, lambda a, b: dual(a) + b),
    "a - b": (2, lambda a, b: a - b, lambda a, b: dual(a) + -dual(b)),
    "a b": (2, lambda a, b: a * b, lambda a, b: dual(a) * b),
    "a / (b² + 1)": (2, lambda a, b: a / (b * b + 1), _dual_divide),
    "(a² + 1)^b": (2, lambda a, b: (a * a + 1) ** b, _dual_power),
    "2 - a": (1, lambda a: 2 - a, lambda a: -a + 2.0),
    "-a": (1, lambda a: -a, lambda a: -a),
    "a³": (1, lambda a: a**3, lambda a: a.through(a.value**3, 3 * a.value**2)),
    "exp": (1, ag.exp, lambda a: a.through(math.exp(a.value), math.exp(a.value))),
    "sin": (1, ag.sin, lambda a: a.through(math.sin(a.value), math.cos(a.value))),
    "tanh": (1, ag.tanh, lambda a: a.through(math.tanh(a.value), 4 * _logistic(2 * a.value) * _logistic(-2 * a.value))),
    "sigmoid": (1, ag.sigmoid, lambda a: a.through(_logistic(a.value), _logistic(a.value) * _logistic(-a.value))),
    "softplus": (1, ag.softplus, lambda a: a.through(math.log1p(math.exp(a.value)), _logistic(a.value))),
    "log(a² + 1)": (1, lambda a: ag.log(a * a + 1), _dual_log),
    "√(a² + 1)": (1, lambda a: ag.sqrt(a * a + 1), _dual_root),
    "arctan": (1, ag.arctan, lambda a: a.through(math.atan(a.value), 1 / (1 + a.value**2))),
} | {f"mean of {k} a": (1, _fan(k), _fan(k)) for k in (1, 2, 3, 17, 64)}


@dataclass(frozen=True)
class Program:
    """Instructions on registers, of which the first are the inputs; the result is the sum of `outputs`."""

    instructions: tuple[tuple[str, tuple[int, ...], bool], ...]  # (function, registers, whether through tanh)
    outputs: tuple[int, ...]

    def run(self, inputs, column):
        """The result on inputs of one kind; column 1 for nodes and numbers, 2 for dual numbers."""
        return self.result(inputs, {name: row[column] for name, row in FUNCTIONS.items()})

    def result(self, inputs, functions):
        """Sum of the outputs, by functions of one kind of number."""
        registers = self.registers(inputs, functions)
        total = registers[self.outputs[0]]
        for i in self.outputs[1:]:
            total = total + registers[i]
        return total

    def registers(self, inputs, functions):
        """All registers: the inputs, then the results of the instructions."""
        known = list(inputs)
        for name, arguments, bounded in self.instructions:
            result = functions[name](*[known[i] for i in arguments])
            known.append(functions["tanh"](result) if bounded else result)
        return known


def derivative(program, inputs, i):
    """Dual number of the result with respect to input i."""
    return program.run([Dual(x, float(i == j), float(i == j)) for j, x in enumerate(inputs)], 2)


@st.composite
def programs(draw, rows=3):
    """(program, rows of inputs, which inputs are variables)."""
    n = draw(st.integers(1, 4))
    numbers = st.floats(-2.0, 2.0, allow_subnormal=False)
    inputs = draw(st.lists(st.tuples(*[numbers] * n), min_size=rows, max_size=rows))
    variables = draw(st.tuples(*[st.booleans()] * n).filter(any))
    program = Program((), (0,))
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from(list(FUNCTIONS)))
        registers = st.integers(0, n + len(program.instructions) - 1)
        arguments = tuple(draw(registers) for _ in range(FUNCTIONS[name][0]))
        longer = Program((*program.instructions, (name, arguments, False)), (n + len(program.instructions),))
        if any(abs(longer.run(map(Dual, row), 2).value) > LARGE for row in inputs):
            longer = Program((*program.instructions, (name, arguments, True)), longer.outputs)
        program = longer
    registers = st.integers(0, n + len(program.instructions) - 1)
    outputs = draw(st.lists(registers, min_size=1, max_size=64))
    return Program(program.instructions, tuple(outputs)), inputs, variables
