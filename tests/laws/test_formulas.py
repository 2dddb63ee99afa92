"""Formulas of arrays and of their cotangents are true: read as NumPy, they are the arrays and the cotangents."""

import re
from functools import partial

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor
from autograd.drawing.events import local_events
from autograd.drawing.formulas import chain_rule, expression
from autograd.drawing.forward_model import graph_of
from tests.laws.example_calls import example_id, examples

#: Ops whose pullback takes more steps than a formula has room for.
LONG = {"cholesky", "cumprod", "prod", "eigenpairs", "least_squares", "orthogonal_triangular", "pinv", "singular_triplets"}
_PYTHON = [
    (r"∂L/∂\w+", "G"), ("×", "*"), ("−", "-"), ("²", "**2"), ("ᵀ", ".mT"), ("…", "..."), (" = ", " == "), ("≠", "!="),
    ("∨", "|"), (r"\] \[", "], ["), (r"\[(\w+(?: \w+)+)\]", lambda m: f"[{m[1].replace(' ', ', ')}]"),
    (r"(scatter\(.*?), (\[.*\])\)", r"\1, S\2)"),
]  # fmt: skip
#: Ops whose operands a formula lists.
_CALLS = {
    "einsum": lambda *xs, subscripts: np.einsum(subscripts, *xs),
    "concatenate": lambda *xs, axis=0: np.concatenate(list(map(np.atleast_1d, xs)), axis),
    "permute": lambda x, order, axis=-1: np.take_along_axis(x, order, axis),
    "astype": lambda x, dtype: x.astype(dtype.__name__),
}
_CONSTANTS = {"S": np.s_, "inf": np.inf, "float32": np.float32, "float64": np.float64}


class Names(dict):
    """Names of a formula: arrays, ops, and sums with the summed axes kept."""

    def __missing__(self, name):
        if not name.startswith("Σ"):
            return _CALLS[name] if name in _CALLS else OPS[name]
        axes = {"Σ": None, "Σ_rows": 0, "Σ_columns": 1}.get(name, tuple(map(int, re.findall(r"\d+", name))))
        return lambda x: np.sum(x, axis=axes, keepdims=True)


def _python(formula):
    for sign, text in _PYTHON:
        formula = re.sub(sign, text, formula)
    return formula


def _scatter(shape, array, index):
    return OPS["put"].on_arrays([array], {"index": index, "shape": shape})


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_a_formula_read_as_numpy_is_what_is_computed(case):
    _, number, example = case
    rng = np.random.default_rng(number)
    y = example.call(*[Tensor(a, requires_grad=True, label="abcdef"[i]) for i, a in enumerate(example.arrays(rng))])
    graph = graph_of([y])
    arrays = {node.name: node.value for node in graph.nodes.values()} | {
        "S": np.s_,
        "inf": np.inf,
        "float32": np.float32,
        "float64": np.float64,
    }
    for node in graph.nodes.values():
        formula = "" if node.op is None else expression(node)
        if formula and not re.search(r"array\[", formula):
            names = Names(arrays | {"scatter": partial(_scatter, np.shape(node.value))})
            got = np.reshape(eval(_python(formula), {}, names), np.shape(node.value))
            np.testing.assert_allclose(got, node.value, rtol=1e-9, atol=1e-12, err_msg=formula)
    for local in local_events(graph):
        user, x, formula = local.node, local.input, chain_rule("L", local)
        if user.op.name in LONG or re.search(r"array\[|convolve\(scatter", formula) or not isinstance(user.value, np.ndarray):
            continue
        g = rng.normal(size=np.shape(user.value))
        want = user.source.apply_pullbacks([(local.position, user.op.pullbacks_of(user.source.inputs)[local.position])], g)[0]
        names = Names(arrays | {"scatter": partial(_scatter, np.shape(x.value)), "G": g})
        got = np.asarray(eval(_python(formula), {}, names))
        np.testing.assert_allclose(got.reshape(np.shape(want)), want, rtol=1e-9, atol=1e-12, err_msg=formula)


def test_a_long_rule_is_named():
    x = Tensor(np.arange(1.0, 5.0), requires_grad=True, label="x")
    y = ag.cumprod(x)
    assert chain_rule("L", local_events(graph_of([y]))[0]) == "pullback of cumprod at ∂L/∂y"
