"""JavaScript of op rules: every row has the value and the derivatives that Python computes, at hard points too."""

import itertools
import json
import math

import numpy as np
import pytest

from autograd import Tensor, Value, draw
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.drawing.page.javascript import ARITHMETIC, Script, program_script, pullback_script, rule_script
from autograd.ops.tracing import UnreadableRuleError
from autograd.testing.random_programs import draw_program
from benchmarks.choices import Generator
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


def test_programs_have_the_numbers_and_gradients_of_python(window):
    rng = np.random.default_rng(0)
    cases = []
    while len(cases) < 40:
        program = draw_program(Generator(rng), scalar=True)
        xs = [Value(float(x)) for x in program.arguments]
        y = program(*xs)
        if not isinstance(y, Value) or not y.requires_grad:
            continue
        graph = with_gradients(graph_of([y]))
        leaves = [node.value for node in graph.nodes.values() if node.op is None]
        cases.append((graph, leaves, program_script(graph)))
    calls = ", ".join(f"[{text}, {[literal(x) for x in leaves]}]".replace("'", "") for _, leaves, text in cases if text)
    found = window.tab.evaluate(f"() => {{ {ARITHMETIC} return [{calls}].map(([f, x]) => f(x).slice(0, 2)); }}")
    assert len(found) > 30
    for (graph, _, _), (values, gradients) in zip([case for case in cases if case[2]], found, strict=True):
        for node, value, gradient in zip(graph.nodes.values(), values, gradients, strict=True):
            np.testing.assert_allclose(value, node.value, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(gradient, graph.gradients.get(node, 0.0), rtol=1e-9, atol=1e-12)


def texts_of(tab):
    return tab.locator("#ui-graph svg .node text").all_text_contents()


def neuron(w=-3.0):
    x = Value(2.0, label="x")
    w, b = Value(w, label="w"), Value(6.5, label="b")
    y = (x * w + b).tanh()
    y.label = "y"
    return y


def test_a_leaf_is_typed_stepped_nudged_and_set_back(show):
    tab = show(draw(neuron(-2.5)).page())
    tab.keyboard.press("End")
    expected = texts_of(tab)
    tab = show(draw(neuron()).page())
    tab.keyboard.press("End")
    recorded = texts_of(tab)
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    tab.fill("#ui-value", "-2.5")
    other = texts_of(tab)
    assert other == expected
    assert math.isclose(
        float(tab.locator("#ui-paths").get_attribute("data-sum")), 2.0 * (1.0 - math.tanh(1.5) ** 2), rel_tol=1e-12
    )
    assert tab.locator("#ui-changed").is_visible()
    tab.focus("#ui-drag")
    tab.keyboard.press("ArrowRight")
    assert texts_of(tab) != other
    tab.click("#ui-nudge")
    assert "y moves by" in tab.locator("#ui-nudged").text_content()
    tab.click("#ui-recorded")
    assert texts_of(tab) == recorded


def test_steps_of_a_changed_program_have_its_numbers(show):
    tab = show(draw(neuron()).page())
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    tab.fill("#ui-value", "-3.25")
    tab.keyboard.press("Escape")
    tab.focus("#ui-slider")
    tab.keyboard.press("End")
    slope = 1.0 - math.tanh(0.0) ** 2
    assert f"= {slope:.4f} × 2.0000 = 2.0000" in tab.locator("#ui-numbers").text_content()


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_leaf_that_is_not_finite_is_edited(show, number):
    y = Value(number, label="w") * Value(2.0, label="x")
    tab = show(draw(y).page())
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    tab.fill("#ui-value", "1.5")
    tab.keyboard.press("Escape")
    tab.keyboard.press("End")
    assert "3.0000" in texts_of(tab)


def test_a_page_of_arrays_has_no_editor(show):
    tab = show(draw((Tensor([1.0, 2.0], requires_grad=True) * 2.0).sum()).page())
    tab.locator("#ui-graph g.node").first.click()
    assert tab.locator("#ui-live").is_hidden()


def test_ops_without_javascript_are_listed():
    missing = set()
    for op, params in ELEMENTWISE_CASES:
        try:
            script_of(op, params)
        except UnreadableRuleError:
            missing.add(op.name)
    assert missing == UNREADABLE
