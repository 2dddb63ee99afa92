"""Losses against their definitions to fifty digits, with two derivatives; argument checks."""

import re

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd as ag
from autograd import Tensor, gradients
from nn import cross_entropy, mean_squared_error

finite = st.floats(-50, 50, width=32)


@st.composite
def batches(draw, dtype=np.float64, max_rows=5):
    n, k = draw(st.integers(1, max_rows)), draw(st.integers(1, 6))
    logits = draw(hnp.arrays(dtype, (n, k), elements=finite))
    kind = draw(st.sampled_from([np.int64, np.int8, np.uint8, np.uint64]))
    return logits, draw(hnp.arrays(kind, n, elements=st.integers(0, k - 1)))


def exactly(logits, labels):
    """(cross-entropy, its gradient) by their definitions."""
    with mpmath.workdps(50):
        e = [[mpmath.exp(x) for x in row] for row in logits.tolist()]
        p = [[x / mpmath.fsum(row) for x in row] for row in e]
        n = len(labels)
        loss = -mpmath.fsum(mpmath.log(row[label]) for row, label in zip(p, labels.tolist(), strict=True)) / n
        gradient = [[(x - (j == label)) / n for j, x in enumerate(row)] for row, label in zip(p, labels.tolist(), strict=True)]
        return float(loss), np.array([[float(x) for x in row] for row in gradient])


@given(batches())
def test_cross_entropy_and_its_gradient_are_those_of_the_definition(batch):
    logits, labels = batch
    x = Tensor(logits, requires_grad=True)
    y = cross_entropy(x, labels)
    y.backward()
    loss, gradient = exactly(logits, labels)
    # Relative to the sizes of the terms: the loss of a row is a difference of numbers as large as the spread of its logits.
    assert abs(y.item() - loss) <= 1e-15 * (8 + np.ptp(logits))
    np.testing.assert_allclose(x.grad, gradient, rtol=1e-12, atol=1e-15 / len(labels))
    assert cross_entropy(logits, labels) == y.item()


@given(batches(max_rows=3))
def test_the_second_derivative_is_that_of_the_textbook(batch):
    logits, labels = batch
    n, k = logits.shape
    hessian = ag.hessian(lambda x: cross_entropy(x, labels))(logits).reshape(n * k, n * k)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = np.zeros((n * k, n * k))
    for i, p in enumerate(e / e.sum(axis=1, keepdims=True)):
        block = slice(i * k, (i + 1) * k)
        expected[block, block] = (np.diag(p) - np.outer(p, p)) / n
    np.testing.assert_allclose(hessian, expected, rtol=1e-11, atol=1e-14)


@given(batches(), st.integers(0, 2**32))
def test_forward_mode_agrees_with_the_gradient(batch, seed):
    logits, labels = batch
    direction = np.random.default_rng(seed).normal(size=logits.shape)
    _, slope = ag.jvp(lambda x: cross_entropy(x, labels), (logits,), (direction,))
    gradient = ag.grad(lambda x: cross_entropy(x, labels))(logits)
    assert abs(slope - (gradient * direction).sum()) <= 1e-13 * (1 + np.abs(gradient * direction).sum())


@given(batches(np.float32))
def test_float32_stays_float32(batch):
    logits, labels = batch
    x = Tensor(logits, requires_grad=True)
    y = cross_entropy(x, labels)
    y.backward()
    assert (y.dtype, x.grad.dtype) == (np.float32, np.float32)
    loss, gradient = exactly(logits, labels)
    assert abs(y.item() - loss) <= 1e-6 * (8 + np.ptp(logits))
    np.testing.assert_allclose(x.grad, gradient, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("label", "loss", "gradient"), [(0, 0.0, [0.0, 0.0, 0.0]), (1, 2000.0, [1.0, -1.0, 0.0]), (2, 1000.0, [1.0, 0.0, -1.0])]
)
def test_large_arguments_are_exact(label, loss, gradient):
    x = Tensor([[1000.0, -1000.0, 0.0]], requires_grad=True)
    y = cross_entropy(x, [label])
    y.backward()
    assert y.item() == loss
    assert x.grad.tolist() == [gradient]


def test_an_impossible_class():
    x = Tensor([[-np.inf, 0.0]], requires_grad=True)
    (possible,) = gradients(cross_entropy(x, [1]), [x])
    assert (cross_entropy(x, [1]).item(), possible.tolist()) == (0.0, [[0.0, 0.0]])
    (impossible,) = gradients(cross_entropy(x, [0]), [x])
    assert (cross_entropy(x, [0]).item(), impossible.tolist()) == (np.inf, [[-1.0, 1.0]])


def test_labels_that_change_after_the_call_change_nothing():
    labels = np.array([0, 1])
    x = Tensor(np.zeros((2, 2)), requires_grad=True)
    y = cross_entropy(x, labels)
    labels[:] = 1 - labels
    y.backward()
    assert x.grad.tolist() == [[-0.25, 0.25], [0.25, -0.25]]


def test_labels_may_be_a_list_or_a_tensor():
    x = np.array([[1.0, 2.0], [4.0, 3.0]])
    assert cross_entropy(x, [1, 0]) == cross_entropy(x, Tensor([1, 0])) == cross_entropy(x.tolist(), np.array([1, 0]))


@pytest.mark.parametrize(
    ("logits", "labels", "error", "message"),
    [
        (np.zeros((3, 4)), [0, 4, 5], ValueError, "between 0 and 3 for 4 columns of logits; got 4 in row 1$"),
        (np.zeros((2, 4)), [3, 4], ValueError, "got 4 in row 1$"),
        (np.zeros((3, 4)), [0, 1, -1], ValueError, "got -1 in row 2$"),
        (np.zeros((2, 4)), [1.0, 0.0], TypeError, r"labels must be integers.*got .*1\.0.* in row 0, dtype float64"),
        (np.zeros((2, 4)), [True, False], TypeError, "dtype bool"),
        (np.zeros((2, 4)), ["a", "b"], TypeError, "got .*'a'.* in row 0"),
        (np.zeros((2, 4)), [[0], [1, 2]], ValueError, "labels cannot be an array"),
        (np.zeros((2, 4)), [0], ValueError, r"got shapes \(2, 4\) and \(1,\)"),
        (np.zeros((2, 4)), [[0], [1]], ValueError, r"got shapes \(2, 4\) and \(2, 1\)"),
        (np.zeros(4), [0], ValueError, r"got shapes \(4,\) and \(1,\)"),
        (np.zeros(4), 0, ValueError, r"got shapes \(4,\) and \(\)"),
        (np.zeros((0, 4)), [], ValueError, r"at least one row and one class, got logits of shape \(0, 4\)"),
        (np.zeros((2, 0)), [0, 0], ValueError, r"at least one row and one class, got logits of shape \(2, 0\)"),
    ],
)
def test_cross_entropy_checks_its_arguments(logits, labels, error, message):
    for given_logits in (logits, Tensor(logits, requires_grad=True)):
        with pytest.raises(error, match=message):
            cross_entropy(given_logits, labels)


arrays = hnp.array_shapes(min_dims=0, max_dims=3, max_side=4).flatmap(
    lambda shape: st.tuples(*[hnp.arrays(np.float64, shape, elements=finite)] * 2)
)


@given(arrays)
def test_mean_squared_error_and_its_gradients_are_those_of_the_definition(pair):
    predictions, targets = pair
    p, t = (Tensor(a, requires_grad=True) for a in pair)
    y = mean_squared_error(p, t)
    y.backward()
    missing = predictions - targets
    np.testing.assert_allclose(y.item(), np.mean(missing**2), rtol=1e-14)
    np.testing.assert_allclose(p.grad, 2 * missing / missing.size, rtol=1e-14)
    np.testing.assert_allclose(t.grad, -2 * missing / missing.size, rtol=1e-14)
    assert mean_squared_error(predictions, targets) == y.item()
    assert (mean_squared_error(t, p).item(), mean_squared_error(p, p).item()) == (y.item(), 0.0)


@pytest.mark.parametrize(("one", "other"), [((3, 1), (3,)), ((3,), ()), ((2, 3), (3, 2))])
def test_mean_squared_error_does_not_broadcast(one, other):
    for shapes in ((one, other), (other, one)):
        with pytest.raises(ValueError, match=re.escape(f"must have one shape, got {shapes[0]} and {shapes[1]}")):
            mean_squared_error(*map(np.zeros, shapes))


def test_mean_squared_error_of_an_empty_batch():
    with pytest.raises(ValueError, match=r"at least one entry, got predictions and targets of shape \(0, 2\)"):
        mean_squared_error(np.zeros((0, 2)), np.zeros((0, 2)))


@pytest.mark.peer
@given(batches())
def test_losses_are_those_of_torch(batch):
    torch = pytest.importorskip("torch")
    logits, labels = batch
    x, peer = Tensor(logits, requires_grad=True), torch.tensor(logits, requires_grad=True)
    ours = cross_entropy(x, labels)
    theirs = torch.nn.functional.cross_entropy(peer, torch.tensor(labels.astype(np.int64)))
    ours.backward()
    theirs.backward()
    np.testing.assert_allclose(ours.item(), theirs.item(), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(x.grad, peer.grad.numpy(), rtol=1e-12, atol=1e-15)
