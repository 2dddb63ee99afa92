"""Pytest plugin: the `gradcheck` fixture, pictures of failed checks in the report, and `--gradcheck-examples=N`.

Each pytest run in an environment with glassgrad loads this file, also for unrelated projects. It must therefore import
glassgrad only when a test uses it, and never if `autograd` is another package.
"""

import sys
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from _glassgrad_hypothesis import is_loaded

_OTHER = "gradcheck needs glassgrad, but Python found another 'autograd' in {}: rename or uninstall it"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("gradcheck", "checks of gradients")
    group.addoption("--gradcheck-examples", type=int, metavar="N", help="number of examples of a @gradients_hold test")
    group.addoption("--gradcheck-pictures", metavar="FOLDER", help="folder for pictures of wrong gradients, as SVG files")


def pytest_configure(config: pytest.Config) -> None:
    """Set the number of examples, before the tests are imported."""
    count = config.getoption("--gradcheck-examples")
    if count is not None:
        if count < 1:
            raise pytest.UsageError(f"--gradcheck-examples must be at least 1, got {count}")
        _check_package()
        from autograd.checks import property_testing

        property_testing.EXAMPLES = count


@pytest.fixture
def gradcheck() -> Callable[..., Any]:
    """`check_gradients` as a fixture: gradcheck(f, *args)."""
    _check_package()
    from autograd.checks import check_gradients

    return check_gradients


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the picture of a failed check to its report: a file if a folder is set, else Mermaid text."""
    report = yield
    drawing = None if call.excinfo is None else _drawing_of(call.excinfo.value)
    if drawing is not None:
        folder = item.config.getoption("--gradcheck-pictures")
        text = drawing.mermaid
        if folder:
            from autograd.drawing.graphviz import RenderError

            name = "".join(c if c.isalnum() else "-" for c in item.name)
            path = Path(folder) / f"{name}.svg"
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                drawing.save(path)
            except RenderError:
                path = path.with_suffix(".dot")
                drawing.save(path)
            text = str(path)
        report.sections.append(("the graph, with the op at fault marked", text))
    return report


def _drawing_of(error: BaseException) -> Any:
    """Drawing of a GradientError, or None; if the module of that class is not loaded, the error is another one."""
    report = sys.modules.get("autograd.checks.report")
    return error.drawing if report and is_loaded() and isinstance(error, report.GradientError) else None


def _check_package() -> None:
    """Raise UsageError if the package `autograd` is not glassgrad's, or if files of another one lie over it."""
    try:
        import autograd
    except ImportError as error:
        raise pytest.UsageError(str(error)) from None
    folders = list(getattr(autograd, "__path__", [autograd.__file__]))
    if str(Path(__file__).parent / "autograd") not in folders:
        raise pytest.UsageError(_OTHER.format(folders))
    if text := import_module("autograd.support.clash").clash():
        raise pytest.UsageError(text)
