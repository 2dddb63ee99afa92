"""The chain rule as text: `explain` step by step, `paths` path by path."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd as ag
from autograd import draw
from autograd.drawing.paths import MOST
from autograd.drawing.text import number
from tests.autograd.drawing.test_draw import boxes, expressions


@given(expressions())
def test_the_products_along_all_paths_add_up_to_the_gradient(drawn):
    y, leaves = drawn
    for x in leaves:
        try:
            found = ag.paths(x, y)
        except ValueError:
            assert ag.gradients(y, [x])[0] == 0.0
            continue
        (gradient,) = ag.gradients(y, [x])
        assert found.total == pytest.approx(gradient, rel=1e-12, abs=1e-12)
        assert len(found.listed) == min(found.count, MOST)
        for path in found.listed:
            assert (path.nodes[0], path.nodes[-1]) == (x, y)
            assert path.product == pytest.approx(math.prod(path.factors), rel=1e-12)
        if found.count <= MOST:
            assert math.fsum(path.product for path in found.listed) == pytest.approx(gradient, rel=1e-9, abs=1e-9)


@given(expressions())
def test_a_path_is_a_chain_of_uses(drawn):
    y, (x, *_) = drawn
    try:
        found = ag.paths(x, y)
    except ValueError:
        return
    for path in found.listed:
        assert all(any(use is before for use in after.inputs) for before, after in pairwise(path.nodes))


def test_more_paths_than_can_be_listed_are_counted_and_added_up():
    y = x = ag.Value(1.0, label="x")
    for _ in range(100):
        y = y * 0.25 + y * 0.25
    found = ag.paths(x, y)
    assert found.count == 2**100
    assert found.total == 0.5**100
    assert f"… and {2**100 - MOST:,} more" in repr(found)


def test_no_path_raises():
    x, y = ag.Value(1.0, label="x"), ag.Value(2.0, label="y")
    with pytest.raises(ValueError, match="no path"):
        ag.paths(x, ag.sin(y))
    with pytest.raises(TypeError, match="of type float"):
        ag.paths(1.0, y)
    assert repr(ag.paths(x, x)).startswith("∂x/∂x = 1.0000, the sum over 1 path\n")


@given(expressions())
def test_every_number_of_an_explanation_is_right(drawn):
    """Each line ends with the gradient, which is the sum of the products on it."""
    y, leaves = drawn
    y.label = "L"
    assume(len({leaf.label for leaf in leaves} | {"L"}) == len(leaves) + (y not in leaves))
    story = ag.explain(y, format=".10f")
    for leaf in leaves:
        line = re.search(rf"^  ∂L/∂{leaf.label} = (.*)$", story, re.MULTILINE)
        if line is None:
            continue
        *_, sums, total = line[1].split(" = ") if " = " in line[1] else ["", line[1], line[1]]
        assert total == number(ag.gradients(y, [leaf])[0], ".10f")
        added = sum(math.prod(map(float, product.split(" × "))) for product in sums.split(" + "))
        assert added == pytest.approx(float(total), rel=1e-6, abs=1e-6)


@given(expressions(), st.sampled_from(["forward", "backward", "both"]))
def test_every_name_of_an_explanation_is_in_a_box(drawn, direction):
    y, _ = drawn
    told = set(re.findall(r"^  (\w+) = ", ag.explain(y), re.MULTILINE))
    said = " ".join(text for fields in boxes(ag.draw(y, direction=direction)).values() for text in fields)
    assert told <= set(re.findall(r"\w+", said))


def test_wrt_limits_the_explanation_to_its_paths():
    a, b, c = (ag.Value(float(i + 1), label=name) for i, name in enumerate("abc"))
    y = ag.sin(a * b) + c
    y.label = "y"
    assert "∂y/∂c" in ag.explain(y)
    told = ag.explain(y, wrt=a)
    assert "∂y/∂c" not in told
    assert "∂y/∂a" in told
    assert "∂y/∂b" in ag.explain(y, wrt=[a, b])


def test_small_arrays_are_explained_by_their_numbers():
    w = ag.Tensor([[1.0, -2.0], [0.5, 10.0]], requires_grad=True, label="w")
    told = ag.explain(ag.sum(ag.square(w)), format=".1f")
    assert "  v2 = w² =\n      [  1.0   4.0]\n      [  0.2 100.0]\n" in told
    assert told.endswith("  ∂y/∂w = ∂y/∂v2 × 2 × w =\n      [ 2.0 -4.0]\n      [ 1.0 20.0]")
    assert "  ∂y/∂b = ∂y/∂v2 × [2 0.5] = [2.0 0.5]" in ag.explain(ag.sum(_leaf([1.0, 1.0], "b") * [2.0, 0.5]), format=".1f")


@pytest.mark.parametrize("shape", [(9, 1), (1, 9), (2, 2, 2), (9,), (0,)])
def test_other_arrays_are_explained_by_shape_and_size(shape):
    told = ag.explain(ag.sum(ag.square(_leaf(np.ones(shape), "w"))))
    assert f"v2 = w² = float64 of shape {shape}" in told
    assert f"∂y/∂w = ∂y/∂v2 × 2 × w = array of shape {shape}, up to" in told


def _leaf(data, label):
    return ag.Tensor(data, requires_grad=True, label=label)


@pytest.mark.parametrize(
    ("smaller", "text"),
    [
        ((3,), "Σ_rows(g × tanh(x))"), ((1, 3), "Σ_rows(g × tanh(x))"), ((2, 1), "Σ_columns(g × tanh(x))"),
        ((), "Σ(g × tanh(x))"), ((1, 1), "Σ(g × tanh(x))"), ((2, 3), "g × tanh(x)"),
    ],
)  # fmt: skip
def test_a_sum_over_broadcast_axes_is_named(smaller, text):
    k, x = _leaf(np.full(smaller, 2.0), "k"), _leaf(np.ones((2, 3)), "x")
    t = ag.tanh(x)
    t.label = "tanh(x)"
    y = ag.sum(k * t * np.ones((2, 3)))
    assert f"∂y/∂k = {text} =" in re.sub(r"∂y/∂v\d+", "g", ag.explain(y))
    arrows = [line for line in draw(y, direction="backward").dot.splitlines() if "->" in line]
    assert any("Σ" in arrow for arrow in arrows) is (smaller != (2, 3))


def test_the_condition_of_a_constant_derivative_is_given():
    for x, condition in ((0.5, "1 because x > 0"), (-0.5, "0 because x ≤ 0"), (math.nan, "0 because not x > 0")):
        assert f"∂y/∂x = ∂y/∂y × ({condition}) =" in ag.explain(ag.relu(ag.Value(x, label="x")))


def test_explain_needs_a_gradient():
    x = ag.Value(1.0)
    for wrong, error, said in [
        (3.0, TypeError, "of type float"),
        (ag.Value(1.0, requires_grad=False), ValueError, "constant"),
        (ag.Tensor(np.ones(2), requires_grad=True), ValueError, r"shape \(2,\)|one element"),
    ]:
        with pytest.raises(error, match=said):
            ag.explain(wrong)
    with pytest.raises(ValueError, match="does not depend"):
        ag.explain(ag.sin(x), wrt=ag.Value(2.0))
