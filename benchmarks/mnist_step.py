"""One training step on MNIST: 784-128-10, a batch of 64, float32, SGD: forward, backward and update."""

import numpy as np

import nn

ABOUT = "784-128-10, batch 64, float32: loss, gradients and an SGD step"
RUNS = 30
RATE = 0.1


def contestants(batch=64, hidden=128):
    """(name: a run, names of peers that are missing). Each starts from the same weights and gives the loss of its step."""
    data = nn.datasets.mnist()
    x, labels = data.train_images[:batch].copy(), data.train_labels[:batch].copy()
    x.flags.writeable = labels.flags.writeable = False
    weights = [np.array(p.numpy()) for p in nn.MLP(784, [hidden], 10, seed=0).parameters()]
    found, missing = {"glassgrad Tensor": ours(x, labels, hidden)}, []
    try:
        found["PyTorch eager"] = pytorch(x, labels, weights)
    except ImportError:
        missing.append("PyTorch: pip install 'glassgrad[bench]'")
    found["NumPy by hand"] = by_hand(x, labels, [w.copy() for w in weights])
    found["floor: the matrix products"] = products(x, [w.copy() for w in weights])
    return found, missing


def ours(x, labels, hidden):
    model = nn.MLP(784, [hidden], 10, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=RATE)

    def run():
        loss = nn.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return [loss.item(), *(p.numpy() for p in model.parameters())]

    return run


def pytorch(x, labels, weights):
    import torch

    w1, b1, w2, b2 = (torch.tensor(w) for w in weights)
    first, second = torch.nn.Linear(*w1.shape), torch.nn.Linear(*w2.shape)
    with torch.no_grad():
        for layer, w, b in ((first, w1, b1), (second, w2, b2)):
            layer.weight.copy_(w.T)
            layer.bias.copy_(b)
    model = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    inputs, targets = torch.tensor(x), torch.tensor(labels)

    def run():
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return [loss.item(), *(p.detach().numpy().T for p in model.parameters())]

    return run


def by_hand(x, labels, weights):
    w1, b1, w2, b2 = weights
    n, rows = len(x), np.arange(len(x))

    def run():
        h = x @ w1
        h += b1
        np.maximum(h, 0, out=h)
        z = h @ w2
        z += b2
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        loss = np.log(total).mean() - z[rows, labels].mean()
        e /= total
        e[rows, labels] -= 1
        e /= n
        gh = e @ w2.T
        gh *= h > 0
        for w, g in ((w2, h.T @ e), (b2, e.sum(0)), (w1, x.T @ gh), (b1, gh.sum(0))):
            g *= RATE
            w -= g
        return [loss, w1, b1, w2, b2]

    return run


def products(x, weights):
    w1, _, w2, _ = weights
    h, z = np.empty((len(x), w1.shape[1]), np.float32), np.empty((len(x), w2.shape[1]), np.float32)
    outs = [np.empty_like(a) for a in (h, z, w2, h, w1)]
    h[:], z[:] = 0.5, 0.1

    def run():
        np.matmul(x, w1, out=outs[0])
        np.matmul(h, w2, out=outs[1])
        np.matmul(h.T, z, out=outs[2])
        np.matmul(z, w2.T, out=outs[3])
        np.matmul(x.T, h, out=outs[4])
        return []

    return run
