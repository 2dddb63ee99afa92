"""The notebooks of the lesson run as notebooks and as scripts, quickly, with every picture."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos.__main__ import DEMOS
from demos.notebooks import LESSON, Script, pictures

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(LESSON.glob("*.ipynb"))
PICTURES = {"1": 4, "2": 9, "3": 5, "4": 3, "5": 7}


def run(*arguments):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_there_are_five_notebooks():
    assert [path.name[0] for path in NOTEBOOKS] == list("12345")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_a_kernel_and_shows_its_pictures(path):
    done = run("-m", "demos.notebooks", str(path))
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.fullmatch(rf"{path.name}: {PICTURES[path.name[0]]} pictures, \d+ s\n", done.stdout)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_with_their_output(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert pictures(notebook) == PICTURES[path.name[0]]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@pytest.mark.slow
def test_a_script_shows_what_its_notebook_shows(tmp_path):
    done = run("-m", "demos", "classify", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr[-3000:]
    live = 1  # the live training curve is for notebooks only
    assert len(list(tmp_path.iterdir())) == PICTURES["3"] - live
    assert all(path.stat().st_size > 2000 for path in tmp_path.iterdir())


def test_three_notebooks_are_scripts():
    scripts = {name: demo.path for name, demo in DEMOS.items() if isinstance(demo, Script)}
    assert scripts == {"classify": NOTEBOOKS[2], "regress": NOTEBOOKS[3], "mnist-lab": NOTEBOOKS[4]}
