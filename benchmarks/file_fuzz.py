"""`python -m benchmarks.file_fuzz`: damaged files of every format that glassgrad reads.

A seeded mutant of a file has flipped bits, a cut, an insertion, a repetition, two swapped blocks or a forged length. It must be
read as the whole file or raise a documented error; formats without checksums may give other numbers. Time and memory are
measured.
"""

import argparse
import importlib.util
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

import autograd as ag
import nn
from nn.run.run import Callback, Run

#: Limits of one mutant: seconds of the processor, and bytes.
SECONDS, BYTES = 5.0, 500 * 2**20


@dataclass
class Format:
    """A format: a whole file of it, and a function that reads one.

    Attributes:
        read: Returns the numbers that it found
        errors: Errors that the reader documents
        checked: True if the format has checksums, so that a damaged file must not give other numbers
    """

    file: Path
    read: Callable[[Path], Any]
    errors: tuple[type[Exception], ...] = (nn.UnreadableFileError,)
    checked: bool = True


@dataclass
class Report:
    """Counts of the mutants of one format, and what went wrong with some.

    Attributes:
        faults: Number of the mutant, and what happened
    """

    refused: int = 0
    whole: int = 0
    other: int = 0
    seconds: float = 0.0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)


def mutant(content: bytes, rng: np.random.Generator) -> bytes:
    """A damaged copy of a file."""
    a, b = sorted(rng.integers(0, len(content) + 1, 2).tolist())
    b = min(b, a + int(rng.choice([1, 8, 64, 4096])))
    near = int(rng.choice([0, len(content) // 2, max(len(content) - 400, 0)])) + int(rng.integers(0, 400))
    match rng.integers(0, 7):
        case 0 | 1:
            changed = bytearray(content)
            for place in rng.integers(0, len(content), rng.integers(1, 9)):
                changed[place] ^= 1 << int(rng.integers(0, 8))
            return bytes(changed)
        case 2:
            return content[:a] + content[b:] if rng.integers(0, 2) else content[:a]
        case 3:
            return content[:a] + rng.bytes(int(rng.integers(1, 64))) + content[a:]
        case 4:
            return content[:a] + content[a:b] * int(rng.integers(2, 100)) + content[b:]
        case 5:
            c = int(rng.integers(b, len(content) + 1))
            return content[:a] + content[b:c] + content[a:b] + content[c:]
        case _:
            length = int(rng.choice([0, 1, 255, 2**16, 2**31 - 1, 2**32 - 1, 2**40, 2**63 - 1]))
            size = int(rng.choice([1, 2, 4, 8]))
            return content[:near] + (length % 256**size).to_bytes(size, "little") + content[near + size :]


def formats(folder: Path) -> Iterator[tuple[str, Format]]:
    """Each format that can be written here, with a file in a folder."""
    model = nn.Sequential(nn.Linear(4, 3, seed=0), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2, seed=1))

    def loaded(load: Callable[[Any, Path], None]) -> Callable[[Path], Any]:
        def read(path: Path) -> Any:
            other = nn.Sequential(nn.Linear(4, 3, seed=5), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 2, seed=6))
            load(other, path)
            return other.state_dict()

        return read

    yield "npz", Format(nn.save(model, folder / "m.npz"), loaded(nn.load))
    yield "checkpoint", _checkpoint(folder / "c.npz")
    np.save(folder / "x.npy", np.arange(24.0).reshape(8, 3))
    yield "npy", Format(folder / "x.npy", lambda path: {"x": nn.OnDisk(path)[:]}, (ValueError,), checked=False)
    if importlib.util.find_spec("safetensors"):
        yield "safetensors", Format(nn.save(model, folder / "m.safetensors"), loaded(nn.load))
        yield "safetensors for torch", Format(nn.save_for_torch(model, folder / "t.safetensors"), loaded(nn.load_from_torch))
    if importlib.util.find_spec("torch"):
        import torch

        theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
        torch.save({"epoch": 3, "loss": 0.25, "log": [1.0, 2.0], "state_dict": theirs.state_dict()}, folder / "m.pt")
        yield "torch", Format(folder / "m.pt", loaded(nn.load_from_torch))
    if importlib.util.find_spec("onnx"):
        tape = ag.record(nn.MLP(4, [3], 2, activation=nn.ELU, seed=0), np.zeros((2, 4), np.float32))
        yield "onnx", Format(tape.to_onnx(folder / "m.onnx"), lambda path: nn.load_onnx(path).state_dict(), checked=False)


def _checkpoint(path: Path) -> Format:
    """Checkpoint of a training, read as at the start of the next one."""
    x, y = nn.datasets.moons(20, noise=0.1, seed=0)
    runs: list[Run] = []

    class Keep(Callback):
        def on_start(self, run: Run) -> None:
            runs.append(run)

    def train(epochs: int) -> dict[str, Any]:
        model = nn.MLP(2, [3], 2, seed=0)
        callbacks = [Keep(), nn.EarlyStopping("loss"), nn.Checkpoint(path)]
        nn.fit(model, (x, y), loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters()), epochs=epochs, batch_size=10,
               progress=False, callbacks=callbacks)  # fmt: skip
        return model.state_dict()

    def read(damaged: Path) -> Any:
        path.write_bytes(damaged.read_bytes())
        state = train(3)  # if the file is whole, it has all three epochs
        run = runs.pop()
        facts = {"epoch": run.epoch, "steps": run.steps, "loss": run.history.loss}
        return state | run.optimizer.state_dict() | {name: np.array(x) for name, x in facts.items()}

    train(3)
    return Format(path, read, (nn.UnreadableFileError, ValueError))


def fuzz(form: Format, mutants: int, seed: int) -> Report:
    """Read this many mutants of a file."""
    content, rng, report = form.file.read_bytes(), np.random.default_rng(seed), Report()
    path = form.file.with_name(f"mutant{form.file.suffix}")
    path.write_bytes(content)
    whole = _digest(form.read(path))
    for i in range(mutants):
        path.write_bytes(mutant(content, rng))
        tracemalloc.start()
        start = time.process_time()
        try:
            same = _digest(form.read(path)) == whole
            report.whole, report.other = report.whole + same, report.other + (not same)
            if form.checked and not same:
                report.faults.append(f"mutant {i} was loaded with other numbers")
        except form.errors:
            report.refused += 1
        except Exception as error:
            report.faults.append(f"mutant {i}: {type(error).__name__}: {error!s:.200}")
        report.seconds = max(report.seconds, time.process_time() - start)
        report.bytes = max(report.bytes, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    if report.bytes > BYTES:
        report.faults.append(f"a mutant took {report.bytes:,} bytes")
    return report


def _digest(state: dict[str, Any]) -> str:
    text = [(name, array.dtype.str, array.shape, array.tobytes()) for name, array in state.items()]
    return sha256(repr(text).encode()).hexdigest()


def main() -> int:
    """Print a line for each format and return the exit status, 1 if a mutant was at fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.file_fuzz", description=__doc__)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, form in formats(Path(folder)):
            report = fuzz(form, arguments.mutants, arguments.seed)
            late = [f"a mutant took {report.seconds:.1f} s"] if report.seconds > SECONDS else []
            print(f"{name:22} {report.refused:6} refused {report.whole:6} whole {report.other:6} other numbers,"
                  f" at most {report.seconds:.2f} s and {report.bytes / 2**20:.1f} MiB", flush=True)  # fmt: skip
            for fault in report.faults + late:
                print("   ", fault)
            faults += len(report.faults + late)
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
