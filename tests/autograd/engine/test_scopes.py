"""Frames in drawings: nodes in the scopes that made them, parameters where used; no objects kept alive."""

import contextlib
import gc
import re
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Tensor, Value, draw, scope
from autograd.engine import scopes as module
from autograd.engine.scopes import Scopes


def names_around(node, *others):
    found = Scopes([node, *others])
    return [found.name(span) for span in found.of(node)]


def titles(drawing):
    """For every box its fields' text, and the titles of the frames around it."""
    stack, boxes = [], {}
    for line in drawing.dot.splitlines():
        line = line.strip()
        if line.startswith("subgraph"):
            stack.append("?")
        elif line == "}" and stack:
            stack.pop()
        elif stack and stack[-1] == "?" and (title := re.search(r"label=<.*?<TD[^>]*>(.*?)</TD>", line)):
            stack[-1] = title[1]
        elif "<TABLE" in line:
            boxes[" ".join(re.findall(r"<TD[^>]*>(?:<FONT[^>]*>)?([^<]*)<", line)[:3])] = list(stack)
    return boxes


@given(st.lists(st.one_of(st.sampled_from("abc"), st.just(")"), st.just("+")), max_size=30))
def test_every_node_is_in_the_scopes_that_were_open(program):
    x, opened, expected = Value(1.0), [], []
    node = x
    for act in program:
        if act == ")":
            if opened:
                opened.pop().__exit__(None, None, None)
        elif act == "+":
            node = node + x
            expected.append((node, [block._owner for block in opened]))
        else:
            opened.append(scope(act))
            opened[-1].__enter__()
    while opened:
        opened.pop().__exit__(None, None, None)
    for node, around in expected:
        assert names_around(node, *(n for n, _ in expected)) == around


def test_a_scope_can_be_a_decorator_and_is_closed_by_an_error():
    @scope("inside")
    def double(x):
        return x + x

    y = double(Value(1.0))
    with contextlib.suppress(ZeroDivisionError), scope("broken"):
        z = Value(2.0) * y
        1 / 0  # noqa: B018
    after = z + 1.0
    assert names_around(y, z, after) == ["inside"]
    assert names_around(z, y, after) == ["broken"]
    assert names_around(after, y, z) == []


def test_deleted_modules_keep_their_names():
    def computed(model):
        return model(np.ones((1, 2))).sum()

    for make in (lambda: nn.MLP(2, [3], 1, seed=0), lambda: nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1)))):
        model = make()
        y = computed(model)
        before = draw(y).dot
        del model
        gc.collect()
        assert "layers.0: Linear(2, 3)" in before
        assert draw(y).dot == before
        assert draw(y).page().html


def test_few_names_of_deleted_modules_are_kept(monkeypatch):
    names = dict(module._gone)
    for _ in range(3):  # never called: nothing is kept
        nn.MLP(2, [3], 1)
    assert module._gone == names
    monkeypatch.setattr(module, "MAX_SPANS", len(names) + 1)
    for _ in range(3):
        nn.Tanh()(np.ones(2))
    assert len(module._gone) <= len(names) + 1


def test_a_picture_has_frames_by_module_and_parameters_stand_in_them():
    model = nn.MLP(2, [3], 2, seed=0)
    x = Tensor(np.ones((4, 2)), label="x")
    with scope("loss <&>"):
        loss = nn.cross_entropy(model(x), [0, 1, 0, 1])
    around = titles(draw(loss))
    outside = ["loss &lt;&amp;&gt;"]
    assert around["x (4, 2) float64"] == []
    assert around["weight (2, 3) float32"] == [*outside, "MLP", "layers.0: Linear(2, 3)"]
    assert around["bias (2,) float32"] == [*outside, "MLP", "layers.2: Linear(3, 2)"]
    assert [frames for title, frames in around.items() if title.endswith(f"{loss.item():.4f}")] == [outside]
    assert [frames for title, frames in around.items() if "(4,) int64" in title] == [
        outside
    ]  # the labels, beside what uses them


def test_a_shared_module_has_a_frame_for_each_call_and_its_parameter_stands_between():
    layer = nn.Linear(2, 2, seed=0)
    model = nn.Sequential(layer, layer)
    around = titles(draw(ag.sum(model(np.ones((1, 2))))))
    assert around["layers.0.weight (2, 2) float32"] == ["Sequential"] or around["layers.0.weight (2, 2) float32"] == [
        repr(model)
    ]
    assert draw(ag.sum(model(np.ones((1, 2))))).dot.count("layers.0: Linear(2, 2)") == 2


def test_scopes_keep_no_nodes_alive():
    model = nn.MLP(2, [3], 2, seed=0)
    gone = weakref.ref(model)
    y = model(np.ones((1, 2)))
    kept = weakref.ref(y)
    del model, y
    gc.collect()
    assert gone() is None
    assert kept() is None


def test_only_the_last_scopes_are_remembered():
    x = Value(1.0)
    with scope("old"):
        y = x + x
    for _ in range(module.MAX_SPANS):
        with scope("new"):
            pass
    assert len(module._spans) == module.MAX_SPANS
    assert names_around(y, x) == []


def test_scopes_of_two_threads_are_not_mixed():
    x, nodes = Value(1.0), []
    inside, go_on = threading.Event(), threading.Event()

    def other():
        with scope("other"):
            inside.set()
            go_on.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    with scope("here"):
        nodes.append(x + x)
    go_on.set()
    thread.join()
    nodes.append(x * x)
    assert names_around(nodes[0], nodes[1], x) == []


def test_scope_name_must_be_a_string():
    with pytest.raises(TypeError, match=r"scope takes a name, such as scope\('attention'\), not 3 of type int"):
        scope(3)
