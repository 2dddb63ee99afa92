"""ONNX export: onnxruntime equals the tape, for every op with a meaning in ONNX, and its gradient."""

import itertools
import re

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import OPS, Tape, Tensor, gradients, record
from autograd.base.tree import leaves
from tests.laws.example_calls import COMPARISONS, DISCRETE, ELEMENTWISE_CASES, case_id, example_id, examples
from tests.laws.inputs import FEW, SPECIAL, arrays_in

pytestmark = [pytest.mark.peer, pytest.mark.slow]

#: Ops without a meaning in ONNX, from the docstring of `to_onnx`.
WITHOUT = set(re.search(r"in ONNX: ([\w,\s]+)\.", Tape.to_onnx.__doc__)[1].replace(",", " ").split())


@pytest.fixture
def run(tmp_path):
    """Outputs of onnxruntime for a tape and its arguments."""
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")

    def outputs(tape, *xs):
        session = runtime.InferenceSession(tape.to_onnx(tmp_path / "f.onnx"), providers=["CPUExecutionProvider"])
        names = [x.name for x in session.get_inputs()]
        numbers = leaves(xs)
        return session.run(None, {name: np.asarray(x) for name, x in zip(names, numbers, strict=True)})

    return outputs


def with_gradient(call):
    def f(*xs):
        y = call(*xs)
        w = Tensor(np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype))
        return y, gradients(y, list(xs), w, create_graph=True)

    return f


def assert_agrees(run, call, arrays):
    arrays = [x.astype(np.float32) for x in arrays]
    tape = record(with_gradient(call), *arrays)
    if WITHOUT & {step.op.name for step in tape.program.instructions}:
        tape = record(call, *arrays)
    used = WITHOUT & {step.op.name for step in tape.program.instructions}
    if used:
        with pytest.raises(TypeError, match=f"ONNX has no meaning for {'|'.join(used)}"):
            run(tape, *arrays)
        return
    for got, want in zip(run(tape, *arrays), leaves(tape(*arrays)), strict=True):
        assert got.dtype == np.asarray(want).dtype
        assert got.shape == np.shape(want)
        scale = np.max(np.abs(want), initial=0.0, where=np.isfinite(want))
        np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-6 * scale + 1e-7)


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op(run, case, rng):
    op, params = case
    shapes = [(2, 3), (3,), (2, 1)][: op.arity]
    assert_agrees(run, lambda *xs: op(*xs, **params), arrays_in(op.smooth_on, shapes, rng))


@pytest.mark.parametrize("case", examples("linear", "bilinear", "general"), ids=example_id)
def test_every_other_op(run, case, rng):
    assert_agrees(run, case[2].call, case[2].arrays(rng))


@pytest.mark.parametrize("case", ELEMENTWISE_CASES, ids=case_id)
def test_elementwise_op_at_hard_points(run, case):
    op, params = case
    if op.name in WITHOUT:
        pytest.skip("without a meaning")
    numbers = SPECIAL if op.arity == 1 else FEW
    with np.errstate(over="ignore", under="ignore"):
        rows = np.unique(np.array(list(itertools.product(*[numbers] * op.arity))[:400]).astype(np.float32), axis=0).T.copy()
    tape = record(lambda *xs: op(*xs, **params), *rows)
    atol = 1e-6 if op.name == "erfc" else 1e-37  # 1 − erf in ONNX, as documented in `to_onnx`
    np.testing.assert_allclose(run(tape, *rows)[0], tape(*rows), rtol=2e-5, atol=atol)


@pytest.mark.parametrize("op", [ag.max, ag.min], ids=lambda op: op.name)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_nan_is_the_maximum_and_the_minimum(run, op, axis):
    """At any position, and next to infinities."""
    x = np.random.default_rng(0).standard_normal((6, 3, 4)).astype(np.float32)
    for i in range(6):
        x[i].reshape(-1)[2 * i] = np.nan
    x[3, 0, 0], x[5, 0, 0] = np.inf, -np.inf
    tape = record(lambda x: op(x, axis=axis), x)
    np.testing.assert_array_equal(run(tape, x)[0], tape(x))


def test_the_list_of_ops_without_a_meaning_is_exact(tmp_path, rng):
    """Each op of the list raises an error with its name; the laws above cover all other ops."""
    pytest.importorskip("onnx")
    square = np.eye(2, dtype=np.float32) + 1
    calls = {
        "betainc": lambda x: OPS["betainc"](x, a=2.0, b=1.0),
        "cumprod": lambda x: ag.cumprod(x, 0),
        "gammainc": lambda x: OPS["gammainc"](x, a=2.0),
        "gammaincc": lambda x: OPS["gammaincc"](x, a=2.0),
        "least_squares": lambda x: OPS["least_squares"](x, x, rcond=0.0),
        "pinv": lambda x: OPS["pinv"](x, rcond=0.0),
        "polygamma": lambda x: ag.polygamma(x, n=1),
        "solve": lambda x: ag.solve(x, x),
    }
    for name in WITHOUT:
        tape = record(calls.get(name, OPS[name]), square)
        with pytest.raises(TypeError, match=f"ONNX has no meaning for .*{name}"):
            tape.to_onnx(tmp_path / "f.onnx")
    assert not (tmp_path / "f.onnx").exists()


@pytest.mark.parametrize("op", [*COMPARISONS, *DISCRETE[:3]], ids=lambda op: op.name)
def test_comparison(run, op):
    xs = [np.array([0.0, 1.0, -2.0, 1.0], np.float32), np.array([1.0, 1.0, -3.0, 0.0], np.float32)][: op.arity]
    tape = record(lambda *xs: op(*xs), *xs)
    np.testing.assert_array_equal(run(tape, *xs)[0], tape(*xs))


def test_training_graph_of_a_perceptron(run, tmp_path):
    model = nn.MLP(4, [8, 8], 3, seed=0, dtype=np.float64)
    x, y = np.random.default_rng(0).standard_normal((5, 4)), np.array([0, 2, 1, 1, 0])

    def step(x, y):
        loss = nn.cross_entropy(model(x), y)
        return loss, gradients(loss, model.parameters())

    model.named_parameters()  # sets their labels
    tape = record(step, x, y)
    loss, gradient = tape(x, y)
    got = run(tape, x, y)
    for a, b in zip(got, [loss, *gradient], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(tmp_path / "f.onnx")
    assert {"layers.0.weight", "layers.4.bias"} <= {a.name for a in graph.graph.initializer}
    assert [i.name for i in graph.graph.input] == ["x", "y"]
    assert (graph.ir_version, graph.opset_import[0].version) == (8, 17)
    assert "layers.2.weight" in {p.key: p.value for p in graph.metadata_props}["parameters"]


def test_names_of_arrays_are_kept_and_unique(run, tmp_path):
    """Also if a label equals an input's name or a reserved name of the graph."""
    onnx = pytest.importorskip("onnx")
    labels = ["x", "x", "output.0", "constant.0", "multiply.0/Mul.0", "", "a name/é", "array.0"]
    parameters = [Tensor(np.full(3, i + 1.0, np.float32), requires_grad=True, label=label) for i, label in enumerate(labels)]
    x = np.ones(3, np.float32)
    tape = record(lambda x: (sum(x * p for p in parameters) + 5.5, x * 2.5), x)
    for got, want in zip(run(tape, x), tape(x), strict=True):
        np.testing.assert_array_equal(got, want)
    graph = onnx.load(tmp_path / "f.onnx")
    titles = [a.name for a in graph.graph.initializer][: len(labels)]
    assert titles == ["x.0", "x.1", "output.0.0", "constant.0.0", "multiply.0/Mul.0.0", "array.0", "a name/é", "array.0.0"]
    assert {p.key: p.value for p in graph.metadata_props}["parameters"] == ", ".join(titles)


def test_parameters_of_a_module_have_their_names(tmp_path):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(record(nn.MLP(2, [3], 2), np.ones((1, 2), np.float32)).to_onnx(tmp_path / "f.onnx"))
    names = [f"layers.{i}.{name}" for i in (0, 2) for name in ("weight", "bias")]
    assert [a.name for a in model.graph.initializer][:4] == names
    assert [i.name for i in model.graph.input] == ["x"]


def test_function_of_floats(run):
    tape = record(ag.value_and_grad(lambda x, y: ag.exp(x) * y + x**3), 0.5, 2.0)
    np.testing.assert_allclose(run(tape, 0.5, 2.0), leaves(tape(0.5, 2.0)), rtol=1e-12)


def test_error_names_a_branch(tmp_path):
    pytest.importorskip("onnx")
    tape = record(lambda x: x * 2.0 if x > 1.5 else x, 2.0)
    with pytest.raises(TypeError, match=r"greater\(x, 1.5\), came out True, and a graph of ONNX has no branches"):
        tape.to_onnx(tmp_path / "f.onnx")
    with pytest.raises(ValueError, match=r"must end in \.onnx, got"):
        record(lambda x: x * 2.0, 2.0).to_onnx(tmp_path / "f.npz")
