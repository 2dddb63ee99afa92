"""Editing of leaves in a page: boxes, gradients, steps and heat maps have the numbers of Python for the other leaf."""

import math

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, draw, where
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
