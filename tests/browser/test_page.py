"""The page of a graph in a browser: its gradients are those of the engine, and the keyboard reaches every function."""

import gc
import math
import re
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import autograd as ag
import nn
from autograd.drawing.forward_model import graph_of, with_gradients
from autograd.drawing.layout import sketch
from autograd.drawing.options import View
from autograd.drawing.themes import THEMES
from tests.laws.smooth_programs import programs


def neuron():
    x, w, b = ag.Value(2.0, label="x"), ag.Value(-3.0, label="w"), ag.Value(6.88, label="b")
    y = ag.tanh(w * x + b) + x * x
    y.label = "y"
    return y, x, w, b


def step_of(tab):
    return int(tab.input_value("#ui-slider"))


def steps_of(tab):
    return int(tab.get_attribute("#ui-slider", "max"))


def gradients_on(tab):
    return dict(tab.evaluate("[...document.querySelectorAll('[data-gradient]')].map((g) => [g.id, g.dataset.gradient])"))


def until(holds, seconds=5.0):
    """Wait until a condition on the page holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(programs(rows=1))
def test_the_steps_end_at_the_gradients_of_the_engine(show, program):
    instructions, (numbers,), variables = program
    leaves = [ag.Value(x) if v else x for x, v in zip(numbers, variables, strict=True)]
    y = instructions.run(leaves, 1)
    if not isinstance(y, ag.Value) or not y.requires_grad:
        return
    graph = with_gradients(graph_of([y]))
    places = sketch(graph, View(max_nodes=1000)).places
    tab = show(ag.draw(y, max_nodes=1000).page())
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("End")
    found = gradients_on(tab)
    assert found == {places[node]: repr(float(g)) for node, g in graph.gradients.items()}


def test_steps_reveal_numbers_and_can_be_undone(show):
    y, *_ = neuron()
    tab = show(ag.draw(y).page())
    lit, graded = [], []
    for _ in range(steps_of(tab) + 1):
        lit.append(tab.locator(".node.waiting:not(.sign)").count())
        graded.append(len(gradients_on(tab)))
        tab.keyboard.press("ArrowRight")
    assert step_of(tab) == steps_of(tab) == 15
    assert lit == [5, 4, 3, 2, 1, *[0] * 11]  # one number per op
    assert graded == sorted(graded)
    assert graded[:7] == [0] * 6 + [1]  # the seed
    assert graded[-1] == 8
    tab.keyboard.press("Home")
    assert gradients_on(tab) == {}


def test_a_step_shows_its_formula_and_numbers(show):
    y, *_ = neuron()
    tab = show(ag.draw(y).page())
    told = {}
    for step in range(steps_of(tab) + 1):
        kind, numbers = (tab.inner_text(f"#ui-{part}") for part in ("kind", "numbers"))
        told[step] = [kind, tab.inner_text("#ui-formula span") if step else "", numbers]
        assert tab.locator("#ui-formula mfrac").count() == told[step][1].count("/")
        assert tab.locator("#ui-formula mo", has_text="+=").count() == told[step][1].count("+=")  # one sign, without a gap
        tab.keyboard.press("ArrowRight")
    assert told[0][0] == "The inputs are given"
    assert told[6] == ["Backward: the seed", "∂y/∂y", "= 1"]
    last = told[15]
    assert last[0] == "Backward: x"
    assert re.fullmatch(r"∂y/∂x \+= ∂y/∂v\d × w", last[1])
    assert "(-3.0000)" in last[2]


def test_a_step_of_a_function_shows_the_line_of_code(show):
    def f(x):
        doubled = x * 2.0
        return ag.sin(doubled)

    tab = show(ag.watch(f, 3.0))
    tab.keyboard.press("ArrowRight")
    assert "doubled = x * 2.0" in tab.inner_text("#ui-line")
    assert "test_page.py" in tab.inner_text("#ui-line")
    tab.keyboard.press("ArrowRight")
    assert "return ag.sin(doubled)" in tab.inner_text("#ui-line")


def test_the_line_of_a_module_is_in_the_program(show):
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    tab = show(ag.watch(lambda x: ag.sum(model(x)), np.ones((1, 2))))
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
        assert "ag.sum(model(x))" in tab.inner_text("#ui-line")


def test_names_in_formulas_and_local_derivatives_are_visible(show):
    y, *_ = neuron()
    tab = show(ag.draw(y).page())
    seen = []
    for _ in range(steps_of(tab)):
        tab.keyboard.press("ArrowRight")
        names = set(re.findall(r"v\d+", tab.inner_text("#ui-formula")))
        assert names <= set(tab.locator("g.node > text").all_text_contents())
        seen.append(tab.text_content("#ui-slope"))
    slopes = [1, 1, 1 / math.cosh(0.88) ** 2, 1, 1, 2.0, -3.0, 2.0, 2.0]
    assert sorted(filter(None, seen)) == sorted(f"× {x:.4f}" for x in slopes)
    assert seen[:6] == [""] * 6  # the forward pass, and the seed


def test_play_pause_and_speed(show):
    tab = show(ag.draw(neuron()[0]).page())
    tab.select_option("#ui-speed", "10")
    tab.click("#ui-play")
    assert tab.get_attribute("#ui-play", "aria-pressed") == "true"
    until(lambda: step_of(tab) > 2)
    tab.click("#ui-play")
    here = step_of(tab)
    tab.wait_for_timeout(250)
    assert step_of(tab) == here
    assert tab.get_attribute("#ui-play", "aria-pressed") == "false"
    tab.keyboard.press("Space")  # the button has the focus
    until(lambda: step_of(tab) == steps_of(tab))
    assert tab.get_attribute("#ui-play", "aria-pressed") == "false"


def test_everything_can_be_done_by_keyboard(show):
    y, *_ = neuron()
    tab = show(ag.draw(y).page())
    seen = []
    for _ in range(25):
        tab.keyboard.press("Tab")
        seen.append(tab.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if seen[-1] == "BODY":
            break
    controls = ["search", "theme", "in", "out", "fit", "first", "back", "play", "next", "last", "slider", "speed"]
    assert {f"ui-{name}" for name in controls} <= set(seen)
    boxes = [name for name in seen if re.fullmatch(r"n\d+", name)]
    assert len(boxes) == 1  # one tab stop for the graph, arrow keys inside it
    tab.focus(f"#{boxes[0]}")
    walked = {boxes[0]}
    for _ in range(7):
        tab.keyboard.press("ArrowDown")
        walked.add(tab.evaluate("document.activeElement.id"))
    assert len(walked) == 8
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    assert tab.locator("#ui-graph.tracing").count() == 1
    tab.keyboard.press("Escape")
    assert tab.locator("#ui-graph.tracing").count() == 0
    tab.keyboard.press("/")
    tab.keyboard.type("6.88")
    assert tab.inner_text("#ui-found") == "1 found"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')").startswith("parameter: b")
    before = tab.get_attribute("#ui-graph svg", "viewBox")
    tab.keyboard.press("+")
    assert tab.get_attribute("#ui-graph svg", "viewBox") != before
    tab.keyboard.press("0")
    assert math.isclose(float(tab.get_attribute("#ui-graph svg", "viewBox").split()[2]), float(before.split()[2]), rel_tol=0.5)


def test_a_trace_adds_up_the_paths_to_the_gradient(show):
    y, x, w, b = neuron()
    tab = show(ag.draw(y).page())
    for leaf, paths in ((x, 3), (w, 1), (b, 1)):
        box = tab.locator(f"g.node[aria-label^='parameter: {leaf.label}']")
        box.click()
        (gradient,) = ag.gradients(y, [leaf])
        assert float(tab.get_attribute("#ui-paths", "data-sum")) == pytest.approx(gradient, rel=1e-12)
        assert tab.locator("#ui-paths li").count() == paths
        assert f"{paths} path" in tab.inner_text("#ui-paths-title")
        box.click()


def test_frames_fold_and_unfold(show):
    x = ag.Value(3.0, label="x")
    with ag.scope("square"):
        z = x * x
    tab = show(ag.draw(z + 1.0).page())
    tab.get_by_role("button", name="Fold square").press("Enter")
    assert tab.locator(".node.inside:not(.sign)").count() == 1
    assert tab.locator(".cover").text_content() == "square: 1 node"
    tab.get_by_role("button", name="Unfold square").press("Enter")
    assert tab.locator(".node.inside").count() == 0


def test_a_page_outlives_its_module(show):
    def drawn():
        model = nn.MLP(2, [3], 1, seed=0)
        return ag.draw(ag.sum(model(np.ones((1, 2)))))

    drawing = drawn()
    gc.collect()
    page = drawing.page()
    frames = {"MLP", "layers.0: Linear(2, 3)", "layers.1: ReLU()", "layers.2: Linear(3, 1)"}
    assert {title for _, title, *_ in page.graph["frames"]} == frames
    tab = show(page)
    assert tab.get_by_role("button", name="Fold layers.0: Linear(2, 3)").count() == 1
    assert tab.locator("g.node.parameter").filter(has_text="weight").count() == 2


def test_accessible_names(show):
    tab = show(ag.draw(neuron()[0]).page())
    for name in (
        "First step",
        "Step back",
        "Play",
        "Step forward",
        "Last step",
        "Zoom in",
        "Zoom out",
        "Show all of it",
        "Theme",
    ):
        assert tab.get_by_role("button", name=name, exact=True).count() == 1
    assert tab.get_by_role("slider", name="Step").count() == 1
    assert tab.get_by_role("searchbox", name="Search the graph").count() == 1
    assert tab.get_by_role("group", name="The computation graph").count() == 1
    assert tab.get_attribute("#ui-step", "aria-live") == "polite"
    unnamed = tab.evaluate("""[...document.querySelectorAll('button, input, select, [role=button]')].filter(
        (e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')?.textContent.trim())).length""")
    assert unnamed == 0
    tab.keyboard.press("ArrowRight")
    assert "Forward" in tab.get_attribute("#ui-slider", "aria-valuetext")


def test_the_theme_follows_the_system_and_can_be_changed(show):
    page = ag.draw(neuron()[0]).page()
    background = "getComputedStyle(document.body).backgroundColor"
    fill = "getComputedStyle(document.querySelector('.node.parameter > polygon')).fill"
    tab = show(page, scheme="light")
    light = tab.evaluate(background), tab.evaluate(fill)
    tab.click("#ui-theme")
    dark = tab.evaluate(background), tab.evaluate(fill)
    assert light == ("rgb(255, 255, 255)", "rgb(211, 231, 245)")
    assert dark == ("rgb(18, 18, 18)", "rgb(18, 53, 74)")
    tab = show(page, scheme="dark")
    assert (tab.evaluate(background), tab.evaluate(fill)) == dark


def test_reduced_motion_is_respected(show):
    page = ag.draw(neuron()[0]).page()
    flow = "getComputedStyle(document.querySelector('.edge.now > path')).animationName"
    for motion, name in (("no-preference", "flow"), ("reduce", "none")):
        tab = show(page, motion=motion)
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate(flow) == name


@pytest.mark.parametrize("width", [320, 390, 768])
def test_it_fits_on_small_screens(show, width):
    tab = show(ag.draw(neuron()[0]).page(), width, 720)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("document.documentElement.scrollHeight") <= 720
    for name in ("first", "back", "play", "next", "last"):
        box = tab.locator(f"#ui-{name}").bounding_box()
        assert min(box["width"], box["height"]) >= 32, name  # CSS pixels, large enough for touch
    graph = tab.locator("#ui-graph").bounding_box()
    assert graph["height"] > 150


def test_the_wheel_zooms_at_the_pointer_and_dragging_pans(show):
    tab = show(ag.draw(neuron()[0]).page())
    box = tab.locator("g.node.parameter").first
    before = box.bounding_box()
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    tab.mouse.move(x, y)
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -300)
    tab.keyboard.up("Control")
    tab.wait_for_timeout(50)
    after = box.bounding_box()
    assert after["width"] > before["width"]
    assert abs(after["x"] + after["width"] / 2 - x) < 3
    tab.mouse.down()
    tab.mouse.move(x + 40, y + 25, steps=4)
    tab.mouse.up()
    moved = box.bounding_box()
    assert (moved["x"] - after["x"], moved["y"] - after["y"]) == pytest.approx((40, 25), abs=1.5)
    assert tab.locator("#ui-graph.tracing").count() == 0  # a drag is no click


def test_a_tap_traces(show):
    show(ag.draw(neuron()[0]).page())
    phone = show.tab.context.browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    tab = phone.new_page()
    tab.goto(show.file.as_uri())
    for traced in (1, 0, 1):
        tab.locator("g.node.parameter").first.tap()
        until(lambda: tab.locator("#ui-graph.tracing").count() == traced)  # noqa: B023
    assert tab.locator("#ui-paths li").count() > 0
    assert tab.locator("#ui-name").bounding_box()["y"] < tab.locator("footer").bounding_box()["y"] - 20  # not below the edge
    phone.close()


def test_two_fingers_zoom_and_one_pans(show):
    tab = show(ag.draw(neuron()[0]).page(), 390, 844)
    hand = tab.context.new_cdp_session(tab)
    room = tab.locator("#ui-graph").bounding_box()
    x, y = room["x"] + room["width"] / 2, room["y"] + room["height"] - 60  # below the numbers

    def touch(kind, *points):
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]})

    def view():
        return [float(part) for part in tab.get_attribute("#ui-graph svg", "viewBox").split()]

    before = view()
    box = tab.locator("g.node.parameter").first
    touch("touchStart", (x - 40, y), (x + 40, y))
    for gap in (50, 60, 70, 80):
        touch("touchMove", (x - gap, y), (x + gap, y))
    touch("touchEnd")
    zoomed, there = view(), box.bounding_box()["x"]
    assert zoomed[2] == pytest.approx(before[2] / 2, rel=0.1)
    touch("touchStart", (x, y))
    for far in (10, 20, 30):
        touch("touchMove", (x + far, y))
    touch("touchEnd")
    assert box.bounding_box()["x"] == pytest.approx(there + 30, abs=1.5)
    assert view()[2] == zoomed[2]


def test_tensors_show_the_entries_of_their_gradient_or_the_largest(show):
    w = ag.Tensor(np.array([[1.0, -2.0], [0.5, 3.0]]), requires_grad=True, label="w")
    tab = show(ag.draw(ag.sum(w * w)).page())
    tab.keyboard.press("End")
    assert tab.locator("g.node.parameter text").all_text_contents()[-2:] == ["∂ 2.0000 −4.0000", "∂ 1.0000 \u20076.0000"]
    for scheme in ("light", "dark"):
        tab.evaluate("theme => document.documentElement.dataset.theme = theme", scheme)
        fills = [
            tab.locator(f".parameter {kind}").last.evaluate("e => getComputedStyle(e).fill") for kind in (".data", ".grad")
        ]
        colors = (THEMES[scheme].ink, THEMES[scheme].gradient)
        assert fills == [f"rgb{tuple(bytes.fromhex(color[1:]))}" for color in colors]
    tab.keyboard.press("Home")
    assert tab.locator("g.node.parameter text").all_text_contents()[-2:] == ["", ""]
    w = ag.Tensor(np.arange(10.0) / 10.0, requires_grad=True, label="w")
    y = ag.sum(ag.tanh(w))
    tab = show(ag.draw(y).page())
    tab.keyboard.press("End")
    (g,) = ag.gradients(y, [w])
    assert f"up to {np.abs(np.asarray(g)).max():.4f}" in tab.locator("g.node.parameter").text_content()


def test_folded_parts_have_one_step_and_no_gradient(show):
    x = ag.Value(0.5, label="x")
    y = x
    for _ in range(60):
        y = ag.sin(y) + x
    tab = show(ag.draw(y, max_nodes=10).page())
    tab.keyboard.press("End")
    assert tab.locator(".node.folded").count() == 1
    assert "no-grad" in tab.locator(".node.folded").get_attribute("class")
    assert len(gradients_on(tab)) == 10


def test_without_a_gradient_there_is_only_the_forward_pass(show):
    y = ag.Tensor([1.0, 2.0], requires_grad=True) * 3.0  # two numbers
    tab = show(ag.draw(y).page())
    kinds = []
    for _ in range(steps_of(tab) + 1):
        kinds.append(tab.inner_text("#ui-kind"))
        tab.keyboard.press("ArrowRight")
    assert not any("Backward" in kind for kind in kinds)
