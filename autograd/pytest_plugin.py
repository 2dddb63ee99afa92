"""The pytest plugin: the `gradcheck` fixture, pictures of failed checks in the report, and `--gradcheck-examples=N`."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest


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
        from autograd.checks import property_test

        property_test.EXAMPLES = count


@pytest.fixture
def gradcheck() -> Callable[..., Any]:
    """`check_gradients`, for tests: gradcheck(f, *args)."""
    from autograd.checks import check_gradients

    return check_gradients


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach to the report of a failed check its picture: as a file if a folder is named, else as Mermaid text."""
    report = yield
    if call.excinfo is None:
        return report
    from autograd.checks import GradientError

    error: Any = call.excinfo.value
    if isinstance(error, GradientError) and error.drawing is not None:
        folder = item.config.getoption("--gradcheck-pictures")
        text = error.drawing.mermaid
        if folder:
            from autograd.drawing.graphviz import RenderError

            name = "".join(c if c.isalnum() else "-" for c in item.name)
            path = Path(folder) / f"{name}.svg"
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                error.drawing.save(path)
            except RenderError:
                path = path.with_suffix(".dot")
                error.drawing.save(path)
            text = str(path)
        report.sections.append(("the graph, with the op at fault marked", text))
    return report
