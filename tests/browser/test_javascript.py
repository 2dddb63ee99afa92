"""JavaScript of op rules: every row has the value and the derivatives that Python computes, at hard points too."""

import itertools
import json
import math

import numpy as np

from autograd import Value
from autograd.drawing.page.javascript import ARITHMETIC, Script, pullback_script, rule_script
from autograd.ops.tracing import UnreadableRuleError
from tests.laws.example_calls import ELEMENTWISE_CASES
from tests.laws.inputs import FEW, SPECIAL

#: Ops without JavaScript: a page of a program with one of them plays what was recorded.
UNREADABLE = {"betainc", "gammainc", "gammaincc"}

#: The functions of `Math` may differ from those of the C library in the last digits.
RTOL = 1e-12

#: Absolute errors of functions near their zeros, and of sums that cancel.
ATOL = {"gammaln": 1e-13}


def rows_of(op):
    """Special points, without subnormal numbers, and random ones."""
    special = [x for x in (SPECIAL if op.arity < 3 else FEW) if x == 0 or not abs(x) < 1e-300]
    rng = np.random.default_rng(0)
    drawn = [*rng.uniform(-3.0, 3.0, (40, op.arity)), *rng.uniform(0.0, 1.0, (40, op.arity))]
    return [*itertools.product(*[special] * op.arity), *[tuple(map(float, row)) for row in drawn]]


def by_python(op, params, row):
    variables = [Value(x) for x in row]
    y = op(*variables, **params)
    if isinstance(y, Value) and y.requires_grad:
        y.backward()
    return [float(y), *(x.grad for x in variables)] if not isinstance(y, Value) else [y.data, *(x.grad for x in variables)]


def literal(x):
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(x), repr(x))


def script_of(op, params):
    names = [Script(name) for name in "abc"[: op.arity]]
    slopes = [pullback_script(op, i, Script("y"), names, params) for i in range(op.arity)]
    results = ", ".join(["y", *slopes])
    return f"({', '.join('abc'[: op.arity])}) => {{ const y = {rule_script(op, names, params)}; return [{results}]; }}"


def test_every_row_has_the_numbers_of_python(window):
    cases = {f"{op.name}{params}": (op, params, rows_of(op)) for op, params in ELEMENTWISE_CASES if op.name not in UNREADABLE}
    calls = [
        f"[{json.dumps(name)}, {script_of(op, params)}, {str([list(map(literal, row)) for row in rows]).replace(chr(39), '')}]"
        for name, (op, params, rows) in cases.items()
    ]
    show = "(x) => Object.is(x, -0) ? '-0' : String(x)"
    each = f"([name, f, rows]) => [name, rows.map((row) => f(...row).map({show}))]"
    found = window.tab.evaluate(f"() => {{ {ARITHMETIC}; return [{', '.join(calls)}].map({each}); }}")
    misses = []
    for name, results in found:
        op, params, rows = cases[name]
        for row, result in zip(rows, results, strict=True):
            for want, text in zip(by_python(op, params, row), result, strict=True):
                got = float(text.replace("Infinity", "inf"))
                close = math.isclose(got, want, rel_tol=RTOL, abs_tol=ATOL.get(op.name, 0.0))
                if not close and not (math.isnan(got) and math.isnan(want)):
                    misses.append((name, row, want, got))
    assert not misses


def test_ops_without_javascript_are_listed():
    missing = set()
    for op, params in ELEMENTWISE_CASES:
        try:
            script_of(op, params)
        except UnreadableRuleError:
            missing.add(op.name)
    assert missing == UNREADABLE
