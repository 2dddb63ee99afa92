"""A scalar transformer: the loss of a text of seven letters and all 4,192 gradients, in float64."""

import time

import numpy as np

from autograd import Value, record, value_and_grad
from benchmarks import plain
from benchmarks.timing import Contest, Table, compare
from demos import gpt

ABOUT = "a scalar GPT, 4,192 parameters, 7 letters, float64: loss and all gradients"
TOKENS = [0, 5, 13, 13, 1, 8, 3, 0]


def measure(rounds: int, tokens=TOKENS, slow=False) -> Table:
    p = gpt.initial_parameters(0)
    contest = Contest()
    contest.enter("glassgrad, native", replayed, p, tokens, "native", contest.notes)
    contest.enter("glassgrad, python", replayed, p, tokens, "python", contest.notes)
    contest.enter("glassgrad, Value", run_objects, p, tokens, Value)
    contest.enter("a plain Python class", run_objects, p, tokens, plain.Value)
    contest.enter("CasADi 3.8 SX function", casadi, p, tokens)
    contest.enter("ddx-ad 4.3 interpreter", ddx, p, tokens)
    if slow:
        contest.enter("ddx-ad 4.3 compiled by LLVM", ddx, p, tokens, True)
    contest.missing.append("micrograd: its Value has neither exp nor log")
    return compare("gpt", ABOUT, contest, rounds=rounds)


def replayed(p, tokens, backend, notes):
    record(value_and_grad(lambda x: x * x), 1.0, backend=backend)(1.0)  # load llvmlite
    start = time.perf_counter()
    tape = record(value_and_grad(gpt.loss), p, tokens, backend=backend)
    recorded = time.perf_counter()
    tape(p, tokens)
    notes.append(
        f"{backend}: {tape.recorded:,} operations recorded and optimised to {len(tape):,} instructions in "
        f"{recorded - start:.2f} s, made ready and run once in {time.perf_counter() - recorded:.2f} s"
    )

    def run():
        value, gradient = tape(p, tokens)
        return [value, *gradient.values()]

    return run


def run_objects(p, tokens, value):
    """The program on number objects; parameters are created once, as in training."""
    parameters = {name: [[value(x) for x in row] for row in rows.tolist()] for name, rows in p.items()}
    leaves = [x for rows in parameters.values() for row in rows for x in row]

    def run():
        for x in leaves:
            x.grad = 0.0
        y = gpt.loss(parameters, tokens)
        y.backward()
        return [y.data, *(np.array([[x.grad for x in row] for row in rows]) for rows in parameters.values())]

    return run


class Wrapped:
    """A symbolic number of another engine with the methods of the program."""

    __slots__ = ("x",)
    functions = None  # (exp, log, maximum) of the engine

    def __init__(self, x):
        self.x = x

    def _other(self, other):
        return other.x if isinstance(other, Wrapped) else other

    def __add__(self, other):
        return type(self)(self.x + self._other(other))

    def __radd__(self, other):
        return type(self)(other + self.x)

    def __sub__(self, other):
        return type(self)(self.x - self._other(other))

    def __mul__(self, other):
        return type(self)(self.x * self._other(other))

    def __truediv__(self, other):
        return type(self)(self.x / self._other(other))

    def __pow__(self, n):
        return type(self)(self.x**n)

    def exp(self):
        return type(self)(self.functions[0](self.x))

    def log(self):
        return type(self)(self.functions[1](self.x))

    def relu(self):
        return type(self)(self.functions[2](self.x, 0.0))


def symbolic(p, tokens, functions, symbol):
    """The loss in an engine's symbols; `symbol(i)` is its ith parameter."""
    number = type("Number", (Wrapped,), {"functions": functions, "__slots__": ()})
    count = iter(range(10_000))
    parameters = {name: [[number(symbol(next(count))) for _ in row] for row in rows] for name, rows in p.items()}
    return gpt.loss(parameters, tokens).x


def casadi(p, tokens):
    import casadi as ca

    flat = np.concatenate([a.ravel() for a in p.values()])
    x = ca.SX.sym("x", flat.size)
    symbols = ca.vertsplit(x)
    y = symbolic(p, tokens, (ca.exp, ca.log, ca.fmax), symbols.__getitem__)
    f = ca.Function("f", [x], [y, ca.gradient(y, x)])
    buffer, call = f.buffer()
    value, gradient = np.zeros(1), np.zeros(flat.size)
    buffer.set_arg(0, memoryview(flat))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def run(alive=(f, buffer, flat)):  # `call` reads and writes their memory
        call()
        return [value[0], *split_parameters(gradient, p)]

    return run


def ddx(p, tokens, compiled=False):
    import ddx as d

    flat = np.concatenate([a.ravel() for a in p.values()])

    def model():
        symbols = [d.var(f"x{i:05}") for i in range(flat.size)]
        return symbolic(p, tokens, (d.exp, d.log, lambda a, b: d.max(a, d.Expression(b))), symbols.__getitem__)

    f = d.equation(model)
    if compiled:
        f.compile()
    else:
        f.options = d.Options(backend=d.Backend.INTERPRET)
    call = f.buffer(flat)

    def run():
        call.x[:] = flat
        call()
        return [float(np.asarray(call.value).ravel()[0]), *split_parameters(np.asarray(call.jacobian).ravel(), p)]

    return run


def split_parameters(flat, p):
    """A vector split into the shapes of the parameters."""
    ends = np.cumsum([a.size for a in p.values()])
    return [part.reshape(a.shape) for part, a in zip(np.split(flat, ends[:-1]), p.values(), strict=True)]
