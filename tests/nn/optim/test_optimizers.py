"""Optimizers against PyTorch and their papers, on Tensors and Values; argument checks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value
from nn import SGD, Adagrad, Adam, AdamW, Lion, Optimizer, RMSprop

MAKERS = {
    "sgd": lambda parameters: SGD(parameters, lr=0.1),
    "momentum": lambda parameters: SGD(parameters, lr=0.03, momentum=0.9),
    "nesterov": lambda parameters: SGD(parameters, lr=0.02, momentum=0.8, nesterov=True),
    "rmsprop": lambda parameters: RMSprop(parameters, lr=0.05),
    "adagrad": lambda parameters: Adagrad(parameters, lr=1.0),
    "adam": lambda parameters: Adam(parameters, lr=0.05),
    "adam, own betas": lambda parameters: Adam(parameters, lr=0.02, betas=(0.5, 0.9), eps=1e-3),
    "lion": lambda parameters: Lion(parameters, lr=0.05),
}
#: With every other option, for which a quadratic bowl has its bottom elsewhere or nowhere.
DECAYING = {
    "sgd, weight decay": lambda parameters: SGD(parameters, lr=0.1, weight_decay=0.1),
    "nesterov, weight decay": lambda parameters: SGD(parameters, lr=0.02, momentum=0.8, weight_decay=0.1, nesterov=True),
    "rmsprop, all": lambda parameters: RMSprop(parameters, lr=0.01, alpha=0.9, eps=1e-4, momentum=0.5, weight_decay=0.1),
    "adagrad, all": lambda parameters: Adagrad(parameters, lr=0.1, lr_decay=0.05, eps=1e-5, weight_decay=0.1),
    "adam, weight decay": lambda parameters: Adam(parameters, lr=0.05, weight_decay=0.1),
    "adamw": lambda parameters: AdamW(parameters, lr=0.05, weight_decay=0.3),
    "lion, weight decay": lambda parameters: Lion(parameters, lr=0.05, weight_decay=0.1),
}
SHAPES = [(3, 2), (2,), ()]
optimizers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
all_optimizers = pytest.mark.parametrize("make", (MAKERS | DECAYING).values(), ids=(MAKERS | DECAYING).keys())


def parameters_and_gradients(seed, steps=20, dtype=np.float64):
    """Parameters, and for every step a gradient each; some are missing."""
    rng = np.random.default_rng(seed)
    parameters = [Tensor(rng.normal(size=shape), requires_grad=True, dtype=dtype) for shape in SHAPES]
    gradients = [[np.asarray(rng.normal(size=shape), dtype) for shape in SHAPES] for _ in range(steps)]
    return parameters, [[g if rng.random() < 0.8 else None for g in row] for row in gradients]


@pytest.mark.peer
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("sgd", lambda optim, p: optim.SGD(p, lr=0.1)),
        ("momentum", lambda optim, p: optim.SGD(p, lr=0.03, momentum=0.9)),
        ("nesterov", lambda optim, p: optim.SGD(p, lr=0.02, momentum=0.8, nesterov=True)),
        ("sgd, weight decay", lambda optim, p: optim.SGD(p, lr=0.1, weight_decay=0.1)),
        ("nesterov, weight decay", lambda optim, p: optim.SGD(p, lr=0.02, momentum=0.8, weight_decay=0.1, nesterov=True)),
        ("rmsprop", lambda optim, p: optim.RMSprop(p, lr=0.05)),
        ("rmsprop, all", lambda optim, p: optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-4, momentum=0.5, weight_decay=0.1)),
        ("adagrad", lambda optim, p: optim.Adagrad(p, lr=1.0)),
        ("adagrad, all", lambda optim, p: optim.Adagrad(p, lr=0.1, lr_decay=0.05, eps=1e-5, weight_decay=0.1)),
        ("adam", lambda optim, p: optim.Adam(p, lr=0.05)),
        ("adam, own betas", lambda optim, p: optim.Adam(p, lr=0.02, betas=(0.5, 0.9), eps=1e-3)),
        ("adam, weight decay", lambda optim, p: optim.Adam(p, lr=0.05, weight_decay=0.1)),
        ("adamw", lambda optim, p: optim.AdamW(p, lr=0.05, weight_decay=0.3)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_twenty_steps_are_those_of_torch(name, theirs, seed):
    torch = pytest.importorskip("torch")
    ours, gradients = parameters_and_gradients(seed)
    peers = [torch.tensor(p.numpy().copy(), requires_grad=True) for p in ours]
    optimizer, peer = (MAKERS | DECAYING)[name](ours), theirs(torch.optim, peers)
    for step, row in enumerate(gradients):
        optimizer.lr = peer.param_groups[0]["lr"] = 0.1 / (1 + step)
        for p, q, g in zip(ours, peers, row, strict=True):
            p.grad, q.grad = g, None if g is None else torch.tensor(g)
        optimizer.step()
        peer.step()
        for p, q in zip(ours, peers, strict=True):
            np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_twenty_steps_of_lion_are_those_of_the_paper(decay):
    """Algorithm 2 of Chen et al., number by number, in the order of its lines; PyTorch has no Lion."""
    lr, beta1, beta2 = 0.05, 0.9, 0.99
    rng = np.random.default_rng(0)
    theta, m = 1.5, 0.0
    p = Tensor([theta], requires_grad=True)
    optimizer = Lion([p], lr=lr, betas=(beta1, beta2), weight_decay=decay)
    for _ in range(20):
        g = rng.normal()
        c = beta1 * m + (1 - beta1) * g
        theta = theta - lr * (math.copysign(1.0, c) + decay * theta)
        m = beta2 * m + (1 - beta2) * g
        p.grad = np.array([g])
        optimizer.step()
        assert math.isclose(p.item(), theta, rel_tol=1e-12)


@all_optimizers
@given(st.integers(0, 2**32))
def test_values_are_updated_as_tensors(make, seed):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=4), rng.normal(size=(10, 4))
    tensor, values = Tensor(start, requires_grad=True), [Value(x) for x in start.tolist()]
    together, apart = make([tensor]), make(values)
    for row in gradients:
        tensor.grad = row
        for value, g in zip(values, row.tolist(), strict=True):
            value.grad = g
        together.step()
        apart.step()
    assert all(type(value.data) is float for value in values)
    np.testing.assert_allclose(tensor.numpy(), [value.data for value in values], rtol=1e-14)


@all_optimizers
def test_a_step_changes_data_only(make):
    parameters, gradients = parameters_and_gradients(0, steps=3, dtype=np.float32)
    optimizer = make(parameters)
    for row in gradients:
        seen = [p.numpy() for p in parameters]
        before = [array.copy() for array in seen]
        for p, g in zip(parameters, row, strict=True):
            p.grad = None if g is None else g.copy()
        optimizer.step()
        for p, g, array, copy in zip(parameters, row, seen, before, strict=True):
            assert np.array_equal(array, copy)  # who holds the old numbers keeps them
            assert p.dtype == np.float32
            if g is None:
                assert p.grad is None
                assert np.array_equal(p.numpy(), copy)
            else:
                assert np.array_equal(p.grad, g)
                assert not np.shares_memory(p.numpy(), p.grad)


@all_optimizers
def test_two_runs_are_equal_bit_for_bit(make):
    ends = []
    for _ in range(2):
        parameters, gradients = parameters_and_gradients(7, dtype=np.float32)
        optimizer = make(parameters)
        for row in gradients:
            for p, g in zip(parameters, row, strict=True):
                p.grad = g
            optimizer.step()
        ends.append(b"".join(p.numpy().tobytes() for p in parameters))
    assert ends[0] == ends[1]


@optimizers
def test_a_quadratic_function_is_minimized(make):
    x = Tensor([3.0, -2.0], requires_grad=True)
    optimizer = make([x])
    for _ in range(500):
        optimizer.zero_grad()
        ((x - np.array([1.0, 5.0])) ** 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(x.numpy(), [1.0, 5.0], atol=optimizer.lr)  # Adam's steps are of about that size to the last


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 10))
def test_the_first_step_of_adam_is_lr_whatever_the_gradient(size, lr):
    p = Value(0.0)
    p.grad = -size
    Adam([p], lr=lr, eps=0.0).step()
    assert math.isclose(p.data, lr, rel_tol=1e-12)


def test_a_learning_rate_of_zero_changes_nothing():
    p = Tensor([1.0, 2.0], requires_grad=True)
    for optimizer in (SGD([p], lr=0.0, momentum=0.5), Adam([p], lr=0.0)):
        p.grad = np.array([3.0, -4.0])
        optimizer.step()
        assert p.numpy().tolist() == [1.0, 2.0]


def test_zero_grad_resets_gradients():
    tensor, value = Tensor([1.0], requires_grad=True), Value(2.0)
    tensor.grad, value.grad = np.ones(1), 3.0
    SGD([tensor, value], lr=0.1).zero_grad()
    assert tensor.grad is None
    assert value.grad == 0.0


@all_optimizers
def test_a_gradient_of_another_shape_moves_nothing(make):
    first, second = Tensor([1.0, 2.0], requires_grad=True), Tensor([[1.0, 2.0]], requires_grad=True, label="w")
    first.grad, second.grad = np.ones(2), np.ones(2)
    with pytest.raises(ValueError, match=r"label='w'\) must have its shape, got shape \(2,\)"):
        make([first, second]).step()
    assert first.numpy().tolist() == [1.0, 2.0]


def test_a_generator_of_parameters_is_taken():
    assert len(SGD((Value(1.0) for _ in range(3)), lr=0.1).parameters) == 3


LEAF = Tensor([1.0], requires_grad=True)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([], ValueError, "needs at least one parameter, got none"),
        (LEAF, TypeError, r"takes a list of parameters, got Tensor\(.*\) alone: write \[parameter\]"),
        (Value(1.0), TypeError, "got Value"),
        (3, TypeError, r"got 3: write model\.parameters\(\)"),
        ([np.ones(2)], TypeError, "parameter 0 must be a Tensor or a Value, got array"),
        ({"w": LEAF}, TypeError, "parameter 0 must be a Tensor or a Value, got 'w' of type str"),
        ([LEAF, Tensor([1.0])], ValueError, "parameter 1 is the constant"),
        ([LEAF * 2], ValueError, "parameter 0 was computed by multiply"),
        ([LEAF, Value(1.0), LEAF], ValueError, "one of 3 parameters is passed twice"),
    ],
)
@pytest.mark.parametrize("optimizer", [SGD, RMSprop, Adagrad, Adam, AdamW, Lion])
def test_impossible_parameters(optimizer, parameters, error, message):
    with pytest.raises(error, match=message):
        optimizer(parameters, lr=0.1)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda p: SGD(p, lr=-0.1), ValueError, r"lr must be at least 0 and finite, got -0\.1"),
        (lambda p: SGD(p, lr=math.nan), ValueError, "lr must be at least 0 and finite, got nan"),
        (lambda p: Adam(p, lr=math.inf), ValueError, "lr must be at least 0 and finite, got inf"),
        (lambda p: SGD(p, lr="fast"), TypeError, "lr must be a number, got 'fast' of type str"),
        (lambda p: SGD(p, lr=True), TypeError, "lr must be a number, got True"),
        (lambda p: SGD(p, lr=0.1, momentum=1.0), ValueError, r"momentum must be at least 0 and less than 1, got 1\.0"),
        (lambda p: Adam(p, betas=(1.0, 0.9)), ValueError, r"betas\[0\] must be at least 0 and less than 1, got 1\.0"),
        (lambda p: Adam(p, betas=(0.9, -0.1)), ValueError, r"betas\[1\] must be .* got -0\.1"),
        (lambda p: Adam(p, betas=(0.9, math.nan)), ValueError, r"betas\[1\] must be .* got nan"),
        (lambda p: Adam(p, betas=0.9), TypeError, r"betas must be a pair of numbers such as \(0\.9, 0\.999\), got 0\.9"),
        (lambda p: SGD(p, lr=0.1, nesterov=True), ValueError, "nesterov=True requires a positive momentum, got momentum=0"),
        (lambda p: SGD(p, lr=0.1, weight_decay=-1.0), ValueError, "weight_decay must be at least 0"),
        (lambda p: RMSprop(p, alpha=1.0), ValueError, "alpha must be at least 0 and less than 1"),
        (lambda p: RMSprop(p, momentum=-0.1), ValueError, "momentum must be at least 0"),
        (lambda p: Adagrad(p, lr_decay=math.nan), ValueError, "lr_decay must be at least 0 and finite, got nan"),
        (lambda p: AdamW(p, weight_decay=math.inf), ValueError, "weight_decay must be at least 0 and finite, got inf"),
        (lambda p: Lion(p, betas=(0.9,)), TypeError, "betas must be a pair"),
        (lambda p: Adam(p, eps=-1e-8), ValueError, "eps must be at least 0 and finite, got -1e-08"),
    ],
)
def test_impossible_settings(make, error, message):
    with pytest.raises(error, match=message):
        make([Value(1.0)])


def test_an_optimizer_must_define_updated():
    p = Value(1.0)
    p.grad = 1.0
    with pytest.raises(NotImplementedError, match=r"must define updated\(parameter, gradient, state, settings\)"):
        Optimizer([p], lr=0.1).step()
    assert p.data == 1.0
