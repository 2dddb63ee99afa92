"""One training step on MNIST: a perceptron of one hidden layer, float32, SGD: forward, backward and update."""

import numpy as np

import autograd as ag
import nn
from benchmarks.outside import Outside
from benchmarks.timing import Contest, NotHereError, Table, compare

RATE = 0.1
SIZES = ((32, 128), (64, 128), (256, 128), (256, 512))


def measure(rounds: int, sizes=SIZES) -> list[Table]:
    return [one(rounds, batch, hidden) for batch, hidden in sizes]


def one(rounds: int, batch: int, hidden: int) -> Table:
    """The table of one size; all contestants start from equal weights and return the loss and the weights after each step."""
    data = nn.datasets.mnist()
    x, labels = data.train_images[:batch].copy(), data.train_labels[:batch].astype(int)
    x.flags.writeable = labels.flags.writeable = False
    weights = [np.array(p.numpy()) for p in nn.MLP(784, [hidden], 10, seed=0).parameters()]
    contest = Contest()
    contest.enter("glassgrad, compiled", compiled_step, x, labels, weights)
    contest.enter("glassgrad, eager", eager_step, x, labels, hidden)
    contest.enter("NumPy by hand", numpy_step, x, labels, weights)
    contest.enter("PyTorch 2.13, eager", pytorch, x, labels, weights)
    contest.enter("JAX, jit", jax, "cpu", x, labels, weights)
    contest.enter("JAX, jit, on a GPU", jax, "gpu", x, labels, weights)
    contest.enter("MyGrad", mygrad, x, labels, weights)
    contest.enter("HIPS autograd", Outside, "autograd==1.9.1", "hips_step.py", x, labels, weights, RATE)
    contest.enter("floor: the matrix products", products, x, weights)
    about = f"784-{hidden}-10, batch {batch}, float32: loss, gradients and an SGD step"
    return compare(f"MNIST {hidden}/{batch}", about, contest, rounds=rounds)


def loss_of(p, x, labels):
    h = ag.relu(x @ p["w1"] + p["b1"])
    return nn.cross_entropy(h @ p["w2"] + p["b2"], labels)


def compiled_step(x, labels, weights):
    p = dict(zip(("w1", "b1", "w2", "b2"), (w.copy() for w in weights), strict=True))
    step = ag.compile(ag.value_and_grad(loss_of))

    def run():
        loss, gradients = step(p, x, labels)
        for name, w in p.items():
            g = gradients[name]
            g *= RATE
            w -= g
        return [loss, *p.values()]

    return run


def eager_step(x, labels, hidden):
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


def jax(platform, x, labels, weights):
    import jax
    import jax.numpy as jnp

    try:
        device = jax.devices(platform)[0]
    except RuntimeError:
        raise NotHereError(f"JAX finds no {platform.upper()} here") from None

    def loss(p, x, labels):
        w1, b1, w2, b2 = p
        z = jnp.maximum(x @ w1 + b1, 0.0) @ w2 + b2
        return jnp.mean(jax.nn.logsumexp(z, axis=1) - z[jnp.arange(len(labels)), labels])

    @jax.jit
    def step(p, x, labels):
        with jax.default_matmul_precision("highest"):  # full float32 as in the others; the default on a GPU has fewer digits
            value, gradients = jax.value_and_grad(loss)(p, x, labels)
        return value, [w - RATE * g for w, g in zip(p, gradients, strict=True)]

    state, inputs, targets = jax.device_put((weights, x, labels), device)

    def run():
        value, state[:] = step(state, inputs, targets)
        return [float(value), *jax.block_until_ready(state)]

    return run


def mygrad(x, labels, weights):
    import mygrad as mg
    from mygrad.nnet.losses import softmax_crossentropy

    w1, b1, w2, b2 = tensors = [mg.tensor(w) for w in weights]

    def run():
        z = mg.matmul(mg.maximum(mg.matmul(x, w1) + b1, 0.0), w2) + b2
        loss = softmax_crossentropy(z, labels)
        loss.backward()
        for w in tensors:
            w.data -= RATE * w.grad
            w.null_grad()
        return [loss.item(), *(w.data for w in tensors)]

    return run


def numpy_step(x, labels, weights):
    w1, b1, w2, b2 = (w.copy() for w in weights)
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
