"""ONNX: exported perceptrons give the same outputs in onnxruntime, and are imported again."""

import numpy as np
import pytest

import nn
from autograd import record

pytestmark = [pytest.mark.peer, pytest.mark.slow]


@pytest.fixture(autouse=True)
def onnx():
    pytest.importorskip("onnxruntime")
    return pytest.importorskip("onnx")


def answers(path, x):
    from onnxruntime import InferenceSession

    return InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def test_an_exported_classifier_predicts_the_same_digits(tmp_path):
    """The shape of MNIST: ten patterns under noise, 784 pixels each."""
    rng = np.random.default_rng(0)
    patterns = rng.random((10, 28, 28), np.float32)
    labels = rng.integers(0, 10, 2000)
    images = (patterns[labels] + 2.0 * rng.standard_normal((2000, 28, 28), np.float32)).astype(np.float32)
    model = nn.Sequential(nn.Flatten(), *nn.MLP(784, [128], 10, seed=0).layers)
    nn.fit(model, (images[:1500], labels[:1500]), loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters()), epochs=3,
           progress=False)  # fmt: skip
    x, wanted = images[1500:], labels[1500:]
    model.named_parameters()
    scores = nn.predict(model, x)
    assert 0.6 < nn.accuracy(scores, wanted) < 1.0  # so that there are images that lie near a border
    path = record(model, x).to_onnx(tmp_path / "digits.onnx")
    there = answers(path, x)
    np.testing.assert_array_equal(there.argmax(axis=1), scores.argmax(axis=1))
    np.testing.assert_allclose(there, scores, rtol=1e-4, atol=1e-5)
    back = nn.load_onnx(path)
    assert repr(back) == repr(model)
    assert {n: p.shape for n, p in back.state_dict().items()} == {n: p.shape for n, p in model.state_dict().items()}
    np.testing.assert_array_equal(nn.predict(back, x), scores)


ACTIVATIONS = [nn.ReLU, nn.Tanh, nn.Sigmoid, nn.SiLU, nn.GELU, nn.Softplus, lambda: nn.LeakyReLU(0.2), nn.Softmax]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: repr(a()))
def test_export_and_import_give_the_same_model(tmp_path, activation):
    model = nn.Sequential(nn.Linear(3, 5, bias=False, seed=0), activation(), nn.Linear(5, 2, seed=1))
    model.layers[-1].bias.data = np.array([0.5, -1.0], np.float32)
    x = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    back = nn.load_onnx(record(model, x).to_onnx(tmp_path / "f.onnx"))
    assert repr(back) == repr(model)
    np.testing.assert_array_equal(nn.predict(back, x), nn.predict(model, x))


def written(onnx, path, nodes, arrays, opset=17):
    make = onnx.helper
    value = make.make_tensor_value_info
    numbers = [onnx.numpy_helper.from_array(a, name) for name, a in arrays.items()]
    kind = onnx.TensorProto.FLOAT
    graph = make.make_graph(nodes, "g", [value("x", kind, ["n", 3])], [value("y", kind, ["n", "m"])], numbers)
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


def test_files_of_other_exporters_are_read(onnx, tmp_path):
    """Gemm with the transposed matrix, factors, a constant node, a dropout, and operators for activations."""
    rng = np.random.default_rng(0)
    w, v, b = (rng.standard_normal(s).astype(np.float32) for s in ((4, 3), (4, 2), (4,)))
    node, constant = onnx.helper.make_node, onnx.numpy_helper.from_array(v, "v")
    nodes = [
        node("Constant", [], ["v"], value=constant),
        node("Gemm", ["x", "w", "b"], ["a"], transB=1, alpha=2.0, beta=0.5),
        node("Elu", ["a"], ["c"], alpha=0.3),
        node("Dropout", ["c"], ["d"]),
        node("MatMul", ["d", "v"], ["e"]),
        node("Sigmoid", ["e"], ["f"]),
        node("LogSoftmax", ["f"], ["y"], axis=1),
    ]
    path = written(onnx, tmp_path / "f.onnx", nodes, {"w": w, "b": b})
    x = rng.standard_normal((5, 3)).astype(np.float32)
    model = nn.load_onnx(path)
    assert model.layers[1].alpha == 0.3
    np.testing.assert_allclose(nn.predict(model, x), answers(path, x), rtol=1e-5, atol=1e-6)


def test_errors_name_the_node_that_is_not_of_a_perceptron(onnx, tmp_path):
    node, w = onnx.helper.make_node, np.ones((3, 3), np.float32)
    cases = [
        ([node("MatMul", ["x", "w"], ["a"]), node("Sin", ["a"], ["y"])], "node Sin y is not a layer of a perceptron"),
        ([node("MatMul", ["x", "w"], ["a"]), node("Add", ["a", "x"], ["y"])], "node Add y does not follow on a"),
        ([node("MatMul", ["w", "x"], ["y"])], "node MatMul y is not a layer"),
        ([node("Relu", ["x"], ["a"]), node("Add", ["a", "w"], ["y"])], "node Add y is not a layer"),
        ([node("MatMul", ["x", "w"], ["a"]), node("Mul", ["a", "a"], ["y"])], "node Mul y does not follow on a"),
        ([node("Relu", ["x"], ["y"]), node("Tanh", ["y"], ["z"])], "must end in its output y, ends in z"),
    ]
    for nodes, message in cases:
        with pytest.raises(nn.UnreadableFileError, match=message):
            nn.load_onnx(written(onnx, tmp_path / "f.onnx", nodes, {"w": w}))
    (tmp_path / "f.onnx").write_bytes(b"not one")
    with pytest.raises(nn.UnreadableFileError, match="cannot be read"):
        nn.load_onnx(tmp_path / "f.onnx")
    with pytest.raises(FileNotFoundError):
        nn.load_onnx(tmp_path / "nothing.onnx")
