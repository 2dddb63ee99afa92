"""The notebooks of the lesson: exercises, blank versions, pictures; they run as notebooks and as scripts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos.__main__ import DEMOS
from demos.notebooks import LESSON, NOTEBOOKS, Script, blank_notebook, blank_path, pictures, run_cell, source_of

ROOT = Path(__file__).parents[2]
PICTURES = {"1": 5, "2": 10, "3": 5, "4": 3, "5": 8, "6": 1}
BY_NAME = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind="code"):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def is_exercise(source):
    return "# solution" in source


def test_there_are_six_notebooks_and_a_blank_one_of_each():
    assert [path.name[0] for path in NOTEBOOKS] == list("123456")
    assert sorted(LESSON.glob("*.ipynb")) == sorted([*NOTEBOOKS, *map(blank_path, NOTEBOOKS)])


@BY_NAME
def test_a_blank_notebook_is_made_from_the_solved_one(path):
    made = blank_notebook(json.loads(path.read_text(encoding="utf-8")))
    assert json.loads(blank_path(path).read_text(encoding="utf-8")) == made
    assert not any(is_exercise(source_of(cell)) or "# end" in source_of(cell) for cell in made["cells"])


@BY_NAME
def test_exercises_are_numbered_and_have_a_check(path):
    exercises = [source_of(cell) for cell in cells(path) if is_exercise(source_of(cell))]
    tasks = re.findall(r"\*\*Exercise (\d\.\d)\.\*\*", "".join(map(source_of, cells(path, "markdown"))))
    assert tasks == [f"{path.name[0]}.{k}" for k in range(1, len(exercises) + 1)]
    assert all(re.search(r"^(check|check_gradient|show_mark)\(", source, flags=re.MULTILINE) for source in exercises)


@pytest.mark.slow
@BY_NAME
def test_a_check_tells_a_missing_answer_from_a_right_one(path, monkeypatch, capsys):
    """Each exercise runs blank and solved. The names of an answer are dropped: later cells must not need them."""
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("Agg")
    monkeypatch.syspath_prepend(LESSON)
    builds_on_answers = path.name[0] == "6"
    names = {"__name__": "__lesson__"}
    for source in map(source_of, cells(path)):
        if is_exercise(source):
            capsys.readouterr()
            run_cell(source_of(blank_notebook({"cells": [cell_of(source)]})["cells"][0]), dict(names))
            blank = capsys.readouterr().out.splitlines()
            assert blank
            assert all(line.endswith("replace the ...") for line in blank)
            run_cell(source, names if builds_on_answers else dict(names))
            solved = capsys.readouterr().out.splitlines()
            assert len(solved) == len(blank)
            assert all(line.endswith("right") for line in solved)
        else:
            run_cell(source, names)
            plt.close("all")


def cell_of(source):
    return {"cell_type": "code", "source": source}


@pytest.mark.slow
@pytest.mark.parametrize("path", [NOTEBOOKS[1], blank_path(NOTEBOOKS[5])], ids=lambda path: path.stem)
def test_a_notebook_runs_in_a_kernel_and_shows_its_pictures(path):
    done = subprocess.run(
        [sys.executable, "-m", "demos.notebooks", str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.fullmatch(rf"{path.name}: {PICTURES[path.name.removeprefix('blank_')[0]]} pictures, \d+ s\n", done.stdout)


@BY_NAME
def test_notebooks_are_stored_with_their_output(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert pictures(notebook) == PICTURES[path.name[0]]
    code = cells(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    images = [output["metadata"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert all(len(image["alt"]) > 40 for image in images)


def test_the_table_of_the_class_kit_counts_plots_and_exercises():
    rows = re.findall(
        r"^\| (\d) (.*?) \|.*?\| (\d+) \| (\d+) \|", (LESSON / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert rows == [
        (
            path.name[0],
            source_of(cells(path, "markdown")[0]).splitlines()[0].removeprefix(f"# {path.name[0]}. "),
            str(PICTURES[path.name[0]]),
            str(sum(is_exercise(source_of(cell)) for cell in cells(path))),
        )
        for path in NOTEBOOKS
    ]


@pytest.mark.slow
def test_a_script_writes_the_pictures_of_its_notebook(tmp_path):
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("Agg")
    written = Script("first", 1).run(short=False, out=tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert len(written) == PICTURES["1"]
    assert all(path.stat().st_size > 2000 for path in written)


def test_three_notebooks_are_scripts():
    scripts = {name: demo.path for name, demo in DEMOS.items() if isinstance(demo, Script)}
    assert scripts == {"classify": NOTEBOOKS[2], "regress": NOTEBOOKS[3], "mnist-lab": NOTEBOOKS[4]}
