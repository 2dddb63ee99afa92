"""`.npz` files of arrays, without pickle, and checked when they are read."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nn._validation import Array

State = dict[str, Array]

#: Maximum of bytes of the header of an array in a `.npz`.
_HEADER = 10_000


class UnreadableFileError(Exception):
    """Error of a file that is damaged, forged, of another format, or from another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Context of a reader, whose errors become UnreadableFileError: a forged file can raise anything, except ImportError."""
    try:
        yield
    except ImportError:
        raise
    except Exception as error:
        raise UnreadableFileError(path, f"{error}" or type(error).__name__) from None


def write_npz(out: BinaryIO, state: State) -> None:
    """Write arrays to a `.npz` file one by one, without a second copy in memory.

    `savez` of NumPy takes names as keywords, so that no array could have the name `file`.
    """
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asanyarray(array), allow_pickle=False)


def read_npz(content: bytes, most_bytes: Callable[[str], int], in_all: int | None = None) -> State:
    """Return the arrays of a `.npz`.

    Args:
        most_bytes: Function from the name of an array to its maximum of bytes; raises ValueError for an unknown name
        in_all: Maximum of bytes of all arrays together
    """
    state: State = {}
    left = in_all
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in state:
                raise ValueError(f"{name} is there twice")
            if member.file_size > most_bytes(name) + _HEADER:
                raise ValueError(f"{name} must have {most_bytes(name)} bytes, has {member.file_size}")
            if left is not None and (left := left - member.file_size) < 0:
                raise ValueError(f"its arrays must have at most {in_all} bytes together")
            with archive.open(member) as part:  # limited to the stated size: compressed bytes may hold far more
                data = io.BytesIO(part.read(member.file_size))
            state[name] = np.lib.format.read_array(data, allow_pickle=False, max_header_size=_HEADER)
    return state


def widen_bfloat16(data: bytes | bytearray, sign: str = "<") -> NDArray[np.float32]:
    """Convert bfloat16, which NumPy does not have, to float32; `sign` is the byte order."""
    return (np.frombuffer(data, f"{sign}u2").astype(np.uint32) << 16).view(np.float32)
