"""Contents of folds and frames: parameters, frozen parameters, and names without the path of their frame."""

import re

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value, draw
from autograd.drawing.folding import inner_name
from tests.autograd.drawing.test_draw import boxes, into, named, style


def frozen():
    model = nn.MLP(3, [4], 2, seed=0)
    model.layers[0].weight.requires_grad = False
    return model


def test_a_fold_counts_its_parameters():
    model = frozen()
    said = list(boxes(draw(model, np.ones((2, 3)), depth=1)).values())
    assert ["layers.0: Linear(3, 4)", "weight (3, 4), bias (4,)", "16 parameters, 12 frozen"] in said
    assert ["layers.1: ReLU()", "1 node"] in said
    assert ["layers.2: Linear(4, 2)", "weight (4, 2), bias (2,)", "10 parameters"] in said
    assert ["MLP", "26 parameters, 12 frozen"] in boxes(draw(model, np.ones((2, 3)), depth=0)).values()


def test_folds_of_numbers_and_of_the_backward_pass_count_them_too():
    model = nn.scalar.MLP(2, [4, 1])
    y = model([Value(1.0, label="x1"), Value(2.0, label="x2")])
    assert ["4 × ReLUNeuron(2)", "12 parameters"] in boxes(draw(y, depth=2)).values()
    assert ["4 × ReLUNeuron(2)", "12 parameters"] in boxes(draw(y, depth=2, direction="backward")).values()


@pytest.mark.parametrize("layers", [[nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)], [nn.Linear(4, 3), nn.ReLU()]])
def test_a_folded_output_is_computed_by_its_fold(layers):
    drawing = draw(nn.Sequential(*layers), np.ones((2, 4)), depth=1)
    way = [named(drawing, "y")]
    while before := into(drawing, way[-1]):
        (tail,) = before
        way.append(tail)
    said = [boxes(drawing)[name][0] for name in reversed(way)]
    assert said == ["x", *(f"layers.{i}: {layer!r}" for i, layer in enumerate(layers)), "y"]


def test_a_frozen_parameter_has_its_name_frame_and_style():
    model = frozen()
    drawing = draw(model, np.ones((2, 3)))
    assert drawing.dot.index("layers.0: Linear(3, 4)") < drawing.dot.index("(3, 4)<")
    (name,) = [name for name, fields in boxes(drawing).items() if fields[:2] == ["weight", "(3, 4)"]]
    assert style(drawing, name)["style"] == "filled,dashed"
    model = nn.scalar.Neuron(2)
    model.w[0].requires_grad = False
    assert "w.0" in {fields[0] for fields in boxes(draw(model([Value(1.0), Value(2.0)]))).values()}


def test_leaves_given_to_a_module_are_inputs():
    model, x, scale = nn.Linear(2, 1, seed=0), Tensor(np.ones((3, 2)), requires_grad=True, label="x"), Value(2.0, label="scale")
    drawing = draw(model(x) * scale)
    green = {fields[0] for name, fields in boxes(drawing).items() if f"{name} [" in drawing.dot and "peripheries=2" in next(
        line for line in drawing.dot.splitlines() if line.strip().startswith(f"{name} ["))}  # fmt: skip
    assert green == {"x"}


def test_names_in_frames_are_short():
    model = nn.scalar.MLP(2, [2, 1])
    drawing = draw(model([Value(1.0), Value(2.0)]), direction="both")
    said = {fields[0] for fields in boxes(drawing).values()}
    assert {"w.0", "w.1", "b"} <= said
    assert set(re.findall(r">(neurons\.\d): ", drawing.dot)) == {"neurons.0", "neurons.1"}
    back = {fields[0] for fields in boxes(draw(model([Value(1.0), Value(2.0)]), direction="backward")).values()}
    assert {"∂y/∂w.0", "∂y/∂b"} <= back
    assert inner_name("layers.10.w", ((None, "layers.1: Linear"),)) == "layers.10.w"


def test_the_condition_of_where_is_named():
    x = Value(0.5, label="x")
    assert ["condition", "True"] in boxes(draw(ag.where(x > 0.0, x, -x))).values()
    t = Tensor([1.0, -2.0], requires_grad=True)
    assert ["condition", "(2,)", "bool", "True False"] in [
        [text.strip("\u2007") for text in fields] for fields in boxes(draw(ag.where(t > 0.0, t, -t))).values()
    ]
