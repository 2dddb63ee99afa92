"""Optional packages: errors for missing and for broken ones."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from autograd.support.optional import REQUIREMENTS, require

ROOT = Path(__file__).parents[3]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.py"), *ROOT.glob("autograd/**/*.py"), *ROOT.glob("nn/**/*.py"))
}


def packages(extra):
    """Names of the packages that an extra installs, also by other extras."""
    for requirement in EXTRAS[extra]:
        if inner := re.fullmatch(r"glassgrad\[(.*)\]", requirement):
            yield from (name for part in inner[1].split(",") for name in packages(part))
        else:
            yield re.match(r"[\w-]+", requirement)[0].lower()


@pytest.mark.parametrize("module", REQUIREMENTS)
def test_each_extra_installs_its_package(module):
    package, requirement = REQUIREMENTS[module]
    if extra := re.fullmatch(r"glassgrad\[(\w+)\]", requirement):
        assert package.lower() in packages(extra[1])
    else:
        assert requirement == module


def test_every_extra_in_an_error_exists():
    named = {extra for text in SOURCES.values() for extra in re.findall(r"glassgrad\[([\w]+)\]", text)}
    assert named - EXTRAS.keys() == set()


def imports(tree):
    """Imported modules, except for those in an `if require(…)`."""
    required = [x for x in ast.walk(tree) if isinstance(x, ast.If) and ast.unparse(x.test).startswith("require(")]
    for node in set(ast.walk(tree)) - {child for x in required for child in x.body}:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_optional_packages_are_imported_by_require():
    optional = {*REQUIREMENTS} - {"numpy"}
    found = {where for where, text in SOURCES.items() if {x.split(".")[0] for x in imports(ast.parse(text))} & optional}
    assert found == {"autograd/testing/type_strategies.py"}  # imported by Hypothesis only


def test_install_commands_are_in_one_place():
    handlers = [
        f"{where}: {ast.unparse(node)}"
        for where, text in SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler) and "pip install" in ast.unparse(node)
    ]
    assert len(handlers) == 1, handlers


@pytest.mark.parametrize("module", ["onnx", "onnx.helper"])
def test_error_names_the_command_for_a_missing_package(module, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "onnx.helper", raising=False)
    with pytest.raises(ImportError, match=r"^this needs onnx: pip install 'glassgrad\[onnx\]'$"):
        require(module, "this")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ImportError('libonnx.so: no such file')", r"libonnx\.so: no such file"),
        ("import no_such_module", "No module named 'no_such_module'"),
        ("import onnx.no_such_part", r"No module named 'onnx\.no_such_part'"),
        ("from math import no_such_name", "cannot import name 'no_such_name'"),
    ],
)
def test_error_of_a_broken_package_names_its_cause(text, said, tmp_path, monkeypatch):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "onnx"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=f"^this needs onnx, which is installed but cannot be imported: {said}") as error:
        require("onnx", "this")
    assert isinstance(error.value.__cause__, ImportError)
    assert "pip install" not in str(error.value)


def test_an_installed_package_is_returned():
    assert require("scipy.special", "this").erf(0.0) == 0.0
