"""Training on several devices and hosts against training on one."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from nn._validation import seeded_generator
from nn.devices import mesh_of
from tests.nn.training.stateful_models import layers
from tests.nn.training.training_on_devices import OPTIMIZERS

pytestmark = [pytest.mark.peer, pytest.mark.slow]

ROOT = Path(__file__).parents[3]

#: Seconds after which the end of one host must have ended the others: the heartbeat's time-out, and as much again.
SURVIVAL = 40


def started(*arguments, to=subprocess.PIPE):
    command = [sys.executable, "-u", "-m", "tests.nn.training.training_on_devices", *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=to, stderr=subprocess.STDOUT, text=True)


def finished(process, timeout=240):
    try:
        out, _ = process.communicate(timeout=timeout)
    finally:
        process.kill()
    assert process.returncode == 0, out
    return told(out)


def told(out):
    """The result in the output of a program."""
    return json.loads(re.search(r"^found (.*)$", out, re.MULTILINE)[1])


@pytest.fixture(autouse=True)
def _there():
    pytest.importorskip("jax")


def test_curves_on_eight_devices_are_those_of_numpy(tmp_path):
    """For every optimizer, with short last batches, a schedule and groups, and through checkpoints from 1 to 8 and back."""
    found = finished(started("curves", tmp_path))
    assert found.pop("numbers summed") == 2 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2 + 1  # the gradients and the loss
    stateful = {name: found.pop(name) for name in list(found) if name.startswith("stateful")}
    assert len(stateful) == len(layers())
    assert max(stateful.values()) < 1e-10, stateful
    between = {name: found.pop(name) for name in list(found) if not any(k in name for k in ("float", "resumed"))}
    assert between == {"all-reduce": 1, "all-gather": 0, "all-to-all": 0, "collective-permute": 0, "reduce-scatter": 0}
    assert len(found) == len(OPTIMIZERS) + 1 + 2
    for name, distance in found.items():
        assert distance <= (1e-5 if "float32" in name else 1e-10), name


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def hosts(folder, kind, *arguments):
    """Two hosts under way, and the files into which they print."""
    port, outs = free_port(), [folder / f"out{i}" for i in range(2)]
    running = []
    for i, out in enumerate(outs):
        with out.open("w") as file:
            running.append(started(kind, i, 2, port, *arguments, to=file))
    return running, outs


def both_end(running, outs, timeout=120):
    """The last output of two hosts."""
    try:
        codes = [process.wait(timeout=timeout) for process in running]
    finally:
        for process in running:
            process.kill()
    assert codes == [0, 0], outs[0].read_text() + outs[1].read_text()
    return [told(out.read_text()) for out in outs]


def wait_for(what, out, timeout=60):
    end = time.monotonic() + timeout
    while what not in out.read_text():
        assert time.monotonic() < end, out.read_text()
        time.sleep(0.02)


#: What the survivor ends with: the error, or if something ended it sooner than an error could, its last words.
ENDING = "host is lost|a device or a host was lost in epoch"
ADVICE = "Start the training again on every host; with nn.Checkpoint it resumes after the last complete epoch"


@pytest.mark.parametrize("victim", [1, 0], ids=["a worker", "the coordinator"])
def test_two_hosts_of_which_one_is_killed(tmp_path, victim):
    """The survivor ends with a clear error; restarted hosts end with the result of an uninterrupted run."""
    epochs = 30
    running, outs = hosts(tmp_path, "host", tmp_path, epochs)
    survivor = 1 - victim
    try:
        wait_for("epoch 3", outs[victim])
        running[victim].send_signal(signal.SIGKILL)
        assert running[survivor].wait(timeout=SURVIVAL) != 0
    finally:
        for process in running:
            process.kill()
            process.wait()
    wait_for(ADVICE, outs[survivor])
    assert re.search(ENDING, outs[survivor].read_text()), outs[survivor].read_text()
    found = both_end(*hosts(tmp_path, "host", tmp_path, epochs))
    assert "epoch 1\n" not in outs[0].read_text()
    assert found[0]["devices"] == 8
    assert found[0]["read"] == 3 * 100 + 64 + 8  # half of the rows in each epoch, and a batch of each size to record a step
    assert found[0] == found[1]
    alone = finished(started("alone", tmp_path, epochs))
    np.testing.assert_allclose(found[0]["loss"], alone["loss"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[0]["float32"], alone["float32"], rtol=0, atol=1e-5)


def test_a_device_is_named_once():
    import jax

    with pytest.raises(ValueError, match="devices must be different, got one twice"):
        mesh_of(jax.devices()[:1] * 2)


def test_hosts_must_start_alike(tmp_path):
    for devices, weights, generators in both_end(*hosts(tmp_path, "odd")):
        assert devices.startswith("devices must include some of every host, got 4 without those of host 1 of 2")
        assert weights.startswith(
            "the 2 hosts must start alike, and differ in layers.0.layers.0.weight, layers.0.layers.2.weight"
        )
        assert "differ in random generator 0 (Dropout.random): use the same program, data, seeds" in generators


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"backend": "torch"}, ValueError, "backend must be 'numpy' or 'jax', got 'torch'"),
        ({"backend": "numpy", "devices": 2}, ValueError, "devices must be None unless engine='jax', got 2"),
        ({"devices": 512}, ValueError, r"devices must be .*, got 512: .*xla_force_host_platform_device_count=512"),
        ({"devices": 0}, ValueError, r"devices must be from 1 to \d+, .*, got 0$"),
        ({"devices": []}, TypeError, r"a number, or a list of devices of JAX such as jax.devices\(\)\[:2\], got \[\]"),
        ({"devices": True}, TypeError, "got True"),
        ({"devices": "cpu"}, TypeError, "got 'cpu'"),
        ({"devices": [0, 1]}, TypeError, r"got \[0, 1\]"),
        ({"callbacks": [nn.ClipGradients(max_norm=1.0)]}, TypeError, "ClipGradients reads the gradients of every step"),
        ({"y": np.array([0, 1, 5, 0])}, ValueError, "got 5 in row"),
        ({"x": np.full((4, 2), np.inf, np.float32)}, FloatingPointError, "the loss is nan in epoch 1, step 1: the first op"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_errors_name_the_mistake(options, error, message):
    model = nn.MLP(2, [3], 2, seed=0)
    before = model.state_dict()
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    rows = options.pop("x", np.ones((4, 2), np.float32)), options.pop("y", np.array([0, 1, 0, 1]))
    with pytest.raises(error, match=message):
        nn.fit(model, rows, loss=nn.cross_entropy, optimizer=optimizer, epochs=1, progress=False,
               **{"backend": "jax"} | options)  # fmt: skip
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_wrong_label_of_a_later_batch_is_named():
    """The compiled step would take −1 for the last class."""
    model, y = nn.MLP(2, [3], 2, seed=0), np.zeros(8, int)
    y[seeded_generator(0, 0).permutation(8)[-1]] = -1
    with pytest.raises(ValueError, match="got -1 in row 1"):
        nn.fit(model, (np.ones((8, 2), np.float32), y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1),
               epochs=1, batch_size=2, progress=False, backend="jax")  # fmt: skip


def of_probabilities(z, t):
    return nn.binary_cross_entropy(autograd.sigmoid(z), t)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
@pytest.mark.parametrize("loss", [nn.binary_cross_entropy_with_logits, of_probabilities, nn.hinge])
def test_losses_of_two_classes_are_those_of_numpy_and_look_at_their_targets(loss, dtype):
    """A compiled rule cannot raise: a wrong number makes the loss NaN, and NumPy finds it."""
    x, y = nn.datasets.moons(32, seed=0)
    x, t = x.astype(np.float32), (2 * y - 1 if loss is nn.hinge else y)[:, None].astype(dtype)

    def trained(backend, t):
        model = nn.MLP(2, [4], 1, seed=0)
        optimizer = nn.SGD(model.parameters(), lr=0.1)
        return nn.fit(model, (x, t), loss=loss, optimizer=optimizer, epochs=2, batch_size=16, progress=False, backend=backend)

    np.testing.assert_allclose(trained("jax", t).loss, trained("numpy", t).loss, rtol=1e-5)
    wrong = t.copy()
    wrong[seeded_generator(0, 0).permutation(32)[-1]] = 3
    with pytest.raises(ValueError, match=r"got 3.* in entry 15"):
        trained("jax", wrong)
