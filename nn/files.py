"""Files of numbers: `.npz`, never pickle, written at once or not at all, and read with suspicion."""

import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = dict[str, NDArray[Any]]

#: What the header of an array in a `.npz` takes at most.
_HEADER = 10_000


class UnreadableFileError(Exception):
    """A file that does not hold the numbers of this model: damaged, forged, of another kind, or of another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


def npz_bytes(state: State) -> bytes:
    """The content of a `.npz` file with these arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **state)
    return buffer.getvalue()


def read_npz(content: bytes, most_bytes: Callable[[str], int]) -> State:
    """The arrays of a `.npz`.

    `most_bytes` gives, for the name of an array, what it may take at most, or raises ValueError if none is to have it.
    """
    state: State = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in state:
                raise ValueError(f"{name} is there twice")
            if member.file_size > most_bytes(name) + _HEADER:
                raise ValueError(f"{name} takes {member.file_size} bytes in place of {most_bytes(name)}")
            with archive.open(member) as part:
                state[name] = np.lib.format.read_array(io.BytesIO(part.read()), allow_pickle=False, max_header_size=_HEADER)
    return state


def write_at_once(file: Path, content: bytes) -> None:
    """Write beside the file, and put it in place when it is whole and on the disk: a kill leaves the old file or the new."""
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
