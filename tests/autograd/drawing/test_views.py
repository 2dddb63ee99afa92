"""Views of a picture: gradients in boxes, heat maps, frames, a neighbourhood, a path, an alarm."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd.drawing.draw import draw
from autograd.drawing.text import number
from tests.autograd.drawing.test_draw import boxes, edges, expressions, named, style


def penwidth(line):
    return float(re.search(r"penwidth=([\d.]+)", line)[1])


def neuron():
    x, w, b = ag.Value(2.0, label="x"), ag.Value(-3.0, label="w"), ag.Value(1.0, label="b")
    return x, w, b, ag.tanh(w * x + b)


# Both passes in one picture.


@given(expressions())
def test_direction_both_shows_every_number_with_its_gradient(drawn):
    y, _ = drawn
    drawing = draw(y, direction="both", max_nodes=10**6)
    assert edges(drawing) == edges(draw(y, max_nodes=10**6))
    for leaf in (x for x in drawn[1] if x is not y):
        (gradient,) = ag.gradients(y, [leaf])
        said = [fields for fields in boxes(drawing).values() if fields[0] == leaf.label]
        assert all(fields[-1] == number(gradient, ".4f") for fields in said)
        assert leaf.grad == 0.0


def test_both_shows_a_small_gradient_of_a_tensor_or_the_size_of_a_large_one():
    for w, said in [([[1.0, -2.0]], "∂ 2.0000 −4.0000"), (np.arange(9.0), "∂ up to 16.0000")]:
        w = ag.Tensor(w, requires_grad=True, label="w")
        drawing = draw(ag.sum(w * w), direction="both")
        assert boxes(drawing)[named(drawing, "w")][-1] == said


# Arrays.


def test_stats_show_the_least_the_mean_and_the_largest():
    w = ag.Tensor([[1.0, -2.0], [np.inf, 4.0]], requires_grad=True, label="w")
    drawing = draw(w * 1.0, arrays="stats")
    numbers = ["min -2.0000", "mean 1.0000", "max 4.0000"]
    assert boxes(drawing)[named(drawing, "w")] == [
        "w",
        "(2, 2)",
        "float64",
        "1.0000 −2.0000",
        "\u2007\u2007\u2007inf \u20074.0000",
        *numbers,
        "! ∞ begins here",
    ]
    ints = draw(ag.Tensor([0.5]), arrays="stats")
    assert boxes(ints)["n0"] == ["(1,)", "float64", "0.5000"]


def test_a_heat_map_has_one_cell_per_number_or_block():
    small, large = ag.Tensor([[1.0, -1.0, 0.0], [0.5, np.nan, 2.0]]), ag.Tensor(np.ones((50, 20)))
    cells = re.findall(r'BGCOLOR="(#[0-9a-f]{6})"', draw(small, arrays="heat").dot)
    assert len(cells) == 6
    assert cells[2] == "#ffffff"
    assert cells[4] == "#000000"
    assert len(re.findall("BGCOLOR", draw(large, arrays="heat").dot)) == 64
    y = ag.sum(ag.Tensor(np.arange(20.0), requires_grad=True) * 2.0)
    titles = re.findall('xlink:title="([^"]*)"', draw(y, arrays="heat", direction="both").svg())
    assert [titles.count(text) for text in ("1.0000", "2.0000")] == [1 + 8, 1 + 8]  # block means of data; gradients


# Frames and folds.


def chain(blocks):
    y = ag.Value(0.5, label="x")
    for i in range(blocks):
        with ag.scope(f"block {i}"):
            y = ag.sin(y) * 2.0
    return y


def test_depth_is_the_number_of_open_frames():
    x = ag.Value(1.0, label="x")
    with ag.scope("outer"):
        y = ag.sin(x)
        with ag.scope("inner"):
            z = ag.cos(y) * ag.exp(y)
    closed, outer, opened = (draw(z, depth=depth) for depth in (0, 1, 2))
    assert ["outer", "3 nodes"] in boxes(closed).values()
    assert ["inner", "2 nodes"] in boxes(outer).values()  # the output is never folded
    assert opened.dot == draw(z).dot
    assert [d.shown for d in (closed, outer, opened)] == [2, 3, 5]
    assert [d.total for d in (closed, outer, opened)] == [5, 5, 5]


def test_equal_frames_in_a_row_fold_into_one_that_counts_them():
    y = ag.Tensor(np.ones((1, 4)))
    model = nn.Sequential(*[layer for _ in range(5) for layer in (nn.Linear(4, 4), nn.ReLU())])
    folded = draw(ag.sum(model(y)), depth=1)
    assert any("5 × (Linear(4, 4), ReLU())" in fields[0] for fields in boxes(folded).values())


def test_numbered_frames_with_equal_contents_are_equal():
    folded = draw(chain(5) + 1.0, depth=0)
    assert ["5 × block", "15 nodes"] in boxes(folded).values()
    y = chain(3)
    with ag.scope("block 3"):
        y = ag.exp(y) * 2.0  # no sine
    assert ["block 3", "3 nodes"] in boxes(draw(y + 1.0, depth=0)).values()
    y = ag.Value(1.0)
    for name in ("2", "3", "4"):
        with ag.scope(name):
            y = ag.sin(y)
    assert ["3", "1 node"] in boxes(draw(y + 1.0, depth=0)).values()


def test_the_backward_picture_folds_by_frames():
    model = nn.scalar.MLP(2, [30, 30, 1])
    y = model([ag.Value(1.0, label="a"), ag.Value(-2.0, label="b")])
    drawing = draw(y, direction="backward")
    said = [fields[0] for fields in boxes(drawing).values() if len(fields) > 1]
    assert {"∂y/∂y", "∂y/∂a", "∂y/∂b", "30 × ReLUNeuron(2)", "30 × ReLUNeuron(30)"} <= set(said)
    assert len(said) < 12
    assert drawing.total > 2000
    assert len({(tail, head) for tail, head, _ in edges(drawing)}) == len(edges(drawing))  # one edge from fold to fold


def test_frames_fold_before_numbers_are_omitted():
    drawing = draw(chain(200), max_nodes=250)
    assert "more nodes" not in drawing.dot
    assert drawing.shown < drawing.total == 601
    assert draw(chain(200), max_nodes=601).shown == 601


@given(st.integers(0, 12), st.integers(0, 2))
def test_folds_stand_for_every_number_that_is_not_shown(blocks, depth):
    drawing = draw(chain(blocks), depth=depth)
    behind = sum(int(count.replace(",", "")) for count in re.findall(r">([\d,]+) nodes?<", drawing.dot))
    assert drawing.shown + behind == drawing.total


def test_ten_thousand_nodes_are_folded_and_drawn():
    assert "3,400 × block" in draw(chain(3_400)).svg()


# A part of the graph.


def test_around_shows_a_neighbourhood():
    y = x = ag.Value(1.0, label="x")
    for i in range(20):
        y = ag.sin(y)
        y.label = f"{i}"
        if i == 10:
            middle = y
    said = {fields[0] for name, fields in boxes(draw(y, around=middle)).items() if name.startswith("n")}
    assert said == {"8", "9", "10", "11", "12"}
    assert draw(y, around=x, hops=0).shown == 1
    with pytest.raises(ValueError, match="not in this graph"):
        draw(y, around=ag.Value(1.0))


def test_a_path_is_marked_and_nothing_else():
    x, w, b, y = neuron()
    drawing = draw(y, path=(w, y))
    marked = {
        f[0] for name, f in boxes(drawing).items() if not name.startswith("op_") and style(drawing, name)["penwidth"] == "3"
    }
    assert marked == {"w", "v4", "v5", "y"}
    with pytest.raises(ValueError, match="no path to show"):
        draw(y, path=(y, b))
    with pytest.raises(TypeError, match="pair of nodes"):
        draw(y, path=x)


def test_the_caption_of_a_path_is_the_chain_rule():
    x = ag.Value(0.5, label="x")
    y = ag.sin(x) * ag.exp(x)
    (slope,) = ag.gradients(y, [x])
    for drawing in (draw(y, path=(x, y)), draw(y, path=(x, y), direction="backward")):
        said = re.findall(r">([^<>]+)</TD>", drawing.dot)
        assert {"× cos(x) = 0.8776", "× v3 = 1.6487", "× v2 = 0.4794"} <= set(said)
        assert said[:3] == [
            f"∂y/∂x = {slope:.4f}, the sum over 2 paths",
            "  x → v2 → y:  0.8776 × 1.6487 = 1.4469",
            "  x → v3 → y:  1.6487 × 0.4794 = 0.7904",
        ]
    w = ag.Tensor([1.0, 2.0], requires_grad=True, label="w")
    total = ag.sum(ag.sin(w))
    assert "× cos(w)<" in draw(total, path=(w, total)).dot  # the derivative of arrays is not a number


@pytest.mark.parametrize("direction", ["forward", "both", "backward"])
def test_every_view_works_in_every_direction(direction):
    x, w, zero = ag.Value(2.0, label="x"), ag.Value(3.0, label="w"), ag.Value(1.0, requires_grad=False, label="c")
    with ag.scope("inside"):
        product = (x - 2.0) * w  # zero
    y = ag.tanh(product) + zero
    shown = {fields[0] for fields in boxes(draw(y, direction=direction, around=product, hops=0)).values()}
    assert shown <= {"v5", "∂y/∂v5"}
    assert len(shown) == 1
    assert "3 nodes" in draw(y, direction=direction, depth=0).dot or "2 nodes" in draw(y, direction=direction, depth=0).dot
    assert "penwidth=2.5" in draw(y, direction=direction, path=(x, y)).dot
    assert "penwidth=5.00" in draw(y, direction=direction, emphasis="gradient").dot
    constant = draw(y, direction=direction, path=(zero, y))  # marked, without products
    assert "the sum over" not in constant.dot
    if direction == "backward":
        with pytest.raises(ValueError, match="no gradient reaches"):
            draw(y, direction=direction, around=zero)


# Emphasis and alarm.


def test_larger_gradients_have_wider_edges():
    x, tiny = ag.Value(1.0, label="x"), ag.Value(1e-5, label="tiny")
    still = ag.Value(3.0, label="still")
    y = x * tiny + still * 0.0
    drawing = draw(y, emphasis="gradient")
    leaving = {label: f"\t{named(drawing, label)} -> " for label in ("x", "tiny", "still")}
    lines = {label: next(line for line in drawing.dot.splitlines() if line.startswith(leaving[label])) for label in leaving}
    assert penwidth(lines["tiny"]) > penwidth(lines["x"])
    assert "dotted" in lines["still"]
    with pytest.raises(ValueError, match="one output"):
        draw([x, tiny], emphasis="gradient")


def test_the_first_number_that_is_not_finite_is_marked():
    x = ag.Value(0.0, label="x")
    with np.errstate(all="ignore"):
        y = ag.sin(ag.log(x) * 2.0)
    drawing = draw(y)
    alarms = [name for name in boxes(drawing) if not name.startswith("op_") and style(drawing, name).get("penwidth") == "4"]
    said = [boxes(drawing)[name] for name in alarms]
    assert sum("! ∞ begins here" in fields for fields in said) == 1
    assert len(said) == 3
    assert style(drawing, named(drawing, "x"))["penwidth"] != "4"


def test_the_first_gradient_that_is_not_finite_is_marked():
    """All numbers of `where` are finite, but the gradient of the branch not taken is not."""
    x = ag.Value(0.0, label="x")
    y = ag.where(x > 0.0, ag.sqrt(x), x) * 1.0
    for drawing in (draw(y, direction="both"), (y.backward(), draw(y))[1]):
        said = boxes(drawing)
        alarms = {tuple(fields) for name, fields in said.items() if "dashed" in style(drawing, name).get("style", "")}
        assert alarms == {("x", "0.0000", "nan", "! gradient NaN begins here")}
    way_back = draw(y, direction="backward")
    assert [fields for fields in boxes(way_back).values() if "! NaN begins here" in fields] == [
        ["∂y/∂x", "nan", "! NaN begins here"]
    ]


# Inputs.


def test_a_function_is_drawn_with_its_arguments_names():
    drawing = draw(lambda height, width: height * width, 2.0, np.ones(3))
    assert {"height", "width"} <= {fields[0] for fields in boxes(drawing).values()}


def test_a_network_of_single_numbers_is_drawn_for_a_list_of_them():
    model = nn.scalar.MLP(2, [2, 1])
    for inputs in ([1.0, -2.0], [ag.Value(1.0), ag.Value(-2.0)]):
        assert {"x[0]", "x[1]"} <= {fields[0] for fields in boxes(draw(model, inputs)).values()}


def test_a_module_without_inputs_raises():
    with pytest.raises(TypeError, match=r"takes x: give examples, as in draw\(f, x\)"):
        draw(nn.Linear(2, 3))


def test_a_module_is_drawn_with_its_parameters_paths_in_frames():
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
    drawing = draw(model, np.ones((4, 3)))
    said = {fields[0] for fields in boxes(drawing).values()}
    assert {"x", "weight", "bias"} <= said
    assert re.findall(r">(\S*): Linear", drawing.dot) == ["layers.2", "layers.0"]  # from below


def test_the_page_of_a_module_that_is_gone_has_its_names_in_formulas():
    def drawn():
        model = nn.Sequential(nn.Linear(3, 1), nn.Tanh())
        return draw(ag.sum(model(np.ones((1, 3)))))

    texts = {step.formula for step in drawn().page().moments[0]["steps"]}
    assert any("layers.0.weight" in text for text in texts)


def test_the_page_of_a_neighbourhood_without_the_output_begins_below_it():
    x, w, _, y = neuron()
    steps = draw(y, around=x, hops=1).page().moments[0]["steps"]
    assert [step.kind for step in steps] == ["given", "op", "pull"]
    assert steps[-1].formula == "∂y/∂x = ∂y/∂v4 × w"
    assert w.grad == 0.0


def test_draw_of_a_tape_is_its_own_drawing():
    tape = ag.record(lambda x: ag.sin(x) * x, 2.0)
    options = inspect.signature(draw).parameters
    own = list(inspect.signature(tape.draw).parameters.values())
    assert [option.default for option in own] == [options[option.name].default for option in own]
    assert draw(tape).dot == tape.draw().dot
    look = {"theme": "dark", "font": "Georgia", "font_size": 20}
    assert draw(tape, **look).dot == tape.draw(**look).dot != tape.draw(theme="dark", font="Georgia").dot
    with pytest.raises(ValueError, match="a tape is drawn forward and whole"):
        draw(tape, direction="backward")


def test_several_outputs_must_be_a_list():
    x = ag.Value(1.0)
    with pytest.raises(TypeError, match="into a list"):
        draw(x, x)


# Themes.


@pytest.mark.parametrize("direction", ["forward", "backward", "both"])
def test_all_texts_and_their_boxes_follow_the_font_size(direction):
    x = ag.Value(0.5, label="x")
    with ag.scope("wave"):
        y = ag.sin(x) * ag.exp(x)
    widths = {}
    for font_size in (11, 22):
        drawing = draw(y, direction=direction, path=(x, y), font_size=font_size)
        texts = {float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing.svg())}
        assert texts == {font_size, font_size - 1}
        assert f'font-size="{font_size}.00"' in drawing.page().html
        widths[font_size] = [float(width) for width in re.findall(r'ALIGN="LEFT" WIDTH="(\d+)"', drawing.dot)]
    assert all(large > 1.2 * small for small, large in zip(widths[11], widths[22], strict=True))


def test_themes_fonts_and_sizes():
    _, _, _, y = neuron()
    dark = draw(y, theme="dark", font="Georgia", size=(4, 3)).dot
    assert 'bgcolor="#121212"' in dark
    assert "fontname=Georgia" in dark
    assert 'size="4,3"' in dark
    assert "Georgia" not in draw(y).dot
    for options, said in [
        ({"theme": "red"}, "theme must be one of light, dark"),
        ({"arrays": "all"}, "arrays must be one of shape, stats, heat"),
        ({"emphasis": "data"}, "emphasis"),
        ({"depth": -1}, "depth must be an integer of at least 0, got -1"),
        ({"font_size": 0}, "font_size must be a number of points of at least 2, such as 11, got 0"),
        ({"font_size": "11"}, "font_size must be a number of points of at least 2, such as 11, got '11'"),
        ({"font": 3}, "font must be the name of a font, such as 'Helvetica', got 3"),
        ({"size": 3}, r"size must be .*, such as \(6, 4\), got 3"),
        ({"size": (0, 1)}, r"got \(0, 1\)"),
        ({"around": "y"}, "got 'y', which is not in this graph"),
        ({"hops": 0.5}, "hops must be an integer of at least 0, got 0.5"),
    ]:
        with pytest.raises(ValueError, match=said):
            draw(y, **options)


# Mermaid.


@settings(max_examples=30)
@given(expressions(), st.text(max_size=20))
def test_mermaid_has_every_box_and_every_edge_and_no_label_breaks_it(drawn, label):
    y, leaves = drawn
    for leaf in leaves:
        leaf.label = label
    drawing = draw(y, max_nodes=10**6)
    first, *lines = drawing.mermaid.splitlines()
    assert first == "flowchart LR"
    arrows = [line for line in lines if re.fullmatch(r"  \w+ --> \w+", line)]
    shapes = [line for line in lines if re.fullmatch(r"  \w+(\(\(|\[\[|\[|\()\"[^\"]*\"(\)\)|\]\]|\]|\))", line)]
    assert len(arrows) + len(shapes) == len(lines)
    assert len(arrows) == len(edges(drawing))
    assert len(shapes) == len(boxes(drawing))


def test_mermaid_has_frames_and_the_labels_of_edges():
    x = ag.Value(0.5, label="x")
    with ag.scope("outer"), ag.scope("in|ner"):
        y = ag.sin(x) * x
    lines = draw(y, direction="backward").mermaid.splitlines()
    assert [line.strip() for line in lines if "subgraph" in line or line.strip() == "end"] == [
        'subgraph cluster_0["outer"]', 'subgraph cluster_1["in#124;ner"]', "end", "end",
    ]  # fmt: skip
    assert any('-->|"× cos#40;x#41; = 0.8776"|' in line for line in lines)
