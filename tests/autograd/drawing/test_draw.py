"""Pictures of graphs: numbers, ops and edges, forward and backward, and folding."""

import gc
import html
import re
import threading
import weakref

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd as ag
from autograd.drawing.draw import draw
from autograd.drawing.layout import PARALLEL
from autograd.drawing.options import PORTS
from autograd.drawing.text import number
from autograd.drawing.themes import THEMES
from autograd.engine.graph import newest_first
from autograd.engine.node import Node
from tests.small_stack import SMALL

NODE = re.compile(r"^\t+(\w+) \[label=<(.*)> (?:color|height)=.*\]$", re.MULTILINE)
EDGE = re.compile(r"^\t(\w+) -> (\w+)(?: \[(?!.*headport).*\]| \[.*headport=(\w+).*\])?$", re.MULTILINE)


def boxes(drawing):
    """The fields of every box and the symbol of every op, by name."""
    return {
        name: re.findall(r"<TD[^>]*>(?:<FONT[^>]*>)?([^<]*)<", label) or [label] for name, label in NODE.findall(drawing.dot)
    }


def edges(drawing):
    return EDGE.findall(drawing.dot)


def into(drawing, name):
    return [tail for tail, head, _ in edges(drawing) if head == name]


def named(drawing, text):
    """The name of the only box whose first field is `text`."""
    (name,) = [name for name, fields in boxes(drawing).items() if fields[0] == text]
    return name


def style(drawing, name):
    (line,) = [line for line in drawing.dot.splitlines() if line.strip().startswith(f"{name} [")]
    return dict(re.findall(r'(style|penwidth|fillcolor)="?([^" \]]*)', line))


@st.composite
def expressions(draw_from, most_leaves=4):
    """A Value computed from labelled leaves and numbers, with nodes used several times or not at all."""
    values = st.floats(-2, 2)
    leaves = [ag.Value(draw_from(values), label=f"x{i}") for i in range(draw_from(st.integers(1, most_leaves)))]
    nodes = list(leaves)
    for _ in range(draw_from(st.integers(1, 12))):
        a, b = draw_from(st.sampled_from(nodes)), draw_from(st.sampled_from(nodes) | values)
        op = draw_from(st.sampled_from([ag.add, ag.subtract, ag.multiply, ag.maximum, ag.tanh, ag.sin]))
        nodes.append(op(a) if op.arity == 1 else op(a, b))
    return nodes[-1], leaves


@given(expressions())
def test_every_number_op_and_use_is_drawn_once(drawn):
    y, _ = drawn
    nodes = newest_first([y])
    computed = [node for node in nodes if node.op is not None]
    constants = [x for node in computed for x in node.inputs if not isinstance(x, Node)]
    drawing = draw(y, max_nodes=10**6)
    assume("Σ" not in drawing.dot)
    assert (drawing.shown, drawing.total) == (len(nodes) + len(constants),) * 2
    assert len(boxes(drawing)) == drawing.shown + len(computed)
    assert len(edges(drawing)) == sum(len(node.inputs) + 1 for node in computed)


@given(expressions())
def test_equal_graphs_have_equal_text(drawn):
    y, _ = drawn
    copies = {}
    for node in reversed(newest_first([y])):
        if node.op is None:
            copies[node] = ag.Value(node.data, label=node.label)
        else:
            copies[node] = node.op(*(copies[x] if isinstance(x, Node) else x for x in node.inputs))
    for direction in ("forward", "backward"):
        assert draw(y, direction=direction).dot == draw(copies[y], direction=direction).dot


def test_a_value_shows_its_label_data_and_gradient():
    x = ag.Value(3.0, label="x")
    y = x * 2.0
    y.backward()
    assert sorted(boxes(draw(y)).values()) == [
        ["2.0000"],
        ["x", "3.0000", "2.0000"],
        ["y", "6.0000", "1.0000"],
        ["×"],
    ]
    assert ["x", "3", "2"] in boxes(draw(y, format=".0f")).values()
    assert ["x", "3", "2"] in boxes(draw(y, format=".3g")).values()
    assert ["c", "1.0000"] in boxes(draw(ag.Value(1.0, requires_grad=False, label="c"))).values()


def test_a_tensor_shows_its_label_shape_and_type_and_if_it_is_small_its_numbers():
    w = ag.Tensor(np.array([[-1.0, 77.0, 0.5], [10.0, 2.0, -0.0]], np.float32), requires_grad=True, label="W")
    drawing = draw(w * np.full(3, 2.0, np.float32), format=".1f")
    space = "\u2007"
    rows = ["−1.0 77.0 0.5", f"10.0 {space}2.0 0.0"]
    assert boxes(drawing)[named(drawing, "W")] == ["W", "(2, 3)", "float32", *rows]
    assert ["(3,)", "float32", "2.0 2.0 2.0"] in boxes(drawing).values()
    large = draw(ag.Tensor(np.full((9, 2), 77.0), requires_grad=True, label="W") * 1.0)
    assert boxes(large)[named(large, "W")] == ["W", "(9, 2)", "float64"]


def test_a_long_sum_is_one_sign_with_its_terms_in_order():
    x, *terms = [ag.Value(float(i), label=name) for i, name in enumerate("xabcd")]
    drawing = draw(sum(terms, x * 2.0) * 1.0, direction="both")
    (sign,) = [name for name, fields in boxes(drawing).items() if fields == ["Σ"]]
    assert [boxes(drawing)[name][0] for name in into(drawing, sign)] == ["v6", "a", "b", "c", "d"]
    half = x + terms[0] + terms[1]
    half.label = "half"  # a number with a name, or with another use, is drawn
    assert "Σ" not in draw(half + terms[2]).dot
    again = x + terms[0] + terms[1]
    assert "Σ" not in draw((again + terms[2]) * again).dot
    assert "Σ" not in draw(terms[0] + terms[1] + terms[2]).dot  # with its partial sum


def test_x_times_x_shows_two_edges():
    x = ag.Value(3.0, label="x")
    drawing = draw(x * x)
    assert into(drawing, "op_n0") == [named(drawing, "x")] * 2


@pytest.mark.parametrize("rankdir", PORTS)
def test_edges_are_in_argument_order(rankdir):
    a, b, c = (ag.Value(float(i), label=name) for i, name in enumerate("abc"))
    _, entering, first, last = PORTS[rankdir].split()
    drawing = draw(ag.where(a, b, c - a), rankdir=rankdir)
    minus = next(name for name, fields in boxes(drawing).items() if fields == ["−"])
    assert into(drawing, minus) == [named(drawing, "c"), named(drawing, "a")]
    assert into(drawing, "op_n0") == [named(drawing, "a"), named(drawing, "b"), minus.removeprefix("op_")]
    assert [port for _, head, port in edges(drawing) if head == "op_n0"] == [first, entering, last]
    assert f"rankdir={rankdir}" in drawing.dot


def test_several_outputs_share_one_picture():
    x = ag.Value(1.0, label="x")
    drawing = draw([ag.sin(x), ag.cos(x), x])
    assert sorted(fields[0] for fields in boxes(drawing).values()) == [
        "cos",
        "sin",
        "v2",
        "v3",
        "x",
    ]
    assert draw((x, x)).total == 1


def test_roles_differ_in_more_than_colour():
    def uncoloured(role):
        return {key: value for key, value in THEMES["light"].styles[role].items() if "color" not in key}

    for roles in [("parameter", "constant", "computed"), ("primal", "cotangent", "gradient", "constant")]:
        looks = [uncoloured(role) for role in roles]
        assert all(a != b for i, a in enumerate(looks) for b in looks[:i])


def test_colours_have_six_digits():
    y = ag.Value(1.0) * ag.Value(2.0, requires_grad=False) + 3.0
    for drawing in (draw(y), draw(y, direction="backward"), draw(y, max_nodes=1)):
        colours = re.findall(r'color="?([^" \]]+)', drawing.dot)
        assert colours
        assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)


def test_leaves_constants_and_computed_numbers_look_different():
    drawing = draw(ag.Value(1.0, label="w") * ag.Value(2.0, requires_grad=False, label="x") + 3.0)
    looks = [style(drawing, named(drawing, text)) for text in ("w", "x", "y")]
    assert all(a != b for i, a in enumerate(looks) for b in looks[:i])
    assert style(drawing, named(drawing, "3.0000")) == looks[1]


# Backward.


def edge_labels(drawing, head):
    """The labels of the edges into a box or sign."""
    return re.findall(rf"^\t\w+ -> {head} \[label=<.*?<TD[^>]*>(.*?)</TD>", drawing.dot, re.MULTILINE)


@given(expressions(most_leaves=2))
def test_the_backward_picture_shows_the_gradient_of_every_leaf(drawn):
    y, leaves = drawn
    y.label = "L"
    said = {fields[0]: fields[-1] for fields in boxes(draw(y, direction="backward", max_nodes=10**6)).values()}
    for leaf in set(leaves) & set(newest_first([y])):
        gradient = ag.gradients(y, [leaf])[0]
        assert said[f"∂L/∂{'L' if leaf is y else leaf.label}"] == number(gradient, ".4f")


@given(expressions())
def test_the_backward_picture_has_one_box_per_cotangent_and_one_sign_per_sum(drawn):
    y, _ = drawn
    nodes = newest_first([y])
    uses = {x: [n for n in nodes for i in n.inputs if i is x] for x in nodes}
    drawing = draw(y, direction="backward", max_nodes=10**6)
    signs = [name for name in boxes(drawing) if name.startswith("op_")]
    assert drawing.total == len(nodes)
    assert len(signs) == sum(len(users) > 1 for users in uses.values())
    assert all(boxes(drawing)[sign] == ["+"] for sign in signs)
    assert len(edges(drawing)) == sum(map(len, uses.values())) + len(signs)


def test_an_edge_carries_its_local_derivative_as_a_formula_and_as_a_number():
    w, x = ag.Value(2.0, label="w"), ag.Value(3.0, label="x")
    z = w * x
    z.label = "z"
    y = ag.tanh(z) + ag.maximum(x, w)
    y.label = "y"
    drawing = draw(y, direction="backward")
    into_x = edge_labels(drawing, f"op_{named(drawing, '∂y/∂x')}")
    assert sorted(into_x) == ["× 1.0000", "× w = 2.0000"]
    slope = 1 / np.cosh(6.0) ** 2
    assert edge_labels(drawing, named(drawing, "∂y/∂z")) == [f"× (1 − v4²) = {number(slope, '.4f')}"]


@given(expressions())
def test_local_derivatives_multiply_to_the_gradient(drawn):
    """Each cotangent is the sum over its edges of the cotangent of the user times the label of the edge."""
    y, _ = drawn
    drawing = draw(y, direction="backward", max_nodes=10**6, format=".12f")
    value = {name: float(fields[-1].replace("−", "-")) for name, fields in boxes(drawing).items() if name.startswith("n")}
    sums = {}
    for line in drawing.dot.splitlines():
        if match := re.match(r"\t(n\d+) -> (\w+) \[label=<.*<TD[^>]*>× (?:.* = )?(\S+)</TD>", line):
            head = match[2].removeprefix("op_")
            sums[head] = sums.get(head, 0.0) + value[match[1]] * float(match[3].replace("−", "-"))
    assert len(sums) == len(value) - 1  # all but the seed
    for name, total in sums.items():
        assert total == pytest.approx(value[name], rel=1e-9, abs=1e-10)


def test_names_of_cotangents():
    w, x = ag.Value(2.0, label="w"), ag.Value(3.0, label="x")
    y = ag.exp(w * x + 1.0)
    said = {tuple(fields[:-1]) for fields in boxes(draw(y, direction="backward")).values()} - {()}
    assert said == {
        ("∂y/∂y", "y = exp(v4)"),
        ("∂y/∂v4", "v4 = v3 + 1"),
        ("∂y/∂v3", "v3 = w × x"),
        ("∂y/∂w",),
        ("∂y/∂x",),
    }
    y.label = "out"
    assert "∂out/∂w" in {fields[0] for fields in boxes(draw(y, direction="backward")).values()}


def test_another_node_labelled_y_is_not_the_output():
    target, w = ag.Value(1.0, label="y"), ag.Value(2.0, label="w")
    said = {fields[0] for fields in boxes(draw((w - target) * w, direction="backward")).values()}
    assert {"∂v4/∂y", "∂v4/∂w"} <= said


def test_every_name_in_a_formula_is_in_a_box():
    x, one = ag.Value(0.5, label="x"), ag.Value(-1.0, requires_grad=False)
    drawing = draw(ag.sin(x) * (one * x), direction="backward")
    texts = [fields[1] for fields in boxes(drawing).values() if len(fields) == 3]
    assert sorted(texts) == ["v3 = sin(x)", "v4 = (−1) × x", "y = v3 × v4"]
    labels = [label for head in boxes(drawing) for label in edge_labels(drawing, head)]
    assert sorted(labels) == ["× -1.0000", "× cos(x) = 0.8776", "× v3 = 0.4794", "× v4 = -0.5000"]


def test_arguments_of_a_function_are_named_in_the_backward_picture():
    drawing = draw(lambda height, width: height * width, 2.0, 3.0, direction="backward")
    assert {"∂y/∂height", "∂y/∂width"} <= {fields[0] for fields in boxes(drawing).values()}


def test_drawing_changes_no_gradient_and_works_without_recording():
    x = ag.Value(3.0, label="x")
    y = x * x
    with ag.no_grad():
        drawing = draw(y, direction="backward")
    assert ["∂y/∂x", "6.0000"] in boxes(drawing).values()
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_the_backward_graph_of_tensors():
    w = ag.Tensor(np.ones((3, 2)), requires_grad=True, label="W")
    loss = ag.mean(ag.tanh(ag.Tensor(np.ones((5, 3)), label="X") @ w))
    loss.label = "L"
    drawing = draw(loss, direction="backward")
    assert boxes(drawing)[named(drawing, "∂L/∂W")][:3] == ["∂L/∂W", "(3, 2)", "float64"]
    assert boxes(drawing)[named(drawing, "∂L/∂L")] == ["∂L/∂L", "L = mean(v4)", "() float64", "1.0000"]
    assert w.grad is None


# Folding.


@given(expressions(), st.integers(1, 20), st.sampled_from(["forward", "backward"]))
def test_a_large_graph_folds_with_a_count(drawn, limit, direction):
    y, _ = drawn
    whole, folded = (draw(y, max_nodes=n, direction=direction) for n in (10**6, limit))
    assert folded.total == whole.total == whole.shown
    assert folded.shown == min(limit, whole.total)
    rest = whole.total - folded.shown
    if not rest:
        assert folded.dot == whole.dot
        return
    assert boxes(folded)["folded"] == [f"… {rest} more node{'s' * (rest > 1)}"]
    numbers = {name: fields for name, fields in boxes(folded).items() if name.startswith("n")}
    assert numbers.items() <= boxes(whole).items()
    heads = [head for tail, head, _ in edges(whole) if head in boxes(folded) and tail not in boxes(folded)]
    if max(map(heads.count, heads), default=0) > PARALLEL:  # one edge for many
        return
    kept = [
        ("folded" if tail not in boxes(folded) else tail, head, port)
        for tail, head, port in edges(whole)
        if head in boxes(folded)
    ]
    assert edges(folded) == kept


def test_many_edges_from_one_fold_are_one_edge_that_counts_them():
    x = ag.Value(1.0, label="x")
    y = sum(x * float(i) for i in range(100))
    drawing = draw(y, direction="backward", max_nodes=20)
    (head,) = [name for name in boxes(drawing) if name.startswith("op_")]
    bundles = [label for label in edge_labels(drawing, head) if label.endswith("edges")]
    hidden = 100 - sum(tail != "folded" for tail in into(drawing, head))
    assert bundles == [f"{hidden} edges"]


def test_the_nodes_nearest_the_output_are_kept():
    y = x = ag.Value(1.0, label="x")
    for i in range(20):
        y = ag.sin(y)
        y.label = f"{i}"
    said = [fields[0] for name, fields in boxes(draw(y, max_nodes=3)).items() if name.startswith("n")]
    assert sorted(said) == ["17", "18", "19"]
    assert x.label not in said


@pytest.mark.slow
def test_a_deep_graph_is_drawn_without_recursion():
    y = ag.Value(1.0, label="x")
    for _ in range(30_000):
        y = ag.sin(y)
    found = []
    before = threading.stack_size(SMALL)
    try:
        thread = threading.Thread(target=lambda: found.extend(draw(y, direction=d) for d in ("forward", "backward")))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert [drawing.shown for drawing in found] == [300, 300]
    assert found[0].total == 30_001


def test_a_graph_is_freed_with_its_drawing_and_not_held_by_its_page():
    gc.collect()
    gc.disable()
    try:
        x = ag.Tensor([1.0, 2.0], requires_grad=True)
        y = ag.sum(x * x)
        alive = weakref.ref(y)
        drawings = [draw(y, direction=direction) for direction in ("forward", "backward", "both")]
        drawings.append(draw(y, emphasis="gradient", arrays="heat", path=(x, y)))
        page = drawings[0].page()
        assert all(drawing.total for drawing in drawings)
        del y, drawings
        assert alive() is None
        assert len(page.moments) == 1
    finally:
        gc.enable()


# Bad arguments.


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        ((2.0, {"a": 3.0, "b": [1.0]}), ["x", "p['a']", "p['b'][0]"]),
        ((ag.Value(2.0), {"a": ag.Value(3.0), "b": [1.0]}), ["x", "p['a']", "p['b'][0]"]),
        ((np.ones(2), {"a": np.ones((3, 2)), "b": [np.ones(3)]}), ["x", "p['a']", "p['b'][0]"]),
        ((np.ones(2), {"a": ag.Tensor(np.ones(2)), "b": ([1.0, 2.0],)}), ["x", "p['a']", "p['b'][0][0]", "p['b'][0][1]"]),
    ],
)
@pytest.mark.parametrize("more", ["tanh", None, True, len])
def test_containers_of_inputs_become_containers_of_named_nodes(inputs, names, more):
    def f(x, p, static):
        assert static is more
        return ag.sum(x * p["a"]) + ag.sum(ag.stack([*p["b"]]))

    drawing = draw(f, *inputs, more)
    assert {html.unescape(fields[0]) for fields in boxes(drawing).values()} >= set(names)


@pytest.mark.parametrize("y", [3.0, "x", None, np.ones(2), {"y": 1}])
def test_outputs_that_are_not_nodes_raise_with_their_type(y):
    for direction in ("forward", "backward"):
        with pytest.raises(TypeError, match=f"of type {type(y).__name__}"):
            draw(y, direction=direction)
    with pytest.raises(TypeError, match=f"of type {type(y).__name__}"):
        draw([ag.Value(1.0), y])


def test_options_are_checked():
    x = ag.Value(1.0)
    for options, said in [
        ({"direction": "up"}, "direction must be one of forward, backward, both"),
        ({"rankdir": "XX"}, "rankdir must be one of LR, RL, TB, BT"),
        ({"max_nodes": 0}, "max_nodes must be an integer of at least 1, got 0"),
        ({"max_nodes": 2.5}, "got 2.5"),
        ({"format": 4}, "format must be .* such as '.4f' or '.3g', got 4"),
        ({"format": ".4x"}, "got '.4x'"),
    ]:
        with pytest.raises(ValueError, match=said):
            draw(x, **options)
    with pytest.raises(ValueError, match="empty list"):
        draw([])


def test_only_one_number_that_requires_a_gradient_has_a_backward_graph():
    w = ag.Tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(ValueError, match=r"shape \(2, 3\)"):
        draw(w, direction="backward")
    with pytest.raises(ValueError, match="constant"):
        draw(ag.Value(1.0, requires_grad=False), direction="backward")
    with pytest.raises(TypeError, match="of type list"):
        draw([ag.sum(w)], direction="backward")
