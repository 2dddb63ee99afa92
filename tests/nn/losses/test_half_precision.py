"""Losses on 16-bit floats: squares and weighted sums are computed in float32."""

import numpy as np
import pytest

import nn
from autograd import Tensor

LOSSES = [nn.mean_squared_error, nn.mean_absolute_error, nn.huber]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_loss_in_float16_equals_float32(loss, weighted):
    rng = np.random.default_rng(0)
    predictions = (5.0 * rng.normal(size=(2000, 1))).astype(np.float16)
    predictions[0] = 400.0
    options = {"sample_weight": rng.uniform(0.0, 100.0, 2000).astype(np.float16)} if weighted else {}
    found = {}
    for dtype in (np.float16, np.float32):
        x = Tensor(predictions, requires_grad=True, dtype=dtype)
        y = loss(x, np.zeros((2000, 1), dtype), **options)
        y.backward()
        assert y.dtype == x.grad.dtype == dtype
        found[dtype] = [y.numpy(), x.grad]
    for half, single in zip(*found.values(), strict=True):
        np.testing.assert_allclose(half.astype(np.float32), single, rtol=2e-3, atol=1e-6)


def test_class_weighted_loss_in_float16_equals_float32():
    rng = np.random.default_rng(0)
    logits, labels, found = (30.0 * rng.normal(size=(3000, 4))).astype(np.float16), rng.integers(0, 4, 3000), []
    for dtype in (np.float16, np.float32):
        x = Tensor(logits, requires_grad=True, dtype=dtype)
        y = nn.cross_entropy(x, labels, class_weight=[50.0, 1.0, 2.0, 60.0])
        y.backward()
        assert y.dtype == x.grad.dtype == dtype
        found.append((y.item(), x.grad.astype(np.float32)))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=2e-3)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=2e-3, atol=1e-6)
