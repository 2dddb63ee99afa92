"""Warnings of `fit` before the first step: data and parameters that are almost never meant."""

import numpy as np
import pytest

import nn
from tests.likely_mistakes import heard

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (20, 4))
LABELS = np.arange(20) % 2


def linear(features, dtype=np.float32):
    """Linear model of images of any shape."""
    return nn.Sequential(nn.Flatten(), nn.Linear(features, 2, seed=0, dtype=dtype))


class Words(nn.Module):
    def __init__(self):
        self.embedding, self.linear = nn.Embedding(256, 3, seed=0), nn.Linear(3, 2, seed=0)

    def forward(self, x):
        return self.linear(self.embedding(x).mean(axis=1))


def heard_in_fit(model, x, y=LABELS, epochs=2, optimizer=None, **options):
    """Texts of the likely mistakes in a training."""
    optimizer = optimizer or nn.SGD(model.parameters(), lr=0.01)
    options = {"loss": nn.cross_entropy, "optimizer": optimizer, "epochs": epochs, "batch_size": 8, "progress": False} | options
    return heard(lambda: nn.fit(model, (x, y), **options))


@pytest.mark.parametrize(
    "x",
    [
        IMAGES,
        IMAGES.astype(np.uint8),
        IMAGES.astype(np.float32),
        IMAGES.astype(np.uint8).reshape(20, 2, 2),
        IMAGES.astype(np.float32).reshape(20, 1, 2, 2),
        RNG.integers(0, 200, (20, 4)).astype(np.int16),
    ],
    ids=lambda x: f"{x.dtype} {x.ndim}",
)
def test_raw_pixels(x):
    (text,) = heard_in_fit(linear(4), x)
    assert text.startswith("x has whole numbers from ")
    assert text.endswith("as unscaled pixels: divide by 255, or use nn.standardise")


@pytest.mark.parametrize(
    "x",
    [
        IMAGES.astype(np.float32) / 255,
        IMAGES.astype(np.float32) - 128,
        IMAGES + 1,
        IMAGES.astype(np.float32) + 0.5,
        IMAGES % 100,
        IMAGES * 4,
        IMAGES > 100,
        np.float32(IMAGES[:, :1]),
    ],
)
def test_other_numbers_are_silent(x):
    x = x if x.max() != 256 else x * 2
    assert heard_in_fit(linear(x.shape[1]), x) == []


def test_indices_of_an_embedding_are_silent():
    assert heard_in_fit(Words(), IMAGES) == []


@pytest.mark.parametrize("engine", ["eager", "tape"])
def test_double_precision_through_a_model_of_single_precision(engine):
    x = RNG.normal(size=(20, 4))
    (text,) = heard_in_fit(linear(4), x, engine=engine)
    assert text.startswith("x has float64, and the model float32: every step is computed in float64")
    assert "x.astype(np.float32)" in text
    assert heard_in_fit(linear(4), x.astype(np.float32), engine=engine) == []
    assert heard_in_fit(linear(4, dtype=np.float64), x, engine=engine) == []


def test_parameters_that_the_optimizer_does_not_have():
    model = nn.MLP(4, [3], 2, seed=0)
    x = RNG.normal(size=(20, 4)).astype(np.float32)
    (text,) = heard_in_fit(model, x, optimizer=nn.SGD(model.layers[2].parameters(), lr=0.1))
    assert text.startswith("the optimizer does not have the parameters layers.0.weight, layers.0.bias of the model")
    assert "model.parameters(), or freeze them by requires_grad = False" in text
    for p in model.layers[0].parameters():
        p.requires_grad = False
    assert heard_in_fit(model, x, optimizer=nn.SGD(model.layers[2].parameters(), lr=0.1)) == []


@pytest.mark.parametrize("make", [nn.datasets.moons, nn.datasets.circles, nn.datasets.spirals, nn.datasets.blobs,
                                  nn.datasets.gaussians, nn.datasets.curve])  # fmt: skip
def test_datasets_have_the_type_of_models(make):
    x, y = make(20)
    assert (x.dtype, y.dtype) == (np.float32, np.float32 if make is nn.datasets.curve else np.int64)
