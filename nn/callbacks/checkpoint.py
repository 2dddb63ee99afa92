"""Checkpoints: a training that is ended at any moment resumes bit for bit."""

from __future__ import annotations

import inspect
import json
import os
import random
from collections.abc import Collection, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from autograd.support.atomic_write import atomic_write, check_folder, remove_drafts
from autograd.support.lazy_numpy import np
from nn._validation import check_integer
from nn.callbacks.schedule import Schedule
from nn.io.npz import State, check_names, read_npz, reading, write_npz
from nn.modules._storage import generator_places, read_place
from nn.modules.module import Module
from nn.run.history import History
from nn.run.run import Callback, Run

#: Limits of the size of a checkpoint: copies of the model in optimizer and callbacks, and bytes for all others.
_COPIES, _SPARE = 16, 2**26
#: Types of the options of callbacks that are compared.
_OPTION_TYPES = (int, float, str, np.generic)


class Checkpoint(Callback):
    """Checkpoint of the whole training in one `.npz` file; a training resumes from the file if it exists.

    Run the same program again after it was ended in any way: it resumes after the last epoch in the file. Parameters,
    optimizer, schedules, random generators and history are then bit for bit those of an uninterrupted run, except seconds.
    A kill during writing leaves the old file or the new one, and perhaps a draft, which is removed on resumption. Two
    simultaneous trainings must have different paths.

    A program with another loss, optimizer, batch size or other option is refused, unless `override` names the option: the
    training then continues with the new number, also if it had stopped. A `Schedule` continues with a new lr(0).

        nn.Checkpoint("run.npz", override=("lr", "weight_decay", "patience"))

    Attributes:
        path: Path of the file; delete it to start from the beginning
        every: Number of epochs between two checkpoints; the last epoch is always saved
        override: Names of options of optimizer and callbacks, or "loss", that may differ from those in the file
    Raises:
        UnreadableFileError: When the training starts, if the file is damaged, or from another model; nothing is changed then
        ValueError: If it is from a training with another optimizer, loss, option, batch size, seed, metric, callback or
            number of rows, or `override` has an unknown name; names the differences; nothing is changed then

    >>> Checkpoint("run.npz").every
    1
    """

    rank: ClassVar[int] = 1  # after the others, so that the file has their changes

    def __init__(self, path: str | os.PathLike[str], every: int = 1, *, override: Collection[str] = ()) -> None:
        self.path = Path(path)
        if self.path.suffix != ".npz":
            raise ValueError(f"path of a checkpoint must end in .npz, got {str(path)!r}")
        self.every = check_integer("every", every, least=1)
        if isinstance(override, str):
            raise TypeError(f"override must be a tuple of names, got the text {override!r}: write ({override!r},)")
        self.override = tuple(override)
        self._options: dict[str, Any] = {}

    def on_start(self, run: Run) -> None:
        check_folder(self.path)
        self._options = _options(run)
        known = set(map(_last, self._options)) - {"optimizer"}
        if unknown := [name for name in self.override if name not in known]:
            raise ValueError(f"override has {unknown[0]!r}; the options of this training are {', '.join(sorted(known))}")
        check_names(_checkpoint_arrays(run, self._options))  # what cannot be saved must not be trained
        remove_drafts(self.path)
        if self.path.exists():
            _restore(run, self.path, self._options, self.override)

    def on_epoch(self, run: Run) -> None:
        if run.epoch % self.every == 0 or run.epoch == run.epochs or run.stop:
            with atomic_write(self.path) as out:
                write_npz(out, _checkpoint_arrays(run, self._options))


def _options(run: Run) -> dict[str, Any]:
    """Return loss, optimizer, and the options of optimizer and callbacks by name; numbers are Python's, tuples lists."""
    options: dict[str, Any] = {"loss": _loss_name(run.loss)}
    options["optimizer"] = type(run.optimizer).__name__
    for k, group in enumerate(run.optimizer.groups):
        options |= {f"groups[{k}].{name}": x for name, x in vars(group).items() if name != "parameters"}
    for i, callback in enumerate(run.callbacks):
        kind = type(callback)
        if kind.state_dict is not Callback.state_dict or kind.on_gradients is not Callback.on_gradients:
            names = inspect.signature(kind).parameters.keys() & vars(callback).keys()
            own: dict[str, Any] = {name: x for name in sorted(names) if isinstance(x := vars(callback)[name], _OPTION_TYPES)}
            own |= {"lr": callback.first} if isinstance(callback, Schedule) else {}
            options |= {f"callbacks[{i}].{name}": x for name, x in own.items()}
    return {name: np.asarray(x).tolist() for name, x in options.items()}


def _loss_name(loss: Any) -> str:
    """Return the name of a loss, with the options of a partial function."""
    if isinstance(loss, partial):
        given = [*map(str, loss.args), *(f"{name}={x}" for name, x in loss.keywords.items())]
        return f"{_loss_name(loss.func)}({', '.join(given)})"
    return str(getattr(loss, "__name__", type(loss).__name__))


def _checkpoint_arrays(run: Run, options: dict[str, Any]) -> State:
    """Return the complete state of a training as arrays; `options` are those at its start."""
    facts = {
        "options": [options, _options(run)],
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


def _restore(run: Run, path: Path, options: dict[str, Any], override: Collection[str]) -> None:
    """Set a run to the state in a checkpoint, except for options to override; if the file cannot be read, change nothing."""
    content = path.read_bytes()
    with reading(path):
        state, facts = _parse(content, run)
    new = _new_options(options, facts["options"])
    refused = {name: x for name, x in new.items() if _last(name) not in override}
    _check_same_training(run, facts["settings"], options, refused, path)
    before = _arrays(run), _generator_states(run)
    with reading(path):
        _check_epoch(run, facts)
        try:
            _load(run, state, facts["generators"])
            run.epoch, run.steps, run.stop = facts["epoch"], facts["steps"], facts["stop"]
            run.history = facts["history"]
            if new:
                _set_options(run, {name: options[name] for name in new})
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
    # A file of version 0.1.0 has no options.
    at_start, now = facts.get("options", ({}, {}))
    facts["options"] = dict(at_start), dict(now)
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
    if type(epoch) is not int or epoch < 1 or steps != epoch * run.batches or not isinstance(stop, str):
        raise ValueError(
            f"it says epoch {epoch!r:.60}, steps {steps!r:.60} and stop {stop!r:.60}, with {run.batches} steps an epoch"
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


def _new_options(here: dict[str, Any], there: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """Return the last values in a file of the options that differ, by name; those that callbacks changed are not new."""
    at_start, now = there
    new = {name: now.get(name) for name, x in here.items() if x != at_start.get(name) and x != now.get(name)}
    if "optimizer" in new:  # it has other options
        new = {name: x for name, x in new.items() if not name.startswith("groups")}
    return new if at_start else {}


def _set_options(run: Run, options: dict[str, Any]) -> None:
    """Set options of the optimizer, and the rates of schedules; callbacks have their own. A stopped training continues."""
    for k, group in enumerate(run.optimizer.groups):
        for name in vars(group).keys() & {_last(name) for name in options if name.startswith(f"groups[{k}].")}:
            x = options[f"groups[{k}].{name}"]
            vars(group)[name] = tuple(x) if isinstance(x, list) else x
    for i, callback in enumerate(run.callbacks):
        if isinstance(callback, Schedule) and (rates := options.get(f"callbacks[{i}].lr")):
            callback.restart(rates)
    run.stop = ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _check_same_training(run: Run, settings: dict[str, Any], at_start: Any, new: dict[str, Any], path: Path) -> None:
    """Raise if the settings of a file differ, or there are `new` options; names all differences."""
    here = run.settings | {"callbacks": [type(callback).__name__ for callback in run.callbacks]}
    pairs = {name: (settings.get(name), x) for name in here | settings if (x := here.get(name)) != settings.get(name)}
    if "callbacks" in pairs:
        new = {name: x for name, x in new.items() if not name.startswith("callbacks")}
    pairs |= {name: (x, at_start[name]) for name, x in new.items()}
    if pairs:
        what = "; ".join(f"{name} {there!r} in place of {mine!r}" for name, (there, mine) in pairs.items())
        names = tuple(sorted(set(map(_last, new))))
        can = pairs.keys() == new.keys() and "optimizer" not in new
        cure = f", or continue with the new values by override={names!r}" if can else ""
        raise ValueError(f"{path} is a checkpoint of another training, with {what}: delete it, or use another path{cure}")


def _entries_below(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def _generators(model: Module) -> Iterator[np.random.Generator]:
    """Yield the random generators of the modules, in order."""
    for module in model.modules():
        for _, name in generator_places(module, (random.Random, np.random.RandomState)):
            raise TypeError(
                f"{name} of {type(module).__name__} is an old random generator, which a checkpoint does not restore: use "
                "np.random.default_rng(seed)"
            )
        yield from (read_place(*place) for place in generator_places(module))


def _generator_states(run: Run) -> list[Any]:
    return [generator.bit_generator.state for generator in _generators(run.model)]
