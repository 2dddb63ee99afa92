"""A training with checkpoints that is killed at random moments, and resumed each time.

Run as `python -m tests.nn.callbacks.killed_training FOLDER KILLS`: prints how many kills there were before it was through, and
how many of them struck while a checkpoint was written, as a half-written draft shows; it ends with an error if a training could
not be taken up, or one that was differs in a bit from the unbroken one. It forks, so that a training costs no start of Python.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import nn


def train(folder: Path, name: str, epochs: int) -> None:
    """Dropout, momentum, a schedule and early stopping: everything with a state."""
    model = nn.Sequential(
        nn.Linear(2, 16, seed=0), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3, seed=1), nn.Linear(16, 2, seed=2)
    )
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    history = nn.fit(
        model,
        nn.datasets.moons(64, seed=0),
        loss=nn.cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=16,
        validation=nn.datasets.moons(32, seed=1),
        callbacks=[
            nn.Schedule(optimizer, nn.schedules.cosine(4 * epochs)),
            nn.EarlyStopping(patience=epochs),
            nn.Checkpoint(folder / f"{name}.npz"),
        ],
        progress=False,
    )
    nn.save(model, folder / f"{name}-model.npz")
    columns = history.columns()
    del columns["seconds"]
    (folder / f"{name}.txt").write_text(repr(columns))


def main(folder: Path, kills: int, seed: int = 0) -> tuple[int, int]:
    """Until there were so many kills, trainings are begun, killed and taken up; the last one is left to finish.

    Every other kill waits for a draft first. Gives how many kills there were, and how many of them left a draft behind.
    """
    rng = random.Random(seed)
    epochs = 40
    start = time.perf_counter()
    train(folder, "unbroken", epochs)
    whole = time.perf_counter() - start
    done = writing = 0
    while True:
        child = os.fork()
        if child == 0:
            train(folder, "broken", epochs)
            os._exit(0)
        if done < kills:
            time.sleep(rng.uniform(0, whole / 3))
            while done % 2 and not drafts(folder) and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                pass
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            done += 1
            writing += bool(drafts(folder))
        elif os.WEXITSTATUS(status):
            raise SystemExit(f"after {done} kills the training could not be taken up: see above")
        else:  # it was through before the kill, or is the last
            check(folder)
            if done >= kills:
                return done, writing
            (folder / "broken.npz").unlink()


def drafts(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith(".broken.npz.")]


def check(folder: Path) -> None:
    """Killed and uninterrupted training have the same bits, and no other files are left."""
    for end in ("-model.npz", ".txt"):
        if (folder / f"broken{end}").read_bytes() != (folder / f"unbroken{end}").read_bytes():
            raise SystemExit(f"broken{end} differs from unbroken{end}")
    if left := drafts(folder):
        raise SystemExit(f"a training that went through has left {left}")


if __name__ == "__main__":
    counts = main(Path(sys.argv[1]), int(sys.argv[2]))
    print("{} kills, {} of them while a checkpoint was written".format(*counts))
