"""The demos run, write complete pictures, and fail if their claim does not hold."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos import gallery

pytestmark = pytest.mark.slow

ENDS = (".svg", "-dark.svg", ".html")
ROOT = Path(__file__).parents[2]


def run(*arguments, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def demos(*arguments, **environment):
    return run("-m", "demos", *arguments, **environment)


def test_without_a_name_the_demos_are_listed():
    done = demos()
    assert done.returncode == 0
    names = re.findall(r"^  ([\w-]+) +\S.*\.$", done.stdout, flags=re.MULTILINE)
    files = {p.stem for p in (ROOT / "demos").glob("*.py")} - {"__init__", "__main__", "claims", "notebooks"}
    assert names == sorted(files | {"classify", "mnist-lab", "regress"})  # those three are notebooks


def test_an_unknown_name_raises():
    done = demos("mnits")
    assert done.returncode == 2
    assert "'mnits' (choose from" in done.stderr


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("gallery", {"gallery.html", *(f"gallery-{name}{end}" for name in gallery.GALLERY for end in ENDS)}),
        ("gpt", {"gpt-loss.png"}),
        ("mnist", {"mnist-curves.png", "mnist-misread.png", "mnist-backward.svg", "mnist-backward.png"}),
        ("moons", {"moons-boundary.png", "moons-neuron.svg"}),
    ],
)
def test_a_short_run_holds_its_claim_and_writes_its_pictures(name, pictures, tmp_path):
    done = demos(name, "--short", "--out", tmp_path / "new" / "folder")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^Holds: (at least 9\d% of .* namely 9\d|at most 2.6 nats a letter .* namely [12]\.|no page has more than 200 kB)",
        done.stdout,
        flags=re.MULTILINE,
    )
    written = list((tmp_path / "new" / "folder").iterdir())
    assert {path.name for path in written} == pictures
    for path in written:
        content = path.read_bytes()
        assert (
            content.startswith(b"\x89PNG") and content.endswith(b"IEND\xaeB`\x82")
            if path.suffix == ".png"
            else b"</svg>" in content or b"gallery-nan-dark.svg" in content
        )
        assert str(path) in done.stdout


def test_a_failed_claim_ends_the_program_with_an_error(tmp_path):
    """The unchanged demo, with a network that no step changes."""
    without_steps = "import nn; nn.Adam.step = lambda self: None; from demos.__main__ import main; main(['mnist', '--short'])"
    done = run("-c", without_steps, cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"^This did not hold: at least 93% of 10,000 test digits", done.stderr, flags=re.MULTILINE)


@pytest.mark.parametrize("missing", ["matplotlib", "renderer"])
def test_a_missing_extra_is_named_before_any_work(missing, tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')")
    hidden = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"} if missing == "matplotlib" else {"AUTOGRAD_DOT": "no-such-program"}
    done = demos("moons", "--short", "--out", tmp_path / "out", **hidden)
    assert done.returncode == 1
    assert "pip install 'glassgrad[demos]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "step" not in done.stdout
    assert not (tmp_path / "out").exists()
