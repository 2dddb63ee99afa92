"""Linear layers and rows of layers against their formulas."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor, relu
from nn import MLP, Linear, Module, ReLU, Sequential, Tanh, glorot_uniform

seeds = st.integers(0, 2**32)


@given(hnp.array_shapes(min_dims=1, max_dims=4, max_side=4), st.integers(1, 4), st.booleans(), seeds)
def test_linear_is_x_w_plus_b(shape, out_features, bias, seed):
    rng = np.random.default_rng(seed)
    layer = Linear(shape[-1], out_features, bias, seed=seed, dtype=np.float64)
    if bias:
        layer.bias.data = rng.normal(size=out_features)
    x = rng.normal(size=shape)
    y = layer(x)
    offset = layer.bias.numpy() if bias else 0.0
    expected = np.einsum("...i,ij->...j", x, layer.weight.numpy()) + offset
    assert y.shape == (*shape[:-1], out_features)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12, atol=1e-12)
    assert np.array_equal(layer(Tensor(x)).numpy(), y.numpy())
    assert np.array_equal(layer(x.tolist()).numpy(), y.numpy())


def test_linear_starts_with_no_offset_in_float32():
    layer = Linear(3, 2)
    assert layer.weight.shape == (3, 2)
    assert layer.bias.numpy().tolist() == [0.0, 0.0]
    assert layer(np.ones((1, 3), np.float32)).dtype == np.float32
    assert [p.dtype for p in layer.parameters()] == [np.float32, np.float32]
    assert Linear(3, 2, bias=False).parameters()[0].shape == (3, 2)


@given(seeds)
def test_weights_are_the_same_numbers_in_every_type(seed):
    single, double = (Linear(4, 3, seed=seed, dtype=dtype).weight.numpy() for dtype in (np.float32, np.float64))
    assert np.array_equal(double.astype(np.float32), single)


@given(seeds)
def test_the_seed_decides_and_layers_with_one_generator_differ(seed):
    first, again = (MLP(4, [4, 4], 4, seed=seed) for _ in range(2))
    weights = [p.numpy() for p in first.parameters() if p.ndim == 2]
    assert all(np.array_equal(p.numpy(), q.numpy()) for p, q in zip(first.parameters(), again.parameters(), strict=True))
    assert len({w.tobytes() for w in weights}) == 3
    assert MLP(4, [], 4).parameters()[0].numpy().tobytes() != MLP(4, [], 4).parameters()[0].numpy().tobytes()


def test_an_mlp_has_activations_between_its_layers():
    model = MLP(4, [3, 2], 1, activation=Tanh, init=glorot_uniform, seed=0, dtype=np.float64)
    assert repr(model) == "MLP(Linear(4, 3), Tanh(), Linear(3, 2), Tanh(), Linear(2, 1))"
    assert [name for name, _ in model.named_parameters()] == [f"layers.{i}.{p}" for i in (0, 2, 4) for p in ("weight", "bias")]
    x = np.random.default_rng(0).normal(size=(5, 4))
    w = [p.numpy() for p in model.parameters()]
    expected = np.tanh(np.tanh(x @ w[0] + w[1]) @ w[2] + w[3]) @ w[4] + w[5]
    np.testing.assert_allclose(model(x).numpy(), expected, rtol=1e-13)
    assert repr(MLP(4, [], 2)) == "MLP(Linear(4, 2))"


def test_sequential_is_the_composition_of_its_modules():
    class Double(Module):
        def forward(self, x):
            return 2 * x

    assert Sequential(Double(), ReLU(), Double())(np.array([-1.0, 3.0])).tolist() == [0.0, 12.0]
    assert Sequential()(7) == 7
    assert repr(Sequential(Linear(2, 3, bias=False), ReLU())) == "Sequential(Linear(2, 3, bias=False), ReLU())"


@pytest.mark.parametrize("shape", [(5, 4), (3,), (), (2, 3, 1)])
def test_an_input_that_does_not_fit_is_named_with_the_layer(shape):
    with pytest.raises(ValueError, match=re.escape(f"weights of shape (2, 7); got x of shape {shape}")):
        Linear(2, 7)(np.zeros(shape))


def test_a_chain_is_indexed_cut_and_appended_to():
    first, second = Linear(2, 3, seed=0), Linear(3, 1, seed=1)
    model = Sequential(first, ReLU())
    assert model.append(second) is model
    assert len(model) == 3
    assert list(model) == model.layers
    assert model[0] is first
    assert model[-1] is second
    short = model[:2]
    assert type(short) is Sequential
    assert short.parameters() == first.parameters()
    assert type(MLP(2, [3], 1)[1:]) is Sequential
    assert Sequential()
    assert not len(Sequential())
    with pytest.raises(IndexError):
        model[3]
    with pytest.raises(TypeError, match="got the class ReLU as argument 3"):
        model.append(ReLU)
    assert len(model) == 3


@pytest.mark.parametrize("name", ["elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "softplus", "tanh"])
def test_activations_have_names(name):
    model = MLP(2, [3], 1, activation=name)
    assert type(model[1]).__name__.lower() == name.replace("_", "")
    with pytest.raises(ValueError, match=r"activation must be one of elu, gelu, .*, not 'rellu'"):
        MLP(2, [3], 1, activation="rellu")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Linear(0, 2), ValueError, "in_features must be at least 1, got 0"),
        (lambda: Linear(2, -1), ValueError, "out_features must be at least 1, got -1"),
        (lambda: Linear(2.0, 1), TypeError, r"in_features must be an integer, got 2\.0"),
        (lambda: Linear(2, 1, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: Linear(2, 1, dtype=int), TypeError, "only floating-point tensors have gradients"),
        (
            lambda: Linear(2, 1, init=lambda shape, random: np.zeros(3)),
            ValueError,
            r"weights of shape \(2, 1\), returned shape \(3,\)",
        ),
        (lambda: MLP(2, 16, 1), TypeError, r"a list of widths such as \[128\], got 16"),
        (lambda: MLP(2, "16", 1), TypeError, r"a list of widths such as \[128\], got '16'"),
        (lambda: Sequential([ReLU()]), TypeError, r"got \[ReLU\(\)\] as argument 0"),
        (lambda: Sequential(Linear(1, 1), ReLU), TypeError, r"got the class ReLU as argument 1: write ReLU\(…\)"),
        (
            lambda: Linear(2, 1, init="he"),
            TypeError,
            r"init must be a function that returns weights, such as nn\.he_uniform, got 'he'",
        ),
        (lambda: MLP(2, [4], 1, activation=ReLU()), TypeError, r"must return a module when .* ReLU\(\) is an object already"),
        (
            lambda: MLP(2, [4], 1, activation=relu),
            TypeError,
            r"such as nn\.ReLU; .*relu.* does not: relu\(x\) cannot be called",
        ),
        (lambda: MLP(2, [4], 1, activation=list), TypeError, r"<class 'list'> returns \[\]"),
    ],
)
def test_impossible_layers(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.peer
def test_gradients_are_those_of_torch():
    torch = pytest.importorskip("torch")
    model = MLP(4, [5, 3], 2, activation=Tanh, seed=0, dtype=np.float64)
    peer = torch.nn.Sequential(
        *(
            torch.nn.Linear(n, m, dtype=torch.float64) if i % 2 == 0 else torch.nn.Tanh()
            for i, (n, m) in enumerate([(4, 5), (0, 0), (5, 3), (0, 0), (3, 2)])
        )
    )
    for p, q in zip(model.parameters(), peer.parameters(), strict=True):
        q.data = torch.tensor(p.numpy().T.copy())
    x = np.random.default_rng(1).normal(size=(6, 4))
    (model(x) ** 2).sum().backward()
    (peer(torch.tensor(x)) ** 2).sum().backward()
    for p, q in zip(model.parameters(), peer.parameters(), strict=True):
        np.testing.assert_allclose(p.grad, q.grad.numpy().T, rtol=1e-12)
