"""Checkpoints: a training that was ended at any moment goes on as if it had not been."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograd.support.atomic_write import atomic_write, check_folder, remove_drafts
from nn._validation import check_integer
from nn.io.npz import State, UnreadableFileError, read_npz, write_npz
from nn.modules.module import Module
from nn.run.history import History
from nn.run.run import Callback, Run

#: A checkpoint holds the model once, and what optimizer and callbacks keep of it: more bytes than this are no checkpoint of it.
_COPIES, _SPARE = 16, 2**26


class Checkpoint(Callback):
    """The whole training in one `.npz` file after every epoch, or every so many; taken up from there where the file exists.

    Run the same program again after it was ended, however it was ended, and it goes on after the last whole epoch in the
    file: parameters, optimizer, schedules, random generators of the modules and history come out bit for bit as those of a run
    that nothing ended (only the seconds differ). A kill while the file is written leaves the old file or the new one; what it
    leaves of a draft is taken away when the training is taken up. Two trainings at once need two paths.

    Attributes:
        path: where it is; delete it to begin anew
        every: epochs from one writing to the next; also written when a training ends

    Raises:
        UnreadableFileError: when the training starts, if the file is damaged, or is of another model or optimizer; nothing is
            changed then
        ValueError: if it is of a training with other rows, batches, seed, metrics or callbacks

    >>> Checkpoint("run.npz").every
    1
    """

    rank: ClassVar[int] = 1  # so that what the others did is in the file

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        self.path = Path(path)
        if self.path.suffix != ".npz":
            raise ValueError(f"a checkpoint is a .npz file, and {str(path)!r} is none by its name")
        self.every = check_integer("every", every, least=1)

    def on_start(self, run: Run) -> None:
        check_folder(self.path)
        remove_drafts(self.path)
        if self.path.exists():
            _restore(run, self.path)

    def on_epoch(self, run: Run) -> None:
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            with atomic_write(self.path) as out:
                write_npz(out, _everything(run))


def _everything(run: Run) -> State:
    """All that the rest of a training depends on, as arrays."""
    state = {f"model/{name}": array for name, array in run.model.state_dict().items()}
    state |= {f"optimizer/{name}": array for name, array in run.optimizer.state_dict().items()}
    for i, callback in enumerate(run.callbacks):
        state |= {f"callbacks/{i}/{name}": array for name, array in callback.state_dict().items()}
    facts = {
        "settings": run.settings,
        "callbacks": [type(callback).__name__ for callback in run.callbacks],
        "epoch": run.epoch,
        "steps": run.steps,
        "stop": run.stop,
        "history": asdict(run.history),
        "generators": [generator.bit_generator.state for generator in _generators(run.model)],
    }
    return state | {"facts": np.frombuffer(json.dumps(facts, default=_plain).encode(), np.uint8)}


def _restore(run: Run, path: Path) -> None:
    content = path.read_bytes()
    before = run.model.state_dict()
    most = _COPIES * sum(array.nbytes for array in before.values()) + _SPARE
    try:
        state = read_npz(content, lambda name: most, most)
        facts = json.loads(state.pop("facts").tobytes())
        history, generators = _history(facts["history"]), list(_generators(run.model))
        there = dict(facts["settings"]) | {"callbacks": list(facts["callbacks"])}
        parts = ("model/", "optimizer/", *(f"callbacks/{i}/" for i in range(len(there["callbacks"]))))
        if unknown := [name for name in state if not name.startswith(parts)]:
            raise ValueError(f"{', '.join(unknown)} is unknown")
        if len(generators) != len(facts["generators"]):
            raise ValueError(f"it has {len(facts['generators'])} random generators in place of {len(generators)}")
    except Exception as error:  # whatever a forged file sets off in a reader
        raise UnreadableFileError(path, f"{error}" or type(error).__name__) from None
    _check_same_training(run, there, path)
    old, random = run.optimizer.state_dict(), [generator.bit_generator.state for generator in generators]
    kept = [callback.state_dict() for callback in run.callbacks]
    try:
        run.model.load_state_dict(_below("model/", state))
        run.optimizer.load_state_dict(_below("optimizer/", state))
        for generator, numbers in zip(generators, facts["generators"], strict=True):
            generator.bit_generator.state = numbers
        for i, callback in enumerate(run.callbacks):
            callback.load_state_dict(_below(f"callbacks/{i}/", state))
        run.epoch, run.steps, run.stop, run.history = int(facts["epoch"]), int(facts["steps"]), str(facts["stop"]), history
    except Exception as error:
        run.model.load_state_dict(before)
        run.optimizer.load_state_dict(old)
        for generator, numbers in zip(generators, random, strict=True):
            generator.bit_generator.state = numbers
        for callback, numbers in zip(run.callbacks, kept, strict=True):
            callback.load_state_dict(numbers)
        raise UnreadableFileError(path, f"{error}" or type(error).__name__) from None


def _history(columns: dict[str, Any]) -> History:
    """The history with these columns, or an error if they are none."""
    history = History(**columns)
    if not all(isinstance(x, int | float) for column in history.columns().values() for x in column):
        raise ValueError("its history holds what is no number")
    return history


def _check_same_training(run: Run, there: dict[str, Any], path: Path) -> None:
    here: dict[str, Any] = run.settings | {"callbacks": [type(callback).__name__ for callback in run.callbacks]}
    if differing := [name for name in here if here[name] != there.get(name)]:
        what = "; ".join(f"{name} {there.get(name)!r} in place of {here[name]!r}" for name in differing)
        raise ValueError(f"{path} is a checkpoint of another training, with {what}: delete it, or give another path")


def _below(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def _generators(model: Module) -> Iterator[np.random.Generator]:
    """The random generators that are attributes of the model's modules, in order."""
    for module in model.modules():
        yield from (x for x in vars(module).values() if isinstance(x, np.random.Generator))


def _plain(x: Any) -> Any:
    """A NumPy number or array as JSON has it: the state of some bit generators holds arrays."""
    return x.tolist()
