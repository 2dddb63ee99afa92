"""Callbacks: their effects and the order of their calls."""

import csv
import json
import os
import signal
import struct
import sys

import numpy as np
import pytest

import autograd as ag
import nn
from nn import Callback, CsvLog, EarlyStopping, JsonLinesLog, datasets

MOONS = datasets.moons(100, noise=0.1, seed=0)
HELD_OUT = datasets.moons(60, noise=0.3, seed=1)


def trained(model, callbacks=(), lr=0.01, optimizer=None, **options):
    chosen = {"epochs": 3, "batch_size": 32, "progress": False, "validation": HELD_OUT} | options
    optimizer = optimizer or nn.Adam(model.parameters(), lr=lr)
    return nn.fit(model, MOONS, loss=nn.cross_entropy, optimizer=optimizer, callbacks=callbacks, **chosen)


class Diary(Callback):
    def __init__(self):
        self.entries = []

    def on_start(self, run):
        self.entries.append("start")

    def on_gradients(self, run):
        self.entries.append(f"gradients before step {run.steps + 1}")
        assert all(p.grad is not None for p in run.model.parameters())

    def on_step(self, run):
        self.entries.append(f"step {run.steps}")

    def on_epoch(self, run):
        assert len(run.history.loss) == run.epoch
        self.entries.append(f"epoch {run.epoch} of {run.epochs}")

    def on_end(self, run):
        self.entries.append("end")


def test_callbacks_are_called_in_order():
    diary = Diary()
    trained(nn.MLP(2, [4], 2, seed=0), [diary], batch_size=64, epochs=2)
    assert diary.entries == [
        "start",
        *("gradients before step 1", "step 1", "gradients before step 2", "step 2", "epoch 1 of 2"),
        *("gradients before step 3", "step 3", "gradients before step 4", "step 4", "epoch 2 of 2"),
        "end",
    ]


def test_early_stopping_restores_the_best_epoch():
    model = nn.MLP(2, [64, 64], 2, seed=0)
    states = []

    class Keep(Callback):
        def on_epoch(self, run):
            states.append(run.model.state_dict())

    stopping = EarlyStopping(patience=3)
    history = trained(model, [Keep(), stopping], lr=0.05, epochs=200)
    best = int(np.argmin(history.validation_loss))
    assert stopping.best_epoch == best + 1
    assert len(history.loss) == best + 1 + 3 < 200
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, states[best][name])


@pytest.mark.parametrize("mode", ["max", "auto"])
def test_early_stopping_on_an_accuracy(mode):
    stopping = EarlyStopping("validation_accuracy", patience=0, mode=mode)
    history = trained(nn.MLP(2, [8], 2, seed=0), [stopping], epochs=50)
    assert history["validation_accuracy"][stopping.best_epoch - 1] == max(history["validation_accuracy"])


def test_a_metric_of_unknown_direction_is_heard():
    with pytest.warns(
        nn.LikelyMistake, match=r"lower numbers of 'validation_gain' are taken to be better, .* write mode='min' or"
    ):
        EarlyStopping("validation_gain")
    for name in ("loss", "validation_mse", "f1", "validation_accuracy", "zero_one_loss"):
        EarlyStopping(name)


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_early_stopping_ends_after_patience_epochs_without_improvement(patience):
    def flat(outputs, targets):
        return 1.0

    history = trained(nn.MLP(2, [4], 2, seed=0), [EarlyStopping("flat", patience, mode="min")], epochs=9, metrics=[flat])
    assert len(history.loss) == 1 + max(patience, 1)


def test_the_best_model_goes_to_a_file_while_the_training_goes_on(tmp_path):
    path, model, states = tmp_path / "best.npz", nn.MLP(2, [8], 2, seed=0), []

    class Keep(Callback):
        rank = 1

        def on_epoch(self, run):
            states.append(run.model.state_dict())
            kept = nn.MLP(2, [8], 2, seed=1)
            nn.load(kept, path)
            best = np.argmin(run.history.validation_loss)
            for name, array in kept.state_dict().items():
                np.testing.assert_array_equal(array, states[best][name])

    trained(model, [nn.BestModel(path), Keep()], lr=0.05, epochs=30)
    np.testing.assert_array_equal(model.state_dict()["layers.0.weight"], states[-1]["layers.0.weight"])


def fails_before_anything_moves(error, message, make, **options):
    model = nn.MLP(2, [4], 2, seed=0)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        trained(model, [make(model)], **options)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("path", "name", "message"), [("b.txt", "a", "must end in"), ("b.npz", "a\0", "no file can have numbers called")]
)
def test_a_model_that_cannot_be_saved_is_not_trained(tmp_path, path, name, message):
    model = nn.MLP(2, [4], 2, seed=0)
    model.more = {name: ag.Tensor([1.0], requires_grad=True)}
    before = [p.numpy().tobytes() for p in model.parameters()]
    with pytest.raises(ValueError, match=message):
        trained(model, [nn.BestModel(tmp_path / path, "loss")])
    assert [p.numpy().tobytes() for p in model.parameters()] == before


@pytest.mark.parametrize("make", [lambda m, o: EarlyStopping(), lambda m, o: nn.Plateau(o), lambda m, o: nn.BestModel("b.npz")])
def test_a_missing_column_is_an_error_before_the_first_step(make):
    model = nn.MLP(2, [4], 2, seed=0)
    before = model.state_dict()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    message = r"will have no column .*validation_loss.*, only loss, accuracy, seconds: pass validation=\(x, y\) to fit"
    with pytest.raises(KeyError, match=message):
        trained(model, [make(model, optimizer)], optimizer=optimizer, validation=None)
    np.testing.assert_array_equal(model.state_dict()["layers.0.weight"], before["layers.0.weight"])


@pytest.mark.parametrize("make", [CsvLog, JsonLinesLog, lambda path: nn.Checkpoint(path.with_suffix(".npz"))])
def test_a_missing_folder_is_named_before_the_first_step(make, tmp_path):
    fails_before_anything_moves(FileNotFoundError, "no folder .*none to write log", lambda m: make(tmp_path / "none" / "log"))


@pytest.mark.parametrize("make", [lambda o: nn.Schedule(o, nn.schedules.constant()), lambda o: nn.Plateau(o)])
def test_a_schedule_of_another_optimizer_is_refused(make):
    fails_before_anything_moves(ValueError, "must have the optimizer of fit", lambda m: make(nn.SGD(m.parameters(), lr=0.1)))


def test_predicted_columns_are_those_of_the_history():
    class Note(Callback):
        def on_start(self, run):
            self.columns = run.columns

    for validation in (HELD_OUT, None):
        for metrics in ([nn.accuracy, nn.zero_one_loss], None):
            note = Note()
            history = trained(nn.MLP(2, [4], 2, seed=0), [note], epochs=1, validation=validation, metrics=metrics)
            assert note.columns == list(history.columns())


def test_schedules_move_the_rate_step_by_step():
    model = nn.MLP(2, [4], 2, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    rates = []

    class Note(Callback):
        def on_gradients(self, run):
            rates.append(run.optimizer.lr)

    trained(model, [nn.Schedule(optimizer, nn.schedules.exponential(0.5)), Note()], optimizer=optimizer, epochs=1)
    assert rates == [1.0, 0.5, 0.25, 0.125]
    rates.clear()
    optimizer.lr = 1.0
    by_epoch = nn.Schedule(optimizer, nn.schedules.exponential(0.5), every="epoch")
    trained(model, [by_epoch, Note()], optimizer=optimizer, epochs=3)
    assert rates == [1.0] * 4 + [0.5] * 4 + [0.25] * 4


def test_a_plateau_watches_its_column():
    model = nn.MLP(2, [4], 2, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=1e-9)
    trained(model, [nn.Plateau(optimizer, 0.1, patience=1, threshold=0.5)], optimizer=optimizer, epochs=2)
    assert optimizer.lr == pytest.approx(1e-10)


def test_gradients_are_clipped_before_the_step():
    model = nn.MLP(2, [4], 2, seed=0)
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    before = np.concatenate([p.numpy().ravel() for p in model.parameters()])
    trained(model, [nn.ClipGradients(max_norm=1e-3)], optimizer=optimizer, epochs=1, batch_size=100)
    after = np.concatenate([p.numpy().ravel() for p in model.parameters()])
    assert np.linalg.norm(after - before) == pytest.approx(1e-3, rel=1e-3)
    trained(model, [nn.ClipGradients(max_value=1e-4)], optimizer=optimizer, epochs=1, batch_size=100)
    last = np.concatenate([p.numpy().ravel() for p in model.parameters()])
    assert np.abs(last - after).max() == pytest.approx(1e-4, rel=1e-2)
    with pytest.raises(ValueError, match="needs a limit"):
        nn.ClipGradients()


def test_logs_are_the_history(tmp_path):
    logs = [CsvLog(tmp_path / "log.csv"), JsonLinesLog(tmp_path / "log.jsonl")]
    (tmp_path / ".log.csv.0123abcd.draft").write_text("half of it, left by a kill")
    history = trained(nn.MLP(2, [4], 2, seed=0), logs)
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert len(rows) == len(lines) == 3
    for name, column in history.columns().items():
        assert [float(row[name]) for row in rows] == [line[name] for line in lines] == column
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert sorted(os.listdir(tmp_path)) == ["log.csv", "log.jsonl"]


def test_json_has_no_infinity(tmp_path):
    def endless(outputs, targets):
        return float("-inf")

    trained(nn.MLP(2, [4], 2, seed=0), [JsonLinesLog(tmp_path / "log.jsonl")], metrics=[endless])
    text = (tmp_path / "log.jsonl").read_text()
    assert [json.loads(line, parse_constant=pytest.fail)["endless"] for line in text.splitlines()] == [None] * 3


def events(folder):
    """(step, tag) of all that is in the files for TensorBoard: records of a length, its check sum, a message, its check sum."""
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        while content:
            (size,) = struct.unpack_from("<Q", content)
            event = Event.FromString(content[12 : 12 + size])
            found += [(event.step, value.tag) for value in event.summary.value]
            content = content[16 + size :]
    return found


@pytest.mark.slow
def test_tensorboard_can_read_every_epoch(tmp_path):
    pytest.importorskip("tensorboardX")
    log = nn.TensorBoard(tmp_path, histograms=True)
    trained(nn.MLP(2, [4], 2, seed=0), [log], epochs=3)
    columns = ["loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"]
    parameters = [f"layers.{i}.{name}{end}" for i in (0, 2) for name in ("weight", "bias") for end in ("", "_gradient")]
    assert events(tmp_path) == [(epoch, name) for epoch in (1, 2, 3) for name in columns + parameters]
    trained(nn.MLP(2, [4], 2, seed=0), [log], epochs=1)  # within the same second, too
    assert len(events(tmp_path)) == 4 * len(columns + parameters)


def test_a_missing_tensorboard_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[tensorboard\]'"):
        nn.TensorBoard(tmp_path)


def test_a_live_plot_has_no_effect_outside_of_notebooks():
    trained(nn.MLP(2, [4], 2, seed=0), [nn.LivePlot()], epochs=1)


class PressCtrlC(Callback):
    def __init__(self, at):
        self.at = at

    def on_gradients(self, run):
        if run.steps == self.at:
            signal.raise_signal(signal.SIGINT)  # in the middle of a step


@pytest.fixture
def listening():
    """Ctrl-C as from a terminal; a background program ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_keeps_the_history_of_complete_epochs(capsys):
    model, other = nn.MLP(2, [4], 2, seed=0), nn.MLP(2, [4], 2, seed=0)
    history = trained(model, [PressCtrlC(5)], epochs=5, progress=True)
    assert len(history.loss) == 1
    assert "stopped in epoch 2: it was interrupted" in capsys.readouterr().out
    optimizer = nn.Adam(other.parameters(), lr=0.01)
    loader = nn.Loader(*MOONS, batch_size=32, seed=0)
    for x, y in [*loader, *list(loader)[:2]]:  # six whole steps
        optimizer.zero_grad()
        nn.cross_entropy(other(x), y).backward()
        optimizer.step()
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("listening")
def test_a_second_ctrl_c_ends_at_once():
    class Twice(PressCtrlC):
        def on_gradients(self, run):
            super().on_gradients(run)
            super().on_gradients(run)

    with pytest.raises(KeyboardInterrupt):
        trained(nn.MLP(2, [4], 2, seed=0), [Twice(1)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_several_metrics_are_columns_of_the_history():
    history = trained(nn.MLP(2, [4], 2, seed=0), metrics=[nn.accuracy, nn.zero_one_loss])
    np.testing.assert_allclose(history["accuracy"], 1 - np.array(history["zero_one_loss"]), rtol=1e-12)
    assert "validation_zero_one_loss" in repr(history)
