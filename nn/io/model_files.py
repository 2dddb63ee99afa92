"""Model files: `.npz` and `.safetensors`, without pickle, written atomically and checked when they are read."""

import os
from pathlib import Path

from autograd.support.atomic_write import atomic_write, check_folder
from nn.io.npz import State, check_names, read_npz, reading, write_npz
from nn.io.safetensors import read_safetensors, write_safetensors
from nn.modules.module import Module


def save(model: Module, path: str | os.PathLike[str]) -> Path:
    """Write the state dict of a model to a `.npz` or `.safetensors` file, and return its path.

    A kill at any moment leaves the old file or the new one. NaN, −0 and ∞ are kept bit for bit. Both formats have checksums,
    so that `load` detects a flipped bit.

    Raises:
        TypeError: If the model is not a Module
        ValueError: If the path has another suffix, or no file can have one of the names or types of the model
        FileNotFoundError: If the folder does not exist
        ImportError: If safetensors is needed and not installed; names the command
    """
    file, state = check_savable(model, path)
    with atomic_write(file) as out:
        write = write_npz if file.suffix == ".npz" else write_safetensors
        write(out, state)
    return file


def load(model: Module, path: str | os.PathLike[str]) -> None:
    """Load a file into a model with the same paths, shapes and types; change nothing if it does not fit.

    Raises:
        UnreadableFileError: If the file is damaged, forged, or from another model; nothing is changed then
        FileNotFoundError: If it does not exist; any other error of the system, and MemoryError, are raised as they are
        TypeError: If the model is not a Module
        ValueError: If the path does not end in `.npz` or `.safetensors`
        ImportError: As `save`
    """
    file = _check_model_and_path(model, path)
    expected = model.state_dict()
    content = file.read_bytes()
    with reading(file):
        sizes = {name: array.nbytes for name, array in expected.items()}
        state = read_npz(content, sizes.get) if file.suffix == ".npz" else read_safetensors(content, ours=True)
        _check_types(state, expected)
        model.load_state_dict(state)


def check_savable(model: Module, path: str | os.PathLike[str]) -> tuple[Path, State]:
    """Return path and state of a model; raise if `save` would."""
    file, state = _check_model_and_path(model, path), check_names(model.state_dict())
    check_folder(file)
    return file, state


_READERS = {".onnx": "nn.load_onnx(path)", **dict.fromkeys((".pt", ".pth", ".bin"), "nn.load_from_torch(model, path)")}


def _check_model_and_path(model: Module, path: str | os.PathLike[str]) -> Path:
    """Check a model and the path of its file, and return the path."""
    if not isinstance(model, Module):
        raise TypeError(f"the first argument must be a Module, got {model!r:.80} of type {type(model).__name__}")
    file = Path(path)
    if file.suffix not in (".npz", ".safetensors"):
        reader = _READERS.get(file.suffix)
        cure = f": files of this kind are read by {reader}" if reader else ""
        raise ValueError(f"the path of a model must end in .npz or .safetensors, got {str(file)!r}{cure}")
    return file


def _check_types(state: State, expected: State) -> None:
    for name, array in state.items():
        if name in expected and array.dtype != expected[name].dtype:
            raise ValueError(f"{name} must have type {expected[name].dtype}, got {array.dtype}")
