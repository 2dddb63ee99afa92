"""Checkpoints: a training that is ended at any moment resumes bit for bit."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograd.support.atomic_write import atomic_write, check_folder, remove_drafts
from nn._validation import check_integer
from nn.io.npz import State, check_names, read_npz, reading, write_npz
from nn.modules.module import Module
from nn.run.history import History
from nn.run.run import Callback, Run

#: Limits of the size of a checkpoint: copies of the model in optimizer and callbacks, and bytes for all others.
_COPIES, _SPARE = 16, 2**26


class Checkpoint(Callback):
    """Checkpoint of the whole training in one `.npz` file; a training resumes from the file if it exists.

    Run the same program again after it was ended in any way: it resumes after the last epoch in the file. Parameters,
    optimizer, schedules, random generators and history are then bit for bit those of an uninterrupted run, except seconds.
    A kill during writing leaves the old file or the new one, and perhaps a draft, which is removed on resumption. Two
    simultaneous trainings must have different paths.

    Attributes:
        path: Path of the file; delete it to start from the beginning
        every: Number of epochs between two checkpoints; the last epoch is always saved
    Raises:
        UnreadableFileError: When the training starts, if the file is damaged, or from another model or optimizer; nothing is
            changed then
        ValueError: If it is from a training with other data, batches, seed, metrics or callbacks

    >>> Checkpoint("run.npz").every
    1
    """

    rank: ClassVar[int] = 1  # after the others, so that the file has their changes

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        self.path = Path(path)
        if self.path.suffix != ".npz":
            raise ValueError(f"path of a checkpoint must end in .npz, got {str(path)!r}")
        self.every = check_integer("every", every, least=1)

    def on_start(self, run: Run) -> None:
        check_folder(self.path)
        check_names(_checkpoint_arrays(run))  # what cannot be saved must not be trained
        remove_drafts(self.path)
        if self.path.exists():
            _restore(run, self.path)

    def on_epoch(self, run: Run) -> None:
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            with atomic_write(self.path) as out:
                write_npz(out, _checkpoint_arrays(run))


def _checkpoint_arrays(run: Run) -> State:
    """Return the complete state of a training as arrays."""
    facts = {
        "settings": run.settings,
        "callbacks": [type(callback).__name__ for callback in run.callbacks],
        "epoch": run.epoch,
        "steps": run.steps,
        "stop": run.stop,
        "history": asdict(run.history),
        "generators": _generator_states(run),
    }
    text = json.dumps(facts, default=lambda x: x.tolist())  # NumPy's numbers, and arrays in the state of some bit generators
    return _arrays(run) | {"facts": np.frombuffer(text.encode(), np.uint8)}


def _arrays(run: Run) -> State:
    """Return the arrays of model, optimizer and callbacks."""
    state = {f"model/{name}": array for name, array in run.model.state_dict().items()}
    state |= {f"optimizer/{name}": array for name, array in run.optimizer.state_dict().items()}
    for i, callback in enumerate(run.callbacks):
        state |= {f"callbacks/{i}/{name}": array for name, array in callback.state_dict().items()}
    return state


def _restore(run: Run, path: Path) -> None:
    """Set a run to the state in a checkpoint; if the file cannot be read, change nothing."""
    content = path.read_bytes()
    with reading(path):
        state, facts = _parse(content, run)
    _check_same_training(run, facts["settings"], path)
    before = _arrays(run), _generator_states(run)
    with reading(path):
        _check_epoch(run, facts)
        try:
            _load(run, state, facts["generators"])
            run.epoch, run.steps, run.stop = facts["epoch"], facts["steps"], facts["stop"]
            run.history = facts["history"]
        except Exception:
            _load(run, *before)
            raise


def _parse(content: bytes, run: Run) -> tuple[State, dict[str, Any]]:
    """Return the arrays and the facts of a checkpoint; raise if it is damaged."""
    most = _COPIES * sum(array.nbytes for array in run.model.state_dict().values()) + _SPARE
    folders = ("model/", "optimizer/", "callbacks/")
    state = read_npz(content, lambda name: most if name == "facts" or name.startswith(folders) else None, most)
    facts = json.loads(state.pop("facts").tobytes())
    facts["history"] = _history(facts["history"])
    facts["settings"] = dict(facts["settings"]) | {"callbacks": list(facts["callbacks"])}
    parts = ("model/", "optimizer/", *(f"callbacks/{i}/" for i in range(len(facts["callbacks"]))))
    if unknown := [name for name in state if not name.startswith(parts)]:
        raise ValueError(f"{', '.join(unknown)} is unknown")
    if (n := len(_generator_states(run))) != len(facts["generators"]):
        raise ValueError(f"it must have {n} random generators, has {len(facts['generators'])}")
    return state, facts


def _check_epoch(run: Run, facts: dict[str, Any]) -> None:
    """Raise unless the numbers of epochs and of steps and the history agree."""
    epoch, steps, stop = facts["epoch"], facts["steps"], facts["stop"]
    batches = (run.settings["rows"] - 1) // run.settings["batch_size"] + 1
    batches -= bool(run.settings["drop_last"] and run.settings["rows"] % run.settings["batch_size"])
    if type(epoch) is not int or epoch < 1 or steps != epoch * batches or not isinstance(stop, str):
        raise ValueError(
            f"it says epoch {epoch!r:.60}, steps {steps!r:.60} and stop {stop!r:.60}, with {batches} steps an epoch"
        )
    columns = {"loss": facts["history"].loss} | facts["history"].columns()
    if wrong := [name for name, column in columns.items() if len(column) != epoch]:
        raise ValueError(f"it says epoch {epoch}, and its history has another number of entries for {', '.join(wrong)}")


def _load(run: Run, state: State, generator_states: list[Any]) -> None:
    run.model.load_state_dict(_entries_below("model/", state))
    run.optimizer.load_state_dict(_entries_below("optimizer/", state))
    for generator, numbers in zip(_generators(run.model), generator_states, strict=True):
        generator.bit_generator.state = numbers
    for i, callback in enumerate(run.callbacks):
        callback.load_state_dict(_entries_below(f"callbacks/{i}/", state))


def _history(columns: dict[str, Any]) -> History:
    """Return a history with these columns; raise unless they hold numbers."""
    history = History(**columns)
    if not all(isinstance(x, int | float) for column in history.columns().values() for x in column):
        raise ValueError("its history must hold numbers only")
    return history


def _check_same_training(run: Run, there: dict[str, Any], path: Path) -> None:
    here: dict[str, Any] = run.settings | {"callbacks": [type(callback).__name__ for callback in run.callbacks]}
    if differing := [name for name in here if here[name] != there.get(name)]:
        what = "; ".join(f"{name} {there.get(name)!r} in place of {here[name]!r}" for name in differing)
        raise ValueError(f"{path} is a checkpoint of another training, with {what}: delete it, or use another path")


def _entries_below(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def _generators(model: Module) -> Iterator[np.random.Generator]:
    """Yield the random generators that are attributes of the modules, in order."""
    for module in model.modules():
        yield from (x for x in vars(module).values() if isinstance(x, np.random.Generator))


def _generator_states(run: Run) -> list[Any]:
    return [generator.bit_generator.state for generator in _generators(run.model)]
