"""Derivatives compared with PyTorch and JAX, and checks of their derivatives."""

import functools

import numpy as np
import pytest

import autograd as ag
from autograd import GradientError, check_against, check_gradients
from autograd.checks import adapted
from autograd.testing.call_catalogue import SCALAR_LINES
from benchmarks import peers

pytestmark = [pytest.mark.peer, pytest.mark.slow]

#: Ops that a peer lacks, or differentiates in another way: tests/known_disagreements.md.
LEFT_OUT = {
    "torch": ("sinc_derivative", "celu", "hardsigmoid", "digamma", "gammaln", "polygamma", "sinc", "a * floor_divide"),
    "jax": ("sinc_derivative",),
}


@pytest.fixture(params=["torch", "jax"])
def peer(request):
    pytest.importorskip(request.param)
    if request.param == "jax":
        pytest.importorskip("jax").config.update("jax_enable_x64", True)
    return request.param


def names_of(peer):
    return peers.torch_names() if peer == "torch" else peers.jax_names()


def test_derivatives_agree_with_the_peer_to_order_two(peer, rng):
    theirs = names_of(peer)
    calls = [c for c in SCALAR_LINES if not c.text.startswith(LEFT_OUT[peer])]
    for call in calls if peer == "torch" else calls[::7]:  # JAX compiles each for half a second
        args = [rng.uniform(0.1, 0.9, 3) + 0.05 * i for i in range(call.arity)]
        report = check_against(peer, call, functools.partial(call, names=theirs), *args)
        assert report.error < 1e-9, call.text


def test_containers_numbers_and_single_precision(peer):
    p = {"w": np.array([[0.5, -0.5]], np.float32), "n": 2}

    def loss(p, x):
        return ((p["w"] * x).sum() * p["n"], p["w"] * p["w"])

    assert check_against(peer, loss, loss, p, np.array([1.0, 2.0], np.float32))


def test_a_difference_is_an_error(peer):
    def square(x):
        return x * x

    with pytest.raises(GradientError, match="the values differ") as caught:
        check_against(peer, square, lambda x: x * x * x, 2.0)
    assert (caught.value.claimed, caught.value.measured) == (4.0, 8.0)
    with pytest.raises(GradientError, match="a factor 2 is missing"):
        check_against(peer, lambda x: x * ag.stop_gradient(x), square, 2.0)
    with pytest.raises(ValueError, match="must return equal shapes"):
        check_against(peer, square, lambda x: (x, x), 2.0)


def test_their_gradients_are_checked_through_an_adapter(peer):
    f, df = adapted(peer, lambda x, y: (x * x * y).sum())
    assert check_gradients(f, np.array([1.0, 2.0]), 3.0, gradient=df)
    f, df = adapted(peer, lambda x: x * x * x)
    assert check_gradients(f, np.array([1.0, 2.0]), gradient=df)


def test_a_wrong_backward_of_pytorch_is_found():
    torch = pytest.importorskip("torch")

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    f, df = adapted("torch", lambda x: Square.apply(x).sum())
    with pytest.raises(GradientError, match="a factor 2 is missing"):
        check_gradients(f, np.array([1.0, 2.0]), gradient=df)


def test_unknown_framework():
    with pytest.raises(ValueError, match="framework must be one of torch, jax, got 'tensorflow'"):
        check_against("tensorflow", lambda x: x, lambda x: x, 1.0)


def test_results_pair_by_key():
    torch = pytest.importorskip("torch")
    x = np.array([1.0, 2.0])
    assert check_against("torch", lambda x: {"a": ag.sin(x), "b": x * x}, lambda x: {"b": x * x, "a": torch.sin(x)}, x)
    with pytest.raises(TypeError, match=r"the result of f_theirs must have the structure .* missing \['b'\], unknown \['c'\]"):
        check_against("torch", lambda x: {"b": x * x}, lambda x: {"c": x * x}, x)
