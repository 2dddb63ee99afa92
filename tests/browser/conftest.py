"""Fixtures for pages in Chromium, driven by Playwright; every page is checked for errors and requests."""

import os
import shutil

import pytest

#: No sandbox, for root; no background network requests; the same font rendering everywhere.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none",
]  # fmt: skip


def pytest_itemcollected(item):
    if "window" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")
        item.add_marker("slow")


class Window:
    """(tab for pages opened as files, list of their errors and requests)."""

    def __init__(self, browser, folder):
        self.file = folder / "graph.html"
        self.tab = browser.new_context(reduced_motion="no-preference").new_page()
        self.tab.set_default_timeout(5000)
        self.faults = []
        self.tab.on("console", lambda message: self.faults.append(message.text))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.on("request", lambda request: request.url == self.file.as_uri() or self.faults.append(request.url))

    def __call__(self, page, width=1200, height=800, scheme="light", motion="no-preference"):
        page.save(self.file)
        self.tab.set_viewport_size({"width": width, "height": height})
        self.tab.emulate_media(color_scheme=scheme, reduced_motion=motion)
        self.tab.goto(self.file.as_uri())
        return self.tab


@pytest.fixture(scope="session")
def window(tmp_path_factory):
    """A window of the browser `$AUTOGRAD_BROWSER`, which must exist if set, or of one that is found."""
    asked = os.environ.get("AUTOGRAD_BROWSER")
    if not asked:
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    path = shutil.which(asked or "chromium") or (None if asked else shutil.which("google-chrome"))
    if path is None and not asked:
        pytest.skip("there is no Chromium: install one, or set $AUTOGRAD_BROWSER")
    assert path, f"$AUTOGRAD_BROWSER is {asked!r}, which is no program"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield Window(browser, tmp_path_factory.mktemp("pages"))
        browser.close()


#: The texts that do not end inside their boxes or buttons.
OUTSIDE = """() => [
  ...(typeof scene === "undefined" ? [] : scene.shapes).flatMap(({ box, texts }) => {
    const { x, width } = box.querySelector("path, polygon").getBBox();
    return texts.filter((text) => text.getBBox().x + text.getBBox().width > x + width + 1);
  }),
  ...[...document.querySelectorAll("button")].filter((button) => button.scrollWidth > button.clientWidth),
].map((part) => part.textContent)"""


@pytest.fixture
def show(window):
    """Open a page: it must not write to the console, request other files, or end with a text outside of its box or button."""
    yield window
    outside = window.tab.evaluate(OUTSIDE)
    faults, window.faults = window.faults, []
    assert (faults, outside) == ([], [])
