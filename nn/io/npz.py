"""Files of numbers: `.npz`, never pickle, written at once or not at all, and read with suspicion."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nn._validation import Array

State = dict[str, Array]

#: What the header of an array in a `.npz` takes at most.
_HEADER = 10_000


class UnreadableFileError(Exception):
    """A file that does not hold the numbers of this model: damaged, forged, of another kind, or of another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


def write_npz(out: BinaryIO, state: State) -> None:
    """Write arrays to a `.npz` file, one after the other, without a second copy of them in memory.

    NumPy's `savez` takes the names of arrays as keywords, among which are its own: an array could not be called `file`.
    """
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asanyarray(array), allow_pickle=False)


def read_npz(content: bytes, most_bytes: Callable[[str], int], in_all: int | None = None) -> State:
    """The arrays of a `.npz`.

    `most_bytes` gives, for the name of an array, what it may take at most, or raises ValueError if none is to have it; `in_all`
    is what all arrays may take together.
    """
    state: State = {}
    left = in_all
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in state:
                raise ValueError(f"{name} is there twice")
            if member.file_size > most_bytes(name) + _HEADER:
                raise ValueError(f"{name} takes {member.file_size} bytes in place of {most_bytes(name)}")
            if left is not None and (left := left - member.file_size) < 0:
                raise ValueError(f"its arrays take more than {in_all} bytes together")
            with archive.open(member) as part:  # read to the size it states: its compressed bytes may hold far more
                data = io.BytesIO(part.read(member.file_size))
            state[name] = np.lib.format.read_array(data, allow_pickle=False, max_header_size=_HEADER)
    return state


def widen_bfloat16(data: bytes | bytearray, sign: str = "<") -> NDArray[np.float32]:
    """Numbers that NumPy has no type for, as the float32 of which they are the first half; `sign` is the order of the bytes."""
    return (np.frombuffer(data, f"{sign}u2").astype(np.uint32) << 16).view(np.float32)
