"""The plugins for pytest and Hypothesis: what they add, and that they cost and break nothing where glassgrad is not used."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

TESTS = """
import autograd as ag
from autograd.strategies import reals
from autograd import gradients_hold

@ag.custom_op(lambda g, y, x: g * x, kind="elementwise")
def crooked(xp, x):
    return x * x

@gradients_hold(x=reals(1, 2))
def test_wrong(x):
    return crooked(x)

def test_fixture(gradcheck):
    assert gradcheck(ag.sin, 1.0).oracles

def test_without_the_package(monkeypatch):
    monkeypatch.delitem(__import__("sys").modules, "autograd")
    raise ValueError
"""


def run(*arguments, cwd):
    environment = {name: x for name, x in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


def test_pictures_are_attached_and_the_number_of_examples_is_set(tmp_path):
    (tmp_path / "test_mine.py").write_text(TESTS)
    done = run("-m", "pytest", "-q", "test_mine.py", "--gradcheck-examples=3", "--gradcheck-pictures=pictures", cwd=tmp_path)
    assert "2 failed, 1 passed" in done.stdout
    assert "the graph, with the op at fault marked" in done.stdout
    assert [p.stem for p in (tmp_path / "pictures").iterdir()] == ["test-wrong"]
    assert run("-m", "pytest", "test_mine.py", "--gradcheck-examples=0", cwd=tmp_path).returncode == 4


def test_tests_without_glassgrad_do_not_load_it(tmp_path):
    (tmp_path / "test_mine.py").write_text("import sys\ndef test_mine(): assert not {'autograd', 'numpy'} & set(sys.modules)\n")
    assert run("-m", "pytest", "-q", "test_mine.py", cwd=tmp_path).returncode == 0
    assert run("-c", "import sys, hypothesis; assert 'autograd' not in sys.modules", cwd=tmp_path).returncode == 0


@pytest.fixture
def project(tmp_path):
    """A project with a package of its own that is called autograd."""
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("class Value:\n    mine = True\n")
    (tmp_path / "autograd" / "checks").mkdir()
    (tmp_path / "autograd" / "checks" / "__init__.py").write_text("")
    (tmp_path / "autograd" / "checks" / "report.py").write_text("class GradientError(Exception):\n    drawing = 1\n")
    return tmp_path


def test_a_project_with_its_own_autograd_is_left_alone(project):
    imports = "import hypothesis\nfrom autograd import Value\nfrom autograd.checks.report import GradientError\n"
    tests = "def test_right(): assert Value.mine\ndef test_wrong(): raise GradientError\n"
    (project / "test_mine.py").write_text(imports + tests)
    done = run("-m", "pytest", "-q", "test_mine.py", cwd=project)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    for imports in ("hypothesis, autograd", "autograd, hypothesis"):
        assert run("-c", f"import {imports}; assert autograd.Value.mine", cwd=project).returncode == 0


def test_gradcheck_says_that_it_is_of_another_package(project):
    (project / "test_mine.py").write_text("def test_mine(gradcheck): pass\n")
    done = run("-m", "pytest", "-q", "test_mine.py", cwd=project)
    assert "gradcheck needs glassgrad, but Python found another 'autograd' in" in done.stdout


@pytest.mark.parametrize("imports", ["autograd, hypothesis", "hypothesis, autograd"])
def test_types_are_drawn_whatever_was_imported_first(imports, tmp_path):
    script = (
        f"import {imports}\n"
        "from hypothesis import find, strategies as st\n"
        "assert find(st.from_type(autograd.Value), lambda v: v.data > 1).data == 2.0\n"
        "assert find(st.from_type(autograd.Tensor), lambda t: t.size > 1).requires_grad\n"
    )
    done = run("-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
