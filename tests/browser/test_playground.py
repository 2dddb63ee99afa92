"""The playground in a browser without a network: programs, Stop, errors at their line, links, narrow screens, keyboard."""

import contextlib
import io

import numpy as np
import pytest

from autograd.cli.playground import build, packages

MOST_BYTES = 11_000_000
#: The texts from which a picture and a page are rendered, which must be those of native Python.
DOT = """from autograd import Value, draw, tanh
w, x = Value(-3.0, label="w"), Value(2.0, label="x")
y = tanh(w * x + 6.88) ** 2
print(draw(y).dot, draw(y).page().dot, draw(y).mermaid)
y
"""
PROGRAMS = {file.name: file.read_text("utf-8") for file in build.programs()} | {"dot": DOT}


class Playground:
    """The page, and what it said or asked for that it must not."""

    def __init__(self, tab, file):
        self.faults, self.tab = [], tab
        tab.set_default_timeout(30_000)
        tab.on("console", lambda message: self.faults.append(message.text))
        tab.on("pageerror", lambda error: self.faults.append(str(error)))
        tab.on("request", lambda request: request.url.startswith(("file:", "blob:")) or self.faults.append(request.url))
        tab.goto(file.as_uri())
        self.wait("Ready")

    def wait(self, status):
        self.tab.locator(f"#status:text-is('{status}')").wait_for()

    def run(self, source):
        """Run a program; returns what it printed."""
        self.tab.fill("#source", source)
        self.tab.keyboard.press("Control+Enter")
        self.wait("Done")
        return self.tab.text_content("#printed")


@pytest.fixture(scope="module")
def playground(window, tmp_path_factory):
    """One page for all tests, opened from a file, offline; skipped if its parts are neither cached nor reached."""
    try:
        text = build.playground(packages.npm_files(), {}).encode()
    except ConnectionError as error:
        pytest.skip(str(error))
    assert len(text) < MOST_BYTES
    file = tmp_path_factory.mktemp("playground") / "playground.html"
    file.write_bytes(text)
    context = window.tab.context.browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    page = Playground(context.new_page(), file)
    print(f"ready after {page.tab.get_attribute('html', 'data-ready')} ms")
    yield page
    context.close()
    assert page.faults == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_native_python_prints(playground, name):
    native = io.StringIO()
    with contextlib.redirect_stdout(native):
        exec(compile(PROGRAMS[name], name, "exec"), {"__name__": "__main__"})
    assert playground.run(PROGRAMS[name]) == native.getvalue()
    assert not playground.tab.is_visible("#error")


def test_the_page_of_a_value_plays_in_a_frame_with_the_lines_of_the_program(playground):
    playground.run(DOT)
    frame = playground.tab.frame_locator("#result")
    assert frame.locator("#ui-source").text_content() == "y = tanh(w * x + 6.88) ** 2"
    frame.locator("#ui-last").click()
    assert frame.locator("[data-gradient]").count() == 6
    frame.locator("g.node.parameter").first.click()
    frame.locator("#ui-value").fill("-3.5")
    assert "-3.5000" in frame.locator("g.node.parameter").first.text_content()


def test_an_endless_loop_is_stopped_and_the_next_run_works(playground):
    source = "n = 0\nwhile True:\n    n += 1\n    if n < 9:\n        print(n)"
    playground.tab.fill("#source", source)
    playground.tab.click("#run")
    playground.tab.locator("#printed:has-text('8')").wait_for()
    playground.tab.click("#stop")
    playground.wait("Ready")
    assert playground.tab.input_value("#source") == source
    assert playground.run("print('next')") == "next\n"


def test_an_error_is_shown_at_its_line(playground):
    tab = playground.tab
    playground.run("def f(x):\n    return 1 / x\n\nprint(1)\nf(0)\n")
    row, band, fault = (tab.locator(part).bounding_box() for part in ("#source", "#band", "#fault"))
    assert band["y"] - row["y"] == pytest.approx(6.4 + 22.4, abs=1)
    assert fault["y"] == pytest.approx(band["y"], abs=1)
    assert tab.text_content("#fault") == "ZeroDivisionError: division by zero"
    assert tab.text_content("#message") == "Line 2: ZeroDivisionError: division by zero"
    assert not tab.is_visible("#traceback")
    tab.locator("summary").click()
    assert 'File "program.py", line 5' in tab.text_content("#traceback")
    tab.type("#source", "x")
    assert not tab.is_visible("#band")
    tab.fill("#source", "import time\ntime.sleep(0.2)\n1 / 0")
    tab.keyboard.press("Control+Enter")
    tab.type("#source", "x")  # during the run
    playground.wait("Done")
    assert tab.text_content("#message").startswith("Line 3: ZeroDivisionError")
    assert not tab.is_visible("#band")


def test_nothing_is_wider_than_a_phone(playground):
    tab = playground.tab
    tab.set_viewport_size({"width": 390, "height": 844})
    for source in (DOT, "long = 1\n'" + 200 * "x" + "'", f"'{200 * 'x'}' / 2"):
        playground.run(source)
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.set_viewport_size({"width": 1200, "height": 900})


def test_a_program_travels_in_the_address_and_as_a_file(playground):
    tab = playground.tab
    program = "# 'é' <b> ∂\nprint(1)\n# " + "".join(map(chr, np.random.default_rng(0).integers(33, 5000, 60_000)))
    tab.fill("#source", program)
    tab.click("#share")
    tab.locator("#status:has-text('link')").wait_for()
    address = tab.evaluate("location.hash")
    tab.fill("#source", "")
    tab.evaluate("history.replaceState(null, '', '#')")
    tab.evaluate("(address) => { location.hash = address; }", address)
    tab.wait_for_function("() => source.value")
    assert tab.input_value("#source") == program
    with tab.expect_download() as saved:
        tab.click("#save")
    assert (saved.value.suggested_filename, saved.value.path().read_text("utf-8")) == ("program.py", program)


def test_the_keyboard_alone_edits_and_runs(playground):
    tab = playground.tab
    tab.fill("#source", "")
    tab.focus("#source")
    for key in ("i", "f", " ", "1", ":", "Enter", "1", "Enter", "Tab", "2", "Shift+Tab"):
        tab.keyboard.press(key)
    assert tab.input_value("#source") == "if 1:\n    1\n    2"
    tab.keyboard.press("Control+z")
    assert tab.input_value("#source") == "if 1:\n    1\n        2"
    tab.keyboard.press("Escape")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") != "source"
    tab.focus("#examples")
    tab.keyboard.press("End")
    assert "Python loop" in tab.input_value("#source")


def test_the_policy_of_the_page_holds_for_programs(playground):
    """Data in the address need no network, so that the policy alone refuses them."""
    playground.run("import js\nrequest = js.XMLHttpRequest.new()\nrequest.open('GET', 'data:,1', False)\nrequest.send()")
    assert "NetworkError" in playground.tab.text_content("#message")
