"""Options of cross-entropy and related losses, against definitions and PyTorch."""

import numpy as np
import pytest

import nn
from autograd import Tensor, compile, grad, value_and_grad
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


@pytest.mark.peer
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_probabilities_as_labels_are_those_of_torch(reduction, smoothing, rng):
    torch = pytest.importorskip("torch")
    z, p = 3 * rng.standard_normal((7, K)), rng.dirichlet(np.ones(K), 7)
    theirs, target = torch.tensor(z, requires_grad=True), torch.tensor(p, requires_grad=True)
    peer = torch.nn.functional.cross_entropy(theirs, target, reduction=reduction, label_smoothing=smoothing)
    peer.sum().backward()
    given = {"reduction": reduction, "label_smoothing": smoothing}
    value, gradient = summed(cross_entropy, z, p, given)
    np.testing.assert_allclose(value, peer.sum().item(), rtol=1e-13)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-11, atol=1e-15)
    of_target = grad(lambda p: (cross_entropy(z, p, **given) * np.ones(7 if reduction == "none" else ())).sum())(p)
    np.testing.assert_allclose(of_target, target.grad.numpy(), rtol=1e-11)


@options
def test_one_hot_labels_are_labels(given, rng):
    z, y = batch(rng)
    for one_hot in np.eye(K)[y], np.eye(K, dtype=int)[y], np.eye(K, dtype=bool)[y], np.eye(K, dtype=np.float32)[y]:
        for mine, wanted in zip(summed(cross_entropy, z, one_hot, given), summed(cross_entropy, z, y, given), strict=True):
            np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("loss", [cross_entropy, nll])
@options
def test_ignored_rows_do_not_count(loss, given, rng):
    if loss is nll:
        given = {k: v for k, v in given.items() if k != "label_smoothing"}
    z, y = batch(rng)
    ignored = np.where(np.arange(7) % 3 == 0, -100, y)
    rows = ignored != -100
    found = value_and_grad(lambda z: loss(z, ignored, ignore_index=-100, **given).sum())(z)
    wanted = value_and_grad(lambda z: loss(z[rows], y[rows], **given).sum())(z)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-13)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-13)


WEIGHTED = {
    "cross_entropy": lambda z, y, **o: cross_entropy(z, y, **o),
    "cross_entropy of probabilities": lambda z, y, **o: cross_entropy(z, np.eye(K)[y], **o),
    "nll": lambda z, y, **o: nll(z, y, **o),
    "multiclass_hinge": lambda z, y, **o: multiclass_hinge(z, y, **o),
    "kl_divergence": lambda z, y, **o: kl_divergence(z, np.eye(K)[y], **o),
    "mean_squared_error": lambda z, y, **o: nn.mean_squared_error(z, np.eye(K)[y], **o),
    "mean_absolute_error": lambda z, y, **o: nn.mean_absolute_error(z, np.eye(K)[y], **o),
    "huber": lambda z, y, **o: nn.huber(z, np.eye(K)[y], **o),
    "hinge": lambda z, y, **o: nn.hinge(z, 2 * np.eye(K)[y] - 1, **o),
    "binary_cross_entropy_with_logits": lambda z, y, **o: nn.binary_cross_entropy_with_logits(z, np.eye(K)[y], **o),
    "binary_cross_entropy": lambda z, y, **o: nn.binary_cross_entropy(1 / (1 + np.exp(-z)), np.eye(K)[y], **o),
}
losses = pytest.mark.parametrize("loss", WEIGHTED.values(), ids=WEIGHTED)


@losses
@pytest.mark.parametrize("backend", ["numpy", pytest.param("jax", marks=pytest.mark.peer)])
def test_weights_of_rows_are_arguments_of_a_tape(loss, backend, rng):
    """Weights are followed by tapes, have gradients, and all of them may be 0."""
    if backend == "jax":
        pytest.importorskip("jax").config.update("jax_enable_x64", True)
    z, y = batch(rng)

    def f(z, w):
        return loss(z, y, sample_weight=w)

    compiled = compile(value_and_grad(f, (0, 1)), backend=backend)
    for w in np.ones(7), rng.random(7), np.arange(7.0) % 2, np.zeros(7):
        value, (by_score, by_weight) = value_and_grad(f, (0, 1))(z, w)
        found, (score, weight) = compiled(z, w)
        for mine, wanted in (found, value), (score, by_score), (weight, by_weight):
            np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-15)
        errors = np.asarray(loss(z, y, reduction="none")).reshape(7, -1)
        np.testing.assert_allclose(value, (errors.mean(1) * w).sum() / w.sum() if w.any() else 0.0, rtol=1e-12)
    assert not by_score.any()
    with pytest.raises(ValueError, match=r"sample_weight must be at least 0, got -1\.0 in entry 6"):
        f(z, np.append(np.ones(6), -1.0))


@pytest.mark.parametrize("loss", [x for name, x in WEIGHTED.items() if name != "binary_cross_entropy"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
def test_integers_are_computed_as_floats(loss, dtype, rng):
    z, y = rng.integers(0, 2 if dtype is bool else 120, (2, K)), np.array([3, 0])
    wanted = np.asarray(loss(z.astype(float), y))
    for given in z.astype(dtype), Tensor(z.astype(dtype)):
        np.testing.assert_array_equal(loss(given, y), wanted)
    assert nn.binary_cross_entropy(np.array([1, 0], dtype), np.array([1, 0], dtype)) == 0.0


@losses
def test_complex_numbers_are_refused(loss):
    with pytest.raises(TypeError, match=r"must be real numbers, got dtype complex128"):
        loss(np.ones((1, K), complex), np.array([0]))
