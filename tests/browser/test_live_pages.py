"""Editing of leaves in a page: boxes, gradients, steps and heat maps have the numbers of Python for the other leaf."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, draw, maximum, remember_lines, watch, where
from autograd.ops.rules.decompositions import pinv


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


def test_a_leaf_is_dragged_by_mouse_and_finger(show):
    tab = show(draw(neuron()).page())
    tab.keyboard.press("End")
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    hand = tab.context.new_cdp_session(tab)
    slider = tab.locator("#ui-drag")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    places = [box["x"] + share * box["width"] for share in (0.5, 0.6, 0.75)]  # the recorded number is in the middle
    tab.mouse.move(places[0], y)
    tab.mouse.down()
    tab.mouse.move(places[1], y)
    tab.mouse.move(places[2], y)
    tab.mouse.up()
    by_mouse = float(tab.input_value("#ui-value"))
    assert by_mouse > -2.0
    assert f"{by_mouse:.4f}" in texts_of(tab)
    for kind, x in [("touchStart", places[2]), ("touchMove", places[1]), ("touchMove", places[0]), ("touchEnd", None)]:
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if x is None else [{"x": x, "y": y}]})
    tab.wait_for_function("(x) => Number(document.querySelector('#ui-value').value) < x - 0.5", arg=by_mouse)
    assert f"{float(tab.input_value('#ui-value')):.4f}" in texts_of(tab)


@pytest.mark.parametrize("number", ["-12345.67891", "-1.2345e-05", "-888888888", "-8.8888e+100"])
def test_numbers_longer_than_the_recorded_ones_stay_in_their_boxes(show, number):
    tab = show(draw(neuron(1.0)).page())
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    tab.fill("#ui-value", number)
    tab.keyboard.press("End")  # the fixture looks where the texts end


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


def test_formulas_of_a_changed_program_have_its_numbers(show):
    y = Value(-3.0, label="w") * Value(2.0, label="x")
    tab = show(draw(y).page())
    tab.locator("#ui-graph g.node").filter(has_text="w").first.click()
    tab.fill("#ui-value", "-1.5")
    tab.keyboard.press("Escape")
    tab.focus("#ui-slider")
    tab.keyboard.press("ArrowRight")
    assert tab.locator("#ui-numbers").text_content() == "= (-1.5000) × 2.0000 = -3.0000"


def model_page(entry=None, **options):
    """Page of a network whose first weight is 2.5 at `entry`."""
    model = nn.MLP(3, [4], 2, activation="tanh", seed=0, dtype=float)
    if entry:
        next(iter(model.parameters())).data[entry] = 2.5
    x = Tensor([[1.0, -0.5, 2.0], [0.25, 0.75, -1.0]], label="x")
    loss = nn.cross_entropy(model(x), np.array([1, 0]))
    loss.label = "loss"
    return draw(loss, direction="both", **options).page()


def fills(tab):
    return tab.locator("#ui-graph a > polygon").evaluate_all("cells => cells.map((cell) => getComputedStyle(cell).fill)")


@pytest.mark.parametrize("options", [{"arrays": "stats"}, {"arrays": "heat", "format": ".3g"}, {"format": ".6e"}])
def test_an_entry_of_an_array_is_typed_and_set_back(show, options):
    tab = show(model_page((1, 2), **options))
    tab.keyboard.press("End")
    expected, colors = texts_of(tab), fills(tab)
    numbers = tab.locator("#ui-numbers").text_content()
    tab = show(model_page(**options))
    tab.keyboard.press("End")
    recorded = texts_of(tab)
    tab.locator("#ui-graph g.node.parameter").filter(has_text="(3, 4)").dispatch_event("click")
    tab.locator("#ui-entries button").nth(1).click()
    for key in ("ArrowDown", "ArrowRight"):
        tab.keyboard.press(key)
    tab.fill("#ui-value", "2.5")
    assert texts_of(tab) == expected
    assert fills(tab) == colors
    assert tab.locator("#ui-numbers").text_content() == numbers
    tab.click("#ui-nudge")
    told = tab.locator("#ui-nudged").text_content()
    assert "loss moves by" in told
    move, slope = (float(part.split()[-1]) for part in told.split(";"))
    assert math.isclose(move, slope, rel_tol=0.02)
    assert texts_of(tab) == expected
    tab.click("#ui-recorded")
    assert texts_of(tab) == recorded


#: Steps, boxes and slopes of every scene, without the marks of the recording, and with choices in formulas for all numbers.
READ = """() => scenes.map((graph) => {
  const [at, now] = [graph.moments.length - 1, graph.moments.at(-1)];
  const { steps } = graph.chapters[at] ??= read(graph, at);
  const isNumber = (kinds) => (text, i) => kinds[i] !== "g" && text && !text.startsWith("!");
  return [
    steps.map((s) => [s.choices || s.formula, s.numbers, s.gradient]),
    graph.shapes.map(({ name, kinds }) => now.boxes[name].filter(isNumber(kinds))),
    now.slopes.map((x) => x !== null && readable(x)),
  ];
})"""


def folded(seed):
    model = nn.Sequential(nn.Linear(3, 2, seed=seed), nn.ReLU(), nn.Linear(2, 3, seed=seed), nn.ELU())
    x = Tensor(np.random.default_rng(seed).normal(size=(2, 3)).astype(np.float32), label="x")
    return nn.mean_squared_error(model(x), np.ones((2, 3), np.float32))


def programs():
    """(function, two arguments, options): the page of the first one, edited, is that of the second one."""
    hard = (0.0, -0.0, 1e-310, 1e21, -(2.0**-5), 100005.0, 12345650000.0, 1e300)
    for format in (".4f", ".0f", ".3g", ".6e"):
        yield lambda xs: sum(Value(x) * 2.0 for x in xs), ((1.0,) * len(hard), hard), {"format": format}
    yield lambda x: (v := Value(x, label="x")).relu() * abs(v - 1.0) + 2.0**v + maximum(v, 0.0), (1.0, -3.0), {}
    yield lambda x: Tensor([x, 2.0], requires_grad=True).prod() ** 3.0, (1.0, -math.inf), {}
    yield folded, (0, 1), {"depth": 1, "format": ".2f"}


def test_an_edited_page_is_the_page_of_the_other_numbers(show):
    for f, arguments, options in programs():
        before, after = (draw(f(x), direction="both", **options).page() for x in arguments)
        tab = show(after)
        expected, leaves = tab.evaluate(READ), tab.evaluate("() => recorded.map((x) => Array.from(x, (v) => v + ''))")
        assert tab.evaluate("() => others()") == 0
        tab = show(before)
        recorded = tab.evaluate(READ)
        tab.evaluate("(all) => { given.forEach((x, i) => x.set(all[i].map(Number))); refresh(); }", leaves)
        assert tab.evaluate(READ) == expected
        tab.evaluate("() => { given.forEach((x, i) => x.set(recorded[i])); refresh(); }")
        assert tab.evaluate(READ) == recorded
        assert tab.evaluate("() => [present, others()]") == [None, 0]


def branched(x, w):
    u = x * w
    if u > 0.0 and x < w:
        return u * 2.0
    return u


def compared_page():
    """Page with comparisons of every kind of operand, of which four are of numbers of the graph and finite ones."""
    with remember_lines():
        x, k = Tensor([2.0], requires_grad=True, label="x"), Tensor([1], label="k")
        compared = [x > 1.0, x <= np.ones(1), x > k, x == [2.0], x < math.nan, Tensor([2.0, 3.0]) > 1.0]
        compared += [Value(2.0) < 10**400, Value(2.0) == 2j]
        y = where(x > 1.0, x, k * x).sum()
    assert len(compared) == 8
    return draw(y).page()


def test_comparisons_of_one_number_are_remembered(show):
    page = compared_page()
    signs = [(guard[1], guard[3]) for guard in page.live["guards"]]
    assert signs == [(">", True), ("≤", False), (">", True), (">", True)]
    tab = show(page)
    tab.locator("#ui-graph g.node").filter(has_text="x").first.dispatch_event("click")
    tab.fill("#ui-value", "-1")
    assert tab.text_content("#ui-crossed").count(" when recorded") == 3  # k is a constant of the program


def test_comparisons_without_lines_are_told(show):
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    tab = show(draw(branched(x, w)).page())
    tab.locator("#ui-graph g.node").filter(has_text="x").first.click()
    for number, text in (("-1", "v3 > 0 was true when recorded, and is false now"), ("2.5", "")):
        tab.fill("#ui-value", number)
        assert tab.text_content("#ui-crossed").startswith(text)
        assert bool(tab.text_content("#ui-crossed")) == bool(text)


def test_comparisons_with_numbers_of_before_are_left_out():
    w = Value(2.0, label="w")
    for data in (2.0, -1.0, -1.0):
        w.data = data
        y = w * 2.0 if w > 0.0 else w * 3.0
    assert [guard[1:4] for guard in draw(y).page().live["guards"]] == [(">", 0.0, False)]


def test_a_comparison_that_turns_is_told(show):
    tab = show(watch(branched, 2.0, 3.0), width=366, height=670)
    tab.keyboard.press("End")
    tab.locator("#ui-graph g.node").filter(has_text="x").first.click()
    for number, text in (("2.5", ""), ("-1", "u > 0"), ("4", "x < w"), ("2", "")):
        tab.fill("#ui-value", number)
        told = tab.text_content("#ui-crossed")
        assert told.startswith(text)
        assert ("if u > 0.0 and x < w:) was true when recorded, and is false now" in told) == bool(text)
        editor, room = (tab.locator(part).bounding_box() for part in ("#ui-value", "aside"))
        assert room["y"] <= editor["y"] < room["y"] + room["height"] - 20
    tab.set_viewport_size({"width": 1200, "height": 800})
    assert tab.locator("#ui-drag").bounding_box()["width"] > 150
    tab.click("#ui-turn")
    assert tab.input_value("#ui-value") == "2"  # still in the editor


def test_an_entry_of_a_large_array_is_chosen_by_index_or_in_its_heat_map(show):
    w = Tensor(np.zeros((3, 20)), requires_grad=True, label="w")
    y = (w * np.arange(60.0).reshape(3, 20)).sum()
    y.label = "y"
    tab = show(draw(y, direction="both").page())
    tab.locator("#ui-graph g.node.parameter").dispatch_event("click")
    tab.fill("#ui-index", "1, 5")
    tab.fill("#ui-value", "2")
    tab.keyboard.press("Escape")
    tab.keyboard.press("End")
    assert "50.0000" in texts_of(tab)
    tab.locator("#ui-graph g.node.parameter").dispatch_event("click")
    box = tab.locator("#ui-map").bounding_box()
    tab.locator("#ui-map").click(position={"x": box["width"] - 3, "y": box["height"] - 3})
    assert tab.input_value("#ui-index") == "2, 19"


def test_a_page_names_the_ops_without_javascript(show):
    tab = show(draw(pinv(Tensor([[1.0, 2.0]], requires_grad=True), rcond=1e-15).sum()).page())
    tab.locator("#ui-graph g.node.parameter").dispatch_event("click")
    assert tab.locator("#ui-live").is_hidden()
    assert "not alive: no JavaScript for pinv" in tab.locator("#ui-facts").text_content()


def test_data_of_the_recording_are_marked(show):
    x = Tensor([1.0, -2.0], requires_grad=True, label="x")
    tab = show(draw(where(x > 0.0, x, 2.0 * x).sum()).page())
    tab.locator("#ui-graph g.node.constant").filter(has_text="condition").dispatch_event("click")
    assert "as recorded" in tab.locator("#ui-facts").text_content()
