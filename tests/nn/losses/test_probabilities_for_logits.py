"""Warnings of cross-entropies that are given probabilities in place of scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Tensor
from tests.likely_mistakes import heard

SCORES = np.random.default_rng(0).normal(size=(6, 4))
LABELS = np.arange(6) % 4
#: Ways to call cross_entropy of which most do not take the fast path.
OPTIONS = [
    {}, {"reduction": "none"}, {"label_smoothing": 0.1}, {"sample_weight": np.ones(6)}, {"class_weight": np.ones(4)},
    {"ignore_index": 1},
]  # fmt: skip


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


PROBABILITIES = {
    "softmax": lambda: ag.softmax(Tensor(SCORES, requires_grad=True), axis=1),
    "softmax by NumPy": lambda: softmax(SCORES),
    "softmax by NumPy, float32": lambda: softmax(SCORES).astype(np.float32),
    "rounded to float32": lambda: softmax(SCORES).astype(np.float32).astype(float),
    "float16": lambda: softmax(SCORES).astype(np.float16),
    "softmax by ops": lambda: ag.exp(Tensor(SCORES, requires_grad=True)) / np.exp(SCORES).sum(axis=1, keepdims=True),
    "a Tensor": lambda: Tensor(softmax(SCORES)),
    "a list": lambda: softmax(SCORES).tolist(),
    "one-hot": lambda: np.eye(4)[LABELS],
    "Softmax": lambda: nn.Softmax()(Tensor(SCORES, requires_grad=True)),
}


@pytest.mark.parametrize("options", OPTIONS, ids=lambda x: next(iter(x), "none"))
@pytest.mark.parametrize("make", PROBABILITIES.values(), ids=PROBABILITIES)
def test_cross_entropy_of_probabilities(make, options):
    x = make()
    (text,) = heard(lambda: nn.cross_entropy(x, LABELS, **options))
    assert text.startswith("cross_entropy takes the softmax of its logits, and ")
    assert "pass the scores before" in text


def test_cross_entropy_of_probabilities_for_labels_that_are_probabilities():
    assert len(heard(lambda: nn.cross_entropy(softmax(SCORES), softmax(SCORES)))) == 1


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5), st.sampled_from([0.01, 0.1, 1.0]))
def test_scores_are_no_probabilities(seed, n, k, scale):
    x = np.abs(np.random.default_rng(seed).normal(scale=scale, size=(n, k)))
    x[:, 0] += 1e-3 if abs(x.sum() - n) < 1e-3 else 0.0
    assert heard(lambda: nn.cross_entropy(x, np.zeros(n, int))) == []


NOT_ALL_ROWS = np.concatenate([np.eye(4)[:2], SCORES[:4]])


@pytest.mark.parametrize(
    "x", [NOT_ALL_ROWS, np.zeros((6, 4)), np.ones((6, 1)), np.full((6, 4), 0.3), np.array([[2.0, -1.0] * 2] * 6)]
)
def test_other_scores_are_silent(x):
    assert heard(lambda: nn.cross_entropy(x, LABELS % x.shape[1])) == []


@pytest.mark.parametrize("make", [ag.sigmoid, nn.Sigmoid()])
def test_binary_cross_entropy_of_sigmoid(make):
    x = Tensor(SCORES, requires_grad=True)
    (text,) = heard(lambda: nn.binary_cross_entropy_with_logits(make(x), np.ones((6, 4))))
    assert text.endswith("takes the sigmoid of its logits, and got the result of sigmoid: pass the scores before it")
    assert heard(lambda: nn.binary_cross_entropy_with_logits(x * 2.0, np.ones((6, 4)))) == []


@pytest.mark.parametrize("engine", ["eager", "tape", pytest.param("jax", marks=pytest.mark.peer)])
@pytest.mark.parametrize(("last", "count"), [(nn.Softmax, 1), (nn.LogSoftmax, 0)])
def test_models_that_end_in_softmax(engine, last, count):
    if engine == "jax":
        pytest.importorskip("jax")
    model = nn.Sequential(nn.Linear(4, 4, seed=0), last())
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    rows = SCORES.astype(np.float32), LABELS
    texts = heard(
        lambda: nn.fit(model, rows, loss=nn.cross_entropy, optimizer=optimizer, epochs=1, engine=engine, progress=False)
    )
    assert len(set(texts)) == count  # a recording computes the loss twice


@pytest.mark.parametrize("transform", [ag.compile, ag.grad, ag.vmap])
def test_recorded_losses_warn_by_the_op_alone(transform):
    def right(x):
        return nn.cross_entropy(x + 0.0, LABELS[:2])

    def wrong(x):
        return nn.cross_entropy(ag.softmax(x, axis=1), LABELS[:2])

    batch = softmax(SCORES)[:2] if transform is not ag.vmap else softmax(SCORES)[None, :2]
    assert heard(lambda: transform(lambda x: right(x * 3.0))(batch)) == []
    assert len(heard(lambda: transform(wrong)(batch))) == 1


def test_logits_without_rows_are_no_probabilities():
    with pytest.raises(ValueError, match="at least one row"):
        nn.cross_entropy(np.zeros((0, 3)), np.zeros(0, int))
    assert heard(lambda: nn.cross_entropy(np.zeros((0, 3)), np.zeros((0, 3)))) == []
