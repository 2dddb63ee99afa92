"""The layout as a renderer makes it: order, crossings, the side of the output, the size of letters."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, draw
from demos.gallery import GALLERY
from tests.autograd.drawing.test_draw import boxes, named

SVG = "{http://www.w3.org/2000/svg}"


class Layout:
    """The size of a rendered picture, and the middles of its boxes and frames by their first text."""

    def __init__(self, drawing):
        root = ET.fromstring(drawing.svg())
        self.width, self.height = map(float, root.get("viewBox").split()[2:])
        self.middles, self.sizes = {}, []
        for group in root.iter(f"{SVG}g"):
            if group.get("class") in ("node", "cluster"):
                numbers = [
                    float(x) for part in group for x in re.findall(r"-?[\d.]+", part.get("points") or part.get("d") or "")
                ]
                numbers += [float(part.get(c)) for part in group.iter(f"{SVG}ellipse") for c in ("cx", "cy")]
                text = group.find(f".//{SVG}text")
                self.middles[text.text if text is not None else ""] = (
                    (min(numbers[::2]) + max(numbers[::2])) / 2, (min(numbers[1::2]) + max(numbers[1::2])) / 2
                )  # fmt: skip
                self.sizes += [
                    float(text.get("font-size")) for text in group.iter(f"{SVG}text") if group.get("class") == "node"
                ]

    def letters(self, width, height):
        """The height of letters in pixels, if the picture is fitted into a stage."""
        return min(self.sizes) * min(width / self.width, height / self.height)

    def order(self, names, axis):
        """True if these are in order, from left to right (axis 0) or from top to bottom."""
        places = [self.middles[name][axis] for name in names]
        return places == sorted(places)


def neuron(**options):
    x1, x2, w1, w2, b = (Value(v, label=n) for v, n in [(2.0, "x1"), (0.0, "x2"), (-3.0, "w1"), (1.0, "w2"), (6.88, "b")])
    o = ag.tanh(x1 * w1 + x2 * w2 + b)
    o.label = "o"
    return Layout(draw(o, **options))


@pytest.mark.parametrize("widths", [[4, 1], [2, 1], [3, 3, 1], [5, 2]])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_neurons_are_in_order(widths, rankdir):
    xs = [Value(float(i), label=f"x{i}") for i in range(3)]
    y = nn.scalar.MLP(3, widths)(xs)
    found = Layout(draw(y, rankdir=rankdir))
    titles = [f"neurons.{i}: ReLUNeuron(3)" for i in range(widths[0])]
    assert found.order(titles, ["TB", "LR"].index(rankdir))


def test_terms_of_a_sum_and_inputs_of_a_fold_are_in_order():
    xs = [Value(float(i), label=f"x{i}") for i in range(6)]
    assert Layout(draw(sum(xs[1:], xs[0] * 1.0))).order([x.label for x in xs[1:]], 1)
    y = nn.scalar.MLP(6, [8, 1])(xs)
    assert Layout(draw(y, depth=2)).order([x.label for x in xs], 1)


@pytest.mark.parametrize("inputs", [2, 64])
def test_layers_stand_side_by_side(inputs):
    found = Layout(draw(nn.MLP(inputs, [4, 4], 2, seed=0), np.ones((9, inputs))))
    titles = [title for title in found.middles if title.startswith("layers.")]
    assert len(titles) == 5
    assert found.order(sorted(titles), 0)
    assert found.width > 3 * found.height


def test_the_output_is_on_the_same_side_in_both_directions():
    forward, back = neuron(), neuron(direction="backward")
    assert forward.order(["x1", "n" if "n" in forward.middles else "v8", "o"], 0)
    assert back.order(["∂o/∂x1", "∂o/∂o"], 0)
    assert neuron(direction="backward", rankdir="TB").order(["∂o/∂x1", "∂o/∂o"], 1)
    assert neuron(direction="backward", rankdir="RL").order(["∂o/∂o", "∂o/∂x1"], 0)


def test_a_high_stage_is_filled_from_top_to_bottom():
    x = Value(2.0, label="x")
    for size, rankdir in [(None, "LR"), ((6, 4), "LR"), ((4, 6), "TB")]:
        assert f"rankdir={rankdir}" in draw(x * x, size=size).dot
        assert f"rankdir={rankdir}" in ag.record(lambda x: x * x, 2.0).draw(size=size).dot
    assert "rankdir=LR" in draw(x * x, size=(4, 6), rankdir="LR").dot
    assert neuron(size=(4, 7)).letters(390, 700) > neuron().letters(390, 700)


def test_letters_are_legible():
    """Pixels of the letters of a whole picture in a stage of 944 × 703 pixels."""
    assert neuron(direction="both").letters(944, 703) >= 15
    model = nn.scalar.MLP(2, [4, 4, 1])
    values = draw(model([Value(1.0, label="x1"), Value(-2.0, label="x2")]), direction="both")
    assert Layout(values).letters(944, 703) >= 4
    model, images = nn.MLP(784, [128], 10, seed=0), Tensor(np.zeros((64, 784), np.float32), label="images")
    step = draw(nn.cross_entropy(model(images), np.zeros(64, int)), direction="both")
    assert Layout(step).letters(944, 703) >= 10.5


def test_zero_has_no_sign():
    x = Value(-0.0, label="x")
    drawing = draw(x * 1.0)
    assert boxes(drawing)[named(drawing, "x")] == ["x", "0.0000", "0.0000"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["scalar-mlp", "attention", "diamond"])
def test_lines_do_not_cross_texts(name, theme):
    root = ET.fromstring(GALLERY[name][1](theme=theme).svg())
    parts = [(group, group.get("class")) for group in root.iter(f"{SVG}g") if group.get("class")]
    frames = [group for group, kind in parts if kind == "cluster"]
    assert [group for group, _ in parts][len(parts) - len(frames) :] == frames  # the last to be drawn
    assert {frame.find("*").get("fill") for frame in frames} <= {"none"}
    texts = [text for group, kind in parts if kind in ("edge", "cluster") for text in group.iter(f"{SVG}text")]
    background = next(root.iter(f"{SVG}polygon")).get("fill")
    assert {(text.get("paint-order"), text.get("stroke")) for text in texts} == {("stroke", background)}
