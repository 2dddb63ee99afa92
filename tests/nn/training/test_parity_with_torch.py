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


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.parametrize("engine", ["eager", "tape"])
@pytest.mark.parametrize("case", ["plain", "weights", "frozen"])
def test_fit_with_batch_norm_has_the_losses_and_running_statistics_of_torch(case, engine, rng):
    torch = pytest.importorskip("torch")
    x, y, weights = rng.standard_normal((64, WIDTHS[0])), rng.integers(0, WIDTHS[2], 64), rng.random(64) + 0.5
    model = ours("batch norm")
    peer = theirs(torch, "batch norm", model)
    norm, other = model.layers[1], peer[1]
    if case == "frozen":
        norm.eval()
        other.eval()
        for p in [norm.weight, norm.bias, *other.parameters()]:
            p.requires_grad = False
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    data = (x, y, weights) if case == "weights" else (x, y)
    history = nn.fit(model, data, loss=nn.cross_entropy, optimizer=optimizer, epochs=20, batch_size=64, engine=engine,
                     metrics=None, progress=False)  # fmt: skip
    steps = torch.optim.SGD([p for p in peer.parameters() if p.requires_grad], lr=0.1)
    losses, share = [], torch.tensor(weights if case == "weights" else np.ones(64))
    for _ in range(20):
        each = torch.nn.functional.cross_entropy(peer(torch.tensor(x)), torch.tensor(y), reduction="none")
        loss = (each * share).sum() / share.sum()
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    np.testing.assert_allclose(history.loss, losses, rtol=0, atol=1e-10)
    np.testing.assert_allclose(norm.running_mean, other.running_mean.numpy(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(norm.running_var, other.running_var.numpy(), rtol=0, atol=1e-10)
