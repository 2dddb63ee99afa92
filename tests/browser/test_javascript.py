"""JavaScript of graphs: values and gradients of Python for every op, at hard points and in programs.

A program is recorded at one point and run at another one, so that nothing of the first point stays in it.
"""

import itertools
import json
import math

import numpy as np

from autograd import Tensor, Value, checkpoint, custom_op, exp, gradients, transpose
from autograd.drawing.forward_model import graph_of
from autograd.drawing.page.array_program import array_program, page_program
from autograd.drawing.page.javascript import ARITHMETIC, ARRAYS
from autograd.testing.call_catalogue import ELEMENTWISE
from autograd.testing.random_programs import draw_program
from benchmarks.choices import Generator
from tests.laws.example_calls import ELEMENTWISE_CASES, Example, examples
from tests.laws.inputs import FEW, SPECIAL

#: Ops without JavaScript: a page of a program with one of them plays what was recorded.
UNREADABLE = {"cofactors", "det", "eigenpairs", "least_squares", "orthogonal_triangular", "pinv", "singular_triplets"}

#: The functions of `Math` may differ from those of the C library in the last digits.
RTOL = 1e-12

#: Absolute errors of functions near their zeros, and of sums that cancel.
ATOL = {"gammaln": 1e-13}

#: Programs have 64-bit floats.
ROUNDED = {"astype(a, 'float32')": 1e-7}

#: Shapes of the arguments of elementwise calls, which are broadcast.
SHAPES = {1: ((2, 3),), 2: ((2, 3), (3,)), 3: ((2, 3), (2, 1), ())}

#: Runs programs twice, because the second run writes into the arrays of the first one; text has all numbers.
RUN = """([make, constants, leaves]) => {
  const arrays = (lists) => lists.map((list) => Float64Array.from(list));
  const program = make(arrays(constants));
  program(arrays(leaves).map((x) => x.map((entry) => entry + 1)));
  return program(arrays(leaves)).slice(0, 2).map((part) => part.map((x) => x && Array.from(x, String)));
}"""


def run_all(window, programs):
    """[values, gradients] of every program on its leaves; None for a gradient that is not computed."""
    lists = [[json.dumps([np.ravel(x).tolist() for x in part]) for part in (p.constants, leaves)] for p, leaves in programs]
    calls = ",".join(f"[{p.script}, {', '.join(texts)}]" for (p, _), texts in zip(programs, lists, strict=True))
    found = window.tab.evaluate(f"() => {{ {ARITHMETIC} {ARRAYS} return [{calls}].map({RUN}); }}")
    number = lambda text: float(text.replace("Infinity", "inf"))  # noqa: E731
    return [[[x and np.array(list(map(number, x))) for x in part] for part in result] for result in found]


def by_python(f, arrays):
    """[value, gradients of its sum] of a function, or None if it has no gradient there."""
    leaves = [Tensor(x, requires_grad=True) for x in arrays]
    y = f(*leaves)
    if not isinstance(y, Tensor):
        return None
    return [y.numpy(), *map(np.asarray, gradients(y.sum(), leaves))]


def programs_of(calls, missing):
    """(name, program, leaves, numbers of Python) of calls (name, f, arrays at which f is recorded, other arrays)."""
    for name, f, before, after in calls:
        leaves = [Tensor(x, requires_grad=True) for x in before]
        y = f(*leaves)
        if not isinstance(y, Tensor) or not y.requires_grad:
            continue
        program = array_program(graph_of([y]), leaves)
        missing.update(program.missing)
        if program.script and (wanted := by_python(f, after)) is not None:
            yield name, program, after, wanted


def misses_of(cases, results, rtol, atol):
    for (name, _, _, wanted), (values, found) in zip(cases, results, strict=True):
        for want, got in zip(wanted, [*values, *found], strict=True):
            got = np.zeros(np.size(want)) if got is None else got
            if not np.allclose(got, np.ravel(want), rtol(name), atol(name), equal_nan=True):
                yield name, np.ravel(want), got


def special_rows(op):
    """Special points, without subnormal numbers, and random ones, by input."""
    special = [x for x in (SPECIAL if op.arity < 3 else FEW) if x == 0 or not abs(x) < 1e-300]
    rng = np.random.default_rng(0)
    drawn = [*rng.uniform(-3.0, 3.0, (40, op.arity)), *rng.uniform(0.0, 1.0, (40, op.arity))]
    return [np.array(column) for column in zip(*itertools.product(*[special] * op.arity), *drawn, strict=False)]


def test_elementwise_ops_have_the_numbers_of_python_at_special_points(window):
    missing = set()
    rows = [(op, params, special_rows(op)) for op, params in ELEMENTWISE_CASES]
    calls = [(op.name, lambda *xs, op=op, params=params: op(*xs, **params), [np.full(x.shape, 0.75) for x in xs], xs)
             for op, params, xs in rows]  # fmt: skip
    cases = list(programs_of(calls, missing))
    results = run_all(window, [(program, leaves) for _, program, leaves, _ in cases])
    assert not list(misses_of(cases, results, lambda _: RTOL, lambda name: ATOL.get(name, 0.0)))
    assert {op.name for op, *_ in rows} - {name for name, *_ in cases} <= {"floor", "ceil"}
    assert not missing


def is_fixed(text):
    """True for a call with a comparison or permutation of the caller, which is data of the recording."""
    return ">" in text or "argsort" in text


def catalogue(pool=None):
    """Calls of every op at two points, the second one with entries of `pool`, if given."""
    rng = np.random.default_rng(0)
    elementwise = [Example(call, SHAPES[call.arity]) for calls in ELEMENTWISE.values() for call in calls]
    for example in [*elementwise, *(example for *_, example in examples("linear", "bilinear", "general"))]:
        arrays, after = example.arrays(rng), example.arrays(rng)
        if pool:
            after = [rng.choice(pool, np.shape(x)) for x in arrays]
        y = example.call(*arrays)
        weights = rng.uniform(0.5, 1.0, np.shape(y))
        weighted = lambda *xs, call=example.call, weights=weights: call(*xs) * Tensor(weights)  # noqa: E731
        yield example.call.text, weighted, arrays, arrays if is_fixed(example.call.text) else after


def scaled_reversed(x, a):
    """Loops over seven axes that cannot be merged, with a number in each."""
    return transpose(x * 1.5) * exp(a) * x


def test_every_op_has_the_numbers_of_python_at_the_calls_of_the_catalogue(window):
    missing = set()
    at_ties, without_end = (
        catalogue(pool=[0.0, -0.0, 1.0, -1.0, 2.0]),
        catalogue(pool=[math.nan, math.inf, -math.inf, 0.0, 1.0]),
    )
    solved = ("inv(", "solve(", "cholesky(", "rotations(")  # of infinite matrices, which Python refuses in part
    many_axes = [np.linspace(-1.0, 1.0, 128).reshape((2,) * 7), np.array(0.5)]
    calls = [
        ("seven axes", scaled_reversed, many_axes, many_axes),
        *catalogue(),
        *at_ties,
        *(call for call in without_end if not call[0].startswith(solved)),
    ]
    cases = list(programs_of(calls, missing))
    results = run_all(window, [(program, leaves) for _, program, leaves, _ in cases])
    assert not list(misses_of(cases, results, lambda text: ROUNDED.get(text, RTOL), lambda _: 1e-13))
    assert missing == UNREADABLE


def test_random_programs_have_the_numbers_of_python(window):
    rng = np.random.default_rng(0)
    programs = [draw_program(Generator(rng)) for _ in range(150)]
    calls = [(str(p), p, p.arguments, [x if is_fixed(str(p)) else 0.9 * x + 0.01 for x in p.arguments]) for p in programs]
    cases = list(programs_of(calls, set()))
    assert len(cases) > 60
    results = run_all(window, [(program, leaves) for _, program, leaves, _ in cases])
    assert not list(misses_of(cases, results, lambda _: 1e-9, lambda _: 1e-11))


def test_programs_of_pages_have_all_numbers_of_scalar_graphs(window):
    rng = np.random.default_rng(0)
    graphs = []
    while len(graphs) < 30:
        p = draw_program(Generator(rng), scalar=True)
        y = p(*[Value(float(x)) for x in p.arguments])
        if isinstance(y, Value) and y.requires_grad:
            y.backward()
            graphs.append(graph_of([y]))
    made = [page_program(graph) for graph in graphs]
    assert all("const v0" in program.script for program, _ in made)  # by `number_program`
    results = run_all(window, [(program, [x.value for x in leaves]) for program, leaves in made])
    for graph, (values, found) in zip(graphs, results, strict=True):
        for node, value, gradient in zip(graph.nodes.values(), values, found, strict=True):
            assert math.isclose(value[0], node.value, rel_tol=1e-9, abs_tol=1e-12)
            assert gradient is None or math.isclose(gradient[0], node.source.grad, rel_tol=1e-9, abs_tol=1e-11)


@custom_op(lambda g, y, x: 2.0 * g)
def doubled_by_numpy(xp, x):
    return np.multiply(x, 2.0)


def test_what_cannot_be_read_is_named():
    x = Tensor([1.0, 2.0], requires_grad=True)
    doubled = doubled_by_numpy(x)
    assert array_program(graph_of([(doubled * exp(x)).sum()]), [x]).missing == ("doubled_by_numpy",)
    assert array_program(graph_of([checkpoint(exp)(x).sum()]), [x]).missing == ("checkpoint(exp)",)
    x.register_hook(lambda g: 2.0 * g)
    assert array_program(graph_of([exp(x).sum()]), [x]).missing == ("a hook",)


def test_equal_constants_are_stored_once():
    x = Tensor(np.arange(1000.0), requires_grad=True)
    program = array_program(graph_of([(x * np.arange(1000.0) + exp(x) * np.arange(1000.0)).sum()]), [x])
    assert [len(c) for c in program.constants] == [1000]
    assert len(program.script) < 1000
