"""The reference of ops has an entry for every public op, with the pullback of every input."""

import importlib.util
import re
from pathlib import Path

import pytest

from autograd import OPS

PATH = Path(__file__).parents[2] / "docs" / "_ext" / "op_reference.py"


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("op_reference", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_op_has_an_entry(reference):
    public = {name for name, op in OPS.items() if op.__module__ == "autograd"}
    pages = "".join(reference.chapter_page(name, ops) for name, ops in reference.chapters().items())
    assert sorted(re.findall(r"autofunction:: autograd\.(\w+)", pages)) == sorted(public)


def test_entries_have_the_pullback_of_every_input(reference):
    differentiable = [op for ops in reference.chapters().values() for op in ops if any(op.pullbacks)]
    wrong = {}
    for op in differentiable:
        inputs = [text.partition(" = ")[0] for text in reference.pullbacks(op)]
        if not op.variadic and len(inputs) != sum(pullback is not None for pullback in op.pullbacks):
            wrong[op.name] = inputs
        if not inputs or len(set(inputs)) < len(inputs):
            wrong[op.name] = inputs
    assert len(differentiable) > 80
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("tanh", "∂L/∂x = ∂L/∂y × (1 − y²)"),
        ("matmul", "∂L/∂b = aᵀ @ ∂L/∂y"),
        ("where", "∂L/∂a = ∂L/∂y × (1 if condition, else 0)"),
    ],
)
def test_a_pullback_is_that_of_the_row(name, formula, reference):
    assert formula in reference.op_entry(OPS[name])


def test_formulas_of_docstrings_are_literal(reference):
    lines = ["Sum of |x|.", "", "    y = Σ |xᵢ|", "", "Args:", "    x: A |number|", "", "    Not a formula"]
    reference.plain_docstrings(None, "function", "", None, None, lines)
    assert lines == [
        "Sum of \\|x\\|.", "", "::", "", "    y = Σ |xᵢ|", "", "Args:", "    x: A \\|number\\|", "", "    Not a formula",
    ]  # fmt: skip
