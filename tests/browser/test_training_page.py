"""The page of a training: every moment shows the state at that moment."""

import json

import numpy as np
import pytest

import autograd as ag
import nn


@pytest.fixture(scope="module")
def trained():
    x, y = nn.datasets.moons(60, noise=0.1, seed=0)
    model = nn.MLP(2, [4], 2, seed=0)
    record = nn.record_training(nn.cross_entropy, (x[:1], y[:1]), plane=(x, y), every=2)
    weights = []

    class Note(nn.Callback):
        def on_start(self, run):
            weights.append(run.model.layers[0].weight.numpy().copy())

        def on_epoch(self, run):
            if run.epoch % 2 == 0 or run.epoch == run.epochs:
                weights.append(run.model.layers[0].weight.numpy().copy())

    optimizer = nn.Adam(model.parameters(), lr=0.05)
    history = nn.fit(
        model, (x, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=5, progress=False, callbacks=[record, Note()]
    )
    return model, record, weights, history, (x, y)


def test_moments_are_recorded_before_training_and_after_the_chosen_epochs(trained):
    _, record, weights, history, _ = trained
    assert record.epochs == [0, 2, 4, 5]
    assert len(record.pages) == len(weights) == 4
    assert record.curves["loss"] == history.loss
    for kept, array in zip(record.arrays, weights, strict=True):
        rows, columns, largest, levels = kept["layers.0.weight"][0]
        assert (rows, columns) == array.shape
        assert largest == float(f"{np.abs(array).max():.3g}")
        assert (
            np.abs(np.reshape(levels, array.shape) / 127 * np.abs(array).max() - array).max()
            <= np.abs(array).max() / 254 + 1e-6
        )
    assert record.arrays[0]["layers.0.weight"][1] is None  # no step, no gradient
    assert record.arrays[1]["layers.0.weight"][1] is not None


def test_the_second_slider_runs_through_time(show, trained):
    model, record, _, history, (x, y) = trained
    tab = show(record.page())
    assert tab.input_value("#ui-moment") == "3"
    seen = []
    for moment in (3, 2, 1, 0):
        assert tab.inner_text("#ui-epoch") == f"{record.epochs[moment]} of 5"
        loss = tab.locator("g.node").filter(has_text="loss").get_attribute("aria-label")
        seen.append((loss, tab.locator("figure").all_text_contents()))
        tab.keyboard.press("[")
    boxes = [fields for page in record.pages for fields in page.moments[0]["boxes"].values() if fields[0] == "loss"]
    assert [loss for loss, _ in seen] == [f"computed: {', '.join(fields)}" for fields in reversed(boxes)]
    assert len({loss for loss, _ in seen}) >= 3
    assert any(text.startswith(f"loss: {history.loss[-1]:.4g}") for text in seen[0][1])
    now = float(nn.cross_entropy(model(x[:1]), y[:1]).item())
    assert f"{now:.4f}" in seen[0][0]
    decided = nn.predict(model, np.asarray(x)).argmax(axis=1)
    assert 0 < decided.mean() < 1
    assert any("class 0 on" in text and "class 1 on" in text for text in seen[0][1])
    tab.focus("#ui-moment")
    tab.keyboard.press("End")
    assert tab.inner_text("#ui-epoch") == "5 of 5"
    tab.click("#ui-first")
    tab.keyboard.press("ArrowRight")
    assert "Forward" in tab.inner_text("#ui-kind")


def test_run_through_plays_all_moments(show, trained):
    tab = show(trained[1].page())
    tab.select_option("#ui-speed", "10")
    tab.click("#ui-run")
    for _ in range(100):
        tab.wait_for_timeout(50)
        if tab.inner_text("#ui-run") == "Run through":
            break
    assert tab.input_value("#ui-moment") == "3"


@pytest.mark.parametrize(
    ("hidden", "diagram"), [([3], True), ([32], True), ([16, 16], True), ([17, 16], False), ([100], False)]
)
def test_a_network_has_a_diagram_or_the_reason_why_not(show, hidden, diagram):
    x, y = nn.datasets.moons(8, seed=0)
    model, record = nn.MLP(2, hidden, 2, seed=0), nn.record_training(nn.cross_entropy, (x[:1], y[:1]))
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False, callbacks=[record])
    tab = show(record.page())
    lines = tab.evaluate("[...document.querySelectorAll('.weight')].map((line) => line.getAttribute('stroke-dasharray'))")
    weights = np.concatenate([p.numpy().ravel() for p in model.parameters() if p.ndim == 2])
    assert len(lines) == weights.size * diagram
    assert ("too large for a diagram" in tab.inner_text("#ui-charts")) != diagram
    if diagram:
        shown = np.abs(weights) > np.abs(weights).max() / 100  # smaller ones may be zero in the page
        assert [line != "none" for line in np.array(lines)[shown]] == list(weights[shown] < 0)


def test_a_resumed_training_has_the_moments_of_an_unbroken_one(tmp_path):
    x, y = nn.datasets.moons(40, noise=0.1, seed=0)

    def run(epochs, folder):
        model = nn.MLP(2, [3], 2, seed=0)
        record = nn.record_training(nn.cross_entropy, (x[:1], y[:1]), plane=(x, y))
        nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=epochs,
               progress=False, callbacks=[record, nn.Checkpoint(folder / "training.npz")])  # fmt: skip
        return record

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = run(4, tmp_path / "a")
    run(2, tmp_path / "b")
    resumed = run(4, tmp_path / "b")
    assert resumed.epochs == whole.epochs == [0, 1, 2, 3, 4]
    assert json.dumps(resumed.page()._data()) == json.dumps(whole.page()._data())


def test_bad_recordings_raise():
    with pytest.raises(ValueError, match="no training was recorded"):
        nn.record_training(nn.cross_entropy, ([[1.0]], [0])).page()
    with pytest.raises(ValueError, match="every"):
        nn.record_training(nn.cross_entropy, ([[1.0]], [0]), every=0)
    with pytest.raises(ValueError, match=r"shapes \(1, 1\) and \(1,\)"):
        nn.record_training(nn.cross_entropy, ([[1.0]], [0]), plane=([[1.0]], [0]))
    x = ag.Value(1.0, label="x")
    pages = [ag.draw(ag.sin(x)).page(), ag.draw(x * x).page()]
    with pytest.raises(ValueError, match="moment 1 is not that of moment 0"):
        ag.timeline(pages, "time", {"names": ["0", "1"]})
