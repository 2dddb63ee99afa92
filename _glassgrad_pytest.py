"""The pytest plugin: the `gradcheck` fixture, pictures of failed checks in the report, and `--gradcheck-examples=N`.

Every run of pytest in an environment with glassgrad loads this file, also those of projects that have nothing to do with it:
glassgrad itself is imported when a test uses it, and never in place of another package that is called `autograd`.
"""

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from _glassgrad_hypothesis import is_loaded


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("gradcheck", "checks of gradients")
    group.addoption("--gradcheck-examples", type=int, metavar="N", help="examples that a @gradients_hold test is tried on")
    group.addoption("--gradcheck-pictures", metavar="FOLDER", help="where pictures of wrong gradients are put as SVG files")


def pytest_configure(config: pytest.Config) -> None:
    """Take the number of examples before the tests are imported."""
    count = config.getoption("--gradcheck-examples")
    if count is not None:
        if count < 1:
            raise pytest.UsageError(f"--gradcheck-examples is a number from 1, not {count}")
        _refuse_another_package()
        from autograd.checks import property_testing

        property_testing.EXAMPLES = count


@pytest.fixture
def gradcheck() -> Callable[..., Any]:
    """`check_gradients`, for tests: gradcheck(f, *args)."""
    _refuse_another_package()
    from autograd.checks import check_gradients

    return check_gradients


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach to the report of a failed check its picture: as a file if a folder is named, else as Mermaid text."""
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
    """The drawing of a GradientError, which nobody has raised unless the module of its class is loaded."""
    report = sys.modules.get("autograd.checks.report")
    return error.drawing if report and is_loaded() and isinstance(error, report.GradientError) else None


def _refuse_another_package() -> None:
    """Raise if the package that is imported as `autograd` is not glassgrad's."""
    import autograd

    if not is_loaded():
        raise pytest.UsageError(
            f"gradcheck is glassgrad's, and the package `autograd` that is imported here is {autograd.__file__}: "
            "run the tests where that package is not on the path, or leave gradcheck out"
        )
