"""Checkpoints: interrupted trainings resume bit for bit; files that do not fit change nothing."""

import json
import os
import random
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import nn
from nn import Checkpoint, UnreadableFileError

ROOT = Path(__file__).parents[3]
MOONS = nn.datasets.moons(100, noise=0.1, seed=0)

#: The kills of one run of the tests; more with this variable in the environment.
KILLS = int(os.environ.get("AUTOGRAD_KILLS", "25"))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need fork")
def test_killed_trainings_resume_bit_for_bit(tmp_path):
    command = [sys.executable, "-m", "tests.nn.callbacks.killed_training", str(tmp_path), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = re.fullmatch(rf"{KILLS} kills, (\d+) of them while a checkpoint was written\n", done.stdout)
    assert found, done.stdout
    assert int(found[1]) >= KILLS // 5


def parts(seed=0, p=0.3):
    model = nn.Sequential(nn.Linear(2, 8, seed=seed), nn.ReLU(), nn.Dropout(p, seed=seed), nn.Linear(8, 2, seed=seed))
    return model, nn.SGD(model.parameters(), lr=0.1, momentum=0.9)


def train(path, model, optimizer, epochs, callbacks=(), **options):
    chosen = {"loss": nn.cross_entropy, "batch_size": 32, "progress": False} | options
    return nn.fit(model, MOONS, optimizer=optimizer, epochs=epochs, callbacks=[Checkpoint(path), *callbacks], **chosen)


def bits(model):
    return {name: array.tobytes() for name, array in model.state_dict().items()}


@pytest.mark.parametrize("compiled", [False, True])
def test_the_second_half_is_that_of_the_whole(tmp_path, compiled):
    p = 0.0 if compiled else 0.3
    whole, first, second = parts(p=p), parts(p=p), parts(seed=5, p=p)
    expected = train(tmp_path / "whole.npz", *whole, 6, compile=compiled)
    train(tmp_path / "run.npz", *first, 3, compile=compiled)
    found = train(tmp_path / "run.npz", *second, 6, compile=compiled)
    assert bits(second[0]) == bits(whole[0])
    assert (found.loss, found["accuracy"]) == (expected.loss, expected["accuracy"])
    assert second[1].steps == whole[1].steps


def test_a_finished_training_is_not_continued(tmp_path):
    train(tmp_path / "run.npz", *parts(), 3)
    before = (tmp_path / "run.npz").read_bytes()
    model, optimizer = parts(seed=3)
    assert len(train(tmp_path / "run.npz", model, optimizer, 3).loss) == 3
    assert (tmp_path / "run.npz").read_bytes() == before


def test_a_training_that_stopped_early_is_not_continued(tmp_path):
    def run(seed):
        model, optimizer = parts(seed)
        stopping = nn.EarlyStopping(patience=2)
        history = train(tmp_path / "run.npz", model, optimizer, 300, [stopping], validation=MOONS)
        return bits(model), history.loss, stopping.best_epoch

    first = run(0)
    assert len(first[1]) < 300
    assert run(1) == first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 16}, "another training, with batch_size 32 in place of 16"),
        ({"seed": 4}, "another training, with seed 0 in place of 4"),
        ({"drop_last": True}, "another training, with drop_last 0 in place of 1"),
        ({"metrics": None}, "has the columns loss, accuracy, seconds, and this training the metrics none without"),
        ({"validation": MOONS}, "and this training the metrics accuracy with validation"),
    ],
)
def test_another_training_is_refused(tmp_path, change, message):
    train(tmp_path / "run.npz", *parts(), 2)
    model, optimizer = parts(seed=9)
    with pytest.raises(ValueError, match=message):
        train(tmp_path / "run.npz", model, optimizer, 3, **change)


def test_other_callbacks_are_refused(tmp_path):
    train(tmp_path / "run.npz", *parts(), 2)
    with pytest.raises(ValueError, match=r"callbacks \['Checkpoint'\] in place of \['EarlyStopping', 'Checkpoint'\]"):
        train(tmp_path / "run.npz", *parts(), 3, [nn.EarlyStopping("loss")])


def test_another_model_or_optimizer_is_refused_and_nothing_changes(tmp_path):
    train(tmp_path / "run.npz", *parts(), 2)
    model, _ = parts(seed=9)
    before = bits(model)
    with pytest.raises(ValueError, match=r"another training, with optimizer 'SGD' in place of 'Adam': delete it, or use anoth"):
        train(tmp_path / "run.npz", model, nn.Adam(model.parameters()), 3)
    assert bits(model) == before
    wider = nn.Sequential(nn.Linear(2, 9), nn.ReLU(), nn.Dropout(0.3), nn.Linear(9, 2))
    with pytest.raises(UnreadableFileError, match=r"layers.0.weight has shape \(2, 8\) in place of \(2, 9\)"):
        train(tmp_path / "run.npz", wider, nn.SGD(wider.parameters(), lr=0.1, momentum=0.9), 3)


class Batches:
    def __len__(self):
        return 4

    def __iter__(self):
        return ((MOONS[0][i : i + 30], MOONS[1][i : i + 30]) for i in range(0, 100, 30))


DATA = {
    "arrays": lambda: MOONS,
    "Dataset": lambda: nn.Dataset(*MOONS),
    "Loader": lambda: nn.Loader(*MOONS, batch_size=32, seed=3),
    "Loader without shuffling": lambda: nn.Loader(*MOONS, batch_size=32, shuffle=False, drop_last=True),
    "batches": Batches,
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_trainings_on_data_of_every_kind_resume(tmp_path, data):
    def run(path, epochs):
        model, optimizer = parts()
        options = {"loss": nn.cross_entropy, "callbacks": [Checkpoint(tmp_path / path)], "progress": False}
        history = nn.fit(model, data(), optimizer=optimizer, epochs=epochs, **options)
        return bits(model), history.loss

    run("run.npz", 2)
    assert run("run.npz", 4) == run("whole.npz", 4)


def test_a_loader_in_another_order_is_refused(tmp_path):
    def run(seed, **options):
        model, optimizer = parts()
        data = nn.Loader(*MOONS, batch_size=32, seed=seed, **options)
        nn.fit(model, data, loss=nn.cross_entropy, optimizer=optimizer, epochs=2, callbacks=callbacks, progress=False)

    callbacks = [Checkpoint(tmp_path / "run.npz")]
    run(0)
    with pytest.raises(ValueError, match="seed 0 in place of 1"):
        run(1)
    with pytest.raises(ValueError, match="shuffle None in place of 0"):
        run(0, shuffle=False)


#: Each optimizer with all its options, and another value of each.
OPTIMIZERS = {
    nn.SGD: {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.1, "nesterov": True},
    nn.RMSprop: {"lr": 0.1, "alpha": 0.5, "eps": 0.1, "momentum": 0.5, "weight_decay": 0.1},
    nn.Adagrad: {"lr": 0.1, "lr_decay": 0.5, "eps": 0.1, "weight_decay": 0.1},
    nn.Adam: {"lr": 0.1, "betas": (0.5, 0.75), "eps": 0.1, "weight_decay": 0.1},
    nn.AdamW: {"lr": 0.1, "betas": (0.5, 0.75), "eps": 0.1, "weight_decay": 0.1},
    nn.Lion: {"lr": 0.1, "betas": (0.5, 0.75), "weight_decay": 0.1},
}


def resumed(path, kind, options, epochs, override=(), callbacks=()):
    """Model and optimizer of a training, perhaps resumed."""
    model = nn.MLP(2, [3], 2, seed=0)
    optimizer = kind(model.parameters(), **options)
    callbacks = [Checkpoint(path, override=override), *(make(optimizer) for make in callbacks)]
    nn.fit(model, MOONS, loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs, callbacks=callbacks, progress=False)
    return model, optimizer


@pytest.mark.parametrize("began", OPTIMIZERS)
def test_an_optimizer_of_another_class_is_refused(began, tmp_path):
    resumed(tmp_path / "run.npz", began, OPTIMIZERS[began], 1)
    for kind in OPTIMIZERS.keys() - {began}:
        with pytest.raises(ValueError, match=f"with optimizer '{began.__name__}' in place of '{kind.__name__}': delete it"):
            resumed(tmp_path / "run.npz", kind, OPTIMIZERS[kind], 2, override=OPTIMIZERS[kind])


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, options in OPTIMIZERS.items() for name in options], ids=lambda x: str(x)
)
def test_another_option_is_refused_or_taken_if_asked(kind, name, tmp_path):
    file, before = tmp_path / "run.npz", OPTIMIZERS[kind]
    value = before[name]
    after = before | {name: (0.25, value[1]) if name == "betas" else not value if value is True else value / 2}
    resumed(file, kind, before, 1)
    with pytest.raises(ValueError, match=rf"groups\[0\]\.{name} .* in place of .*by override=\('{name}',\)"):
        resumed(file, kind, after, 2)
    model, optimizer = resumed(file, kind, after, 2, override=[name])
    assert optimizer.groups[0] == kind(model.parameters(), **after).groups[0]
    assert bits(resumed(file, kind, after, 4)[0]) != bits(resumed(tmp_path / "old.npz", kind, before, 4)[0])
    with pytest.raises(ValueError, match=f"override has 'speed'; the options of this training are .*{name}"):
        resumed(file, kind, after, 2, override=["speed"])


@pytest.mark.parametrize("factor", [nn.schedules.warm_up(6), lambda t: t / 20, nn.schedules.exponential(0.5)])
def test_a_schedule_continues_with_another_rate(factor, tmp_path):
    def run(path, rate, epochs, override=()):
        return resumed(path, nn.SGD, {"lr": rate}, epochs, override, [lambda o: nn.Schedule(o, factor)])[1]

    run(tmp_path / "run.npz", 0.5, 2)
    with pytest.raises(ValueError, match=r"callbacks\[\d\].lr \[0.5\] in place of \[0.25\]"):
        run(tmp_path / "run.npz", 0.25, 4)
    assert run(tmp_path / "run.npz", 0.25, 4, ["lr"]).lr == run(tmp_path / "other.npz", 0.25, 4).lr
    assert run(tmp_path / "run.npz", 0.25, 5).lr == run(tmp_path / "other.npz", 0.25, 5).lr  # not new anymore


def test_a_rate_that_changes_in_training_is_not_new(tmp_path):
    def run(rate, epochs):
        lower = [lambda o: nn.Plateau(o, monitor="loss", threshold=0.9, patience=1, factor=0.5)]
        return resumed(tmp_path / "run.npz", nn.SGD, {"lr": rate}, epochs, (), lower)[1].lr

    assert run(0.5, 3) == 0.125
    assert run(0.5, 4) == 0.0625
    assert run(0.0625, 5) == 0.03125  # the rate at the end of the file


def test_a_stopped_training_continues_with_more_patience(tmp_path):
    def run(patience, override=()):
        model, optimizer = parts()
        stopping = nn.EarlyStopping("loss", patience, min_delta=10.0)
        callbacks = [Checkpoint(tmp_path / "run.npz", override=override), stopping]
        options = {"loss": nn.cross_entropy, "progress": False, "callbacks": callbacks}
        return len(nn.fit(model, MOONS, optimizer=optimizer, epochs=20, **options).loss)

    assert (run(2), run(2)) == (3, 3)
    with pytest.raises(ValueError, match=r"callbacks\[0\].patience 2 in place of 5: .*by override=\('patience',\)"):
        run(5)
    assert (run(5, ["patience"]), run(5, ["patience"]), run(5)) == (6, 6, 6)


class Noted(nn.Callback):
    """Callback with state, and options of types that are not compared, or that change in training."""

    def __init__(self, table=(1, [2, 3]), path=Path("x"), factor=0.5, count=0):
        self.table, self.path, self.factor, self.count = list(table), path, np.float64(factor), count

    def on_epoch(self, run):
        self.count += 1

    def state_dict(self):
        return {"count": np.array(self.count)}

    def load_state_dict(self, state):
        self.count = int(state["count"])


def test_numbers_and_texts_of_callbacks_are_compared(tmp_path):
    first, second = Noted(), Noted(table=[[1], 2], path=None)
    train(tmp_path / "run.npz", *parts(), 2, [first])
    train(tmp_path / "run.npz", *parts(), 4, [second])
    assert (first.count, second.count) == (2, 4)
    with pytest.raises(ValueError, match=r"callbacks\[0\].factor 0.5 in place of 0.25: .* by override=\('factor',\)"):
        train(tmp_path / "run.npz", *parts(), 4, [Noted(factor=np.float32(0.25))])


def test_another_loss_is_refused_or_taken_if_asked(tmp_path):
    def scaled(outputs, targets):
        return 2.0 * nn.cross_entropy(outputs, targets)

    train(tmp_path / "run.npz", *parts(), 2)
    with pytest.raises(ValueError, match=r"loss 'cross_entropy' in place of 'scaled': .* by override=\('loss',\)"):
        train(tmp_path / "run.npz", *parts(), 3, loss=scaled)
    model, optimizer = parts()
    nn.fit(model, MOONS, loss=scaled, optimizer=optimizer, epochs=3, batch_size=32, progress=False,
           callbacks=[Checkpoint(tmp_path / "run.npz", override=["loss"])])  # fmt: skip
    with pytest.raises(TypeError, match=r"override must be a tuple of names, got the text 'lr': write \('lr',\)"):
        Checkpoint("run.npz", override="lr")


def test_damaged_files_are_refused_and_nothing_changes(tmp_path):
    file = tmp_path / "run.npz"
    train(file, *parts(), 2)
    content = file.read_bytes()
    rng = np.random.default_rng(0)
    damaged = [b"", content[: len(content) // 2], b"\x80\x04N.", *(_flipped(content, i) for i in rng.integers(0, 2000, 20))]
    refused = 0
    for i, bad in enumerate(damaged):
        file.write_bytes(bad)
        model, optimizer = parts(seed=9)
        before = bits(model), optimizer.steps
        try:
            train(file, model, optimizer, 2)
        except (UnreadableFileError, ValueError):
            refused += 1
            assert (bits(model), optimizer.steps) == before, f"case {i}"
    assert refused > 10  # a flipped bit in what no reader looks at does no harm


def _flipped(content, at):
    return content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :]


def rewritten(file, change):
    """The checkpoint, with `change(arrays, facts)` done to what it holds."""
    with np.load(file) as archive:
        arrays = dict(archive)
    facts = json.loads(arrays.pop("facts").tobytes())
    change(arrays, facts)
    np.savez_compressed(file, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays, facts: facts.pop("settings"), "'settings'"),
        (lambda arrays, facts: facts.update(settings=None), "NoneType"),
        (lambda arrays, facts: facts.pop("callbacks"), "'callbacks'"),
        (lambda arrays, facts: facts.update(options=3), "non-iterable int"),
        (lambda arrays, facts: facts.update(options=[[3], {}]), "sequence"),
        (lambda arrays, facts: facts["history"].update(loss=["os.system", "x"]), "history must hold numbers only"),
        (lambda arrays, facts: facts["history"].update(gain=[]), "unexpected keyword argument 'gain'"),
        (lambda arrays, facts: facts.update(epoch="soon"), "'soon'"),
        (lambda arrays, facts: facts.update(epoch=1, steps=4), "says epoch 1, and its history has another number of entries"),
        (lambda arrays, facts: facts.update(epoch=1), "says epoch 1, steps 8 and stop '', with 4 steps an epoch"),
        (lambda arrays, facts: facts.update(epoch=0, steps=0), "says epoch 0"),
        (lambda arrays, facts: facts.update(steps=7), "steps 7"),
        (lambda arrays, facts: facts.update(stop=None), "stop None"),
        (lambda arrays, facts: facts["history"].update(loss=[], metrics={}, seconds=[]), "entries for loss"),
        (lambda arrays, facts: facts["history"].update(seconds=[0.5]), "entries for seconds"),
        (lambda arrays, facts: facts.update(generators=[]), "must have 1 random generators, has 0"),
        (lambda arrays, facts: facts.update(generators=[{"bit_generator": "MT19937"}]), "PCG64"),
        (lambda arrays, facts: arrays.update({"model/more": np.ones(1)}), "more is unknown"),
        (lambda arrays, facts: arrays.update(more=np.ones(1)), "more is unknown"),
        (lambda arrays, facts: arrays.update({f"model/{i}": np.zeros(2**25, np.uint8) for i in range(3)}), "bytes together"),
    ],
)
def test_a_forged_file_is_refused_and_nothing_changes(change, message, tmp_path):
    file = tmp_path / "run.npz"
    train(file, *parts(), 2)
    rewritten(file, change)
    model, optimizer = parts(seed=9)
    before = bits(model), optimizer.state_dict()["steps.0"].tolist()
    with pytest.raises(UnreadableFileError, match=rf"run\.npz cannot be read: .*{message}"):
        train(file, model, optimizer, 3)
    assert (bits(model), optimizer.state_dict()["steps.0"].tolist()) == before


def test_drafts_of_killed_trainings_are_removed_and_others_kept(tmp_path):
    for name in (".run.npz.0123abcd.draft", ".other.npz.0123abcd.draft"):
        (tmp_path / name).write_bytes(b"half")
    train(tmp_path / "run.npz", *parts(), 1)
    assert sorted(os.listdir(tmp_path)) == [".other.npz.0123abcd.draft", "run.npz"]


def test_the_suffix_determines_the_format():
    with pytest.raises(ValueError, match=r"a checkpoint must end in .npz, got 'run.pt'"):
        Checkpoint("run.pt")


def test_generators_in_containers_resume(tmp_path):
    """Every generator that an engine replays is in the file."""

    class Noise(nn.Module):
        def __init__(self):
            self.inner, self.random = nn.Linear(2, 2, seed=0), {"a": [np.random.default_rng(i) for i in range(2)]}

        def forward(self, x):
            return self.inner(x) + sum(r.normal(size=2) for r in self.random["a"])

    def run(path, epochs):
        model = Noise()
        return train(path, model, nn.SGD(model.parameters(), lr=0.1), epochs).loss

    run(tmp_path / "run.npz", 2)
    assert run(tmp_path / "run.npz", 4) == run(tmp_path / "whole.npz", 4)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"class_weight": [1.0, 2.0]}, {"class_weight": [2.0, 1.0]}, "checksum of the weights"),
        ({}, {"sample_weight": np.arange(100.0)}, "checksum of the weights None in place of"),
        ({"sample_weight": np.arange(100.0)}, {}, "checksum of the weights [0-9]+ in place of None"),
        *[
            (
                {"loss": partial(nn.cross_entropy, label_smoothing=x)},
                {"loss": y},
                r"loss .*smoothing=0\.1.* in place of 'cross_",
            )
            for x, y in [(0.1, partial(nn.cross_entropy, label_smoothing=0.2)), (0.1, nn.cross_entropy)]
        ],
    ],
)
def test_other_weights_and_options_of_the_loss_are_refused(first, second, message, tmp_path):
    train(tmp_path / "run.npz", *parts(), 1, **first)
    with pytest.raises(ValueError, match=message):
        train(tmp_path / "run.npz", *parts(), 2, **second)


@pytest.mark.parametrize("make", [random.Random, np.random.RandomState])
def test_generators_that_a_checkpoint_does_not_restore_are_refused(make, tmp_path):
    model, optimizer = parts()
    model.random = [make(0)]
    before = bits(model)
    with pytest.raises(TypeError, match=r"an old random generator, .*: use np\.random\.default_rng\(seed\)"):
        train(tmp_path / "run.npz", model, optimizer, 1)
    assert bits(model) == before
