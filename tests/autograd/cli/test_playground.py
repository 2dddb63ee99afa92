"""The playground: its programs, the end of a run, and the parts of the file."""

import base64
import hashlib
import io
import re
import zipfile
import zlib

import pytest

from autograd import OPS
from autograd.__main__ import main
from autograd.cli.playground import build, packages
from autograd.cli.playground.session import LONGEST, Outcome, run_program

PROGRAMS = build.programs()
LOCK = b'{"info": {}, "packages": {"numpy": {"file_name": "numpy-2.4.6-py3.whl", "sha256": "%s"}, "scipy": {}}}'
WHEEL = b"wheel"
PARTS = {name: name.encode() for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "viz.js")}
PARTS[packages.LOCK] = LOCK % hashlib.sha256(WHEEL).hexdigest().encode()


@pytest.fixture(autouse=True)
def _ops_stay_as_they_were():
    names = set(OPS)
    yield
    for name in set(OPS) - names:
        del OPS[name]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda file: file.name)
def test_each_program_runs_and_shows_its_last_line(program, capsys):
    outcome = run_program(program.read_text("utf-8"))
    assert outcome.kind != "error", outcome.details
    assert outcome.content or capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ny = (x +\n", 2, "SyntaxError: '(' was never closed"),
        ("def f(x):\n    return 1 / x\n\nf(0)", 2, "ZeroDivisionError: division by zero"),
        ("import json\njson.loads('')", 2, "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("from autograd import Value\nValue(1.0) @ 2.0", 2, None),
        ("def f(): return f()\nf()", 1, "RecursionError: maximum recursion depth exceeded"),
        ("raise SystemExit", 1, "SystemExit"),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
        ("from autograd import Tensor, draw\n\ndraw(Tensor([1.0]), theme='red')", 3, None),
        ("\n\n'\\ud800'.encode()", 3, None),
        ("class A:\n    def __str__(self):\n        raise ValueError('no text')\nA()", 3, "ValueError: no text"),
    ],
)
def test_an_error_has_its_line_in_the_program(source, line, message):
    outcome = run_program(source)
    assert (outcome.kind, outcome.line) == ("error", line)
    assert outcome.content == message or message is None
    assert "session.py" not in outcome.details
    assert outcome.content.partition(":")[0] in outcome.details.splitlines()[-1]


def test_no_package_is_to_be_installed_in_a_browser(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    asked = run_program("x = input()")
    assert (asked.line, asked.content.endswith("input() has no keyboard here, so write the value into the program")) == (
        1,
        True,
    )
    missing = run_program("raise ImportError(\"np.array needs NumPy: pip install 'numpy'\")")
    assert missing.content == "ImportError: np.array needs NumPy; this page does not contain it"


def test_the_value_of_the_last_line_decides_what_is_shown():
    lines = "from autograd import Value, draw, explain\nx = Value(3.0, label='x')\ny = x * x\n"
    assert len(run_program("[0] * 10**5").content) == LONGEST
    assert run_program(lines) == run_program(lines + "None") == run_program("") == Outcome()
    assert run_program(lines + "y.data").content == "9.0"
    assert run_program(lines + "explain(y)").content.startswith("forward\n")
    picture = run_program(lines + "draw(y, direction='forward')")
    assert (picture.kind, picture.content.count("<svg")) == ("picture", 1)
    page = run_program(lines + "y")
    assert (page.kind, page.content[:15]) == ("page", "<!DOCTYPE html>")
    assert "program.py:3" in page.content
    assert run_program(lines + "draw(y).page()") == page


def test_programs_are_main_and_do_not_see_each_other():
    source = "import sys\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int' = 1\n"
    source += "sys.modules[__name__].P, __name__"
    assert run_program(source).content == "(<class '__main__.P'>, '__main__')"
    assert run_program("P").content == "NameError: name 'P' is not defined"


def parts_of(text):
    blocks = re.findall(r'data-name="([\w-]+)">([^<]*)<', text)
    return {name: zlib.decompress(base64.b64decode(data), -zlib.MAX_WBITS) for name, data in blocks}


def test_the_file_holds_its_parts_and_names_no_address():
    text = build.playground(PARTS, {})
    parts = parts_of(text)
    assert (parts["machine"], parts["renderer"]) == (b"pyodide.asm.wasm", b"viz.js")
    names = zipfile.ZipFile(io.BytesIO(parts["packages"])).namelist()
    assert {"autograd/drawing/page/web/page.js", "nn/scalar.py", "graphviz/__init__.py"} <= {*names}
    assert not [name for name in names if "__pycache__" in name]
    assert re.findall(r"""\b(?:src|href|action)\s*=\s*["']|url\(|@import|https?:""", text) == []
    assert text == build.playground(PARTS, {})
    assert text.count("<option value=") == 1 + len(PROGRAMS)


@pytest.fixture
def npm(monkeypatch):
    monkeypatch.setattr(packages, "npm_files", lambda: PARTS)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "cache_folder", lambda name: tmp_path / name)
    return tmp_path / "playground"


@pytest.mark.parametrize("reached", [True, False])
def test_the_terminal_and_the_page_say_whether_numpy_is_there(npm, tmp_path, monkeypatch, capsys, reached):
    def fetch(address):
        if not reached:
            raise OSError("unreachable")
        return WHEEL

    monkeypatch.setattr(packages, "download", fetch)
    scope = "Values and arrays, NumPy 2.4.6" if reached else "Values only, without NumPy"
    assert main(["playground", str(tmp_path / "p.html")]) == 0
    out, err = capsys.readouterr()
    text = (tmp_path / "p.html").read_text("utf-8")
    assert scope in out
    assert f"Contains {scope}." in text
    assert ("unreachable" in err) is not reached
    assert ("wheel-0" in parts_of(text)) is reached
    monkeypatch.setattr(packages, "download", lambda address: pytest.fail("the cache was not used"))
    assert main(["playground", str(tmp_path / "p.html"), *["--values-only"] * (not reached)]) == 0


def test_a_damaged_wheel_is_left_out(npm, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(packages, "download", lambda address: WHEEL[::-1])
    assert main(["playground", str(tmp_path / "p.html")]) == 0
    assert "is damaged" in capsys.readouterr().err


def test_errors_are_one_line_and_status_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert main(["playground", str(tmp_path / "p.html")]) == 2
    assert "npm is not installed" in capsys.readouterr().err
    assert main(["playground", str(tmp_path / "p.txt")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
