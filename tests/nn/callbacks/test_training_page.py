"""The callback that records a training: what it finds in the data, and when it writes."""

import numpy as np
import pytest

import nn
from autograd import Value
from nn.callbacks._page_learning import CannotLearnError, check_learnable, update_rules
from nn.callbacks._page_plane import FittedLine, class_labels, class_targets, drawn_values, plane_of, threshold_of
from nn.plots.boundary import DecisionGrid

X = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
LABELS = np.arange(8) % 3


def fit(page, y=LABELS, epochs=3, **options):
    model = nn.MLP(X.shape[1], [3], 3, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    return nn.fit(
        model, (X, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs, progress=False, callbacks=[page], **options
    )


@pytest.mark.parametrize(
    ("y", "labels", "targets"),
    [
        (LABELS, LABELS, [[0.0], [1.0], [2.0]]),
        (np.eye(3)[LABELS], LABELS, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (np.array([[-1.0], [1.0]] * 4), np.array([0, 1] * 4), [[-1.0], [1.0]]),
        (np.array([2] * 8), np.array([2] * 8), [[0.0], [1.0], [2.0]]),
    ],
)
def test_classes_are_found_in_the_targets(y, labels, targets):
    assert class_labels(y).tolist() == labels.tolist()
    assert class_targets(y, labels) == targets
    assert isinstance(plane_of(X, y), DecisionGrid)
    assert plane_of(np.ones((8, 3)), y) is None


@pytest.mark.parametrize(
    ("loss", "targets", "threshold"),
    [
        (nn.binary_cross_entropy_with_logits, [0.0, 1.0], 0.0),
        (nn.binary_cross_entropy, [0.0, 1.0], 0.5),
        (nn.mean_squared_error, [0.0, 1.0], 0.5),
        (nn.hinge, [-1.0, 1.0], 0.0),
    ],
)
def test_the_class_of_a_single_score_is_that_of_the_smaller_loss(loss, targets, threshold):
    y = np.array(targets * 4)[:, None]
    assert threshold_of(loss, y) == threshold
    model = nn.Linear(2, 1)
    model.weight.data[...], model.bias.data[...] = 0.0, threshold + 0.25
    assert set(drawn_values(plane_of(X, y), model, threshold)) == {1}
    model.bias.data[...] = threshold - 0.25
    assert set(drawn_values(plane_of(X, y), model, threshold)) == {0}


def test_a_line_is_found_for_single_numbers():
    line = plane_of(X[:, :1], X[:, 1])
    assert isinstance(line, FittedLine)
    assert line.points.shape == (8, 2)
    assert class_labels(X[:, 1]) is None
    assert plane_of(X, X[:, 1]) is None


def test_the_page_is_written_at_the_end_of_a_training_and_of_an_interrupted_one(tmp_path):
    class Interrupt(nn.Callback):
        rank = -1

        def on_epoch(self, run):
            run.stop = "it was interrupted"

    page = nn.TrainingPage(tmp_path / "page.html", limit=5)
    fit(page, epochs=120)
    assert page.epochs[:3] == [0, 3, 6]  # about 50 moments
    assert page.epochs[-1] == 120
    learned = page.page().time["learn"]
    assert (learned["rows"], learned["total"]) == (5, 8)
    assert 'id="ui-learn"' in page.path.read_text(encoding="utf-8")
    page.path.unlink()
    model = nn.MLP(2, [3], 3, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    nn.fit(model, (X, LABELS), loss=nn.cross_entropy, optimizer=optimizer, epochs=9, progress=False,
           callbacks=[page, Interrupt()])  # fmt: skip
    assert page.epochs == [0, 1]
    assert page.path.exists()


def test_the_callback_of_another_training_finds_its_data_anew():
    page = nn.TrainingPage()
    fit(page)
    tokens = np.arange(16).reshape(8, 2) % 5
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(6, 1))
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    loss = nn.mean_squared_error
    nn.fit(model, (tokens, tokens[:, :1] % 2), loss=loss, optimizer=optimizer, epochs=1, progress=False, callbacks=[page])
    assert page.example[0].tolist() == [[0, 1]]
    assert page.plane is None  # the model takes no numbers between tokens
    assert page.epochs == [0, 1]


def test_a_loop_without_fit_is_recorded():
    page, w = nn.TrainingPage(), Value(3.0, label="w")
    for step in range(3):
        loss = (w * 2.0 - 1.0) ** 2
        page.record(loss, rate=0.125 / (step + 1))
        loss.backward()
        w.data, w.grad = w.data - 0.125 * w.grad, 0.0
    made = page.page()
    assert made.time["names"] == ["1", "2", "3"]
    assert made.time["curves"] == {"loss": [25.0, 0.0, 0.0], "rate": [0.125, 0.0625, 0.04167]}
    assert "not recorded by fit" in made.time["why"]
    assert "20.0000" in made.html  # the first gradient
    page.record(w * w)
    with pytest.raises(ValueError, match="moments must share one graph"):
        page.page()


def test_bad_options_raise_before_the_training(tmp_path):
    with pytest.raises(ValueError, match=r"page\.txt"):
        nn.TrainingPage(tmp_path / "page.txt")
    with pytest.raises(FileNotFoundError):
        nn.TrainingPage(tmp_path / "none" / "page.html")
    with pytest.raises(ValueError, match="limit"):
        nn.TrainingPage(limit=0)
    model = nn.Linear(2, 3, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="pass example="):
        nn.fit(model, nn.Loader(X, LABELS), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False,
               callbacks=[nn.TrainingPage()])  # fmt: skip


def test_only_entrywise_rules_of_all_parameters_are_offered():
    class Normalised(nn.Optimizer):
        @staticmethod
        def updated(parameter, gradient, state, settings):
            return parameter - settings.lr * gradient / np.sqrt((gradient * gradient).sum()), ()

    parameters = nn.Linear(2, 3).parameters()
    known = ["SGD", "SGD with momentum 0.9", "Adam"]
    assert list(update_rules(Normalised(parameters, lr=0.1), 0.1)) == known
    groups = [{"params": [p]} for p in parameters]
    assert list(update_rules(nn.Adam(groups), 0.1)) == known
    assert list(update_rules(nn.Lion(parameters), 0.1)) == ["Lion of the training", *known]
    model = nn.Linear(2, 3)
    with pytest.raises(CannotLearnError, match="other parameters"):
        check_learnable(model, nn.SGD([model.weight], lr=0.1), (X, LABELS))
