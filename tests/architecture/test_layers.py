"""Imports point down: the contracts of pyproject.toml hold, and nn sees only the public face of autograd."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def contracts():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_contracts_hold(capsys, monkeypatch):
    cli = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    broken = cli.lint_imports(config_filename="pyproject.toml", no_cache=True)
    report = capsys.readouterr().out
    assert not broken, report
    assert f"{len(contracts())} kept, 0 broken" in report


def test_nn_imports_names_from_autograd_itself():
    inside = re.compile(r"^\s*(?:from|import) (autograd\.\w+)", re.MULTILINE)
    found = {str(path): inside.findall(path.read_text()) for path in (ROOT / "nn").rglob("*.py")}
    assert not {path: modules for path, modules in found.items() if set(modules) - {"autograd.support"}}
