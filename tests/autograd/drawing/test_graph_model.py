"""The graph model: built by one walk, swept into a list of events, and printed without engine nodes."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

import autograd as ag
from autograd.drawing.events import local_events, sweep_uses
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.engine import graph
from tests.architecture.test_rooms import imported
from tests.autograd.drawing.test_draw import expressions

ROOT = Path(__file__).parents[3] / "autograd"


def walks(call):
    """The number of times a call walks a graph."""
    found = []

    def look(frame, event, arg):
        if event == "call" and frame.f_code is graph.reachable_nodes.__code__:
            found.append(frame)

    sys.setprofile(look)
    try:
        call()
    finally:
        sys.setprofile(None)
    return len(found)


def test_a_call_walks_its_graph_once_and_a_sweep_of_the_engine_once_more():
    x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
    y = ag.tanh(x * w) + x
    everything = {"path": (x, y), "around": y, "emphasis": "gradient"}
    drawing = ag.draw(y, direction="backward", **everything)
    assert walks(lambda: ag.draw(y)) == walks(lambda: ag.draw(y, path=(x, y))) == walks(lambda: ag.paths(x, y)) == 1
    assert walks(lambda: ag.draw(y, direction="both", **everything)) == 2
    assert walks(lambda: ag.draw(y, direction="backward", **everything)) == 2
    assert walks(lambda: ag.explain(y, x)) == 2
    assert walks(drawing.page) == 1  # for the gradients; the page reuses the graph of the drawing


@given(expressions())
def test_the_uses_in_a_sweep_add_up_to_the_gradients(drawn):
    y, _ = drawn
    model = with_gradients(graph_of([y]))
    uses = list(sweep_uses(model, local_events(model)))
    sums = {model.nodes[y]: 1.0}
    for local, product, before, gradient in uses:
        assert product == pytest.approx(model.gradients[local.node] * local.value)
        assert before == sums.get(local.input)
        assert gradient == product + (before or 0.0)
        sums[local.input] = gradient
    assert sums == model.gradients
    assert [use.local for use in uses] == local_events(model)


def test_a_use_of_arrays_holds_what_it_adds_to_the_gradient():
    w, b = (ag.Tensor(np.ones(shape), requires_grad=True) for shape in ((3, 2), (2,)))
    y = ag.sum(w * w + b)
    model = with_gradients(graph_of([y]))
    added = {use.local.input: use for use in sweep_uses(model, local_events(model))}
    assert added[model.nodes[b]].gradient.tolist() == ag.gradients(y, b).tolist() == [3.0, 3.0]
    assert math.fsum(added[model.nodes[w]].before.ravel()) == 6.0
    assert [local.value for local in local_events(model)] == [None] * 5


@pytest.mark.parametrize("name", ["dot", "mermaid", "layout", "folding", "formulas", "box_text", "page/page", "page/steps"])
def test_printers_do_not_import_the_engine_nodes(name):
    names = [name for name in imported(ROOT / f"drawing/{name}.py") if name.startswith("autograd.engine")]
    assert {name for name in names if not name.startswith("autograd.engine.graph.Graph")} == set()


def test_a_tape_loads_the_drawing_package_when_it_is_drawn():
    code = """
import sys
import autograd as ag
tape = ag.record(lambda x: x * x, 3.0)
import autograd.tape.picture
assert not any(name.startswith("autograd.drawing") for name in sys.modules)
assert tape.draw().total == 2
"""
    subprocess.run([sys.executable, "-c", code], check=True)
