"""Formulas of cotangents of arrays are true: read as NumPy, they are the cotangents."""

import re
from functools import partial

import numpy as np
import pytest

import autograd as ag
from autograd import OPS, Tensor
from autograd.drawing.events import local_events
from autograd.drawing.formulas import chain_rule
from autograd.drawing.forward_model import graph_of
from tests.laws.example_calls import example_id, examples

#: Ops whose pullback takes more steps than a formula has room for.
LONG = {"cholesky", "cumprod", "prod"}
_PYTHON = [
    (r"∂L/∂\w+", "G"), ("×", "*"), ("−", "-"), ("²", "**2"), ("ᵀ", ".mT"), ("…", "..."), (" = ", " == "), ("≠", "!="),
    ("∨", "|"), (r"\[(\w+(?: \w+)+)\]", lambda m: f"[{m[1].replace(' ', ', ')}]"), (r"(scatter\(.*?), (\[.*\])\)", r"\1, S\2)"),
]  # fmt: skip


class Names(dict):
    """Names of a formula: arrays, sums with the summed axes kept, and ops, whose axis is the last one by default."""

    def __missing__(self, name):
        if name.startswith("Σ"):
            axes = {"Σ": None, "Σ_rows": 0, "Σ_columns": 1}.get(name, tuple(map(int, re.findall(r"\d+", name))))
            return lambda x: np.sum(x, axis=axes, keepdims=True)
        if name not in OPS:
            raise KeyError(name)

        def call(*xs, **params):
            op, last = OPS[name], np.ndim(xs[0]) - 1
            if "axis" in op.params and name != "roll":
                params.setdefault("axis", (last,) if name in ("softmax", "deviations") else last)
            if name == "roll":
                params.setdefault("axis", (last,))
            xs = xs[0] if name == "concatenate" else xs
            bare = name in ("argsort", "broadcast_to", "convolve", "reshape", "roll", "transpose")
            return getattr(ag, name)(*xs, **params) if bare else op.on_arrays(list(map(np.asarray, xs)), params)

        return call


def _python(formula):
    for sign, text in _PYTHON:
        formula = re.sub(sign, text, formula)
    return formula


def _scatter(shape, array, index):
    return OPS["put"].on_arrays([array], {"index": index, "shape": shape})


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_a_formula_read_as_numpy_is_the_cotangent(case):
    _, number, example = case
    rng = np.random.default_rng(number)
    y = example.call(*[Tensor(a, requires_grad=True, label="abcdef"[i]) for i, a in enumerate(example.arrays(rng))])
    graph = graph_of([y])
    for local in local_events(graph):
        user, x, formula = local.node, local.input, chain_rule("L", local)
        if user.op.name in LONG or re.search(r"array\[|convolve\(scatter", formula) or not isinstance(user.value, np.ndarray):
            continue
        g = rng.normal(size=np.shape(user.value))
        want = user.source.apply_pullbacks([(local.position, user.op.pullbacks_of(user.source.inputs)[local.position])], g)[0]
        names = Names({node.name: node.value for node in graph.nodes.values()} | {"S": np.s_, "inf": np.inf})
        names["scatter"] = partial(_scatter, np.shape(x.value))
        names["G"] = g
        got = np.asarray(eval(_python(formula), {}, names))
        np.testing.assert_allclose(got.reshape(np.shape(want)), want, rtol=1e-9, atol=1e-12, err_msg=formula)


def test_a_long_rule_is_named():
    x = Tensor(np.arange(1.0, 5.0), requires_grad=True, label="x")
    y = ag.cumprod(x)
    assert chain_rule("L", local_events(graph_of([y]))[0]) == "pullback of cumprod at ∂L/∂y"
