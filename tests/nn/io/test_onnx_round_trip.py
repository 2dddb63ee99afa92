"""ONNX files: what is exported is read back and run by onnxruntime, with any number of rows; weights lie beside the model."""

import os
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import compile as compiled
from autograd import mean, record, where
from nn import UnreadableFileError
from tests.nn.modules.test_state import MAKERS

pytestmark = pytest.mark.peer

#: Modules that are no layers of a perceptron.
OTHERS = {"Residual", "LayerNorm", "RMSNorm", "BatchNorm1d", "Embedding"}
MORE = {"ELU 0.3": lambda: nn.ELU(0.3), "LeakyReLU 0.2": lambda: nn.LeakyReLU(0.2), "Softmax 0": lambda: nn.Softmax(0),
        "LogSoftmax 1": lambda: nn.LogSoftmax(1), "MLP GELU": lambda: nn.MLP(4, [3, 3], 4, activation=nn.GELU)}  # fmt: skip


@pytest.fixture(autouse=True)
def onnx():
    pytest.importorskip("onnxruntime")
    return pytest.importorskip("onnx")


def answers(path, *xs):
    from onnxruntime import InferenceSession

    session = InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: x for i, x in zip(session.get_inputs(), xs, strict=True)})[0]


def rows(n, name="", dtype=np.float32):
    rng = np.random.default_rng(n)
    return rng.integers(0, 5, (n, 3)) if name == "Embedding" else (3.0 * rng.standard_normal((n, 4))).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [*MAKERS, *MORE])
def test_every_module_comes_back(name, dtype, tmp_path):
    module, x = (MAKERS | MORE)[name]().eval(), rows(5, name, dtype)
    for p in module.parameters() if dtype == np.float64 else ():
        pytest.skip(f"{p.shape} is in float32")
    path = record(module, x).to_onnx(tmp_path / "m.onnx")
    if dtype == np.float32:
        np.testing.assert_allclose(answers(path, x), nn.predict(module, x), rtol=1e-5, atol=1e-6)
    back = nn.load_onnx(path)
    assert isinstance(back, nn.Sequential) is (name not in OTHERS)
    np.testing.assert_allclose(nn.predict(back, x), nn.predict(module, x), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", [*MAKERS, *MORE])
def test_every_module_runs_with_any_number_of_rows(name, tmp_path):
    module = (MAKERS | MORE)[name]().eval()
    tape = record(module, rows(5, name))
    title = tape.program.inputs[0].name
    for axes in ({title: {0: "batch"}, "output.0": {0: "batch"}}, {title: [0]}):
        path = tape.to_onnx(tmp_path / "m.onnx", dynamic_axes=axes)
        for n in (1, 2, 5, 11, 17, 251, 300):
            np.testing.assert_allclose(answers(path, rows(n, name)), nn.predict(module, rows(n, name)), rtol=1e-5, atol=1e-6)
    if name != "Embedding":  # whose graph computes shapes
        np.testing.assert_allclose(nn.predict(nn.load_onnx(path), rows(7)), nn.predict(module, rows(7)), rtol=1e-6, atol=1e-7)


class Heads(nn.Module):
    """Several outputs, and layers that are not a chain."""

    def __init__(self):
        self.body = nn.Sequential(nn.Linear(4, 4, seed=0), nn.BatchNorm1d(4), nn.Residual(nn.Linear(4, 4, seed=1)), nn.GELU())
        self.norm, self.a, self.b = nn.LayerNorm(4), nn.Linear(4, 2, seed=2), nn.Linear(4, 1, seed=3)

    def forward(self, x):
        h = self.norm(self.body(x))
        return self.a(h), ag.tanh(self.b(h))


def test_a_model_of_several_outputs_comes_back_and_trains(tmp_path):
    model = Heads()
    model(10.0 + rows(9))  # running means
    x = rows(5)
    back = nn.load_onnx(record(model.eval(), x).to_onnx(tmp_path / "m.onnx", dynamic_axes={"x": [0]}))
    for mine, theirs in zip(nn.predict(back, rows(7)), nn.predict(model, rows(7)), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)
    assert len(back.parameters()) == len(model.parameters())
    gradients = []
    for module in model, back:
        a, b = module(x)
        (a.sum() + b.sum()).backward()
        gradients.append(sorted(float(abs(p.grad).sum()) for p in module.parameters()))
    np.testing.assert_allclose(*gradients, rtol=1e-4)
    nn.save(back, tmp_path / "m.npz")
    with pytest.raises(UnreadableFileError, match=r"its node CumSum .* nor an operator that is read"):
        nn.load_onnx(record(lambda x: ag.cumsum(x, axis=1), x).to_onnx(tmp_path / "m.onnx"))


def test_two_inputs_have_one_or_two_numbers_of_rows(tmp_path):
    tape = record(lambda x, y: (x @ y.T).sum(axis=1), rows(3), rows(2))
    path = tape.to_onnx(tmp_path / "m.onnx", dynamic_axes={"x": {0: "n"}, "y": {0: "m"}})
    for n, m in ((1, 4), (5, 5), (11, 251)):
        np.testing.assert_allclose(answers(path, rows(n), rows(m)), (rows(n) @ rows(m).T).sum(axis=1), rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match="broadcast"):
        record(lambda x, y: x + y, rows(3), rows(3)).to_onnx(tmp_path / "m.onnx", dynamic_axes={"x": {0: "n"}, "y": {0: "m"}})
    path = record(lambda x, y: x + y, rows(3), rows(3)).to_onnx(tmp_path / "m.onnx", dynamic_axes={"x": [0], "y": [0]})
    np.testing.assert_allclose(answers(path, rows(7), rows(7)), 2.0 * rows(7))


@pytest.mark.parametrize(
    ("f", "axes", "message"),
    [
        (lambda x: mean(x, axis=0), {"x": {0: "n"}}, "the op mean uses the number of rows"),
        (
            lambda x: x * np.cos(np.arange(x.size, dtype="f4")).reshape(x.shape),
            {"x": {0: "n"}},
            "the op multiply uses",
        ),
        (lambda x: x[-1], {"x": [0]}, "the op getitem uses the number of rows"),
        (lambda x: x[:20] * 2.0, {"x": [0]}, "the op getitem uses the number of rows"),
        (lambda x: where(x > 0, x, 0.0) if x.shape[0] > 20 else x, {"x": [0]}, "the op .* uses the number of rows"),
        (
            lambda x: x,
            {"x": {1: "n"}},
            r"only the rows of an input, .*, got \{1: 'n'\}: write \{'x': \{0: 'n'\}\}",
        ),
        (lambda x: x, {"y": {0: "n"}}, "dynamic_axes names 'y', and the arrays among the inputs are x"),
        (lambda x: x, ["x"], r"dynamic_axes must be a dict such as \{'x': \{0: 'batch'\}\}, got \['x'\]"),
        (lambda x: x, {"x": 0}, "dynamic_axes must be a dict such as"),
    ],
)
def test_a_number_of_rows_in_the_program_is_named(f, axes, message, tmp_path):
    with pytest.raises((TypeError, ValueError), match=message):
        record(f, rows(6)).to_onnx(tmp_path / "m.onnx", dynamic_axes=axes)
    assert list(tmp_path.iterdir()) == []


def test_a_compiled_function_has_no_examples(tmp_path):
    f = compiled(lambda x: x * 2.0)
    f(rows(3))
    with pytest.raises(TypeError, match="has no examples to record again: use record"):
        next(iter(f.tapes)).to_onnx(tmp_path / "m.onnx", dynamic_axes={"x": [0]})


def outside(onnx, folder, seed, **changes):
    """A model whose weights are in a file beside it, with its external data changed."""
    folder.mkdir(exist_ok=True)
    path = record(nn.MLP(4, [5], 2, seed=seed), rows(3)).to_onnx(folder / "m.onnx")
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="m.data", size_threshold=0)
    model = onnx.load(path, load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        entry.value = str(changes.get(entry.key, entry.value))
    path.write_bytes(model.SerializeToString())
    return path


def test_weights_are_read_beside_the_model(onnx, tmp_path, monkeypatch):
    path = outside(onnx, tmp_path / "a", 0)
    outside(onnx, tmp_path / "b", 1)
    for here in (tmp_path / "b", tmp_path / "a", tmp_path):
        monkeypatch.chdir(here)
        for name in (path, os.path.relpath(path)):
            np.testing.assert_allclose(nn.predict(nn.load_onnx(name), rows(3)), nn.predict(nn.MLP(4, [5], 2, seed=0), rows(3)))
    (tmp_path / "link.onnx").symlink_to(path)
    np.testing.assert_allclose(
        nn.predict(nn.load_onnx(tmp_path / "link.onnx"), rows(3)), nn.predict(nn.load_onnx(path), rows(3))
    )
    (path.parent / "m.data").unlink()
    with pytest.raises(FileNotFoundError, match=r"m\.data"):
        nn.load_onnx(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"location": "../b/m.data"}, {"location": "sub/../../b/m.data"}, {"location": "/etc/passwd"}, {"location": ""},
        {"location": "link"}, {"location": "."}, {"location": "linked/m.data"}, {"offset": -1}, {"length": 10**15},
        {"offset": 10**15}, {"length": "many"}, {"location": "..\\b\\m.data"}, {"location": "pipe"},
    ],
)  # fmt: skip
def test_weights_elsewhere_are_refused(onnx, changes, tmp_path):
    path = outside(onnx, tmp_path / "a", 0, **changes)
    outside(onnx, tmp_path / "b", 1)
    Path(tmp_path / "a" / "link").symlink_to(tmp_path / "b" / "m.data")
    os.mkfifo(tmp_path / "a" / "pipe")
    Path(tmp_path / "a" / "linked").symlink_to(tmp_path / "b")
    with pytest.raises(UnreadableFileError, match=r"in the folder of the model|bytes from|invalid literal"):
        nn.load_onnx(path)
