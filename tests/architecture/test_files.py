"""Files hold one idea: they are neither long nor tiny, and begin with what they are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHORTEST, LONGEST = 40, 300
#: Folder of adapters, whose files have the paths of another package.
ADAPTERS = "autograd/hips/"

#: Files that are shorter or longer, and why.
EXCEPTIONS = {
    "_glassgrad_hypothesis.py": "an entry point",
    "autograd/domain.py": "a documented path",
    "autograd/ops/rules/linalg.py": "one chapter of NumPy",
    "autograd/strategies.py": "a documented path",
    "autograd/support/cache_folder.py": "one helper a file",
    "autograd/support/clash.py": "one helper a file",
    "autograd/engine/node_texts.py": "labels and source lines, which two modules share",
    "autograd/support/validation.py": "checks that need the standard library alone",
    "autograd/testing/type_strategies.py": "what Hypothesis loads of this package, which must be little",
    "nn/callbacks/clip_gradients.py": "one callback a file",
    "nn/datasets/bundled.py": "data that come with an installation",
    "nn/devices.py": "a documented path",
    "nn/schedules.py": "a documented path",
    "nn/training/_crash_notice.py": "a process of its own",
    "nn/training/_interrupt.py": "one signal handler",
}


def lines():
    """The number of lines of each source file, but for those that only open or run a package."""
    found = [*ROOT.glob("_glassgrad_*.py"), *(p for package in ("autograd", "nn") for p in (ROOT / package).rglob("*.py"))]
    shown = [p for p in sorted(found) if p.stem not in ("__init__", "__main__")]
    return {p.relative_to(ROOT).as_posix(): len(p.read_text(encoding="utf-8").splitlines()) for p in shown}


def test_files_are_neither_long_nor_tiny():
    shortest = {path: 0 if path.startswith(ADAPTERS) else SHORTEST for path in lines()}
    assert {path for path, n in lines().items() if not shortest[path] <= n <= LONGEST} == EXCEPTIONS.keys()


def test_a_package_has_one_name_for_arrays():
    aliases = re.compile(
        r"^(\w+) = (?:npt?\.)?(?:NDArray\[Any\]|ndarray\[(?:Any|tuple\[Any, \.\.\.\]), np\.dtype\[Any\]\])$", re.MULTILINE
    )
    found = {path: aliases.findall((ROOT / path).read_text(encoding="utf-8")) for path in lines()}
    assert {path: names for path, names in found.items() if names} == {
        "autograd/engine/coercion.py": ["Array"], "nn/_validation.py": ["Array"],
    }  # fmt: skip


def test_files_begin_with_what_they_are():
    paths = [*map(Path, lines()), *(p for package in ("autograd", "nn") for p in (ROOT / package).rglob("__*__.py"))]
    assert [p for p in paths if not (ROOT / p).read_text(encoding="utf-8").startswith(('"""', 'r"""'))] == []


@pytest.mark.parametrize("name", ["core.py", "numpy", "numpy.py", "scipy", "scipy.py"])
def test_no_file_has_the_name_of_one_of_the_other_package_called_autograd(name):
    """The first tells that it is installed over this one; the others would shadow it for those who import it."""
    assert not (ROOT / "autograd" / name).exists()
