"""The command `check`."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.__main__ import main

ROOT = Path(__file__).parents[3]

MODULE = """
import autograd as ag

@ag.custom_op(lambda g, y, x: g * x, kind="elementwise")
def crooked(xp, x):
    return x * x

def right(x):
    return ag.sum(ag.tanh(x))

def wrong(x):
    return ag.sum(crooked(x))

def scaled(x, scale=2.0, times=3):
    return scale * ag.tanh(x) ** times

def scaled_wrongly(scale=2.0, x=1.0, name="a"):
    return scale * ag.sum(crooked(x))
"""


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MODULE)
    return path


def run(*arguments, cwd=ROOT):
    return subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_exit_status(module, tmp_path):
    done = run("autograd", "check", f"{module}:right", "--x", "tensors((3,))", "--examples=5", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "gradients hold, in 5 examples" in done.stdout
    done = run("autograd", "check", "mine:wrong", "--x=tensors((3,), domain=(1, 2))", "--picture=p.dot", cwd=tmp_path)
    assert done.returncode == 1
    assert "crooked: pullback 0, claimed is 1/2" in done.stdout
    assert "crooked" in (tmp_path / "p.dot").read_text()


def test_arguments_without_an_option_have_their_defaults(module, capsys):
    assert main(["check", f"{module}:scaled", "--x", "reals(-2, 2)", "--examples", "3"]) == 0
    assert main(["check", f"{module}:scaled_wrongly", "--x", "reals(1, 2)", "--examples", "3"]) == 1
    assert "with respect to x is wrong" in capsys.readouterr().out
    assert main(["check", f"{module}:scaled", "--scale", "reals(1, 2)"]) == 2
    assert "no strategy for x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the name of a function is missing"),
        (["right"], "'right' names no function"),
        ([":right"], "':right' names no function"),
        (["no.module:f"], "'no.module' cannot be imported"),
        (["no.py:f"], "there is no file 'no.py'"),
        (["math:nothing"], "'math' has no function 'nothing'"),
        (["math:sin", "--x"], "--x needs a strategy"),
        (["math:sin", "x"], "'x' is not an option"),
        (["math:sin", "--x", "reals(2, 1)"], "low must not exceed high, got 2 and 1"),
        (["math:sin", "--x", "3"], "--x must be a strategy, such as 'reals(0, 1)' or 'tensors((3,))', got 3"),
        (["math:sin", "--y", "reals()"], "no strategy for x: pass x=reals(-1, 1), or on the command line --x 'reals(-1, 1)'"),
        (["math:hypot", "--x", "reals()", "--y", "reals()"], "wrap it, lambda x, y: hypot(x, y)"),
        (["math:sin", "--examples", "0"], "must be at least 1, got 0"),
    ],
)
def test_errors_of_the_command_line(arguments, message, capsys):
    assert main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_greeting_names_every_command_and_its_examples_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    greeting = capsys.readouterr().out
    examples = [shlex.split(line) for line in greeting.splitlines() if line.startswith("  python -m autograd ")]
    assert [example[3] for example in examples] == ["explain", "draw", "check", "playground"]
    for example in examples[:3]:
        assert main(example[3:]) == 0
    assert (tmp_path / "neuron.html").exists()
