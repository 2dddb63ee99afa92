"""Class weights and label smoothing of binary losses and of the hinge, against definitions and PyTorch."""

import numpy as np
import pytest

import nn
from autograd import compile, grad, value_and_grad
from nn import binary_cross_entropy, binary_cross_entropy_with_logits, hinge, multiclass_hinge

NO, YES = 0.5, 3.0
REDUCTIONS = ["mean", "sum", "none"]


def of_probabilities(z, t, **options):
    return binary_cross_entropy(1 / (1 + np.exp(-z)), t, **options)


def sided(z, t, **options):
    return hinge(z, 2 * t - 1, **options)


def scored(z, t, **options):
    """The multiclass hinge of two classes, with labels in a row."""
    return multiclass_hinge(np.stack([0 * z, z], axis=1), t.astype(int), **options)


@pytest.fixture
def batch(rng):
    return 2 * rng.standard_normal(9), rng.integers(0, 2, 9).astype(float)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("loss", [binary_cross_entropy_with_logits, of_probabilities, sided, scored])
def test_a_class_weight_equals_weights_of_rows(loss, reduction, batch, rng):
    z, t = batch
    w = rng.random(9)
    as_rows = np.where(t == 1, YES, NO)
    for more in (np.ones(9), w):
        found = loss(z, t, reduction=reduction, sample_weight=more, class_weight=(NO, YES))
        np.testing.assert_allclose(found, loss(z, t, reduction=reduction, sample_weight=more * as_rows), rtol=1e-13)


@pytest.mark.parametrize("loss", [binary_cross_entropy_with_logits, of_probabilities])
def test_smoothed_targets_are_between_both_classes(loss, batch):
    z, t = batch
    np.testing.assert_allclose(loss(z, t, label_smoothing=0.2), loss(z, 0.8 * t + 0.1), rtol=1e-13)
    soft = np.linspace(0.0, 1.0, 9)
    each = YES * soft * np.logaddexp(0, -z) + NO * (1 - soft) * np.logaddexp(0, z)
    found = loss(z, soft, class_weight=[NO, YES])
    np.testing.assert_allclose(found, each.sum() / (YES * soft + NO * (1 - soft)).sum(), rtol=1e-13)


def test_smoothing_of_two_scores_is_that_of_one(batch):
    z, t = batch
    two = nn.cross_entropy(np.stack([0 * z, z], axis=1), t.astype(int), label_smoothing=0.3)
    np.testing.assert_allclose(binary_cross_entropy_with_logits(z, t, label_smoothing=0.3), two, rtol=1e-13)


@pytest.mark.peer
@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_a_weight_of_yes_is_that_of_torch(reduction, batch):
    torch = pytest.importorskip("torch")
    z, t = batch
    theirs = torch.tensor(z, requires_grad=True)
    peer = torch.nn.functional.binary_cross_entropy_with_logits(
        theirs, torch.tensor(t), pos_weight=torch.tensor(YES), reduction=reduction
    )
    peer.sum().backward()
    value, gradient = value_and_grad(
        lambda z: binary_cross_entropy_with_logits(z, t, class_weight=(1.0, YES), reduction=reduction).sum()
    )(z)
    np.testing.assert_allclose(value, peer.sum().item(), rtol=1e-13)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-11)


@pytest.mark.peer
def test_weights_of_classes_in_the_hinge_are_those_of_torch(rng):
    torch = pytest.importorskip("torch")
    z, y, w = rng.standard_normal((7, 3)), rng.integers(0, 3, 7), np.array([0.5, 2.0, 1.0])
    peer = torch.nn.functional.multi_margin_loss(torch.tensor(z), torch.tensor(y), weight=torch.tensor(w), reduction="sum")
    np.testing.assert_allclose(multiclass_hinge(z, y, class_weight=w, reduction="sum"), peer.item(), rtol=1e-13)


@pytest.mark.parametrize("loss", [binary_cross_entropy_with_logits, sided, binary_cross_entropy])
def test_replays_and_float32_give_the_same(loss, batch):
    z, t = batch
    z = np.abs(z) % 0.8 + 0.1
    for dtype in (np.float32, np.float64):
        f = value_and_grad(lambda z, t: loss(z, t, class_weight=(NO, YES)))
        y, g = f(z.astype(dtype), t.astype(dtype))
        assert g.dtype == dtype
        again, h = compile(f)(z.astype(dtype), t.astype(dtype))
        np.testing.assert_allclose(again, y, rtol=1e-6 if dtype is np.float32 else 1e-14)
        np.testing.assert_allclose(h, g, rtol=1e-6 if dtype is np.float32 else 1e-14)


def test_infinite_log_odds():
    z, t = np.array([np.inf, -np.inf, np.inf]), np.array([1.0, 0.0, 0.0])
    assert binary_cross_entropy_with_logits(z, t, reduction="none").tolist() == [0.0, 0.0, np.inf]
    gradient = grad(lambda z: binary_cross_entropy_with_logits(z, t, reduction="sum"))(z)
    assert gradient.tolist() == [0.0, 0.0, 1.0]


def test_second_derivatives_are_those_of_the_logistic_function(batch):
    z, t = batch
    slope = grad(lambda z: binary_cross_entropy_with_logits(z, t, reduction="sum"))
    s = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(slope(z), s - t, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda z: slope(z).sum())(z), s * (1 - s), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: binary_cross_entropy_with_logits([0.0], [1.0], class_weight=3.0),
            "must be 2 numbers .* got 3.0",
        ),
        (
            lambda: binary_cross_entropy([0.5], [1.0], class_weight=(1.0, -1.0)),
            "must be 2 numbers of at least 0",
        ),
        (lambda: binary_cross_entropy([0.5], [1.0], label_smoothing=1.0), "label_smoothing must be at least 0 and less than 1"),
        (lambda: hinge([0.5], [1.0], class_weight=[1.0]), "hinge: class_weight must be 2 numbers"),
        (lambda: multiclass_hinge([[0.5, 0.1]], [1], class_weight=[0, 0]), "not all 0"),
    ],
)
def test_arguments_are_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call()
