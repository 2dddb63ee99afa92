"""Safety of pages: labels stay text, injected content is inert, and no request leaves the page."""

import html
import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.drawing.text import visible

HOSTILE = [
    "</script><img src=x onerror='window.pwned = 1'>",
    "<!--<script>",
    "</style></svg></textarea><script>window.pwned = 1</script>",
    '" onload="window.pwned=1',
    "${window.pwned = 1} $title $$ %s {0}",
    "\u2028\u2029\x00\ud800 ]]>",
    "&lt;b&gt; &amp;",
    "javascript:window.pwned=1",
]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=30))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[4])
@example(HOSTILE[5])
@example(HOSTILE[6])
@example(HOSTILE[7])
def test_any_text_in_labels_scopes_and_titles_stays_text(show, text):
    x = ag.Value(2.0, label=text)
    with ag.scope(text):
        y = ag.sin(x) * x
    tab = show(ag.draw(y).page(title=text))
    tab.keyboard.press("End")
    assert tab.evaluate("window.pwned") is None
    assert tab.locator("img").count() == 0
    assert tab.locator("script").count() == 2
    shown = visible(text).strip()
    if shown:
        assert " ".join(shown.split()) in " ".join(tab.text_content("h1").split())
        assert " ".join(shown.split()) in " ".join(tab.locator("g.node.parameter").text_content().split())


def test_injected_content_is_inert(show):
    tab = show(ag.draw(ag.sin(ag.Value(1.0))).page())
    stopped = {}
    tab.on("requestfailed", lambda request: stopped.update({request.url: request.failure}))
    tab.evaluate("""() => {
        document.querySelector('h1').innerHTML = '<img src="https://example.com/x.png" onerror="window.pwned = 1">';
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 2';
        document.body.append(script);
    }""")
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.pwned") is None
    assert tab.evaluate("fetch('https://example.com').then(() => 'went out', () => 'stayed')") == "stayed"
    said, show.faults = show.faults, []
    assert any("Content Security Policy" in fault for fault in said)
    tried = [fault for fault in said if fault.startswith("https:")]
    assert tried
    assert all(stopped[url] == "csp" for url in tried)


def test_a_page_is_one_small_file_without_references():
    x = ag.Value(2.0, label="x")
    page = ag.draw(ag.sin(x) * x).page()
    without = re.sub(r"<svg.*?</svg>", "", page.html, flags=re.DOTALL)
    assert len(without.encode()) < 100_000
    assert re.findall(r"""(?:src|href)\s*=|url\(|@import|https?://(?!www\.w3\.org/)""", page.html) == []


def test_numbers_that_are_not_finite_raise_no_error(show):
    x = ag.Value(0.0, label="x")
    y = ag.log(x) * 0.0 + x
    page = ag.draw(y).page()
    data = re.search(r'<script id="ui-data"[^>]*>(.*?)</script>', page.html, re.DOTALL).group(1)
    json.loads(data, parse_constant=pytest.fail)
    tab = show(page)
    tab.keyboard.press("End")
    assert tab.locator("g.node.alarm").count() == 3
    tab.locator("g.node.parameter").click()
    assert tab.locator("#ui-paths li").count() == 0  # ∞ times 0 is no sum of products


def test_a_notebook_shows_the_page_in_a_sandboxed_frame(show, window):
    page = ag.watch(lambda x: ag.tanh(x) * x, 0.5)
    bundle, _ = page._repr_mimebundle_()
    assert bundle["text/plain"] == repr(page)
    assert 'sandbox="allow-scripts"' in bundle["text/html"]
    tab = window.tab
    tab.goto("about:blank")
    show.faults.clear()
    tab.set_content(bundle["text/html"])
    frame = tab.frame_locator("iframe")
    frame.locator("#ui-last").click()
    assert frame.locator("[data-gradient]").count() == 3
    assert html.unescape(bundle["text/html"]).count("<svg") == 2  # from left to right, and from top to bottom
    assert not frame.locator("#ui-save").is_visible()  # the sandbox allows no downloads


def test_a_page_without_a_renderer_raises(monkeypatch):
    monkeypatch.setenv("AUTOGRAD_DOT", "no-such-program")
    page = ag.draw(ag.sin(ag.Value(1.0))).page()
    assert "no-such-program" in page._repr_mimebundle_()["text/plain"]
    with pytest.raises(ag.RenderError, match="no-such-program"):
        _ = page.html


def test_bad_page_paths_raise(tmp_path):
    drawing = ag.draw(ag.sin(ag.Value(1.0)))
    with pytest.raises(ValueError, match=r"\.html or \.htm, not '\.svg'"):
        drawing.page(tmp_path / "page.svg")
    with pytest.raises(FileNotFoundError, match="make it first"):
        drawing.page(tmp_path / "none" / "page.html")
    with pytest.raises(ValueError, match="tape has no page"):
        ag.draw(ag.record(ag.sin, 1.0)).page()
    x = ag.Tensor(np.ones(2), requires_grad=True)
    y = ag.sum(x * x)
    x.data = np.zeros(2)
    with pytest.raises(RuntimeError):
        ag.draw(y).page()
    assert list(tmp_path.iterdir()) == []
