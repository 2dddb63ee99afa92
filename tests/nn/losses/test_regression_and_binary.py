"""Losses of regression and binary classification against definitions and PyTorch; extreme arguments; argument checks."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd import Tensor, Value, compile, grad, value_and_grad
from nn import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
)

numbers = st.floats(-30, 30, width=32)
shares = st.floats(0, 1, width=32)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=2, max_side=4)


def entry_by_entry(x, t):
    """Each loss of one entry, to fifty digits."""
    z, target = mpmath.mpf(float(x)), mpmath.mpf(float(t))
    logistic = lambda z: mpmath.log(1 + mpmath.exp(z))  # noqa: E731
    return {
        mean_squared_error: (z - target) ** 2,
        mean_absolute_error: abs(z - target),
        huber: (z - target) ** 2 / 2 if abs(z - target) <= 1 else abs(z - target) - mpmath.mpf("0.5"),
        binary_cross_entropy_with_logits: target * logistic(-z) + (1 - target) * logistic(z),
    }


LOSSES = [mean_squared_error, mean_absolute_error, huber, binary_cross_entropy_with_logits]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)


@st.composite
def cases(draw):
    shape = draw(SHAPES)
    return draw(hnp.arrays(float, shape, elements=numbers)), draw(hnp.arrays(float, shape, elements=shares))


@every_loss
@given(case=cases(), data=st.data())
def test_loss_is_that_of_its_definition(loss, case, data):
    x, t = case
    weights = data.draw(hnp.arrays(float, st.sampled_from([x.shape, x.shape[:1]]), elements=st.floats(0.1, 3)))
    with mpmath.workdps(50):
        each = np.array([entry_by_entry(a, b)[loss] for a, b in zip(x.ravel(), t.ravel(), strict=True)]).reshape(x.shape)
        w = np.broadcast_to(weights.reshape(weights.shape + (1,) * (x.ndim - weights.ndim)), x.shape)
        want = {
            "none": each,
            "sum": each.sum(),
            "mean": each.sum() / each.size,
            "weighted": sum((each * w).ravel()) / w.sum(),
        }
    close = {"rtol": 1e-13, "atol": 1e-300}
    np.testing.assert_allclose(loss(x, t, reduction="none"), want["none"].astype(float), **close)
    np.testing.assert_allclose(loss(x, t, reduction="sum"), float(want["sum"]), **close)
    np.testing.assert_allclose(loss(x, t), float(want["mean"]), **close)
    np.testing.assert_allclose(loss(x, t, sample_weight=weights), float(want["weighted"]), **close)


TORCH = {
    mean_squared_error: lambda F: F.mse_loss,
    mean_absolute_error: lambda F: F.l1_loss,
    huber: lambda F: F.huber_loss,
    binary_cross_entropy_with_logits: lambda F: F.binary_cross_entropy_with_logits,
    binary_cross_entropy: lambda F: F.binary_cross_entropy,
}


@pytest.mark.peer
@pytest.mark.parametrize("loss", TORCH, ids=lambda f: f.__name__)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_value_and_gradient_are_those_of_torch(loss, reduction, rng):
    torch = pytest.importorskip("torch")
    x = rng.uniform(0.05, 0.95, (6, 3)) if loss is binary_cross_entropy else 3 * rng.standard_normal((6, 3))
    t = rng.random((6, 3))
    theirs = torch.tensor(x, requires_grad=True)
    y = TORCH[loss](torch.nn.functional)(theirs, torch.tensor(t), reduction=reduction)
    y.backward()
    value, gradient = value_and_grad(lambda x: loss(x, t, reduction=reduction))(x)
    np.testing.assert_allclose(value, y.item(), rtol=1e-13)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-11, atol=1e-15)


def test_large_logits_are_exact():
    for z, t, y in ((1000.0, 1.0, 0.0), (1000.0, 0.0, 1000.0), (-1000.0, 1.0, 1000.0), (-1000.0, 0.0, 0.0)):
        assert binary_cross_entropy_with_logits([z], [t]) == y
    assert binary_cross_entropy_with_logits([40.0], [1.0]) == math.exp(-40.0)
    np.testing.assert_array_equal(
        grad(lambda z: binary_cross_entropy_with_logits(z, [0.0, 1.0, 0.25]))(np.zeros(3)) * 3, [0.5, -0.5, 0.25]
    )


def test_probabilities_0_and_1():
    assert binary_cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0.0
    assert binary_cross_entropy([1.0], [0.0]) == math.inf
    assert binary_cross_entropy([1e-20], [0.0]) == 1e-20
    assert np.isfinite(grad(lambda p: binary_cross_entropy(p, [1.0, 0.0]))(np.array([1.0, 0.0]))).all()


@given(hnp.arrays(float, (4, 2), elements=numbers), hnp.arrays(int, (4, 2), elements=st.sampled_from([-1, 1])))
def test_hinge_is_that_of_its_definition(scores, sides):
    np.testing.assert_allclose(hinge(scores, sides), np.maximum(0.0, 1.0 - scores * sides).mean(), rtol=1e-14)
    gradient = grad(lambda s: hinge(s, sides, reduction="sum"))(scores)
    np.testing.assert_array_equal(gradient, np.where(scores * sides < 1.0, -sides, 0.0))


@every_loss
def test_float32_stays_and_a_replay_is_the_same(loss, rng):
    x, t, w = rng.standard_normal((5, 2)), rng.random((5, 2)), np.arange(1.0, 6.0)
    for dtype in (np.float32, np.float64):
        f = value_and_grad(lambda x, t: loss(x, t, sample_weight=w))
        y, g = f(x.astype(dtype), t.astype(dtype))
        assert g.dtype == dtype
        again, h = compile(f)(x.astype(dtype), t.astype(dtype))
        assert again == y
        np.testing.assert_array_equal(g, h)


@pytest.mark.parametrize("loss", [mean_squared_error, mean_absolute_error, huber, binary_cross_entropy_with_logits, hinge])
def test_integer_targets_keep_float32(loss, rng):
    x, t = rng.standard_normal((5, 2)).astype(np.float32), rng.integers(0, 2, (5, 2))
    targets = 2 * t - 1 if loss is hinge else t
    found = loss(Tensor(x, requires_grad=True), targets)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.item(), loss(x, targets.astype(np.float32)), rtol=1e-6)


def test_huber_joins_squares_and_lines(rng):
    x = rng.standard_normal(20) * 3
    np.testing.assert_allclose(huber(x, np.zeros(20), delta=1e6), mean_squared_error(x, np.zeros(20)) / 2, rtol=1e-14)
    np.testing.assert_allclose(huber(x, np.zeros(20), delta=1e-6) / 1e-6, mean_absolute_error(x, np.zeros(20)), rtol=1e-5)
    np.testing.assert_allclose(grad(lambda x: huber(x, np.zeros(20), reduction="sum"))(x), np.clip(x, -1, 1), rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_absolute_error(np.ones((3, 1)), np.ones(3)), r"must have one shape, got \(3, 1\) and \(3,\)"),
        (lambda: huber([], []), "huber needs at least one entry"),
        (lambda: huber([1.0], [1.0], delta=0.0), r"delta must be positive, got 0\.0"),
        (lambda: huber([1.0], [1.0], delta=-1.0), "delta must be at least 0"),
        (
            lambda: mean_squared_error([1.0], [1.0], reduction="median"),
            "must be one of mean, sum, none, not 'median'",
        ),
        (
            lambda: mean_squared_error([1.0, 2.0], [1.0, 2.0], sample_weight=[1.0]),
            r"sample_weight must have shape \(2,\), .* not \(1,\)",
        ),
        (lambda: mean_squared_error([1.0, 2.0], [1.0, 2.0], sample_weight=[1.0, -1.0]), r"at least 0, got -1\.0 in entry 1"),
        (lambda: binary_cross_entropy([0.5, 1.5], [1.0, 0.0]), r"probabilities must be between 0 and 1, got 1\.5 in entry 1"),
        (lambda: binary_cross_entropy([0.5, 0.5], [1.0, 2.0]), r"targets must be between 0 and 1, got 2\.0 in entry 1"),
        (lambda: binary_cross_entropy_with_logits([0.5], [math.nan]), "targets must be between 0 and 1, got nan in entry 0"),
        (lambda: hinge([0.5, 2.0], [1, 0]), r"signs must be -1 or 1 \(write 2 \* labels - 1\), got 0.0 in entry 1"),
        (lambda: hinge(Tensor([0.5]), Tensor([3.0])), "signs must be -1 or 1 .* got 3.0 in entry 0"),
    ],
)
def test_arguments_are_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("loss", [*LOSSES, binary_cross_entropy, hinge])
def test_losses_do_not_take_values(loss):
    with pytest.raises(TypeError, match=rf"{loss.__name__} takes arrays and Tensors, got a Value"):
        loss(Value(0.5), 1.0)


def test_targets_are_checked_at_every_replay():
    f = compile(lambda z, t: binary_cross_entropy_with_logits(z, t))
    assert f(np.zeros(2), np.array([0.0, 1.0])) == pytest.approx(math.log(2))
    with pytest.raises(ValueError, match=r"got 2\.0 in entry 1"):
        f(np.zeros(2), np.array([0.0, 2.0]))
