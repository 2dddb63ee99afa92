"""Pictures of the gallery in a browser: no text leaves its box, overlaps another, or is closer to one side of its box."""

import pytest

from demos.gallery import GALLERY

#: Texts outside of their shape, or overlapping; the bounding box of a text is slightly larger than its glyphs.
OUTSIDE = """() => [...document.querySelectorAll("g.node")].flatMap((node) => {
    const outline = node.querySelector("polygon, path, ellipse").getBBox();
    return [...node.querySelectorAll("text")].filter((text) => {
        const { x, width } = text.getBBox();
        return x < outline.x || x + width > outline.x + outline.width;
    }).map((text) => text.textContent);
})"""
#: Texts that are not in the middle of their shape; a folder has lines that begin below each other, and more corners.
LOPSIDED = """() => [...document.querySelectorAll("g.node")].flatMap((node) => {
    const [outline, ...others] = node.querySelectorAll("polygon, path, ellipse");
    if (outline.points?.length > 5) return [];
    const { x: left, width } = outline.getBBox();
    const maps = others.find((part) => part.previousElementSibling?.localName === "text");
    const middle = (left + (maps ? maps.getBBox().x : left + width)) / 2;
    return [...node.querySelectorAll("text")].filter((text) => {
        const { x, width } = text.getBBox();
        return Math.abs(x + width / 2 - middle) > 0.5;
    }).map((text) => text.textContent);
})"""
MEETING = """() => {
    const boxes = [...document.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
    ).map(([other]) => `${one} | ${other}`));
}"""


@pytest.mark.parametrize("name", GALLERY)
def test_text_keeps_within_its_box(window, name):
    window.tab.set_content(GALLERY[name][1](theme="light").svg())
    assert window.tab.locator("g.node").count() > 0
    assert window.tab.evaluate(OUTSIDE) == []
    assert window.tab.evaluate(LOPSIDED) == []
    assert window.tab.evaluate(MEETING) == []


def test_text_outside_of_its_box_is_found(window):
    svg = GALLERY["neuron"][1](theme="light").svg()
    window.tab.set_content(svg.replace('font-size="11.00"', 'font-size="30.00"'))
    assert window.tab.evaluate(OUTSIDE) != []
    assert window.tab.evaluate(MEETING) != []


def test_text_beside_the_middle_of_its_box_is_found(window):
    window.tab.set_content(GALLERY["neuron"][1](theme="light").svg().replace('"middle"', '"start"'))
    assert window.tab.evaluate(LOPSIDED) != []
