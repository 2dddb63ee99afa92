"""Normalization, dropout, embedding and containers against definitions and PyTorch, in training and eval mode."""

import numpy as np
import pytest

import nn
from autograd import Tensor, compile, grad, gradients, value_and_grad, vmap

NORMS = {
    "LayerNorm": lambda k: nn.LayerNorm(k, eps=1e-3, dtype=float),
    "RMSNorm": lambda k: nn.RMSNorm(k, eps=1e-3, dtype=float),
    "BatchNorm1d": lambda k: nn.BatchNorm1d(k, eps=1e-3, momentum=0.3, dtype=float),
}
norms = pytest.mark.parametrize("name", NORMS)


def shaken(layer, rng):
    """The layer with parameters that are not those it starts with."""
    for p in layer.parameters():
        p.data = rng.standard_normal(p.shape)
    return layer


@pytest.mark.peer
@norms
def test_norm_equals_that_of_torch_in_training_and_eval_mode(name, rng):
    torch = pytest.importorskip("torch")
    layer = shaken(NORMS[name](4), rng)
    options = {"eps": 1e-3, "dtype": torch.float64} | ({"momentum": 0.3} if name == "BatchNorm1d" else {})
    peer = getattr(torch.nn, name)(4, **options)
    with torch.no_grad():
        for ours, theirs in zip(layer.parameters(), peer.parameters(), strict=True):
            theirs.copy_(torch.tensor(ours.numpy().copy()))
    for training in (True, True, False):
        layer.train(training)
        peer.train(training)
        x, w = rng.standard_normal((2, 6, 4))
        inputs, theirs = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        layer.zero_grad()
        peer.zero_grad()
        (layer(inputs) * w).sum().backward()
        y = peer(theirs)
        (y * torch.tensor(w)).sum().backward()
        np.testing.assert_allclose(inputs.grad, theirs.grad.numpy(), rtol=1e-11, atol=1e-14)
        for a, b in zip(layer.parameters(), peer.parameters(), strict=True):
            np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-11, atol=1e-14)
    if name == "BatchNorm1d":
        np.testing.assert_allclose(layer.running_mean, peer.running_mean.numpy(), rtol=1e-13)
        np.testing.assert_allclose(layer.running_var, peer.running_var.numpy(), rtol=1e-13)


@norms
def test_rows_or_columns_have_mean_0_and_variance_1(name, rng):
    layer = {"LayerNorm": nn.LayerNorm, "RMSNorm": nn.RMSNorm, "BatchNorm1d": nn.BatchNorm1d}[name](5, eps=0.0, dtype=float)
    y = layer(1e3 + 7.0 * rng.standard_normal((200, 5))).numpy()
    axis = 0 if name == "BatchNorm1d" else 1
    np.testing.assert_allclose((y * y).mean(axis), 1.0, rtol=1e-9)
    if name != "RMSNorm":
        np.testing.assert_allclose(y.mean(axis), 0.0, atol=1e-9)


@norms
def test_float32_stays(name, rng):
    layer = getattr(nn, name)(3)
    x = rng.standard_normal((4, 3)).astype(np.float32)
    assert layer(x).dtype == np.float32
    assert layer.eval()(x).dtype == np.float32


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
def test_norm_is_compiled(name, rng):
    layer = shaken(NORMS[name](4), rng)
    f = value_and_grad(lambda x: (layer(x) ** 3).sum())
    g = compile(f)
    for _ in range(3):
        x = rng.standard_normal((6, 4))
        np.testing.assert_array_equal(g(x)[1], f(x)[1])
        shaken(layer, rng)


def test_batch_norm_is_compiled_in_eval_mode_only(rng):
    layer = NORMS["BatchNorm1d"](4)
    x = rng.standard_normal((6, 4))
    layer(x)
    with pytest.raises(TypeError, match=r"writes to its buffer running_mean, running_var while a tape is recorded.*\.eval"):
        compile(lambda x: layer(x))(x)
    layer.eval()
    np.testing.assert_array_equal(compile(lambda x: layer(x))(x), layer(x).numpy())


def test_batch_norm_in_eval_mode_is_affine(rng):
    layer = nn.BatchNorm1d(3, dtype=float)
    for _ in range(20):
        layer(rng.standard_normal((50, 3)) * [1.0, 2.0, 3.0] + [0.0, 5.0, -5.0])
    layer.eval()
    before = layer.running_mean.copy()
    x = rng.standard_normal((4, 3))
    np.testing.assert_allclose(layer(x).numpy()[2], layer(x[2:3]).numpy()[0], rtol=1e-14)
    np.testing.assert_array_equal(layer.running_mean, before)
    assert np.allclose(before, [0.0, 5.0, -5.0], atol=1.0)


def test_dropout_keeps_the_mean_and_is_the_identity_in_eval_mode(rng):
    layer = nn.Dropout(0.3, seed=1)
    x = np.ones((500, 400), np.float32)
    y = layer(x)
    assert y.dtype == np.float32
    assert set(np.unique(y)) == {np.float32(0.0), np.float32(1 / 0.7)}
    assert abs((y == 0).mean() - 0.3) < 0.01
    assert not np.array_equal(layer(x), y)
    assert layer.eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert np.array_equal(nn.Dropout(0.3, seed=1)(x), y)


def test_dropout_masks_gradients_as_numbers():
    x = Tensor(np.ones(1000), requires_grad=True)
    y = nn.Dropout(0.5, seed=0)(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.numpy())


def test_dropout_is_not_frozen_in_a_tape():
    layer = nn.Dropout(0.5, seed=0)
    f = compile(lambda x: layer(x))
    with pytest.raises(RuntimeError, match=r"drew from a random generator \(Generator\)"):
        f(np.ones(3))
    layer.eval()
    np.testing.assert_array_equal(f(np.ones(3)), np.ones(3))


def test_embedding_returns_rows_and_sums_gradients():
    layer = nn.Embedding(5, 2, seed=0, dtype=float)
    i = np.array([[0, 3], [3, 3]])
    np.testing.assert_array_equal(layer(i).numpy(), layer.weight.numpy()[i])
    layer(i).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad, np.array([1.0, 0, 0, 3, 0])[:, None] * [1.0, 1.0])


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_embedding_on_a_tape_follows_indices_and_checks_them(backend):
    if backend == "jax":
        pytest.importorskip("jax")
    layer = nn.Embedding(5, 2, seed=0)

    def squares(i):
        loss = (layer(i) ** 2).sum()
        return loss, gradients(loss, [layer.weight], create_graph=True)[0]

    step = compile(squares, backend=backend)
    for i in ([[0, 3], [3, 3]], [[4, 1], [2, 4]]):
        w = layer.weight.numpy()[np.array(i)]
        value, gradient = step(np.array(i))
        want = np.zeros((5, 2))
        np.add.at(want, np.array(i), 2 * w)
        np.testing.assert_allclose(gradient, want, rtol=1e-5)
        np.testing.assert_allclose(value, (w * w).sum(), rtol=1e-6)
    for wrong in (5, -1):
        with pytest.raises(ValueError, match=f"takes integers from 0 to 4; got {wrong}"):
            step(np.array([[0, 0], [0, wrong]]))
    assert len(step.tapes) == 1


def test_embedding_of_each_example():
    layer, i = nn.Embedding(5, 2, seed=0), np.array([[0, 3], [3, 1], [4, 4]])
    np.testing.assert_array_equal(vmap(layer)(i).numpy(), layer(i).numpy())
    tables = np.arange(30.0).reshape(3, 5, 2)
    np.testing.assert_array_equal(vmap(lambda w, i: w[i])(tables, i), tables[np.arange(3)[:, None], i])


@pytest.mark.parametrize("engine", ["eager", "tape", "jax"])
def test_a_network_with_an_embedding_learns(engine, rng):
    if engine == "jax":
        pytest.importorskip("jax")
    model = nn.Sequential(nn.Embedding(6, 4, seed=0), nn.Flatten(), nn.Linear(8, 2, seed=1))
    x = rng.integers(0, 6, (60, 2))
    y = (x[:, 0] < 3).astype(int)
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=20, engine=engine, progress=False)
    assert nn.accuracy(nn.predict(model, x), y) == 1.0


def test_flatten_and_residual():
    x = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(nn.Flatten()(x), x.reshape(2, 12))
    assert nn.Flatten()(np.ones((0, 3))).shape == (0, 3)
    layer = nn.Residual(nn.Linear(3, 3, seed=0, dtype=float))
    y = np.ones((2, 3))
    np.testing.assert_array_equal(layer(y).numpy(), y + layer.inner(y).numpy())
    assert [name for name, _ in layer.named_parameters()] == ["inner.weight", "inner.bias"]
    np.testing.assert_allclose(grad(lambda y: layer(y).sum())(y), 1.0 + layer.inner.weight.numpy().sum(1)[None].repeat(2, 0))


def test_a_network_of_all_layers_learns(rng):
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(4, 16, seed=0), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1, seed=1),
        nn.Residual(nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 16, seed=2), nn.Tanh())), nn.RMSNorm(16),
        nn.Linear(16, 2, seed=3),
    )  # fmt: skip
    x = rng.standard_normal((400, 2, 2)).astype(np.float32)
    product = x[:, 0, 0] * x[:, 1, 1]
    x, y = x[abs(product) > 0.1], (product[abs(product) > 0.1] > 0).astype(int)
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.AdamW(model.parameters(), lr=0.01), epochs=60, progress=False)
    assert nn.accuracy(nn.predict(model, x), y) > 0.95


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.LayerNorm(0), ValueError, "features"),
        (lambda: nn.LayerNorm(3)(np.ones((2, 4))), ValueError, r"\(3\) takes x of shape \(…, 3\); got x of shape \(2, 4\)"),
        (lambda: nn.BatchNorm1d(3)(np.ones(3)), ValueError, r"takes x of shape \(n, 3\)"),
        (lambda: nn.BatchNorm1d(3)(np.ones((1, 3))), ValueError, "in training needs at least 2 rows"),
        (lambda: nn.BatchNorm1d(3, momentum=1.5), ValueError, "momentum must be"),
        (lambda: nn.Dropout(1.0), ValueError, "p must be at least 0 and less than 1"),
        (lambda: nn.Embedding(5, 2)([1.0]), TypeError, "takes integers; got dtype float64"),
        (lambda: nn.Embedding(5, 2)([1, 5]), ValueError, "takes integers from 0 to 4; got 5"),
        (lambda: nn.Embedding(5, 2)([-1]), ValueError, "got -1"),
        (lambda: nn.Flatten()(3.0), ValueError, "single number"),
        (lambda: nn.Residual(nn.Linear(3, 2))(np.ones((1, 3))), ValueError, r"must have one shape; got input .*output"),
        (lambda: nn.Residual(3), TypeError, "Residual takes a module, got 3"),
    ],
)  # fmt: skip
def test_arguments_are_checked(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
def test_dropout_of_integers_is_computed_in_floats(dtype):
    x = np.full(1000, 1 if dtype is bool else 100, dtype)
    for given in x, Tensor(x), x.tolist():
        y = np.asarray(nn.Dropout(0.2, seed=0)(given))
        assert set(np.unique(y)) == {0.0, float(x[0]) / 0.8}
