"""Models as files: `.npz` and `.safetensors`, never pickle, written at once or not at all, and read with suspicion."""

import os
from collections.abc import Callable
from pathlib import Path

from autograd.support.atomic_write import atomic_write
from nn.io.npz import State, UnreadableFileError, read_npz, write_npz
from nn.io.safetensors import read_safetensors, write_safetensors
from nn.modules.module import Module


def save(model: Module, path: str | os.PathLike[str]) -> Path:
    """Write the numbers of a model to a `.npz` or `.safetensors` file; gives its path.

    A kill at any moment leaves the file that was there before, or the new one. NaN, −0 and ∞ survive bit for bit. Both kinds
    have check sums, so that `load` refuses a file of which a bit has flipped.

    Raises:
        TypeError: If the model is no Module
        ValueError: If the path ends in neither
        FileNotFoundError: If there is no such folder
        ImportError: If `.safetensors` is asked for and safetensors is not installed; names the command
    """
    file = _check_model_and_path(model, path)
    state = model.state_dict()
    with atomic_write(file) as out:
        write = write_npz if file.suffix == ".npz" else write_safetensors
        write(out, state)
    return file


def load(model: Module, path: str | os.PathLike[str]) -> None:
    """Put the numbers of a file into a model that has the same paths, shapes and types: all of them, or none.

    Raises:
        UnreadableFileError: If the file is damaged, forged, or of another model; nothing is changed then
        FileNotFoundError: If there is none
        TypeError: If the model is no Module
        ValueError: If the path ends in neither `.npz` nor `.safetensors`
        ImportError: As `save`
    """
    file = _check_model_and_path(model, path)
    expected = model.state_dict()
    content = file.read_bytes()
    try:
        state = read_npz(content, _most_bytes(expected)) if file.suffix == ".npz" else read_safetensors(content)
        _check_types(state, expected)
        model.load_state_dict(state)
    except ImportError:
        raise
    except Exception as error:  # whatever a forged file sets off in a reader
        raise UnreadableFileError(file, f"{error}" or type(error).__name__) from None


def _check_model_and_path(model: Module, path: str | os.PathLike[str]) -> Path:
    """The path of a file in which a model is kept, or an error that says what is wrong with either."""
    if not isinstance(model, Module):
        raise TypeError(f"the model comes first, and must be a Module; got {model!r:.80} of type {type(model).__name__}")
    file = Path(path)
    if file.suffix not in (".npz", ".safetensors"):
        raise ValueError(f"a model is kept in a .npz or .safetensors file, not in {str(file)!r}")
    return file


def _most_bytes(expected: State) -> Callable[[str], int]:
    """For each array its size in the model: none may be larger than the one that it is to replace."""

    def most(name: str) -> int:
        if name not in expected:
            raise ValueError(f"{name} is unknown")
        return expected[name].nbytes

    return most


def _check_types(state: State, expected: State) -> None:
    for name, array in state.items():
        if name in expected and array.dtype != expected[name].dtype:
            raise ValueError(f"{name} has type {array.dtype} in place of {expected[name].dtype}")
