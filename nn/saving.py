"""Models as files: `.npz` and `.safetensors`, never pickle, written at once or not at all, and read with suspicion."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nn.files import State, UnreadableFileError, npz_bytes, read_npz, write_at_once
from nn.module import Module


def save(model: Module, path: str | os.PathLike[str]) -> Path:
    """Write the numbers of a model to a `.npz` or `.safetensors` file; gives its path.

    A kill at any moment leaves the file that was there before, or the new one. NaN, −0 and ∞ survive bit for bit.

    Raises  ValueError   if the path ends in neither
            ImportError  if `.safetensors` is asked for and safetensors is not installed; names the command
    """
    file = Path(path)
    state = model.state_dict()
    if _kind(file) == ".npz":
        content = npz_bytes(state)
    else:
        # What is not contiguous would be saved in another order of its entries.
        content = safetensors().save({name: np.ascontiguousarray(a).reshape(a.shape) for name, a in state.items()})
    write_at_once(file, content)
    return file


def load(model: Module, path: str | os.PathLike[str]) -> None:
    """Put the numbers of a file into a model that has the same paths, shapes and types: all of them, or none.

    Raises  UnreadableFileError  if the file is damaged, forged, or of another model; nothing is changed then
            FileNotFoundError    if there is none
            ValueError           if the path ends in neither `.npz` nor `.safetensors`
            ImportError          as `save`
    """
    file = Path(path)
    expected = model.state_dict()
    kind = _kind(file)
    content = file.read_bytes()
    try:
        state = read_npz(content, _most_bytes(expected)) if kind == ".npz" else dict(safetensors().load(content))
        _refuse_other_types(state, expected)
        model.load_state_dict(state)
    except ImportError:
        raise
    except Exception as error:  # whatever a forged file sets off in a reader
        raise UnreadableFileError(file, f"{error}" or type(error).__name__) from None


def _kind(file: Path) -> str:
    if file.suffix not in (".npz", ".safetensors"):
        raise ValueError(f"a model is kept in a .npz or .safetensors file, not in {str(file)!r}")
    return file.suffix


def _most_bytes(expected: State) -> Callable[[str], int]:
    """For each array its size in the model: none may be larger than the one that it is to replace."""

    def most(name: str) -> int:
        if name not in expected:
            raise ValueError(f"{name} is unknown")
        return expected[name].nbytes

    return most


def _refuse_other_types(state: State, expected: State) -> None:
    for name, array in state.items():
        if name in expected and array.dtype != expected[name].dtype:
            raise ValueError(f"{name} has type {array.dtype} in place of {expected[name].dtype}")


def safetensors() -> Any:
    """The reader and writer of `.safetensors`, or an error that says how to get it."""
    try:
        import safetensors.numpy as reader
    except ImportError:
        raise ImportError("a .safetensors file needs safetensors: pip install 'glassgrad[safetensors]'") from None
    return reader
