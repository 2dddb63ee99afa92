"""Run every Python block of the documentation against the output printed below it; `.ci/run` runs both commands.

A block that begins with the command that installs its extras is run where they are, and in a process of its own.
"""

import contextlib
import importlib.metadata
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd
from demos import gallery

ROOT = Path(__file__).parent.parent
PAGES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md")) if "generated" not in path.parts]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", *PAGES)
#: Most words of README, for a reader who has one minute.
MOST_WORDS = 900


def programs_of(document):
    """(code, output) of each Python block of a document; the output is the text block below it, or empty."""
    blocks = blocks_of(document)
    followers = [*blocks, ("", "")][1:]
    return [
        (code, below if kind == "text" else "")
        for (language, code), (kind, below) in zip(blocks, followers, strict=True)
        if language == "python"
    ]


def blocks_of(document):
    """(language, text) of each code block."""
    return re.findall(r"```(\w+)\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)


PROGRAMS = [program for document in DOCUMENTS for program in programs_of(document)]


WITH_EXTRAS = [(code, output) for code, output in PROGRAMS if code.startswith("# pip install 'glassgrad[")]
IN_BASE = [program for program in PROGRAMS if program not in WITH_EXTRAS]


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.parametrize(("code", "output"), WITH_EXTRAS, ids=[code.split("\n", 1)[0] for code, _ in WITH_EXTRAS])
def test_a_program_with_extras_prints_what_stands_below_it(code, output, tmp_path):
    for package in re.search(r"\[(.*)\]", code)[1].split(","):
        pytest.importorskip(package)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert output == done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("code", "output"), IN_BASE, ids=[code.split("\n", 1)[0] for code, _ in IN_BASE])
def test_a_program_prints_what_stands_below_it(code, output, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    assert output == printed.getvalue()


@pytest.fixture(autouse=True)
def _ops_as_they_were():
    before = dict(autograd.OPS)
    yield
    for name in autograd.OPS.keys() - before.keys():
        del autograd.OPS[name]


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_every_block_is_run():
    blocks = blocks_of("README.md")
    shell = [code for language, code in blocks if language == "sh"]
    assert {language for document in DOCUMENTS for language, _ in blocks_of(document)} == {"python", "text", "sh"}
    assert [code.split("-m ", 2)[-1].strip() for code in shell] == ["demos mnist", "pytest -n auto"]
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "$(readme 'demos mnist')" in ci
    assert "$(readme 'pytest')" in ci


@pytest.mark.parametrize("file", ["neuron.svg", "wrong.svg"])
def test_a_picture_is_that_of_its_program(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = next(code for code, _ in PROGRAMS if f'"{file}"' in code)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(program, {"__name__": "__main__"})
    compare_picture(tmp_path / file, file)


@pytest.mark.parametrize(
    ("file", "build"), [("folded", gallery.ten_thousand), ("nan", gallery.not_a_number), ("diamond", gallery.diamond)]
)
def test_a_picture_is_that_of_the_gallery(file, build, tmp_path):
    build(theme="light").save(tmp_path / "new.svg")
    compare_picture(tmp_path / "new.svg", f"{file}.svg")


def compare_picture(new, file):
    """Compare the texts of a picture with those of the stored one; `AUTOGRAD_GOLDEN=write` stores the new one."""
    stored = ROOT / "demos" / "pictures" / file
    if os.environ.get("AUTOGRAD_GOLDEN") == "write":
        shutil.copy(new, stored)
    assert _texts(new) == _texts(stored)


def _texts(svg: Path) -> list[str]:
    return re.findall(r"<text[^>]*>(.*?)</text>", svg.read_text(encoding="utf-8"))


def test_every_folder_named_exists():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Layers")[0]
    named = re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE)
    assert named
    assert all((ROOT / name).is_dir() for name in named)


def test_the_layers_of_the_architecture_are_those_of_the_import_contracts():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    want = [
        layer for package in ("nn", "autograd") for c in contracts if c.get("containers") == [package] for layer in c["layers"]
    ]
    picture = blocks_of("docs/architecture.md")[0][1]
    assert [
        re.split(r"  +", line.removeprefix("nn").removeprefix("autograd").strip())[0] for line in picture.splitlines() if line
    ] == want


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:autograd|nn|tests|docs)/[\w/.]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_version_is_that_of_the_distribution():
    assert autograd.__version__ == importlib.metadata.version("glassgrad")
