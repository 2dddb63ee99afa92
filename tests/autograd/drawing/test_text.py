"""Any text is safe in a picture: the rendered text equals the label."""

import re
import unicodedata
import xml.etree.ElementTree as ET
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd as ag
from autograd.drawing.draw import draw
from autograd.drawing.forward_model import graph_of
from autograd.drawing.graphviz import render
from autograd.drawing.text import LONGEST, isolate, number, visible

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    *(
        '"',
        "\\",
        "\\\\",
        'a\\"b',
        "{a|b}",
        "<f0> x",
        "a < b > c",
        "<b>bold</b>",
        "<>",
        "two\nlines",
        "\r\n\t",
        "\\N\\G\\E\\T\\H",
    ),
    *(
        "\\l\\r\\n",
        "&",
        "&amp;",
        "&amp;amp;",
        "&#65;",
        "&nbsp;",
        "</script>",
        "<!-- x -->",
        "]]>",
        "\x00\x1b\x7f\x85",
        "\ud800",
    ),
    *(
        "\ufffe\uffff\U0001fffe",
        "שלום",
        "مرحبا",
        "日本語",
        "👩\u200d👧 é",
        "\u202eabc",
        "\u2028",
        "\xa0",
        "  a  b  ",
        "[x]",
        "a->b;",
        "%",
        "'",
    ),
]
texts = st.text(st.characters()) | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE)).map("".join)


def shown(drawing):
    """The texts of every node of the rendered picture, by the node's name."""
    groups = ET.fromstring(render(drawing.dot, "svg")).iter(f"{SVG}g")
    return {
        group.findtext(f"{SVG}title"): [(text.text or "").replace("\xa0", " ") for text in group.iter(f"{SVG}text")]
        for group in groups
        if group.get("class") == "node"
    }


@given(st.lists(texts, min_size=1, max_size=8))
@example(HOSTILE)
def test_a_rendered_picture_contains_the_labels(labels):
    leaves = [ag.Value(1.0, label=label) for label in labels]
    y = leaves[0] * leaves[0]
    for leaf in leaves[1:]:
        y = y * leaf
    boxes = shown(draw(y))
    computed = len(leaves)
    assert len(boxes) == len(leaves) + 2 * computed
    written = [fields[0] for fields in boxes.values() if len(fields) == 3]
    for label in filter(None, labels):  # a label that is not unique is followed by a name
        texts = {visible(label), *(visible(f"{isolate(label)} (v{i})") for i in range(len(boxes)))}
        written.remove(next(text for text in written if text in texts))
    assert all(re.fullmatch(r"v\d+|y", text) for text in written)


def names_in(y):
    """The name of every node in formulas."""
    return {node: fact.name for node, fact in graph_of([y]).nodes.items()}


@given(texts, texts)
@example(HOSTILE[7], HOSTILE[22])
def test_formulas_frames_and_captions_contain_the_labels(one, other):
    x, w = ag.Value(0.5, label=one), ag.Value(2.0, label=other)
    with ag.scope(one):
        y = ag.sin(x) * w
    for drawing in (draw(y, path=(x, y)), draw(y, path=(x, y), direction="both")):
        texts = [(text.text or "").replace("\xa0", " ") for text in ET.fromstring(drawing.svg()).iter(f"{SVG}text")]
        expected = ag.paths(x, y).lines(names_in(y))
        assert sum(text.strip() in {visible(line, 200).strip() for line in expected} for text in texts) == len(expected)
        assert sum(text == visible(one) for text in texts) >= (2 if one else 0)  # the frame and the box
    boxes = shown(draw(y, direction="backward"))
    assert len(boxes) == 4
    names = names_in(y)
    assert sorted(fields[0] for fields in boxes.values()) == sorted(
        visible(f"∂{names[y]}/∂{names[v]}") for v in (x, w, y, y.inputs[0])
    )


@given(texts)
def test_an_op_may_have_any_symbol(symbol):
    @ag.custom_op(lambda g, y, x: g, kind="elementwise", symbol=symbol)
    def unchanged(xp, x):
        return x

    try:
        assert shown(draw(unchanged(ag.Value(1.0))))["op_n0"] == [visible(symbol or "unchanged")]
    finally:
        del ag.OPS["unchanged"]


@given(texts)
def test_visible_text_is_short_one_line_and_legal_xml(text):
    seen = visible(text)
    assert len(seen) == min(len(text), LONGEST)
    assert len(seen.splitlines()) <= 1
    assert ET.fromstring(f"<a>{escape(seen)}</a>").text == (seen or None)
    assert visible(seen) == seen


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=LONGEST))
def test_visible_text_is_unchanged(text):
    assert visible(text) == text


@given(st.characters())
def test_control_characters_are_replaced(c):
    if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}:
        assert unicodedata.category(visible(c)) == "So"


def test_long_text_folds():
    assert visible("x" * LONGEST) == "x" * LONGEST
    assert visible("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"


@given(
    st.floats(-1e308, 1e308) | st.sampled_from([float("nan"), float("inf"), -float("inf")]),
    st.integers(0, 17),
    st.sampled_from("feg"),
)
def test_a_number_is_shown_to_its_precision(x, digits, kind):
    text = number(x, f".{digits + (kind == 'g')}{kind}")
    half = 0.5 * 10.0**-digits
    assert len(text) <= digits + 8
    assert float(text) == pytest.approx(x, rel=half, abs=half if abs(x) >= half else 0.0, nan_ok=True)
    assert (float(text) == 0) == (x == 0)
