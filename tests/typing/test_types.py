"""Types that users see: a correct program passes mypy and pyright, and both find every marked mistake of another."""

import ast
import importlib.util
import json
import os
import re
import runpy
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd.ops.op import OPS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MISTAKES = {i for i, line in enumerate((HERE / "mistakes.py").read_text().splitlines(), 1) if line.endswith("# error")}

#: Arguments of an elementwise op, and the type of its result; of other ops, only Tensors are promised.
UNARY = {"0.5": "float", "v": "Value", "t": "Tensor", "a": "Array"}
BINARY = {
    "0.5, 0.5": "float", "v, 0.5": "Value", "0.5, v": "Value", "v, v": "Value", "t, a": "Tensor", "a, t": "Tensor",
    "t, v": "Tensor", "v, t": "Tensor", "v, a": "Tensor", "a, v": "Tensor", "a, 0.5": "Array", "0.5, a": "Array",
}  # fmt: skip
OF_ARRAYS = {"t": "Tensor", "[t, t]": "Tensor", "(t, t)": "Tensor", "[v, v]": "Tensor", "[t, a]": "Tensor", "(a, t)": "Tensor"}
OF_MATRICES = {"t": "Tensor", "t, t": "Tensor", "[t, t]": "Tensor"}
NAMES = {"v": ag.Value(0.5), "t": ag.Tensor([[0.5]]), "a": np.array([[0.5]]), "ag": ag}
HEAD = """from typing import Any, assert_type
import numpy as np
import autograd as ag
from autograd import Tensor, Value
Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
v, t, a = Value(0.5), Tensor([[0.5]]), np.ones((1, 1))
"""
TYPES = {"float": float, "Value": ag.Value, "Tensor": ag.Tensor, "Array": np.ndarray}


def number_of_arguments(text):
    return len(ast.parse(f"f({text})", mode="eval").body.args)


def promises():
    """Pairs of a call of each public op, for which its defaults are enough, and the type of the result."""
    for op in (OPS[name] for name in ag.__all__ if name in OPS):
        required = [p for p in op.__signature__.parameters.values() if p.default is p.empty]
        if len(required) != op.arity or op.variadic or any(p.kind is p.KEYWORD_ONLY for p in required):
            continue
        calls = UNARY | BINARY if op.kind == "elementwise" else OF_MATRICES if op.stacks else OF_ARRAYS
        yield from ((f"ag.{op.name}({x})", kind) for x, kind in calls.items() if number_of_arguments(x) == op.arity)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Interpreter of an environment in which the packages are installed: types count only with `py.typed`."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    paths = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    numpy = Path(importlib.util.find_spec("numpy").origin).parents[1]
    (site / "installed.pth").write_text(f"{numpy}\n")
    for package in ("autograd", "nn"):
        (site / package).symlink_to(ROOT / package)
    return Path(sysconfig.get_path("scripts", "venv", paths)) / "python"


def run(module, *arguments):
    """Output of a type checker, run outside of the repository."""
    known = {name: x for name, x in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}
    if module == "basedpyright":
        known["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=Path(sys.prefix), capture_output=True, text=True, env=known).stdout


def errors_of_mypy(python, folder, path):
    pytest.importorskip("mypy", reason="mypy is not installed: pip install 'glassgrad[dev]'")
    settings = ["--strict", "--config-file=", f"--cache-dir={folder}", f"--python-executable={python}"]
    output = run("mypy", *settings, path)
    assert "1 source file" in output, output
    return {int(i): text for i, text in re.findall(rf"{path.name}:(\d+): error: (.*)", output)}


def errors_of_pyright(python, folder, path):
    pytest.importorskip("basedpyright", reason="pyright is not installed: pip install 'glassgrad[dev]'")
    (folder / path.name).write_text(path.read_text())
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard", "reportUnusedExpression": false}')
    report = json.loads(run("basedpyright", "--outputjson", "--project", folder, "--pythonpath", python))
    assert report["summary"]["filesAnalyzed"] == 1, report
    found = [x for x in report["generalDiagnostics"] if x["severity"] == "error"]
    return {x["range"]["start"]["line"] + 1: x["message"] for x in found}


CHECKERS = pytest.mark.parametrize("errors", [errors_of_mypy, errors_of_pyright], ids=["mypy", "pyright"])


@pytest.mark.slow
@pytest.mark.peer
@CHECKERS
def test_a_correct_program_has_no_errors(errors, python, tmp_path):
    assert errors(python, tmp_path, HERE / "program.py") == {}


@pytest.mark.slow
@pytest.mark.peer
@CHECKERS
def test_every_mistake_is_found(errors, python, tmp_path):
    found = errors(python, tmp_path, HERE / "mistakes.py")
    assert {line: found.get(line, "no error") for line in found.keys() ^ MISTAKES} == {}


def test_the_correct_program_runs():
    runpy.run_path(str(HERE / "program.py"))["main"]()


def test_ops_return_what_their_types_promise():
    pytest.importorskip("scipy")
    wrong = {call: kind for call, kind in promises() if not isinstance(eval(call, NAMES), TYPES[kind])}
    assert len(list(promises())) > 500
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.peer
@CHECKERS
def test_every_op_has_the_type_of_its_kind(errors, python, tmp_path):
    lines = [f"assert_type({call}, {kind})" for call, kind in promises()]
    (tmp_path / "ops.py").write_text("\n".join([HEAD, *lines]))
    assert errors(python, tmp_path, tmp_path / "ops.py") == {}
