"""Files and pickles written by version 0.1.0 are read, and give the numbers that they were written with."""

import base64
import json
import pickle
import pickletools
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
import nn

FILES = Path(__file__).parent / "files"
PICKLES = json.loads((FILES / "pickles.json").read_text())
#: Of 20 points of `nn.datasets.moons`, by the model in the files.
SCORES = np.load(FILES / "scores.npy")


def points():
    rows, labels = nn.datasets.moons(20, noise=0.1, seed=0)
    return rows.astype(np.float32), labels


def unpickled(name):
    if name == "classifier":
        pytest.importorskip("sklearn")
    return pickle.loads(base64.b64decode(PICKLES[name]))


#: These hold classes that are not public.
PRIVATE = {"determinant", "optimizer", "page", "paths", "schedule"}


@pytest.mark.parametrize("name", sorted(PICKLES.keys() - PRIVATE))
def test_a_pickle_names_public_places(name):
    written = pickle.dumps(unpickled(name), protocol=2)  # which names a class in one piece
    named = {x.partition(" ")[0] for op, x, _ in pickletools.genops(written) if op.name == "GLOBAL"}
    ours = {x for x in named if x.partition(".")[0] in ("autograd", "nn")}
    assert ours <= {"autograd", "autograd.domain", "nn", "nn.scalar", "nn.estimators"}


def test_what_a_pickle_holds():
    x, t = unpickled("value"), unpickled("tensor")
    assert (x.data, x.label, t.tolist(), t.requires_grad) == (2.0, "x", [[1.0, 2.0]], True)
    assert unpickled("op") is ag.exp
    assert unpickled("function") is ag.grad
    assert unpickled("loss") is nn.cross_entropy
    assert unpickled("initializer") is nn.he_uniform
    assert unpickled("error") is ag.RenderError
    assert unpickled("determinant") == (1.0, 0.0)
    assert unpickled("history").loss[1] > 0
    assert unpickled("running").result() == 1.0
    assert len(unpickled("dataset")) == 3
    assert len(list(unpickled("loader"))) == 2
    assert unpickled("callback").patience == 3
    assert unpickled("schedule").optimizer.lr == 0.5
    assert unpickled("optimizer").lr == 0.01
    assert "<svg" in unpickled("page").html
    assert unpickled("paths").count == 1
    assert [str(d) for d in unpickled("domains")] == [str(d) for d in (ag.domain.POSITIVE, ag.domain.DISTINCT)]


def test_a_pickled_model_computes_what_it_did():
    model = unpickled("model").eval()
    first, last = nn.Linear(2, 3, seed=0), nn.Linear(3, 2, seed=1)
    twin = nn.Sequential(first, nn.ReLU(), nn.Dropout(0.5, seed=0), nn.BatchNorm1d(3), nn.Residual(nn.Tanh()), last)
    x = points()[0]
    np.testing.assert_array_equal(nn.predict(model, x), nn.predict(twin, x))
    assert unpickled("scalar_model")([1.0, 2.0]).requires_grad


@pytest.mark.parametrize("file", ["model.npz", "model.safetensors", "torch.safetensors"])
def test_a_saved_model_is_read(file):
    if file.endswith(".safetensors"):
        pytest.importorskip("safetensors")
    model = nn.MLP(2, [3], 2, seed=1)
    (nn.load_from_torch if file.startswith("torch") else nn.load)(model, FILES / file)
    np.testing.assert_array_equal(nn.predict(model, points()[0]), SCORES)


def test_a_checkpoint_is_taken_up(tmp_path):
    file = tmp_path / "checkpoint.npz"
    file.write_bytes((FILES / "checkpoint.npz").read_bytes())
    histories = []
    for callbacks in ([nn.Checkpoint(file)], []):
        model = nn.MLP(2, [3], 2, seed=0)
        adam = nn.Adam(model.parameters(), lr=0.01)
        run = nn.fit(model, points(), loss=nn.cross_entropy, optimizer=adam, epochs=4, progress=False, callbacks=callbacks)
        histories.append(run.loss)
    assert histories[0] == pytest.approx(histories[1], rel=1e-5)  # another machine rounds float32 in another way


@pytest.mark.peer
def test_an_onnx_graph_is_read():
    pytest.importorskip("onnx")
    model = nn.load_onnx(FILES / "model.onnx")
    np.testing.assert_allclose(nn.predict(model, points()[0]), SCORES, rtol=1e-6)
