"""Random programs assembled from smooth programs: checkpoints, containers, vmap, custom ops and derivatives between them.

A program is data: parts on registers, which begin with the inputs, floats and columns of N rows. The result is the sum of the
registers in `outputs`. `python -m tests.laws.test_assembled_programs` draws many of them.
"""

from dataclasses import dataclass

import numpy as np

import autograd as ag
from autograd import OPS, Tensor, custom_op
from autograd.base import tree
from tests.laws import assembled_judge
from tests.laws.assembled_judge import FLOATS, N
from tests.laws.containers import Block, Pair, object_array
from tests.laws.smooth_programs import FUNCTIONS, LARGE, Program


@custom_op(lambda g, y, x: g[0] * y[1] - g[1] * y[0], kind="elementwise")
def _sine_and_cosine(xp, x):
    return xp.sin(x), xp.cos(x)


@custom_op(lambda g, y, a, b: g[0] * b + 2.0 * g[1] * a, lambda g, y, a, b: g[0] * a, kind="elementwise")
def _product_and_square(xp, a, b):
    return a * b, a * a + 0.0 * b


@custom_op(lambda g, y, x: g * (1.0 - 2.0 * x), kind="elementwise")
def _logistic_map(xp, x):
    return x * (1.0 - x)


for _op in (_sine_and_cosine, _product_and_square, _logistic_map):
    OPS.pop(_op.name)  # laws over the registry are about the ops of the package


def _product(pair):
    return pair[0] * pair[1]


def _difference(pair):
    return pair[0] - pair[1]


#: name: function of nodes.
NODE_FUNCTIONS = {name: row[1] for name, row in FUNCTIONS.items()} | {
    "sine of two outputs": lambda a: _sine_and_cosine(a)[0],
    "sine · cosine": lambda a: _product(_sine_and_cosine(a)),
    "a b − a² of two outputs": lambda a, b: _difference(_product_and_square(a, b)),
    "a² of two outputs": lambda a, b: _product_and_square(a, b)[1],
    "a (1 − a)": _logistic_map,
}
NAMES = list(NODE_FUNCTIONS)
ARITY = {name: row[0] for name, row in FUNCTIONS.items()} | {
    "sine of two outputs": 1, "sine · cosine": 1, "a b − a² of two outputs": 2, "a² of two outputs": 2, "a (1 − a)": 1,
}  # fmt: skip

CONTAINERS = ["tuple", "list", "dict", "nested", "objects", "named tuple", "dataclass"]


def has_axis(x):
    return bool(getattr(x, "shape", ()))


def pack(kind, xs, turn=0):
    """Container of a kind; dicts in an order that depends on `turn`."""
    if kind == "objects":
        return object_array(xs, (len(xs),))
    if kind == "list":
        return list(xs)
    if kind == "dict":
        order = np.roll(np.arange(len(xs)), turn)
        return {f"x{i}": xs[i] for i in order}
    if kind == "nested":
        rest = list(xs[1:])
        return {"first": (xs[0],), "rest": rest} if turn % 2 else {"rest": rest, "first": (xs[0],)}
    if kind == "named tuple":
        return Pair(xs[0], tuple(xs[1:]))
    if kind == "dataclass":
        return Block(xs[0], list(xs[1:]))
    return tuple(xs)


def unpack(container):
    """Entries of a container, in their order before it was packed."""
    if isinstance(container, dict) and "rest" in container:
        return [*container["first"], *container["rest"]]
    if isinstance(container, dict):
        return [container[f"x{i}"] for i in range(len(container))]
    if isinstance(container, Pair | Block):
        first, rest = container if isinstance(container, Pair) else (container.w, container.b)
        return [first, *rest]
    return container.tolist() if isinstance(container, np.ndarray) else list(container)


def total(f):
    return lambda xs: sum_all(unpack(f(xs)))


def sum_all(parts):
    total = ag.sum(parts[0])
    for x in parts[1:]:
        total = total + ag.sum(x)
    return total


def ones_like(x):
    return np.ones(x.shape, x.dtype) if isinstance(x, Tensor | np.ndarray) else 1.0


def _tangent(f):
    return lambda xs: ag.jvp(f, (xs,), (tree.map(ones_like, xs),))[1]


def _hvp(f):
    return lambda xs: ag.hvp(total(f), (xs,), (tree.map(ones_like, xs),))


def _no_grad(f):
    return ag.no_grad(lambda xs: [y * 1.0 for y in unpack(f(xs))])  # a result that is an argument would be no constant


def _ravel(f):
    def rebuilt(xs):
        vector, rebuild = ag.ravel_tree(xs)
        return f(rebuild(vector))

    return rebuilt


def _checkpoint(f):
    """checkpoint takes functions that return a Tensor beside their numbers."""

    def with_tensors(xs):
        return f(xs), [x for x in tree.leaves(xs) if isinstance(x, Tensor)][:1]

    return lambda xs: ag.checkpoint(with_tensors)(xs)[0]


def _vmap(f):
    def with_arrays(xs):
        return [y if isinstance(y, Tensor | np.ndarray) else ag.stack([y])[0] for y in unpack(f(xs))]

    def mapped(xs):
        xs = unpack(xs) if isinstance(xs, np.ndarray) else xs  # axes are integers in a container, no array
        return ag.vmap(with_arrays, in_axes=(tree.map(lambda x: 0 if has_axis(x) else None, xs),))(xs)

    return mapped


def _sum(f):
    return lambda xs: [ag.sum(y) for y in unpack(f(xs))]


def _stack(f):
    def column(xs):
        ys = [y[k] if has_axis(y) else y for k, y in zip(range(N), unpack(f(xs)) * N, strict=False)]
        return (ag.stack(ys),)

    return column


#: How a part is computed; names that `assembled_judge.READINGS` lacks do not change its result.
WRAPPERS = {
    "plain": lambda f: f, "checkpoint": _checkpoint, "vmap": _vmap, "compile": ag.compile, "ravel": _ravel,
    "gradient": lambda f: ag.grad(total(f)), "pullback": lambda f: lambda xs: ag.vjp(total(f), xs)[1](1.0)[0],
    "jacrev": lambda f: ag.jacrev(total(f)), "jacfwd": lambda f: ag.jacfwd(total(f)), "tangent": _tangent, "hvp": _hvp,
    "stop": lambda f: lambda xs: ag.stop_gradient(f(xs)), "no_grad": _no_grad, "sum": _sum, "stack": _stack,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A smooth program on registers that are passed, perhaps twice, and on registers that are captured."""

    body: Program
    arguments: tuple[int, ...]
    captured: tuple[int, ...]
    wrappers: tuple[str, ...]  # the innermost first
    container: str
    turn: int

    def __call__(self, registers):
        captured = [registers[i] for i in self.captured]

        def f(xs):
            known = self.body.registers([*unpack(xs), *captured], NODE_FUNCTIONS)
            return pack(self.container, [known[i] for i in self.body.outputs], self.turn + 1)

        for name in self.wrappers:
            f = WRAPPERS[name](f)
        return unpack(f(pack(self.container, [registers[i] for i in self.arguments], self.turn)))


@dataclass(frozen=True)
class Assembled:
    """Parts on registers that begin with the inputs; `inputs` are numbers, floats or arrays of N rows."""

    parts: tuple[Part, ...]
    outputs: tuple[int, ...]
    inputs: tuple
    container: str

    def __call__(self, packed):
        registers = unpack(packed)
        for part in self.parts:
            registers += part(registers)
        return sum_all([registers[i] for i in self.outputs])


def _one_of(choices, items):
    return items[choices.integer(0, len(items) - 1)]


def draw_assembled(choices):
    """Random program, from choices as in `autograd.testing.random_programs`."""
    kinds = [choices.integer(0, 3) for _ in range(choices.integer(1, 4))]
    inputs = [_input(choices, kind) for kind in kinds]
    registers = [np.atleast_1d(np.asarray(x, float)) for x in inputs]
    parts = []
    while choices.more(len(parts), 1, 4):
        part, results = _draw_part(choices, registers)
        parts.append(part)
        registers += results
    outputs = [choices.integer(0, len(registers) - 1) for _ in range(choices.integer(0, 2))]
    return Assembled(tuple(parts), (*outputs, len(registers) - 1), tuple(inputs), _one_of(choices, CONTAINERS))


def _input(choices, kind):
    """A float, or a column of float64 or float32."""
    if kind < 2:
        return float(choices.numbers(()))
    return np.asarray(choices.numbers((N,)), [np.float64, np.float32][kind - 2])


def _draw_part(choices, registers):
    """(a part that runs on these registers, its results as floats)."""
    some = lambda low, high: [choices.integer(0, len(registers) - 1) for _ in range(choices.integer(low, high))]  # noqa: E731
    arguments, captured = some(1, 3), some(0, 2)
    wrappers = _draw_wrappers(choices, [registers[i].shape for i in arguments])
    if "vmap" in wrappers:  # a captured column would have an axis more than the examples
        captured = [i for i in captured if registers[i].shape == (1,)]
    known = [registers[i] for i in (*arguments, *captured)]
    functions, instructions = assembled_judge.functions_of(FLOATS), []
    while choices.more(len(instructions), 1, 5):
        name = _one_of(choices, NAMES)
        used = tuple(choices.integer(0, len(known) - 1) for _ in range(ARITY[name]))
        value = functions[name](*[known[i] for i in used])
        large = bool(np.abs(value).max() > LARGE)
        known.append(np.tanh(value) if large else value)
        instructions.append((name, used, large))
    outputs = (*(choices.integer(0, len(known) - 1) for _ in range(choices.integer(0, 1))), len(known) - 1)
    container, turn = _one_of(choices, CONTAINERS), choices.integer(0, 3)
    part = Part(Program(tuple(instructions), outputs), tuple(arguments), tuple(captured), wrappers, container, turn)
    return part, assembled_judge.results_of(part, registers, FLOATS)


def _draw_wrappers(choices, shapes):
    """Up to two wrappers that fit: a column is stacked once, and vmap takes a column."""
    names = []
    for _ in range(choices.integer(0, 2)):
        name = _one_of(choices, list(WRAPPERS))
        if name == "vmap" and ((N,) not in shapes or {"vmap", "stack"} & {*names}):
            continue
        names.append(name)
    return tuple(names)
