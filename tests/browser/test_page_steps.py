"""Steps of a page: differences, chapters, addresses, folds that open, the source, and pictures that are saved."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.image import imread

import autograd as ag
import nn
from tests.browser.test_page import steps_of, until

#: The state of every part of the graph, as text.
STATE = """() => [...document.querySelectorAll("#ui-graph svg .graph *")].map((e) =>
    [e.id, [...e.classList].sort(), e.getAttribute("aria-label"), e.dataset.gradient, e.children.length ? "" : e.textContent]
    .join(" ")).join("|")"""

#: Move the slider to a step.
SLIDE = "(step) => { const s = document.getElementById('ui-slider'); s.value = step; s.dispatchEvent(new Event('input')); }"

#: The number of changes of the document at each key.
CHANGES = """(keys) => {
    const eye = new MutationObserver(() => {});
    eye.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
    return keys.map((key) => {
        document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        return eye.takeRecords().length;
    });
}"""


def chain(n):
    y = ag.Value(0.5, label="x")
    for _ in range(n):
        y = ag.sin(y) * 1.5
    return y


MODELS = []  # a model that is gone has no names


def layers():
    model = nn.MLP(3, [4], 2, seed=0)
    y = nn.cross_entropy(model(ag.Tensor(np.ones((2, 3)))), np.array([0, 1]))
    y.label = "loss"
    MODELS.append(model)
    return y


@pytest.mark.parametrize("make", [lambda: chain(6), layers])
def test_any_way_to_a_step_leads_to_the_same_picture(show, make):
    tab = show(ag.draw(make()).page())
    last = int(tab.get_attribute("#ui-slider", "max"))
    seen = [tab.evaluate(STATE)]
    for _ in range(last):
        tab.keyboard.press("ArrowRight")
        seen.append(tab.evaluate(STATE))
    assert len(set(seen)) == last + 1
    tab.keyboard.press("Home")
    assert tab.evaluate(STATE) == seen[0]
    for step in (last, 2, last - 1, 1, last // 2, 0):
        tab.evaluate(SLIDE, step)
        assert tab.evaluate(STATE) == seen[step]


def test_the_changes_of_a_step_do_not_grow_with_the_graph(show):
    counts = {}
    for n in (10, 80):
        tab = show(ag.draw(chain(n)).page())
        counts[n] = max(tab.evaluate(CHANGES, ["ArrowRight"] * 12))
    assert counts[80] <= counts[10] + 2


def test_the_address_names_the_step(show):
    page = ag.draw(chain(3)).page()
    tab = show(page)
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    until(lambda: tab.evaluate("location.hash") == "#step=2")
    tab.evaluate("location.hash = 'step=4'")
    until(lambda: tab.input_value("#ui-slider") == "4")
    for mark, step in (
        ("#step=3", "3"),
        ("#step=9999", tab.get_attribute("#ui-slider", "max")),
        ("#step=-1", "0"),
        ("#x", "0"),
    ):
        tab.goto("about:blank")
        tab.goto(show.file.as_uri() + mark)
        assert tab.input_value("#ui-slider") == step
    show.faults[:] = [fault for fault in show.faults if not fault.startswith((show.file.as_uri(), "about:"))]


def test_chapters_are_the_frames_of_both_passes(show):
    tab = show(ag.draw(layers()).page())
    names = tab.locator("#ui-chapter option").all_text_contents()
    assert names == [
        "Start", "Forward: layers.0: Linear(3, 4)", "Forward: layers.1: ReLU()", "Forward: layers.2: Linear(4, 2)", "Forward",
        "Backward", "Backward: layers.2: Linear(4, 2)", "Backward: layers.1: ReLU()", "Backward: layers.0: Linear(3, 4)",
    ]  # fmt: skip
    tab.select_option("#ui-chapter", label="Backward: layers.1: ReLU()")
    assert "Backward" in tab.inner_text("#ui-kind")
    assert tab.locator("#ui-chapter option:checked").inner_text() == "Backward: layers.1: ReLU()"
    forward, backward = (tab.locator(f"#ui-passes span:nth-child({i})").bounding_box()["width"] for i in (1, 2))
    assert forward > 50
    assert backward > 50


@pytest.mark.parametrize("options", [{"depth": 1}, {"depth": 0, "rankdir": "TB"}, {"max_nodes": 4}])
@pytest.mark.parametrize("by", ["click", "Enter", "o"])
def test_a_fold_opens_at_the_same_step(show, options, by):
    y = layers()
    tab = show(ag.draw(y, **options).page())
    fold = tab.locator("#ui-graph .node.folded").first
    tab.select_option("#ui-chapter", label="Backward")
    formula = tab.inner_text("#ui-formula")
    if by == "click":
        fold.dispatch_event("click")
    else:
        fold.focus()
        tab.keyboard.press(by)
    assert tab.locator("#ui-graph .node.folded").count() == 0
    assert tab.locator("#ui-graph .node.parameter").count() == 4
    assert "Backward: layers.1: ReLU()" in tab.locator("#ui-chapter option").all_text_contents()
    assert tab.inner_text("#ui-formula") == formula
    tab.click("#ui-folds")
    assert tab.locator("#ui-graph .node.folded").count() > 0
    assert tab.inner_text("#ui-formula") == formula


def test_a_graph_that_is_too_large_says_how_to_open_its_folds(show):
    page = ag.draw(chain(500), max_nodes=20).page()
    assert page.opened is None
    tab = show(page)
    assert not tab.locator("#ui-folds").is_visible()
    tab.locator("#ui-graph .node.folded").first.dispatch_event("click")
    assert "max_nodes=" in tab.inner_text("#ui-details")


def test_the_picture_turns_and_keeps_its_step(show):
    tab = show(ag.draw(chain(4)).page())
    tab.keyboard.press("End")
    before, state = tab.locator("#ui-graph svg").get_attribute("viewBox").split(), tab.evaluate(STATE)
    tab.keyboard.press("t")
    width, height = (float(x) for x in tab.locator("#ui-graph svg").get_attribute("viewBox").split()[2:])
    assert (float(before[2]) > float(before[3])) != (width > height)
    assert sorted(re.findall(r"n\d+ [^|]*", tab.evaluate(STATE))) == sorted(re.findall(r"n\d+ [^|]*", state))
    sizes = []
    for width in (1200, 390):  # upright on a phone, where that is larger
        tab = show(ag.draw(layers()).page(), width)
        tab.keyboard.press("0")
        box = tab.locator("#ui-graph svg").get_attribute("viewBox").split()
        sizes.append(float(box[2]) / float(box[3]))
    assert sizes[0] > 2
    assert sizes[1] < 2.5


def test_the_source_is_lit_and_leads_to_its_numbers(show):
    def f(x):
        h = x * 2.0
        for _ in range(2):
            h = ag.sin(h) + x
        return h * h

    tab = show(ag.watch(f, 0.5))
    lines = tab.locator("#ui-source > *").all_inner_texts()
    assert [line.strip() for line in lines] == ["h = x * 2.0", "for _ in range(2):", "h = ag.sin(h) + x", "return h * h"]
    tab.keyboard.press("ArrowRight")
    assert tab.inner_text("#ui-source .now").strip() == "h = x * 2.0"
    tab.locator("#ui-source button").filter(has_text="ag.sin").click()
    assert tab.locator("#ui-graph .found").count() == 4
    assert "ag.sin" in tab.inner_text("#ui-line")
    tab.locator("#ui-graph .node.computed").filter(has_text="y").last.dispatch_event("click")
    assert tab.inner_text("#ui-source .now").strip() == "return h * h"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_of_a_step_can_be_saved(show, scheme):
    tab = show(ag.draw(layers()).page(), scheme=scheme)
    tab.keyboard.press("ArrowRight")
    kept = {}
    for form in ("svg", "png"):
        with tab.expect_download() as download:
            tab.click(f"#ui-{form}")
        assert download.value.suggested_filename == f"How-loss-is-computed-and-its-gradient-step-1.{form}"
        kept[form] = download.value.path().read_bytes()
    root = ET.fromstring(kept["svg"])
    texts = ["".join(x.itertext()) for x in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "weight" in texts
    assert not any("grad" in text for text in texts)  # no gradient yet
    saved = imread(io.BytesIO(kept["png"]))[..., :3]
    other = tab.context.browser.new_page(
        viewport={"width": int(float(root.get("width"))), "height": int(float(root.get("height")))}
    )
    other.set_content(f"<body style='margin:0'>{kept['svg'].decode()}")
    shown = imread(io.BytesIO(other.screenshot()))[..., :3]
    other.close()
    h, w = (n // 16 for n in shown.shape[:2])

    def cells(image, size):
        return image[: h * size, : w * size].reshape(h, size, w, size, 3).mean(axis=(1, 3))

    assert (np.abs(cells(saved, 32) - cells(shown, 16)).max(axis=-1) > 0.1).mean() < 0.02
    show.faults[:] = [fault for fault in show.faults if not fault.startswith("blob:")]


def test_without_script_the_page_tells_the_story_and_shows_no_control(show, window):
    y = chain(3)
    page = ag.draw(y).page()
    page.save(show.file)
    context = window.tab.context.browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(show.file.as_uri())
    assert tab.inner_text("noscript pre").split() == ag.explain(y).split()
    assert not any(part.is_visible() for part in tab.locator("button, input, select, summary").all())
    context.close()


def test_a_printed_page_shows_all_of_the_graph_without_controls(show):
    tab = show(ag.draw(chain(20)).page(), scheme="dark")
    tab.keyboard.press("End")
    tab.emulate_media(media="print")
    tab.wait_for_timeout(100)
    assert not any(part.is_visible() for part in tab.locator("button, input, select, summary").all())
    room = tab.locator("#ui-graph").bounding_box()
    for box in (tab.locator("#ui-graph .node").first.bounding_box(), tab.locator("#ui-graph .node").last.bounding_box()):
        assert room["x"] - 1 <= box["x"] <= room["x"] + room["width"]
    tab.emulate_media(media="screen")


def test_the_wheel_pans_a_page_and_leaves_a_frame_to_what_is_around_it(show, window):
    page = ag.draw(chain(40)).page()
    tab = show(page)
    box = tab.locator("#ui-graph .node.parameter").first
    before = box.bounding_box()
    tab.mouse.move(600, 300)
    tab.mouse.wheel(200, 0)
    tab.wait_for_timeout(50)
    assert box.bounding_box()["x"] == pytest.approx(before["x"] - 200, abs=1.5)
    tab = window.tab
    tab.goto("about:blank")
    show.faults.clear()
    tab.set_content(f"{page._repr_mimebundle_()[0]['text/html']}<div style='height: 3000px'></div>")
    tab.frame_locator("iframe").locator("#ui-last").click()
    tab.mouse.move(300, 300)
    for _ in range(4):
        tab.mouse.wheel(0, 120)
        tab.wait_for_timeout(40)
    until(lambda: tab.evaluate("scrollY") > 0)


def test_a_step_forces_no_layout_and_paints_what_is_in_sight(show):
    y = nn.scalar.MLP(3, [6, 4, 1])([ag.Value(float(i), label=f"x{i}") for i in range(3)])
    tab = show(ag.draw(y, max_nodes=1000).page())
    steps = steps_of(tab)
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable")

    def layouts():
        return next(m["value"] for m in session.send("Performance.getMetrics")["metrics"] if m["name"] == "LayoutCount")

    before = layouts()
    tab.evaluate("for (const last = chapter.steps.length - 1; step < last;) go(step + 1)")
    assert layouts() - before < steps / 10  # those of frames, and of sums that are wider than their box
    assert tab.locator("#ui-graph svg [transform]").count() == 0  # a transformed group is painted as a whole


def test_places_on_the_screen_are_those_of_the_picture(show):
    page = ag.draw(chain(20)).page()
    assert show(page, 366, 670).evaluate("scale()") == pytest.approx(0.9)  # a readable part of it
    tab = show(page, 1200, 800)
    farthest = """() => Math.max(...scene.shapes.map(({ box, bounds: { x, y, width, height } }) => {
        const { left, right, top, bottom } = box.querySelector("path, polygon").getBoundingClientRect();
        const found = at({ clientX: (left + right) / 2, clientY: (top + bottom) / 2 });
        return Math.hypot(found.x - x - width / 2, found.y - y - height / 2);
    }))"""
    for change in (
        lambda: tab.keyboard.press("End"), lambda: tab.keyboard.press("+"), lambda: tab.evaluate("pan({ x: 70, y: 30 })"),
        lambda: tab.set_viewport_size({"width": 900, "height": 500}), lambda: tab.keyboard.press("t"),
        lambda: tab.keyboard.press("0"), lambda: tab.set_viewport_size({"width": 366, "height": 670}),
        lambda: tab.evaluate("fit(true)"),
    ):  # fmt: skip
        change()
        until(lambda: tab.evaluate(farthest) < 0.5)


@pytest.mark.parametrize("columns", [2, 8, 9])
def test_boxes_have_the_recorded_texts_after_the_last_step(show, columns):
    w = ag.Tensor(np.linspace(-1.0, 1.0, 2 * columns).reshape(2, columns), requires_grad=True, label="w")
    tab = show(ag.draw(ag.mean(ag.tanh(w) * w), direction="both").page())
    tab.keyboard.press("End")
    assert tab.evaluate("scene.shapes.filter(({ now, fields }) => String(now) !== String(fields)).map(({ now }) => now)") == []
