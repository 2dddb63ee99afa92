"""Programs of Values where NumPy is not installed: the same numbers and texts, to the same bit, as with it."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.testing.call_catalogue import ELEMENTWISE

#: Ops on numbers that need SciPy, hence NumPy, or NumPy; the gradient of gammaln does.
NEED_SCIPY = {"gammaln", "digamma", "polygamma", "gammainc", "gammaincc", "betainc", "erfinv", "ndtri"}
NEED_NUMPY = {"sinc", "sinc_derivative"}

REFUSE_NUMPY = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "scipy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""

PROGRAM = """
import json, sys
from tests.laws.scalar_readings import learner, readings

texts = list(map(repr, learner()))
loaded = "numpy" in sys.modules
print(json.dumps([loaded, texts, *readings()]))
"""


def run(script):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found():
    return run(REFUSE_NUMPY + PROGRAM), run(PROGRAM)


def test_a_lesson_on_values_does_not_load_numpy_and_shows_the_same_without_it(found):
    (_, texts, *_), (is_loaded, expected, *_) = found
    assert not is_loaded
    assert texts == expected


def test_ops_on_numbers_have_the_same_bits_without_numpy_except_for_those_that_need_it(found):
    (_, _, numbers, _), (_, _, expected, _) = found
    op_of = {call.text: op for op, calls in ELEMENTWISE.items() for call in calls}
    errors = {text: x for text, x in numbers.items() if isinstance(x, str)}
    assert {op_of[text] for text in errors} == NEED_SCIPY | NEED_NUMPY
    for text, error in errors.items():
        name, command = ("NumPy", "numpy") if op_of[text] in NEED_NUMPY else ("SciPy", "glassgrad[special]")
        assert error.endswith(f" needs {name}: pip install '{command}'")
    assert {text: x for text, x in numbers.items() if text not in errors} == {
        text: x for text, x in expected.items() if text not in errors
    }


def test_infinite_and_undefined_numbers_are_those_of_numpy(found):
    (_, _, _, numbers), (_, _, _, expected) = found
    wrong = {
        call: (x, expected[call]) for call, x in numbers.items()
        if not isinstance(x, str) and not (len(x) == len(expected[call]) and all(map(is_close, x, expected[call])))
    }  # fmt: skip
    assert wrong == {}


def is_close(found, expected):
    """True if two numbers in hexadecimal digits are equal, both NaN, or differ by the rounding of another library."""
    a, b = float.fromhex(found), float.fromhex(expected)
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-14)


def test_what_needs_arrays_says_so():
    uses = {
        "Tensor": "autograd.Tensor([1.0])",
        "check_gradients": "autograd.check_gradients(lambda x: x * x, 2.0)",
        "Linear": "nn.Linear(2, 3)",
        "mean": "autograd.mean([1.0, 2.0])",
    }
    script = REFUSE_NUMPY + "import json, autograd, nn\nfrom autograd import *\nfound = {}\n"
    for name, use in uses.items():
        script += f"try:\n    {use}\nexcept ImportError as error:\n    found[{name!r}] = str(error)\n"
    found = run(script + "print(json.dumps(found))")
    assert found.keys() == uses.keys()
    assert all(error.endswith("needs NumPy: pip install 'numpy'") for error in found.values()), found
