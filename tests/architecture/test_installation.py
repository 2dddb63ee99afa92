"""Importing needs NumPy and graphviz alone, and says so when another package of the same name lies over this one."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parents[2]


def run(script, cwd=ROOT, *options):
    command = [sys.executable, "-W", "error", *options, "-c", script]
    environment = {name: x for name, x in os.environ.items() if name != "PYTHONPATH" or cwd == ROOT}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


ONLY_THE_BASE = """
import sys

ALLOWED = {"autograd", "nn", "numpy", "graphviz"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in ALLOWED and top not in sys.stdlib_module_names and not top.startswith("_"):
            raise ModuleNotFoundError(f"{name} is not in the base installation", name=name)

sys.meta_path.insert(0, Refuse())
import autograd, nn
x = autograd.Value(2.0)
(x * x).backward()
t = autograd.Tensor([[1.0, 2.0]], requires_grad=True)
autograd.tanh(t @ t.T).sum().backward()
assert x.grad == 4.0
extras = {"matplotlib", "tqdm", "scipy", "hypothesis", "pytest", "mpmath", "graphviz_pure", "torch"} & set(sys.modules)
assert not extras, extras
try:
    import matplotlib
except ModuleNotFoundError:
    print("done")
"""


def test_base_import_needs_nothing_but_numpy_and_graphviz():
    done = run(ONLY_THE_BASE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


LATER = """
import sys
import autograd

def loaded():
    return {n.split(".")[1] for n, m in sys.modules.items() if n.startswith("autograd.") and getattr(m, "__file__", "")}

(autograd.exp(autograd.Value(2.0)) * 3).backward()
assert not loaded() & {"checks", "drawing", "tape", "testing", "cli"}, loaded()
from autograd import check_gradients, draw, record
assert loaded() >= {"checks", "drawing", "tape"}
assert draw.__module__ == record.__module__ == "autograd"
assert autograd.checks.check_gradients is check_gradients
print("done")
"""


def test_checks_drawings_and_tapes_are_loaded_on_first_use():
    done = run(LATER)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_names_that_are_loaded_on_first_use_are_those_that_type_checkers_see():
    tree = ast.parse((ROOT / "autograd" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and "_TYPE_CHECKING" in ast.dump(node.test))
    seen = {node.module.removeprefix("autograd."): tuple(alias.name for alias in node.names) for node in block.body}
    assert seen == autograd._ON_FIRST_USE


def test_the_allowed_packages_are_the_declared_dependencies():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert sorted(d.partition(">")[0] for d in declared) == ["graphviz", "numpy"]


def test_an_op_that_needs_scipy_says_how_to_get_it():
    script = ONLY_THE_BASE.replace("autograd.tanh(t @", "autograd.gammaln(t @")
    done = run(script)
    assert done.returncode == 1
    assert "ImportError: gammaln needs SciPy: pip install 'glassgrad[special]'" in done.stderr


def test_gelu_and_the_error_function_need_no_package():
    compared = """
import numpy as np, autograd, nn
x = np.linspace(-24.0, 24.0, 41).reshape(1, 41)
for name in ("erf", "erfc", "gelu"):
    for dtype in (np.float64, np.float32, np.float16):
        t = autograd.Tensor(x.astype(dtype), requires_grad=True)
        y = getattr(autograd, name)(t)
        y.backward(np.ones_like(y.numpy()))
        assert y.dtype == t.grad.dtype == dtype
        print(name, np.array2string(y.numpy().astype(float), precision=2), np.array2string(t.grad.astype(float), precision=2))
print(autograd.erf(np.empty((0, 2))).shape, autograd.erf(np.arange(2)).dtype, nn.GELU()(np.array([1.0])))
"""
    without = "import sys\nsys.modules['scipy'] = sys.modules['scipy.special'] = None\n" + compared
    found, expected = run(without), run(compared)
    assert (found.returncode, found.stderr) == (expected.returncode, expected.stderr) == (0, "")
    assert found.stdout == expected.stdout


TO_JAX_AND_ONNX = """
import numpy as np
x, y = np.ones((2, 2), np.float32), np.array([0, 1])
model = nn.MLP(2, [2], 2)
sgd = nn.SGD(model.parameters(), lr=0.1)
tape = autograd.record(model, x)
calls = {
    "jax": [
        lambda: autograd.compile(model, backend="jax")(x),
        lambda: tape.to_jax(),
        lambda: nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=sgd, epochs=1, backend="jax"),
    ],
    "onnx": [lambda: tape.to_onnx("f.onnx"), lambda: nn.load_onnx("f.onnx")],
}
for extra, uses in calls.items():
    for use in uses:
        try:
            use()
        except ImportError as error:
            assert f"pip install 'glassgrad[{extra}]'" in str(error), error
        else:
            raise AssertionError(extra)
"""


def test_what_needs_jax_or_onnx_says_how_to_get_it():
    done = run(ONLY_THE_BASE.replace("try:\n", f"{TO_JAX_AND_ONNX}\ntry:\n", 1))
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Folder with the files of the distribution."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("autograd", "nn"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("_glassgrad_*.py"):
        shutil.copy(file, folder)
    return folder


#: What the fixture `gradcheck` does in a test, without a run of pytest.
FIXTURE = "import _glassgrad_pytest as p; p._check_package()"


@pytest.mark.parametrize("last", ["glassgrad", "autograd"])
def test_another_package_in_the_same_folder_is_explained(installed, tmp_path, last):
    site = shutil.copytree(installed, tmp_path / "site")
    assert run("import autograd, nn", cwd=site).returncode == 0
    (site / "autograd" / "core.py").write_text("# of the other package\n")
    if last == "autograd":
        (site / "autograd" / "__init__.py").write_text("# of the other package\n")
    for script in (["import autograd"] if last == "glassgrad" else []) + ["import nn", "import autograd.__main__", FIXTURE]:
        clash = run(script, cwd=site)
        assert clash.returncode == 1
        assert f"'glassgrad' and 'autograd' are both installed in {site / 'autograd'}" in clash.stderr
        assert "pip uninstall autograd glassgrad" in clash.stderr
    assert run("import _glassgrad_hypothesis as h, autograd; h.register()", cwd=site).returncode == (last == "glassgrad")
    (site / "autograd" / "core.py").unlink()  # as does `pip uninstall autograd`
    (site / "autograd" / "__init__.py").unlink()
    for script in ("import nn", "import autograd.__main__"):
        assert "pip install --force-reinstall --no-deps glassgrad" in run(script, site, "-S").stderr


def test_another_folder_of_the_same_name_is_named(installed, tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").touch()
    for script in ("import nn", FIXTURE):
        found = run(f"import sys; sys.path.insert(1, {str(installed)!r}); {script}", cwd=tmp_path)
        assert "found another" in found.stderr
        assert str(tmp_path / "autograd") in found.stderr


def test_the_citation_names_the_version():
    assert f'version: "{autograd.__version__}"' in (ROOT / "CITATION.cff").read_text()


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "autograd" / "py.typed").exists()
    assert (ROOT / "nn" / "py.typed").exists()
