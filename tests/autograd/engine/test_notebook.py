"""HTML of Values, Tensors and tapes in notebooks."""

import base64
import io
import re

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor, Value
from autograd.engine.notebook import array_html


def cells(text):
    """The rows of the tables in HTML."""
    return [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]


def pixels(text):
    image = pytest.importorskip("matplotlib.image")
    data = base64.b64decode(re.search(r"data:image/png;base64,([^\"]*)", text)[1])
    return (image.imread(io.BytesIO(data))[..., :3] * 255).round().astype(int)


def test_a_value_shows_its_data_and_gradient():
    x = Value(2.0, label="<x>")
    y = x * x
    y.backward()
    assert "<summary>Value &lt;x&gt;, requires a gradient</summary>" in x._repr_html_()
    assert cells(x._repr_html_()) == [["data", "grad"], ["2", "4"]]
    assert "computed by multiply" in y._repr_html_()


def test_a_small_tensor_is_a_table_with_its_gradient():
    w = Tensor([[1.5, -2.0], [0.0, float("nan")]], requires_grad=True, label="w")
    assert cells(w._repr_html_()) == [["", "0", "1"], ["[0]", "1.5", "-2"], ["[1]", "0", "nan"]]
    (w * 3.0).sum().backward()
    assert cells(w._repr_html_())[3:] == [["", "0", "1"], ["[0]", "3", "3"], ["[1]", "3", "3"]]
    assert "<summary>Tensor w, (2, 2) float64, requires a gradient</summary>" in w._repr_html_()


@pytest.mark.parametrize(
    ("array", "rows"),
    [
        (np.array(3.0), [["", ""], ["", "3"]]),
        (np.array([1, 2]), [["", "0", "1"], ["", "1", "2"]]),
        (np.array([[[True]], [[False]]]), [["", "0"], ["[0][0]", "True"], ["[1][0]", "False"]]),
        (np.zeros((0, 3)), []),
    ],
)
def test_arrays_of_every_number_of_axes(array, rows):
    assert cells(array_html(array, "")) == rows
    assert cells(Tensor(array)._repr_html_()) == rows


def test_a_large_array_is_a_heat_map():
    array = np.zeros((20, 3))
    array[0, 0], array[1, 1], array[2, 2], array[3] = 2.0, -2.0, 1.0, np.inf
    text = Tensor(array, label='"w"')._repr_html_()
    found = pixels(text)[3::6, 3::6]
    assert found.shape == (20, 3, 3)
    white, black = [255, 255, 255], [0, 0, 0]
    assert found[0].tolist() == [[213, 94, 0], white, white]
    assert found[1].tolist() == [white, [0, 114, 178], white]
    assert found[2, 2].tolist() == [234, 174, 128]  # halfway
    assert found[3].tolist() == [black] * 3
    assert 'alt="Tensor &quot;w&quot;: data as a heat map"' in text
    assert "minimum -2, mean 0.01754, maximum 2; 3 not finite, black; orange above 0" in text


@pytest.mark.parametrize("shape", [(130, 65), (1, 1000), (1000,), (5, 40, 64)])
def test_blocks_of_a_heat_map_are_means(shape):
    array = np.ones(shape)
    found = pixels(array_html(array, ""))
    assert max(found.shape) <= 64 * 6
    assert np.all(found == [213, 94, 0])


@pytest.mark.parametrize("scale", [1e308, 5e-324, 0.0])
def test_heat_maps_of_extreme_numbers_are_not_black(scale):
    found = pixels(array_html(np.full((200, 200), scale), ""))
    assert np.all(found == ([213, 94, 0] if scale else 255))


def test_an_array_without_a_finite_number_is_black():
    text = array_html(np.full(20, np.nan), "")
    assert np.all(pixels(text) == 0)
    assert "<p>20 not finite" in text


def test_a_tape_is_its_listing():
    text = ag.record(lambda x: ag.sin(x) * x, 2.0)._repr_html_()
    assert text.startswith("<details open><summary>&lt;tape of &lt;lambda&gt;: 2 instructions")
    assert "v1 = multiply(v0, x)" in text
