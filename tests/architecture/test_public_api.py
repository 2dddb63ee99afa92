"""The public face: names, signatures, import paths, commands and entry points are those of `public_api.txt`.

A change of the public face is a change of that file: `python -m tests.architecture.test_public_api` writes it anew.
"""

import importlib
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd
import nn
from tests.architecture.test_documentation import listed_names

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "public_api.txt"

#: Documented modules, beside the two packages; those of the second kind need a package that is not in the base installation.
MODULES = (
    "autograd.checks", "autograd.domain", "autograd.tape.backends", "nn.datasets", "nn.devices", "nn.fashion_mnist", "nn.plots",
    "nn.scalar", "nn.schedules", "benchmarks.gpt",
)  # fmt: skip
NEED_AN_EXTRA = {"autograd.strategies": "hypothesis", "nn.estimators": "sklearn"}

PUBLIC_CLASSES = [nn.Module, nn.Optimizer, nn.Callback, nn.scalar.Module]
COMMANDS = ("autograd", "autograd draw", "autograd explain", "autograd check", "demos", "benchmarks")


def described(package):
    """A line for each public name, and for each public member of a class or a module, with its parameters."""
    for name in sorted(listed_names(package)):
        thing = getattr(package, name)
        if inspect.ismodule(thing):
            yield from described(thing)
        elif callable(thing):
            where = f"{package.__name__}.{name}"
            yield where + parameters(thing)
            yield from (f"{where}.{member}" for member in (members(thing) if inspect.isclass(thing) else ()))


def members(cls):
    """What a class has of its own, or of a base that is not public itself."""
    ours = [base for base in cls.__mro__ if base.__module__.split(".")[0] in ("autograd", "nn")]
    bases = [base for base in ours if base is cls or base not in PUBLIC_CLASSES]
    for name in sorted({name for base in bases for name in vars(base) if name[0] != "_"}):
        member = getattr(cls, name, None)
        yield name + (parameters(member) if callable(member) else "")


def parameters(thing):
    """The signature without annotations: names, kinds and defaults."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    shown = [
        p.replace(annotation=p.empty, default=p.default if p.default is p.empty else _Default(p.default))
        for p in signature.parameters.values()
    ]
    return str(inspect.Signature(shown))


class _Default:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return getattr(self.value, "__name__", None) or repr(self.value)


def text():
    return "".join(f"{line}\n" for package in (autograd, nn) for line in described(package))


def test_names_and_signatures_are_those_that_are_documented():
    assert text().splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", MODULES)
def test_documented_modules_are_imported(name):
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", NEED_AN_EXTRA)
def test_documented_modules_that_need_an_extra_are_imported(name):
    pytest.importorskip(NEED_AN_EXTRA[name])
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", ["checks", "domain", "tape.backends"])
def test_documented_modules_are_attributes_without_an_import(name):
    done = subprocess.run(
        [sys.executable, "-c", f"import autograd; print(autograd.{name}.__doc__)"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_tells_how_it_is_used(command):
    module, *rest = command.split()
    done = subprocess.run([sys.executable, "-m", module, *rest, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: python -m {command}" in done.stdout


def test_entry_points_are_those_of_the_plugins_and_in_the_wheel():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    points = settings["project"]["entry-points"]
    assert {group: list(names) for group, names in points.items()} == {"hypothesis": ["glassgrad"], "pytest11": ["gradcheck"]}
    modules = {target.partition(":")[0] for names in points.values() for target in names.values()}
    assert {f"{module}.py" for module in modules} <= set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])


if __name__ == "__main__":
    GOLDEN.write_text(text(), encoding="utf-8")
