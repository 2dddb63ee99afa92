"""JavaScript of graphs of arrays: every row has the values and gradients of Python, at the calls of the catalogue."""

import json

import numpy as np

from autograd import Tensor, gradients
from autograd.drawing.forward_model import graph_of
from autograd.drawing.page.array_program import ARRAYS, array_program
from autograd.drawing.page.javascript import ARITHMETIC
from autograd.testing.call_catalogue import ELEMENTWISE
from tests.laws.example_calls import OTHERS, Example, _examples_of

#: Ops without JavaScript.
UNREADABLE = {
    "betainc", "cofactors", "det", "eigenpairs", "gammainc", "gammaincc", "least_squares", "orthogonal_triangular", "pinv",
    "singular_triplets",
}  # fmt: skip

#: Programs have 64-bit floats.
RTOL = {"astype": 1e-7}

SHAPES = {1: ((2, 3),), 2: ((2, 3), (3,)), 3: ((2, 3), (2, 1), ())}

#: Shows the numbers of a result, also those that JSON does not have.
SHOW = "(parts) => parts.map((arrays) => arrays.map((x) => x && Array.from(x, (n) => Object.is(n, -0) ? '-0' : String(n))))"


def examples():
    """Every example of every op: elementwise ones on arrays that are broadcast."""
    for op, calls in ELEMENTWISE.items():
        for call in calls:
            yield op, Example(call, SHAPES[call.arity])
    for op in OTHERS:
        for example in _examples_of(op.name):
            yield op.name, example


def case_of(example, rng):
    """(graph of a weighted sum of the result, leaves), or None if it has no gradient."""
    leaves = [Tensor(x, requires_grad=True) for x in example.arrays(rng)]
    y = example.call(*leaves)
    return y, leaves


def run_programs(window, programs):
    """Results of programs, each with the leaves it is called with."""
    calls = ",\n".join(
        f"[{p.script}, {json.dumps([c.tolist() for c in p.constants])}, {json.dumps([x.ravel().tolist() for x in leaves])}]"
        for p, leaves in programs
    )
    arrays = "(lists) => lists.map((list) => Float64Array.from(list))"
    run = f"([f, c, x]) => {{ const p = f(({arrays})(c)); p(({arrays})(x)); return ({SHOW})(p(({arrays})(x))); }}"
    found = window.tab.evaluate(f"() => {{ {ARITHMETIC} {ARRAYS} return [{calls}].map({run}); }}")
    return [
        [[None if x is None else np.array([float(n.replace("Infinity", "inf")) for n in x]) for x in part] for part in parts]
        for parts in found
    ]


def test_every_row_has_the_numbers_and_gradients_of_python(window):
    rng = np.random.default_rng(0)
    cases, missing = [], set()
    for op, example in examples():
        y, leaves = case_of(example, rng)
        if not isinstance(y, Tensor):
            continue
        y = y * Tensor(rng.uniform(-1.0, 1.0, y.shape)) if y.shape else y
        graph = graph_of([y])
        program = array_program(graph, leaves)
        missing |= {*program.missing}
        if program.script:
            cases.append((op, example, y, leaves, program))
    results = run_programs(window, [(program, [x.numpy() for x in leaves]) for *_, leaves, program in cases])
    misses = []
    for (op, example, y, leaves, _), (values, found) in zip(cases, results, strict=True):
        wanted = [y.numpy(), *[g.numpy() if isinstance(g, Tensor) else g for g in gradients(y.sum(), leaves)]]
        for want, got in zip(wanted, [*values, *found], strict=True):
            got = np.zeros_like(np.ravel(want)) if got is None else got
            if not np.allclose(got, np.ravel(want), rtol=RTOL.get(op, 1e-12), atol=1e-14, equal_nan=True):
                misses.append((op, example, np.ravel(want), got))
    assert not misses
    assert missing == UNREADABLE
