"""Summaries: frozen parameters, buffers, output shapes and multiply-adds; tables of notebooks."""

import base64
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value


def last(text):
    return text.splitlines()[-1].split()


def mixed():
    model = nn.Sequential(nn.Linear(4, 8, seed=0), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2, seed=0))
    for p in model.layers[0].parameters():
        p.requires_grad = False
    return model


class Attention(nn.Module):
    """Products of matrices outside of Linear, by an operator and by einsum, and two outputs."""

    def __init__(self):
        self.embedding = nn.Embedding(10, 4, seed=0)
        self.q, self.k = (Tensor(np.ones((4, 4)), requires_grad=True, dtype=np.float32) for _ in range(2))

    def forward(self, x):
        h = self.embedding(x)
        scores = ag.einsum("bti,bsi->bts", h @ self.q, h @ self.k)
        return scores, {"mean": scores.mean()}


def test_frozen_parameters_and_buffers_are_counted():
    text = mixed().summary()
    assert text.splitlines()[0].split() == ["part", "module", "parameters", "count", "trainable", "frozen", "buffers"]
    assert "layers.0  Linear       weight (4, 8), bias (8,)     40          0      40        0" in text
    assert "layers.1  BatchNorm1d  weight (8,), bias (8,)       16         16       0       16" in text
    assert last(text) == ["total", "74", "34", "40", "16"]


def test_a_frozen_value_is_counted():
    model = nn.scalar.Neuron(2)
    model.w[0].requires_grad = False
    assert last(model.summary()) == ["total", "3", "2", "1"]


@pytest.mark.parametrize("example", [(5, 4), np.ones((5, 4), np.float32), np.ones((5, 4)).tolist(), Tensor(np.ones((5, 4)))])
def test_an_example_adds_shapes_and_multiply_adds(example):
    model = mixed()
    before = {name: x.tobytes() for name, x in model.state_dict().items()}
    text = model.summary(example)
    assert [line.split("  ")[-1].strip() for line in text.splitlines()] == ["multiply-adds", "160", "0", "0", "0", "80", "240"]
    assert re.findall(r"\(5, \d\)", text) == ["(5, 8)"] * 4 + ["(5, 2)"]
    # Nothing of the model is changed.
    assert {name: x.tobytes() for name, x in model.state_dict().items()} == before
    assert model.training
    assert [p.requires_grad for p in (model.layers[0].weight, model.layers[4].weight)] == [False, True]
    assert "_hooks" not in vars(model) or not any(vars(model)["_hooks"].values())


@pytest.mark.parametrize("frozen", [False, True])
def test_products_of_matrices_count_wherever_they_are(frozen):
    model = Attention()
    for p in model.parameters() if frozen else []:
        p.requires_grad = False
    text = model.summary(np.zeros((2, 3), int))
    # 2 · (2 · 3 · 4) · 4 for the products with q and k, 2 · 3 · 3 · 4 for the scores
    assert last(text)[-1] == str(2 * 24 * 4 + 72)
    assert "(2, 3, 3), ()" in text


def test_parts_that_are_called_several_times_count_each_time():
    class Twice(nn.Module):
        def __init__(self):
            self.layer = self.again = nn.Linear(4, 4, seed=0)

        def forward(self, x):
            return self.layer(self.again(x)) @ np.ones((4, 2), np.float32)

    text = Twice().summary((3, 4))
    assert text.splitlines()[1].split()[-1] == str(3 * 4 * 2)
    assert text.splitlines()[2].split()[-1] == str(2 * 3 * 4 * 4)


def test_models_of_values_have_a_summary_with_an_example():
    model = nn.scalar.MLP(2, [2, 1])
    assert last(model.summary([1.0, 2.0])) == ["total", "9", "0"]
    assert isinstance(model([1.0, 2.0]), Value)


def test_an_error_in_the_model_leaves_it_as_it_was():
    model = mixed()
    with pytest.raises(ValueError, match="takes x of shape"):
        model.summary((5, 3))
    assert model.training
    assert not model.layers[0].weight.requires_grad
    with pytest.raises(TypeError, match="example: a length must be an integer"):
        model.summary((5, "four"))


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.texts, self.tags = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        assert not attributes

    def handle_data(self, data):
        self.texts.append(data)


def test_tables_of_notebooks_escape_texts():
    name = "<script>alert(1)</script>"
    strange = type(name, (nn.Module,), {})()
    strange.weight = Tensor([1.0], requires_grad=True)
    history = nn.History(loss=[0.5, 0.25], metrics={name: [1.0, 2.0]})
    for shown in (strange, history):
        cells = Cells(shown._repr_html_())
        assert cells.tags == {"table", "tr", "th", "td"}
        assert name in cells.texts
    assert Cells(nn.MLP(2, [3], 1)._repr_html_()).texts[-1] == "13"


def test_a_history_of_some_epochs_shows_its_curves():
    history = nn.History(
        loss=[1.0, float("nan"), 0.5, 0.25], metrics={"a<b": [0.0, 0.5, 1.0, 1.0]}, validation_loss=[2.0, 1.5, 1.0, 0.75]
    )
    text = history._repr_html_()
    root = ET.fromstring(base64.b64decode(re.search(r"data:image/svg\+xml;base64,([^\"]*)", text)[1]))
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root[0].text == "loss, a<b per epoch"
    loss, metric = root.iter(f"{svg}g")
    lines = [[line.get("points") for line in panel.iter(f"{svg}polyline")] for panel in (loss, metric)]
    assert lines[0][:2] == ["0.0,62.9", "133.3,94.3 200.0,110.0"]  # with a gap
    assert lines[0][2].startswith("0.0,0.0 66.7,31.4")
    assert lines[1] == ["0.0,110.0 66.7,55.0 133.3,0.0 200.0,0.0"]
    assert [x.text for x in metric.iter(f"{svg}text")] == ["a<b", "1", "0", "1", "epoch 4"]
    assert "<details open><summary>4 epochs</summary><table>" in text
    assert "<details><summary>20 epochs" in nn.History(loss=[0.5] * 20)._repr_html_()
    assert "<img" in nn.History(loss=[float("nan")] * 5)._repr_html_()
