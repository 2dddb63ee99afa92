"""Models as files: `.npz` and `.safetensors`, never pickle, written at once or not at all, and read with suspicion."""

import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.module import Module

State = dict[str, NDArray[Any]]

#: What the header of an array in a `.npz` takes at most.
_HEADER = 10_000


class UnreadableFileError(Exception):
    """A file that does not hold the numbers of this model: damaged, forged, of another kind, or of another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


def save(model: Module, path: str | os.PathLike[str]) -> Path:
    """Write the numbers of a model to a `.npz` or `.safetensors` file; gives its path.

    A kill at any moment leaves the file that was there before, or the new one. NaN, −0 and ∞ survive bit for bit.

    Raises  ValueError   if the path ends in neither
            ImportError  if `.safetensors` is asked for and safetensors is not installed; names the command
    """
    file = Path(path)
    state = model.state_dict()
    if _kind(file) == ".npz":
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **state)
        content = buffer.getvalue()
    else:
        # What is not contiguous would be saved in another order of its entries.
        content = _safetensors().save({name: np.ascontiguousarray(a).reshape(a.shape) for name, a in state.items()})
    _write_at_once(file, content)
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
        state = _npz(content, expected) if kind == ".npz" else dict(_safetensors().load(content))
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


def _npz(content: bytes, expected: State) -> State:
    """The arrays of a `.npz`, none of which may be larger than the one that it is to replace."""
    state: State = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in state:
                raise ValueError(f"{name} is there twice")
            if name not in expected:
                raise ValueError(f"{name} is unknown")
            if member.file_size > expected[name].nbytes + _HEADER:
                raise ValueError(f"{name} takes {member.file_size} bytes in place of {expected[name].nbytes}")
            with archive.open(member) as part:
                state[name] = np.lib.format.read_array(io.BytesIO(part.read()), allow_pickle=False, max_header_size=_HEADER)
    return state


def _refuse_other_types(state: State, expected: State) -> None:
    for name, array in state.items():
        if name in expected and array.dtype != expected[name].dtype:
            raise ValueError(f"{name} has type {array.dtype} in place of {expected[name].dtype}")


def _write_at_once(file: Path, content: bytes) -> None:
    """Write beside the file, and put it in place when it is whole and on the disk."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".draft")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError("a .safetensors file needs safetensors: pip install 'glassgrad[safetensors]'") from None
    return safetensors.numpy
