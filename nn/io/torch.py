"""Exchange of models with PyTorch: state dicts with its names and layout."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograd.support.atomic_write import atomic_write
from autograd.support.lazy_numpy import np
from nn.io._torch_pickle import read_torch
from nn.io.npz import State, reading
from nn.io.safetensors import read_safetensors, write_safetensors
from nn.modules.layers import Linear
from nn.modules.module import Module

#: Entry of PyTorch state dicts that the models here do not have.
_COUNTERS = "num_batches_tracked"


def torch_state(model: Module) -> State:
    """Return the state dict of the same `torch.nn.Sequential` in PyTorch.

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
    """Write a model to a `.safetensors` file for PyTorch, atomically, and return its path.

    In PyTorch: `model.load_state_dict(safetensors.torch.load_file(path), strict=False)`, which keeps its counters.

    Raises:
        ValueError: If the path has another suffix
        ImportError: If safetensors is not installed
    """
    file = Path(path)
    if file.suffix != ".safetensors":
        raise ValueError(f"the path of a model for PyTorch must end in .safetensors, got {str(file)!r}")
    with atomic_write(file) as out:
        write_safetensors(out, torch_state(model))
    return file


def load_from_torch(model: Module, path: str | os.PathLike[str]) -> None:
    """Load a PyTorch state dict into a model with the same layers in the same order; change nothing if it does not fit.

    The file is a `.safetensors`, or was written by `torch.save(model.state_dict(), path)`, or by `torch.save` of a dict that
    has one state dict, beside numbers, texts and states of optimizers, which are ignored. torch is not needed, and no pickle
    is run. Layers are matched by name if the names are those of `torch_state`, else by order. A `.safetensors` has no order:
    the numbers in the names must define it. Types are converted.

    Raises:
        UnreadableFileError: If the file is damaged, forged, holds other objects than tensors, or is from another model;
            nothing is changed then
        FileNotFoundError: If it does not exist
        ImportError: If it is a `.safetensors`, and safetensors is not installed
    """
    file = Path(path)
    content = file.read_bytes()
    unordered = file.suffix == ".safetensors"
    with reading(file):
        theirs = read_safetensors(content, widen=True) if unordered else read_torch(content)
        model.load_state_dict(_match(model, theirs, unordered))


def _match(model: Module, theirs: Mapping[str, Any], unordered: bool) -> State:
    """Convert a PyTorch state dict to one of `model`."""
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
                raise ValueError(f"{name} of {path} must have type {array.dtype}, got {new.dtype}")
            state[f"{path}.{name}".lstrip(".")] = new.astype(array.dtype)
    return state


def _check_shapes(ours: list[tuple[str, Module, State]], theirs: dict[str, State]) -> None:
    """Raise if the layers of a model and of a file, both in order, differ in their arrays' names or shapes."""
    wanted = [{name: _transpose(module, name, x).shape for name, x in own.items()} for _, module, own in ours]
    found = [{name: np.shape(x) for name, x in group.items()} for group in theirs.values()]
    if wanted != found:
        here = ", ".join(f"{path or type(module).__name__} {x}" for (path, module, _), x in zip(ours, wanted, strict=True))
        there = ", ".join(f"{prefix} {x}" for prefix, x in zip(theirs, found, strict=True))
        raise ValueError(f"it holds {there or 'nothing'}, and the model needs, in this order, {here}")


def _order(wanted: list[str], given: list[str], unordered: bool) -> list[str]:
    """Return the names in `given` that match those in `wanted`: by name if all are equal, else by order."""
    if set(wanted) == set(given):
        return wanted
    if not unordered:
        return given
    numbers = {prefix: tuple(map(int, re.findall(r"[0-9]+", prefix))) for prefix in given}
    if len(given) > 1 and (len(set(numbers.values())) < len(given) or () in numbers.values()):
        raise ValueError(f"a .safetensors has no order, and the names {', '.join(sorted(given))} define none: use torch.save")
    return sorted(given, key=numbers.__getitem__)


def _holders(model: Module) -> Iterator[tuple[str, Module, State]]:
    """Yield path, module and arrays of every module that has arrays, in order."""
    state, paths = model.state_dict(), model.scope_paths()
    for module in model.modules():
        path = paths[id(module)]
        prefix = f"{path}." if path else ""
        names = [name for name in vars(module) if prefix + name in state]
        if names:
            yield path, module, {name: state[prefix + name] for name in names}


def _prefix(path: str) -> str:
    """Return the path of a module in PyTorch, where a `Sequential` has no attribute `layers`."""
    return ".".join(part for part in path.split(".") if part != "layers")


def _transpose(module: Module, name: str, array: Any) -> Any:
    """Transpose the weight of a `Linear`, since PyTorch computes x Wᵀ + b; other arrays are unchanged."""
    turned = array.T if isinstance(module, Linear) and name == "weight" else array
    return np.ascontiguousarray(turned).reshape(turned.shape)
