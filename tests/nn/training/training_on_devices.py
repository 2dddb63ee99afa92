"""Trainings on virtual devices and on several hosts, run as programs of their own, which print what they found as JSON.

python -m tests.nn.training.training_on_devices curves FOLDER          eight devices beside NumPy, and checkpoints between them
python -m tests.nn.training.training_on_devices host I N PORT FOLDER EPOCHS   host I of N, four devices each, with a checkpoint
python -m tests.nn.training.training_on_devices odd I N PORT           the same, with devices or first weights that do not fit
python -m tests.nn.training.training_on_devices alone FOLDER EPOCHS    the training of a host by NumPy
"""

import json
import math
import os
import re
import sys
from pathlib import Path

import numpy as np

import nn
from tests.nn.training import stateful_models as stateful

X, Y = nn.datasets.moons(200, noise=0.1, seed=0)
OPTIMIZERS = {
    "SGD": lambda ps: nn.SGD(ps, lr=0.1),
    "Nesterov": lambda ps: nn.SGD(ps, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3),
    "RMSprop": lambda ps: nn.RMSprop(ps, lr=0.005, momentum=0.5),
    "Adagrad": lambda ps: nn.Adagrad(ps, lr=0.05, lr_decay=0.01),
    "Adam": lambda ps: nn.Adam(ps, lr=0.01, weight_decay=1e-3),
    "AdamW": lambda ps: nn.AdamW([{"params": ps[:2]}, {"params": ps[2:], "lr": 0.02}], lr=0.01),
    "Lion": lambda ps: nn.Lion(ps, lr=1e-3, weight_decay=0.1),
}


def train(optimizer, dtype=np.float64, epochs=3, callbacks=(), scheduled=False, x=None, **options):
    """(history, model) of a small training whose last batch is short, on the rows x, which may be on the disk."""
    model = nn.MLP(2, [16], 2, seed=0, dtype=dtype)
    moves = OPTIMIZERS[optimizer](model.parameters())
    if scheduled:
        callbacks = [*callbacks, nn.Schedule(moves, nn.schedules.cosine(12))]
    history = nn.fit(
        model, (X.astype(dtype) if x is None else x, Y), loss=nn.cross_entropy, optimizer=moves, epochs=epochs, batch_size=64,
        validation=(X[:50].astype(dtype), Y[:50]), callbacks=callbacks, progress=False, **options,
    )  # fmt: skip
    return history, model


def numbers(history):
    return [*history.loss, *history.validation_loss, *history.metrics["accuracy"]]


def curves(folder):
    """Differences of loss curves between eight devices and NumPy; communication in a step; resumed curves."""
    from nn.training.jax_engine import lowered_text

    found = {}
    for name, dtype in [*((name, np.float64) for name in OPTIMIZERS), ("Adam", np.float32)]:
        options = {"dtype": dtype, "scheduled": name == "SGD"}
        here, there = train(name, **options)[0], train(name, backend="jax", devices=8, **options)[0]
        found[f"{name} {np.dtype(dtype)}"] = float(np.max(np.abs(np.subtract(numbers(here), numbers(there)))))
    for name in stateful.layers():
        names = [name, "batch norm", "dropout"]
        here = stateful.trained(stateful.model_of(names))
        there = stateful.trained(stateful.model_of(names), engine="jax", devices=8)
        found[f"stateful {name}"] = max(
            float(np.max(np.abs(np.subtract(here[k], there[k], dtype=float)), initial=0)) for k in here
        )
    whole = numbers(train("Adam", epochs=4)[0])
    for before, after in ((1, 8), (8, 0)):
        for epochs, devices in ((2, before), (4, after)):
            where = {"backend": "jax", "devices": devices} if devices else {}
            path = Path(folder) / f"{before}-{after}.npz"
            history = train("Adam", epochs=epochs, callbacks=[nn.Checkpoint(path)], **where)[0]
        found[f"resumed {before} {after}"] = float(np.max(np.abs(np.subtract(numbers(history), whole))))
    model = nn.MLP(2, [16, 16], 2, seed=0)
    batch = X[:64].astype(np.float32), Y[:64]
    text = lowered_text(model, nn.cross_entropy, nn.Adam(model.parameters()), batch, 8)
    summed = re.search(r"= \(([^()]*|.*?)\) all-reduce\(", text)[1]
    shapes = re.findall(r"f32\[([\d,]*)\]", summed)
    found["numbers summed"] = sum(math.prod(int(n) for n in shape.split(",") if n) for shape in shapes)
    for operation in ("all-reduce", "all-gather", "all-to-all", "collective-permute", "reduce-scatter"):
        found[operation] = text.count(f" {operation}(") + text.count(f" {operation}-start(")
    return found


def join(index, count, port):
    """Become one of several hosts."""
    import jax

    address = f"127.0.0.1:{port}"
    jax.distributed.initialize(
        address, num_processes=count, process_id=index, coordinator_bind_address=address, heartbeat_timeout_seconds=6
    )


class Counted(nn.OnDisk):
    """Counts the rows that are read."""

    read = 0

    def __getitem__(self, rows):
        found = super().__getitem__(rows)
        self.read += len(found)
        return found


def host(index, count, port, folder, epochs):
    """One of several hosts; it prints a line after every epoch."""
    import jax

    join(index, count, port)

    class Tell(nn.Callback):
        def on_epoch(self, run):
            print("epoch", run.epoch, flush=True)

    history, _ = train("Adam", epochs=epochs, callbacks=[Tell(), nn.Checkpoint(Path(folder) / "run.npz")], backend="jax")
    rows = Counted(nn.save_rows(Path(folder) / f"rows{os.getpid()}", np.array_split(X.astype(np.float32), 3)))
    single, _ = train("Adam", np.float32, x=rows, backend="jax")
    found = {"loss": history.loss, "accuracy": history.metrics["accuracy"], "float32": single.loss}
    return found | {"read": rows.read, "devices": len(jax.devices())}


def odd(index, count, port):
    """Errors of a host for devices of one host only, and for weights and generators that differ between hosts."""
    join(index, count, port)
    said = []
    for devices, seed in ((4, 0), (None, index), (None, 0)):
        model = nn.Sequential(nn.MLP(2, [3], 2, seed=seed), nn.Dropout(0.5, seed=index))
        try:
            nn.fit(model, (X, Y), loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=1,
                   progress=False, backend="jax", devices=devices)  # fmt: skip
        except ValueError as error:
            said.append(str(error))
    return said


def main(kind, *arguments):
    if kind == "alone":
        return {"loss": train("Adam", epochs=int(arguments[1]))[0].loss, "float32": train("Adam", np.float32)[0].loss}
    many = 8 if kind == "curves" else 4
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={many}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    jax.config.update("jax_enable_x64", True)
    if kind == "curves":
        return curves(*arguments)
    index, count, port, *others = arguments
    where = int(index), int(count), int(port)
    return odd(*where) if kind == "odd" else host(*where, others[0], int(others[1]))


if __name__ == "__main__":
    print("\nfound", json.dumps(main(*sys.argv[1:])), flush=True)
