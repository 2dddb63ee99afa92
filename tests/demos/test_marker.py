"""The marker of the lesson: right layers pass, and the mistake of a wrong one is named."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from demos.lesson import marker
from demos.notebooks import NOTEBOOKS

SOLVED = NOTEBOOKS[5]
SOURCE = "\n".join(
    "".join(cell["source"])
    for cell in json.loads(SOLVED.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "code" and "".join(cell["source"]).startswith("class ")
)

RIGHT = [
    ("Linear", "self.x.T @ g", "np.einsum('ni,no->io', self.x, g)"),
    ("Linear", "self.dw += self.x.T @ g", "self.dw = self.dw + sum(np.outer(a, b) for a, b in zip(self.x, g))"),
    ("Linear", "g @ self.w.T", "(self.w @ g.T).T"),
    ("Linear", "g.sum(axis=0)", "np.ones(len(g)) @ g"),
    ("Linear", "g.sum(axis=0)", "len(g) * g.mean(axis=0)"),
    ("Tanh", "return g * (1 - self.y**2)", "y, self.y = self.y, None; return g * (1 - y**2)"),
    ("Tanh", "1 - self.y**2", "1 / np.cosh(np.arctanh(self.y)) ** 2"),
    ("Tanh", "np.tanh(x)", "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"),
    ("Softmax", "self.p * (g - (g * self.p).sum(axis=1, keepdims=True))",
     "np.stack([(np.diag(p) - np.outer(p, p)) @ row for p, row in zip(self.p, g)])"),
    ("Softmax", "np.exp(z - z.max(axis=1, keepdims=True))", "np.exp(z - z.mean(axis=1, keepdims=True))"),
    ("CrossEntropy", "-np.log(p[np.arange(len(p)), t]).mean()", "-np.log((p * np.eye(p.shape[1])[t]).sum(axis=1)).mean()"),
    ("CrossEntropy", "return g\n", "return -np.eye(g.shape[1])[self.t] / self.p / n\n"),
]  # fmt: skip

WRONG = [
    ("Linear", "self.x.T @ g", "2 * self.x.T @ g", "gradient of w: claimed is 2 × what it should be: a factor 2 too much"),
    ("Linear", "g @ self.w.T", "-g @ self.w.T", "gradient of x: claimed has the wrong sign"),
    ("Linear", "self.dw += self.x.T @ g", "self.dw = g.T @ self.x",
     "gradient of w has the shape (4, 3), w has (3, 4): it is transposed"),
    ("Linear", "g @ self.w.T", "g @ self.w", "is a transpose or an axis missing?"),
    ("Linear", "self.db += g.sum(axis=0)", "self.db = g.sum(axis=1)",
     "gradient of b has the shape (5,), b has (4,): is a sum over the wrong axis?"),
    ("Linear", "g.sum(axis=0)", "g.sum()", "g is summed over all axes: sum over axis 0 only"),
    ("Linear", "g.sum(axis=0)", "g.mean(axis=0)", "a factor 5 is missing; 5 is the number of examples"),
    ("Linear", "self.dw += self.x.T @ g", "self.dw = self.x.T @ g",
     "gradient of w is replaced by each backward pass: add to it with +="),
    ("Linear", "self.db += g.sum(axis=0)", "self.db = g.sum(axis=0)", "gradient of b is replaced by each backward pass"),
    ("Linear", "self.db += g.sum(axis=0)", "pass", "gradient of b: claimed is 0: the derivative omits a dependence"),
    ("Linear", "self.db += g.sum(axis=0)", "self.db = g.sum(axis=0, keepdims=True)", "leave out keepdims=True"),
    ("Linear", "def __init__(self, w, b):", "def __init__(self, w):", "take the arguments of notebook 6"),
    ("Linear", "self.dw += self.x.T @ g", "self.dw += g.T @ self.x", "is a transpose or an axis missing?"),
    ("Linear", "self.dw += self.x.T @ g", "self.dw += self.x.T @ g; self.w -= self.dw", "w is changed in place"),
    ("Linear", "+ self.b", "", "forward: b is missing"),
    ("Linear", "self.dw += self.x.T @ g", "g *= 2; self.dw += self.x.T @ g", "g is changed in place"),
    ("Tanh", "self.y = np.tanh(x)", "x -= 1; self.y = np.tanh(x)", "x is changed in place"),
    ("Tanh", "return g * (1 - self.y**2)", "self.y **= 2; return g * (1 - self.y)",
     "backward changes in place the output of forward"),
    ("Tanh", "return g * (1 - self.y**2)", "self.dx = getattr(self, 'dx', 0) + g * (1 - self.y**2); return self.dx",
     "the gradient of x differs in a second pass"),
    ("Tanh", "1 - self.y**2", "1 + self.y**2", "the sign of tanh² is wrong"),
    ("Tanh", "self.y**2", "self.y", "the square of tanh is missing"),
    ("Tanh", "g * (1 - self.y**2)", "1 - self.y**2", "g is missing: the chain rule multiplies by it"),
    ("Tanh", "self.y**2", "np.arctanh(self.y) ** 2", "1 - x² in place of 1 - tanh(x)²"),
    ("Softmax", "self.p * (g - (g * self.p).sum(axis=1, keepdims=True))", "g * self.p * (1 - self.p)",
     "only the diagonal of the Jacobian"),
    ("Softmax", "(g * self.p).sum(axis=1, keepdims=True)", "(g * self.p).sum()", "the sum of g p is over all rows"),
    ("Softmax", "e / e.sum(axis=1, keepdims=True)", "e / e.sum(axis=0, keepdims=True)", "forward: "),
    ("Softmax", "e = np.exp(z - z.max(axis=1, keepdims=True))\n        self.p = e / e.sum(axis=1, keepdims=True)",
     "e = np.exp(z)\n        self.p = e / e.sum(axis=0)", "forward: the sum is over the wrong axis"),
    ("Softmax", "self.p * (g - ", "self.p * (g + ", "the sign of the sum of g p is wrong"),
    ("Softmax", "return self.p * (", "return (", "p before the bracket is missing"),
    ("Softmax", "z.max(axis=1, keepdims=True)", "0", "forward overflows for large scores: subtract the largest of a row"),
    ("CrossEntropy", "-1 / (n * ", "-1 / (1 * ", "a factor 5 too much; 5 is the number of examples"),
    ("CrossEntropy", "-1 / (n * ", "-1 / (5 * ", "gradient of x: "),
    ("CrossEntropy", "-1 / (n * ", "1 / (n * ", "claimed has the wrong sign"),
    ("CrossEntropy", "return g\n", "return (self.p - np.eye(g.shape[1])[self.t]) / n\n", "here it is with respect to p"),
    ("CrossEntropy", "return g\n", "return -1 / (n * self.p)\n", "only the probability of the label counts"),
    ("CrossEntropy", "np.log(", "np.log2(", "forward: the output is 1.443 × what it should be"),
    ("CrossEntropy", "t]).mean()", "t]).sum()", "forward: 1/n is missing"),
    ("CrossEntropy", "return -np.log", "return np.log", "forward: the sign is wrong"),
]  # fmt: skip


def changed(old, new):
    assert old in SOURCE
    names = {"np": np, "show_mark": lambda *_: None}
    exec(SOURCE.replace(old, new), names)
    return names


@pytest.mark.parametrize(("name", "old", "new"), RIGHT, ids=[new for *_, new in RIGHT])
def test_a_right_layer_passes(name, old, new):
    assert marker.mark(name, changed(old, new)[name]) == ""


@pytest.mark.parametrize(("name", "old", "new", "cause"), WRONG, ids=[cause for *_, cause in WRONG])
def test_the_mistake_of_a_wrong_layer_is_named(name, old, new, cause):
    assert cause in marker.mark(name, changed(old, new)[name])


def test_a_check_shows_a_wrong_answer_and_a_hint(capsys):
    marker.check("a", 2.0, 3.0, "Add 1.")
    marker.check("b", [1.0, 2.0], [1.0, 2.0, 3.0])
    marker.check("c", [1.0, None], [1.0, 2.0])
    marker.check_gradient("d", lambda x: x**2, lambda x: x, 3.0)
    assert capsys.readouterr().out.splitlines() == [
        "a: not yet, got 2.0. Add 1.",
        "b: not yet, got [1.0, 2.0].",
        "c: missing, replace the ...",
        "d: not yet, claimed is 1/2 of what it should be: a factor 2 is missing",
    ]


def test_files_are_marked_from_a_shell(tmp_path):
    student = tmp_path / "student.py"
    student.write_text("import numpy as np\n\n\nclass Tanh:\n    def forward(self, x):\n        return np.tanh(x)\n")
    broken = tmp_path / "broken.py"
    broken.write_text("class Tanh\n")
    command = [sys.executable, marker.__file__, str(broken), str(SOLVED), str(student)]
    environment = os.environ | {"PYTHONPATH": str(SOLVED.parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "the file does not run: SyntaxError: expected ':'" in done.stdout
    assert done.stdout.count("right") == 4
    assert "Linear        not yet: the class Linear is missing" in done.stdout
    assert "Tanh          not yet: AttributeError: 'Tanh' object has no attribute 'backward'" in done.stdout
