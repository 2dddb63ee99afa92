"""Options of cross-entropy and related losses, against definitions and PyTorch."""

import numpy as np
import pytest

from autograd import compile, value_and_grad
from nn import cross_entropy, kl_divergence, multiclass_hinge, nll

K = 4
OPTIONS = {
    "plain": {},
    "sum": {"reduction": "sum"},
    "none": {"reduction": "none"},
    "class weights": {"class_weight": np.array([1.0, 0.5, 2.0, 0.0])},
    "class weights, sum": {"class_weight": np.array([1.0, 0.5, 2.0, 0.0]), "reduction": "sum"},
    "smoothing": {"label_smoothing": 0.1},
    "all": {"class_weight": np.array([1.0, 0.5, 2.0, 3.0]), "label_smoothing": 0.3},
}
options = pytest.mark.parametrize("given", OPTIONS.values(), ids=OPTIONS)


def batch(rng, n=7):
    return 3 * rng.standard_normal((n, K)), rng.integers(0, K, n)


def summed(loss, z, y, given):
    """(value, gradient) of the sum of what comes out."""
    return value_and_grad(lambda z: loss(z, y, **given).sum() if given.get("reduction") == "none" else loss(z, y, **given))(z)


@pytest.mark.peer
@options
def test_cross_entropy_is_that_of_torch(given, rng):
    torch = pytest.importorskip("torch")
    z, y = batch(rng)
    theirs = torch.tensor(z, requires_grad=True)
    weight = torch.tensor(given["class_weight"]) if "class_weight" in given else None
    rest = {k: v for k, v in given.items() if k != "class_weight"}
    peer = torch.nn.functional.cross_entropy(theirs, torch.tensor(y), weight=weight, **rest)
    peer.sum().backward()
    value, gradient = summed(cross_entropy, z, y, given)
    np.testing.assert_allclose(value, peer.sum().item(), rtol=1e-13)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-11, atol=1e-15)


@pytest.mark.peer
def test_multiclass_hinge_and_divergence_are_those_of_torch(rng):
    torch = pytest.importorskip("torch")
    z, y = batch(rng)
    theirs = torch.tensor(z, requires_grad=True)
    peer = torch.nn.functional.multi_margin_loss(theirs, torch.tensor(y), margin=0.7)
    peer.backward()
    value, gradient = value_and_grad(lambda z: multiclass_hinge(z, y, margin=0.7))(z)
    np.testing.assert_allclose(value, peer.item(), rtol=1e-14)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-14)
    p = rng.dirichlet(np.ones(K), 7)
    p[0] = [1.0, 0.0, 0.0, 0.0]
    log_q = torch.log_softmax(torch.tensor(z), 1)
    peer = torch.nn.functional.kl_div(log_q, torch.tensor(p), reduction="batchmean")
    np.testing.assert_allclose(kl_divergence(log_q.numpy(), p), peer.item(), rtol=1e-13)


@options
def test_options_follow_the_definition(given, rng):
    z, y = batch(rng)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    w, e = given.get("class_weight", np.ones(K)), given.get("label_smoothing", 0.0)
    each = -(1 - e) * w[y] * log_p[np.arange(len(y)), y] - e / K * (w * log_p).sum(1)
    reduction = given.get("reduction", "mean")
    want = each if reduction == "none" else each.sum() / (w[y].sum() if reduction == "mean" else 1.0)
    np.testing.assert_allclose(cross_entropy(z, y, **given), want, rtol=1e-13)
    if not e:
        np.testing.assert_allclose(nll(log_p, y, **given), want, rtol=1e-13)


@options
def test_a_row_of_weight_two_counts_as_two_rows(given, rng):
    if given.get("reduction") == "none":
        return
    z, y = batch(rng)
    w = rng.integers(0, 3, len(y))
    twice = cross_entropy(np.repeat(z, w, axis=0), np.repeat(y, w), **given)
    np.testing.assert_allclose(cross_entropy(z, y, sample_weight=w, **given), twice, rtol=1e-13)
    np.testing.assert_allclose(
        multiclass_hinge(z, y, sample_weight=w), multiclass_hinge(np.repeat(z, w, axis=0), np.repeat(y, w)), rtol=1e-13
    )


@options
def test_a_replay_with_other_labels_is_the_same(given, rng):
    z, y = batch(rng)
    f = compile(lambda z, y: summed(cross_entropy, z, y, given))
    for _ in range(3):
        value, gradient = f(z, y)
        want, expected = summed(cross_entropy, z, y, given)
        np.testing.assert_allclose(value, want, rtol=1e-14)
        np.testing.assert_allclose(gradient, expected, rtol=1e-13, atol=1e-16)
        z, y = batch(rng)
    assert len(f.tapes) == 1


def test_an_impossible_class_with_weight_0_does_not_change_the_mean():
    z = np.array([[0.0, -np.inf], [1.0, -np.inf]])
    assert cross_entropy(z, [0, 0], reduction="sum") == 0.0


def test_float32_stays(rng):
    z, y = batch(rng)
    for given in OPTIONS.values():
        assert np.asarray(cross_entropy(z.astype(np.float32), y, **given)).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cross_entropy(np.ones((2, 3)), [0, 1], label_smoothing=1.0), ValueError, "smoothing must be .* less than 1"),
        (lambda: cross_entropy(np.ones((2, 3)), [0, 1], class_weight=[1.0]), ValueError, "class_weight must be 3 numbers"),
        (lambda: cross_entropy(np.ones((2, 3)), [0, 1], sample_weight=[1.0]), ValueError, r"must have shape \(2,\)"),
        (lambda: nll(np.ones((2, 3)), [0.0, 1.0]), TypeError, "nll: labels must be integers"),
        (lambda: multiclass_hinge(np.ones((2, 3)), [0, 3]), ValueError, "labels must be between 0 and 2"),
        (lambda: kl_divergence(np.ones((1, 2)), [[0.5, 1.5]]), ValueError, r"must be between 0 and 1, got 1\.5 in entry 1"),
        (lambda: kl_divergence(np.ones((1, 2)), [0.5, 0.5]), ValueError, r"must have one shape, got \(1, 2\)"),
    ],
)  # fmt: skip
def test_arguments_are_checked(call, error, message):
    with pytest.raises(error, match=message):
        call()
