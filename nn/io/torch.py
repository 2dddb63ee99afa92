"""Models to and from PyTorch: the same numbers under its names and in its layout."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd.support.atomic_write import atomic_write
from nn.io._torch_pickle import read_torch
from nn.io.npz import State, UnreadableFileError
from nn.io.safetensors import read_safetensors, write_safetensors
from nn.modules.layers import Linear
from nn.modules.module import Module

#: What a PyTorch module keeps beside the numbers that it computes with.
_COUNTERS = "num_batches_tracked"


def torch_state(model: Module) -> State:
    """The numbers of a model as PyTorch's `load_state_dict` takes them for the same `torch.nn.Sequential`.

        "layers.0.weight" (in, out)  →  "0.weight" (out, in)

    >>> from nn import MLP
    >>> {name: array.shape for name, array in torch_state(MLP(2, [3], 1)).items()}
    {'0.weight': (3, 2), '0.bias': (3,), '2.weight': (1, 3), '2.bias': (1,)}
    """
    state: State = {}
    for path, module, own in _holders(model):
        for name, array in own.items():
            state[f"{_prefix(path)}.{name}".lstrip(".")] = _transpose(module, name, array)
    return state


def save_for_torch(model: Module, path: str | os.PathLike[str]) -> Path:
    """Write a model to a `.safetensors` file for PyTorch, at once; gives its path.

    There: `model.load_state_dict(safetensors.torch.load_file(path), strict=False)`, which leaves counters as they are.

    Raises:
        ValueError: If the path has another ending
        ImportError: If safetensors is not installed
    """
    file = Path(path)
    if file.suffix != ".safetensors":
        raise ValueError(f"a model for PyTorch is written to a .safetensors file, not to {str(file)!r}")
    with atomic_write(file) as out:
        write_safetensors(out, torch_state(model))
    return file


def load_from_torch(model: Module, path: str | os.PathLike[str]) -> None:
    """Put the numbers of a PyTorch state dict into a model with the same layers in the same order: all of them, or none.

    The file is a `.safetensors`, or what `torch.save(model.state_dict(), path)` wrote; torch need not be installed, and no
    pickle is run. Layers are matched by name where the names are those of `torch_state`, else by their order, whatever they are
    called there. A `.safetensors` keeps no order: there the numbers in the names must give one. Types are converted.

    Raises:
        UnreadableFileError: If the file is damaged, forged, holds anything but tensors, or is of another model; nothing is
            changed then
        FileNotFoundError: If there is none
        ImportError: If it is a `.safetensors`, and safetensors is not installed
    """
    file = Path(path)
    content = file.read_bytes()
    unordered = file.suffix == ".safetensors"
    try:
        theirs = read_safetensors(content, widen=True) if unordered else read_torch(content)
        model.load_state_dict(_match(model, theirs, unordered))
    except ImportError:
        raise
    except Exception as error:  # whatever a forged file sets off in a reader
        raise UnreadableFileError(file, f"{error}" or type(error).__name__) from None


def _match(model: Module, theirs: Mapping[str, Any], unordered: bool) -> State:
    """The state dict of `model` that a PyTorch one stands for."""
    groups: dict[str, State] = {}
    for name, array in theirs.items():
        prefix, _, last = name.rpartition(".")
        if last != _COUNTERS:
            groups.setdefault(prefix, {})[last] = array
    ours = list(_holders(model))
    order = _order([_prefix(path) for path, _, _ in ours], list(groups), unordered)
    _check_shapes(ours, {prefix: groups[prefix] for prefix in order})
    state: State = {}
    for (path, module, own), prefix in zip(ours, order, strict=True):
        for name, array in own.items():
            new = _transpose(module, name, np.asarray(groups[prefix][name]))
            if not np.can_cast(new.dtype, array.dtype, "same_kind"):
                raise ValueError(f"{name} of {path} has type {new.dtype} in place of {array.dtype}")
            state[f"{path}.{name}".lstrip(".")] = new.astype(array.dtype)
    return state


def _check_shapes(ours: list[tuple[str, Module, State]], theirs: dict[str, State]) -> None:
    """Raise if the layers of a model and of a file, both in order, differ in their arrays' names or shapes."""
    wanted = [_shapes(module, own) for _, module, own in ours]
    found = [{name: np.shape(x) for name, x in group.items()} for group in theirs.values()]
    if wanted != found:
        here = ", ".join(f"{path or type(module).__name__} {x}" for (path, module, _), x in zip(ours, wanted, strict=True))
        there = ", ".join(f"{prefix} {x}" for prefix, x in zip(theirs, found, strict=True))
        raise ValueError(f"it holds {there or 'nothing'}, where the model needs, in this order, {here}")


def _order(wanted: list[str], given: list[str], unordered: bool) -> list[str]:
    """Which of the `given` layers stand for the `wanted` ones: by name if the names are the same, else by order."""
    if set(wanted) == set(given):
        return wanted
    if not unordered:
        return given
    numbers = {prefix: tuple(map(int, re.findall(r"[0-9]+", prefix))) for prefix in given}
    if len(given) > 1 and (len(set(numbers.values())) < len(given) or () in numbers.values()):
        raise ValueError(f"a .safetensors keeps no order, and the names {', '.join(sorted(given))} give none: use torch.save")
    return sorted(given, key=numbers.__getitem__)


def _holders(model: Module) -> Iterator[tuple[str, Module, State]]:
    """Every module with numbers of its own, its path, and these numbers, in order."""
    state, paths = model.state_dict(), model.scope_paths()
    for module in model.modules():
        path = paths[id(module)]
        prefix = f"{path}." if path else ""
        names = [name for name in vars(module) if prefix + name in state]
        if names:
            yield path, module, {name: state[prefix + name] for name in names}


def _prefix(path: str) -> str:
    """The path of a module as PyTorch has it, where a `Sequential` is itself the list of its layers."""
    return ".".join(part for part in path.split(".") if part != "layers")


def _shapes(module: Module, own: State) -> dict[str, tuple[int, ...]]:
    return {name: _transpose(module, name, array).shape for name, array in own.items()}


def _transpose(module: Module, name: str, array: Any) -> Any:
    """PyTorch computes x Wᵀ + b, and so keeps the transpose of a `Linear`'s matrix."""
    turned = array.T if isinstance(module, Linear) and name == "weight" else array
    return np.ascontiguousarray(turned).reshape(turned.shape)
