"""What the README says is run: every Python block, against the output printed below it, and both commands by `.ci/run`.

A block that begins with the command that installs its extras is run where they are, and in a process of its own.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos import gallery

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
PROGRAMS = [
    (code, BLOCKS[i + 1][1] if i + 1 < len(BLOCKS) and BLOCKS[i + 1][0] == "text" else "")
    for i, (language, code) in enumerate(BLOCKS)
    if language == "python"
]


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


def test_every_block_is_run():
    shell = [code for language, code in BLOCKS if language == "sh"]
    assert {language for language, _ in BLOCKS} == {"python", "text", "sh"}
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
    assert _texts(tmp_path / file) == _texts(ROOT / "demos" / "pictures" / file)


@pytest.mark.parametrize(
    ("file", "build"), [("folded", gallery.ten_thousand), ("nan", gallery.not_a_number), ("diamond", gallery.diamond)]
)
def test_a_picture_is_that_of_the_gallery(file, build, tmp_path):
    build(theme="light").save(tmp_path / "new.svg")
    assert _texts(tmp_path / "new.svg") == _texts(ROOT / "demos" / "pictures" / f"{file}.svg")


def _texts(svg: Path) -> list[str]:
    return re.findall(r"<text[^>]*>(.*?)</text>", svg.read_text(encoding="utf-8"))


def test_every_folder_named_exists():
    named = re.findall(r"^\| `([^`]+)`", README, flags=re.MULTILINE)
    assert named
    assert all((ROOT / name).is_dir() for name in named)
