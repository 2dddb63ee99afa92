"""Files stay small and in their place."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 300

#: Files that are longer, and why.
LONGER: dict[str, str] = {}

SOURCES = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))


def relative(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_holds_one_idea_and_is_short(path):
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST or relative(path) in LONGER, f"{relative(path)} has {lines} lines: divide it"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_says_what_it_is(path):
    text = path.read_text()
    assert not text.strip() or text.startswith(('"""', 'r"""')), f"{relative(path)} begins without a docstring"


def test_no_exception_is_left_of_a_file_that_is_short_now():
    assert all(len((ROOT / name).read_text().splitlines()) > LONGEST for name in LONGER)


@pytest.mark.parametrize("name", ["core.py", "numpy", "numpy.py", "scipy", "scipy.py"])
def test_no_file_has_the_name_of_one_of_the_other_package_called_autograd(name):
    """The first tells that it is installed over this one; the others would shadow it for those who import it."""
    assert not (ROOT / "autograd" / name).exists()
