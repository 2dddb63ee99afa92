"""Checkpoints: interrupted trainings resume bit for bit; files that do not fit change nothing."""

import json
import os
import re
import subprocess
import sys
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
    with pytest.raises(UnreadableFileError, match=r"does not fit Adam, which is unchanged: .*means\.0 is missing"):
        train(tmp_path / "run.npz", model, nn.Adam(model.parameters()), 3)
    assert bits(model) == before
    wider = nn.Sequential(nn.Linear(2, 9), nn.ReLU(), nn.Dropout(0.3), nn.Linear(9, 2))
    with pytest.raises(UnreadableFileError, match=r"layers.0.weight has shape \(2, 8\) in place of \(2, 9\)"):
        train(tmp_path / "run.npz", wider, nn.SGD(wider.parameters(), lr=0.1, momentum=0.9), 3)


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
