"""Checkpoints: a training that was ended at any moment goes on as if it had not been."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograd.support.atomic_write import atomic_write, check_folder, remove_drafts
from nn._validation import whole
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
        path: Where it is; delete it to begin anew
        every: Epochs from one writing to the next; also written when a training ends

    Raises:
        UnreadableFileError: When the training starts, if the file is damaged, or is of another model or optimizer; nothing is
            changed then
        ValueError: If it is of a training with other rows, batches, seed, metrics or callbacks

    >>> Checkpoint("run.npz").every
    1
    """

    rank: ClassVar[int] = 1  # so that what the others did is in the file

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        self.path = Path(path)
        if self.path.suffix != ".npz":
            raise ValueError(f"a checkpoint is a .npz file, and {str(path)!r} is none by its name")
        self.every = whole("every", every, least=1)

    def on_start(self, run: Run) -> None:
        check_folder(self.path)
        remove_drafts(self.path)
        if self.path.exists():
            _restore(run, self.path)

    def on_epoch(self, run: Run) -> None:
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            with atomic_write(self.path) as out:
                write_npz(out, _checkpoint_arrays(run))


def _checkpoint_arrays(run: Run) -> State:
    """All that the rest of a training depends on, as arrays."""
    facts = {
        "settings": run.settings,
        "callbacks": [type(callback).__name__ for callback in run.callbacks],
        "epoch": run.epoch,
        "steps": run.steps,
        "stop": run.stop,
        "history": asdict(run.history),
        "generators": _generator_states(run),
    }
    return _arrays(run) | {"facts": np.frombuffer(json.dumps(facts, default=_json_number).encode(), np.uint8)}


def _arrays(run: Run) -> State:
    """The arrays of model, optimizer and callbacks."""
    state = {f"model/{name}": array for name, array in run.model.state_dict().items()}
    state |= {f"optimizer/{name}": array for name, array in run.optimizer.state_dict().items()}
    for i, callback in enumerate(run.callbacks):
        state |= {f"callbacks/{i}/{name}": array for name, array in callback.state_dict().items()}
    return state


def _restore(run: Run, path: Path) -> None:
    """Set a run to the state in a checkpoint; if the file cannot be read, change nothing."""
    content = path.read_bytes()
    try:
        state, facts = _parse(content, run)
    except Exception as error:  # a forged file can raise anything in a reader
        raise UnreadableFileError(path, f"{error}" or type(error).__name__) from None
    _check_same_training(run, facts["settings"], path)
    before = _arrays(run), _generator_states(run)
    try:
        _load(run, state, facts["generators"])
        run.epoch, run.steps, run.stop = int(facts["epoch"]), int(facts["steps"]), str(facts["stop"])
        run.history = facts["history"]
    except Exception as error:
        _load(run, *before)
        raise UnreadableFileError(path, f"{error}" or type(error).__name__) from None


def _parse(content: bytes, run: Run) -> tuple[State, dict[str, Any]]:
    """The arrays and the facts of a checkpoint; settings, callbacks and history of the facts are checked."""
    most = _COPIES * sum(array.nbytes for array in run.model.state_dict().values()) + _SPARE
    state = read_npz(content, lambda name: most, most)
    facts = json.loads(state.pop("facts").tobytes())
    facts["history"] = _history(facts["history"])
    facts["settings"] = dict(facts["settings"]) | {"callbacks": list(facts["callbacks"])}
    parts = ("model/", "optimizer/", *(f"callbacks/{i}/" for i in range(len(facts["callbacks"]))))
    if unknown := [name for name in state if not name.startswith(parts)]:
        raise ValueError(f"{', '.join(unknown)} is unknown")
    if (n := len(_generator_states(run))) != len(facts["generators"]):
        raise ValueError(f"it has {len(facts['generators'])} random generators in place of {n}")
    return state, facts


def _load(run: Run, state: State, generator_states: list[Any]) -> None:
    run.model.load_state_dict(_entries_below("model/", state))
    run.optimizer.load_state_dict(_entries_below("optimizer/", state))
    for generator, numbers in zip(_generators(run.model), generator_states, strict=True):
        generator.bit_generator.state = numbers
    for i, callback in enumerate(run.callbacks):
        callback.load_state_dict(_entries_below(f"callbacks/{i}/", state))


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


def _entries_below(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def _generators(model: Module) -> Iterator[np.random.Generator]:
    """The random generators that are attributes of the model's modules, in order."""
    for module in model.modules():
        yield from (x for x in vars(module).values() if isinstance(x, np.random.Generator))


def _generator_states(run: Run) -> list[Any]:
    return [generator.bit_generator.state for generator in _generators(run.model)]


def _json_number(x: Any) -> Any:
    """A NumPy number or array as JSON has it: the state of some bit generators holds arrays."""
    return x.tolist()
