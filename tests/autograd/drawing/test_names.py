"""Names and constants in formulas: they mean the same beside any sign, and do not reorder what is beside them."""

import operator
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, draw, explain, paths
from autograd.drawing.names import short_name
from autograd.drawing.text import constant, visible

_PYTHON = str.maketrans({"×": "*", "−": "-", "²": "**2"})
_SIGNS = [operator.add, operator.sub, operator.mul, operator.truediv]


def _label(node, text):
    node.label = text
    return node


@pytest.mark.parametrize("name", ["a + b", "a-b", "a*b", "a/b", "-a", "(a)+(b)", "a if b else a"])
@pytest.mark.parametrize("use", [*_SIGNS, *(lambda x, c, f=f: f(c, x) for f in _SIGNS), lambda x, c: x**2.0])
def test_a_formula_is_true_if_its_names_are_read_as_expressions(name, use):
    a, c = Value(1.5, label="a"), Value(3.0, label="c")
    numbers = {"a": 1.5, "b": -2.25, "c": 3.0}
    x = _label(a * eval(name, dict(numbers)) / 1.5, name)
    text = explain(_label(use(x, c), "y"))
    formula = re.search(r"^  y = (.*) = \S+$", text, re.MULTILINE)[1]
    assert eval(formula.translate(_PYTHON), dict(numbers)) == use(x, c).data
    for factor in re.findall(r"∂y/∂y × (.*?) = ", text):
        gradient = re.search(rf"^  ∂y/∂(?:c|\(.*\)) = ∂y/∂y × {re.escape(factor)} = .* = (\S+)$", text, re.MULTILINE)[1]
        assert eval(factor.translate(_PYTHON), numbers | {"y": use(x, c).data}) == pytest.approx(float(gradient), abs=1e-4)


@pytest.mark.parametrize("name", ["x", "x1", "layers.0.weight", "x[0]", "f(x)", "x̂", "θ", "שלום", "x'"])
def test_a_word_needs_no_parentheses(name):
    assert visible(short_name(name)).strip("\u2068\u2069") == name


@pytest.mark.parametrize("name", ["h²", "Wᵀ", "x y", "2x", "∂f", "x, y", "x = y"])
def test_other_names_are_in_parentheses(name):
    assert short_name(name) == f"({name})"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_constant_has_all_its_digits(x):
    assert float(constant(x).replace("−", "-")) == x
    text = explain(_label(Value(2.0, label="x") + x, "y"))
    formula = re.search(r"^  y = x (.*) = \S+$", text, re.MULTILINE)[1]
    assert eval(f"0.0 {formula}".translate(_PYTHON)) == x


def _depths(text):
    """The number of open isolates after every character."""
    depth = 0
    for c in text:
        depth += (c in "\u2066\u2067\u2068") - (c == "\u2069")
        yield depth


@given(st.text(st.sampled_from("aא1 \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), min_size=1, max_size=60))
def test_a_name_does_not_turn_the_text_beside_it(name):
    x = Value(2.0, label=name)
    y = _label(x * 3.0, name[::-1])
    texts = [*explain(y).splitlines(), repr(paths(x, y)), draw(y).mermaid, draw(y, direction="backward").dot]
    for text in texts:
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e")
        depths = [0, *_depths(text)]
        assert (min(depths), depths[-1]) == (0, 0)
    if "א" in name and len(name) < 24:
        assert re.search("\u2068[^\n]*\u2069 × 3 =", texts[1])
