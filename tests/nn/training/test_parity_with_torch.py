"""The same weights and batches give the same losses as PyTorch, step for step."""

import numpy as np
import pytest

import nn

STEPS, WIDTHS = 100, (6, 16, 4)
OPTIMIZERS = {
    "SGD": (lambda p: nn.SGD(p, lr=0.1, momentum=0.9), lambda o, p: o.SGD(p, lr=0.1, momentum=0.9)),
    "Adam": (lambda p: nn.Adam(p, lr=0.01), lambda o, p: o.Adam(p, lr=0.01)),
    "AdamW": (lambda p: nn.AdamW(p, lr=0.01, weight_decay=0.1), lambda o, p: o.AdamW(p, lr=0.01, weight_decay=0.1)),
}


def ours(norm):
    n, hidden, k = WIDTHS
    layer = {
        "plain": [],
        "batch norm": [nn.BatchNorm1d(hidden, dtype=float)],
        "layer norm": [nn.LayerNorm(hidden, dtype=float)],
    }
    return nn.Sequential(
        nn.Linear(n, hidden, seed=0, dtype=float), *layer[norm], nn.Tanh(), nn.Linear(hidden, k, seed=1, dtype=float)
    )


def theirs(torch, norm, model):
    n, hidden, k = WIDTHS
    layer = {"plain": [], "batch norm": [torch.nn.BatchNorm1d(hidden)], "layer norm": [torch.nn.LayerNorm(hidden)]}
    peer = torch.nn.Sequential(torch.nn.Linear(n, hidden), *layer[norm], torch.nn.Tanh(), torch.nn.Linear(hidden, k)).double()
    with torch.no_grad():
        for p, q in zip(model.parameters(), peer.parameters(), strict=True):
            q.copy_(torch.tensor(p.numpy().copy().T))
    return peer


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.parametrize("norm", ["plain", "batch norm", "layer norm"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_hundred_steps_have_the_same_losses(name, norm, rng):
    torch = pytest.importorskip("torch")
    model = ours(norm)
    peer = theirs(torch, norm, model)
    optimizer, other = OPTIMIZERS[name][0](model.parameters()), OPTIMIZERS[name][1](torch.optim, peer.parameters())
    losses = []
    for _ in range(STEPS):
        x, y = rng.standard_normal((32, WIDTHS[0])), rng.integers(0, WIDTHS[2], 32)
        loss = nn.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        wanted = torch.nn.functional.cross_entropy(peer(torch.tensor(x)), torch.tensor(y))
        other.zero_grad()
        wanted.backward()
        other.step()
        losses.append((loss.item(), wanted.item()))
    np.testing.assert_allclose(*np.array(losses).T, rtol=0, atol=1e-10)
