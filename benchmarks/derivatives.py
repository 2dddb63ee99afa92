"""Jacobians, Hessians, per-example gradients, loops and small ops against JAX and PyTorch."""

import itertools

import numpy as np

import autograd as ag
from benchmarks.timing import Contest, Table, compare

SIZES = (50, 200)
EXAMPLES = 64


def measure(rounds: int) -> list[Table]:
    return [
        *(jacobians(n, rounds) for n in SIZES),
        *(hessians(n, rounds) for n in SIZES),
        per_example_gradients(rounds),
        loops(rounds),
        black_scholes(rounds),
        small_ops(rounds),
    ]


def jax_functions():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax, jax.numpy


def compiled_by_jax(make, *args):
    """A contestant of the function make(jax, jnp), compiled."""
    jax, jnp = jax_functions()
    f, inputs = jax.jit(make(jax, jnp)), list(map(jnp.asarray, args))
    return lambda: jax.tree.leaves(jax.block_until_ready(f(*inputs)))


def numbers(f, *args):
    return lambda: flat(f(*args))


def flat(result):
    return [part for x in result for part in flat(x)] if isinstance(result, tuple | list) else [result]


def two_layers(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n)) / n**0.5, rng.normal(size=(n, n)) / n**0.5, rng.normal(size=n)


def jacobians(n: int, rounds: int) -> Table:
    a, b, x = two_layers(n)
    contest = Contest()
    f = ag.jacobian(lambda x: ag.tanh(b @ ag.tanh(a @ x)))
    contest.enter("glassgrad, compiled", lambda: numbers(ag.compile(f), x))
    contest.enter("glassgrad", lambda: numbers(f, x))
    contest.enter("JAX, compiled", compiled_by_jax, lambda jax, m: jax.jacobian(lambda x: m.tanh(b @ m.tanh(a @ x))), x)
    contest.enter("torch.func", torch_jacobian, a, b, x)
    return compare(f"jacobian {n}", f"two layers of {n} units", contest, rounds=rounds)


def torch_jacobian(a, b, x):
    import torch

    a, b, x = map(torch.tensor, (a, b, x))
    f = torch.func.jacrev(lambda x: torch.tanh(b @ torch.tanh(a @ x)))
    return lambda: [f(x).numpy()]


def hessians(n: int, rounds: int) -> Table:
    a, b, x = two_layers(n)
    contest = Contest()
    f = ag.hessian(lambda x: ag.sum(ag.tanh(b @ ag.tanh(a @ x))))
    contest.enter("glassgrad, compiled", lambda: numbers(ag.compile(f), x))
    contest.enter("glassgrad", lambda: numbers(f, x))
    make = lambda jax, m: jax.hessian(lambda x: m.sum(m.tanh(b @ m.tanh(a @ x))))  # noqa: E731
    contest.enter("JAX, compiled", compiled_by_jax, make, x)
    return compare(f"hessian {n}", f"the sum of two layers of {n} units", contest, rounds=rounds)


def per_example_gradients(rounds: int) -> Table:
    rng, widths = np.random.default_rng(0), (20, 64, 64, 10)
    p = [a for m, n in itertools.pairwise(widths) for a in (rng.normal(size=(m, n)) / m**0.5, rng.normal(size=n))]
    x, y = rng.normal(size=(EXAMPLES, 20)), rng.normal(size=(EXAMPLES, 10))

    def loss(m):
        def f(p, x, y):
            h = m.tanh(m.tanh(x @ p[0] + p[1]) @ p[2] + p[3]) @ p[4] + p[5] - y
            return (h * h).sum()

        return f

    contest = Contest()
    f = ag.vmap(ag.grad(loss(ag)), (None, 0, 0))
    contest.enter("glassgrad, compiled", lambda: numbers(ag.compile(f), p, x, y))
    contest.enter("glassgrad", lambda: numbers(f, p, x, y))

    def of_torch():
        import torch

        theirs = torch.func.vmap(torch.func.grad(loss(torch)), (None, 0, 0))
        inputs = [torch.tensor(a) for a in p], torch.tensor(x), torch.tensor(y)
        return lambda: [g.numpy() for g in theirs(*inputs)]

    contest.enter("torch.func", of_torch)
    return compare("examples", f"gradients of MLP 20-64-64-10 for each of {EXAMPLES} examples", contest, rounds=rounds)


def attraction(q):
    d = q[:, None, :] - q[None, :, :]
    s = ((d * d).sum(-1) + 0.01) ** -1.5
    return -(d * s[:, :, None]).sum(1)


def leap(q, p, a, dt=1e-3):
    """One leapfrog step of bodies that attract each other."""
    p = p + a * (dt / 2)
    q = q + p * dt
    a = attraction(q)
    return q, p + a * (dt / 2), a


def loops(rounds: int, steps=1000) -> Table:
    rng = np.random.default_rng(1)
    q, p = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)) * 0.1

    def loss(scan):
        def f(q, p):
            (q, _, _), _ = scan(lambda c, _: (leap(*c), None), (q, p, attraction(q)), None, length=steps)
            return (q * q).sum()

        return f

    contest = Contest()
    contest.enter("glassgrad, compiled", lambda: numbers(ag.compile(ag.value_and_grad(loss(ag.scan), (0, 1))), q, p))
    make = lambda jax, m: jax.value_and_grad(loss(jax.lax.scan), (0, 1))  # noqa: E731
    contest.enter("JAX, compiled", compiled_by_jax, make, q, p)
    return compare("loops", f"{steps} leapfrog steps of 3 bodies by scan, value and gradient", contest, rounds=rounds)


def price(m, s, k, t, r, v):
    """Price of a European call option (Black & Scholes 1973)."""
    root = v * m.sqrt(t)
    d = (m.log(s / k) + (r + v * v / 2) * t) / root
    phi = lambda x: (1 + m.erf(x / 2**0.5)) / 2  # noqa: E731
    return s * phi(d) - k * m.exp(-r * t) * phi(d - root)


def black_scholes(rounds: int, count=100_000) -> Table:
    rng = np.random.default_rng(0)
    options = [rng.uniform(low, high, count) for low, high in ((50, 150), (50, 150), (0.1, 2), (0.0, 0.1), (0.1, 0.5))]
    every = tuple(range(5))
    contest = Contest()

    def mapped():
        tape = ag.record(ag.value_and_grad(lambda *a: price(ag, *a), every), *[float(x[0]) for x in options])
        return lambda: in_order(*tape.map(*options))

    def arrays():
        f = ag.compile(ag.value_and_grad(lambda *a: price(ag, *a).sum(), every))
        return lambda: flat(f(*options))

    def of_jax():
        jax, m = jax_functions()
        m.erf = jax.scipy.special.erf
        f = jax.jit(jax.value_and_grad(lambda *a: price(m, *a).sum(), every))
        inputs = list(map(m.asarray, options))
        return lambda: flat(jax.block_until_ready(f(*inputs)))

    contest.enter("glassgrad, a scalar program mapped", mapped)
    contest.enter("glassgrad, an array program", arrays)
    contest.enter("JAX, compiled", of_jax)
    return compare("options", f"Black-Scholes price and 5 derivatives of {count:,} options", contest, rounds=rounds)


def in_order(values, gradients):
    return [values.sum(), *gradients]


def small_ops(rounds: int) -> Table:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=10), rng.normal(size=10)

    def chain(x, y, seed):
        def run():
            x.grad = y.grad = None
            z = x
            for _ in range(10):
                z = z * y + x
            z.tanh().backward(seed)
            return [x.grad, y.grad]

        return run

    def of_torch():
        import torch

        return chain(*(torch.tensor(x, requires_grad=True) for x in (a, b)), torch.ones(10, dtype=torch.float64))

    contest = Contest()
    contest.enter("glassgrad", lambda: chain(*(ag.Tensor(x, requires_grad=True) for x in (a, b)), np.ones(10)))
    contest.enter("PyTorch", of_torch)
    return compare("small ops", "21 ops of 10 numbers, forward and backward", contest, rounds=rounds)
