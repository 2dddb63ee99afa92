"""Normalization layers on 16-bit floats: computed in float32, rounded once."""

import numpy as np
import pytest

import nn
from autograd import Tensor

LAYERS = [nn.LayerNorm, nn.RMSNorm, nn.BatchNorm1d]


@pytest.mark.parametrize("scale", [0.01, 1.0, 300.0])
@pytest.mark.parametrize("make", LAYERS, ids=lambda make: make.__name__)
def test_layer_in_float16_equals_float32(make, scale):
    rows = (np.random.default_rng(0).normal(size=(64, 48)) * scale).astype(np.float16)
    seed = np.random.default_rng(1).normal(size=rows.shape)
    found = {}
    for dtype in (np.float16, np.float32):
        layer, x = make(48, dtype=dtype), Tensor(rows, requires_grad=True, dtype=dtype)
        y = layer(x)
        y.backward(seed.astype(np.float16))
        assert y.dtype == x.grad.dtype == layer.weight.grad.dtype == dtype
        found[dtype] = [y.numpy(), x.grad * scale, layer.weight.grad]
    for half, single in zip(*found.values(), strict=True):
        np.testing.assert_allclose(half.astype(np.float32), single, rtol=2e-3, atol=2e-3 * np.abs(single).max())
