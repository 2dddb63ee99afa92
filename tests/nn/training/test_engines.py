"""What callbacks see and change between two steps, and what no gradient reaches, is the same whoever takes the steps."""

import contextlib

import numpy as np
import pytest

import nn

pytestmark = pytest.mark.slow


class Stop(nn.Callback):
    def on_step(self, run):
        if run.steps == 2:
            raise KeyError("a mistake")


class Frozen(nn.Callback):
    def on_epoch(self, run):
        run.model.layers[0].weight.requires_grad = run.epoch == 2


class Decaying(nn.Callback):
    def on_epoch(self, run):
        run.optimizer.groups[0].weight_decay = 0.1 * run.epoch


class Halved(nn.Callback):
    def on_step(self, run):
        for p in run.model.parameters():
            p.data = p.numpy() * 0.5


class Turned(nn.Callback):
    """Changes parameters that the optimizer does not move."""

    def on_epoch(self, run):
        run.model.layers[-1].bias.data = np.array([1.0, -1.0])


class OneOfTwo(nn.Module):
    """A layer that no output depends on, beside one on which it does."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 2, seed=0, dtype=np.float64), nn.Linear(2, 2, seed=1, dtype=np.float64)]

    def forward(self, x):
        return self.layers[0](x)


@pytest.fixture(params=[{"compile": True}, pytest.param({"backend": "jax"}, marks=pytest.mark.peer)], ids=["compiled", "jax"])
def options(request):
    if "backend" not in request.param:
        yield request.param
        return
    with pytest.importorskip("jax").enable_x64(True):
        yield request.param


@pytest.mark.parametrize("case", [Stop, Frozen, Decaying, Halved, Turned, OneOfTwo])
def test_it_is_as_without_a_compiler(options, case):
    optimizer = nn.SGD if case is Decaying else nn.AdamW  # whose decay is part of its rate
    x = np.random.default_rng(0).standard_normal((20, 2))
    found = []
    for how in ({}, options):
        model = OneOfTwo() if case is OneOfTwo else nn.MLP(2, [3], 2, seed=0, dtype=np.float64)
        moves = optimizer(model.parameters()[: -1 if case is Turned else None], lr=0.05, weight_decay=0.5)
        callbacks = [] if case is OneOfTwo else [case()]
        with pytest.raises(KeyError) if case is Stop else contextlib.nullcontext():
            nn.fit(model, (x, (x[:, 0] > 0).astype(int)), loss=nn.cross_entropy, optimizer=moves, epochs=4, batch_size=8,
                   callbacks=callbacks, progress=False, **how)  # fmt: skip
        found.append(model.state_dict() | moves.state_dict())
    assert found[0].keys() == found[1].keys()
    for name, array in found[0].items():
        np.testing.assert_allclose(found[1][name], array, rtol=1e-10, atol=1e-13, err_msg=name)
