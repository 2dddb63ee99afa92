"""Files of numbers: `.npz`, never pickle, written at once or not at all, and read with suspicion."""

import io
import os
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = dict[str, NDArray[Any]]

#: What the header of an array in a `.npz` takes at most.
_HEADER = 10_000
#: What the name of a file ends with while it is written.
_DRAFT = ".draft"


class UnreadableFileError(Exception):
    """A file that does not hold the numbers of this model: damaged, forged, of another kind, or of another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


def npz_bytes(state: State) -> bytes:
    """The content of a `.npz` file with these arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **state)
    return buffer.getvalue()


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


def of_bfloat16(data: bytes | bytearray, sign: str = "<") -> NDArray[np.float32]:
    """Numbers that NumPy has no type for, as the float32 of which they are the first half; `sign` is the order of the bytes."""
    return (np.frombuffer(data, f"{sign}u2").astype(np.uint32) << 16).view(np.float32)


def write_at_once(file: Path, content: bytes) -> None:
    """Write beside the file, and put it in place when it is whole and on the disk: a kill leaves the old file or the new.

    Raises  FileNotFoundError  if there is no such folder; names it
    """
    file = file.resolve()  # what a link leads to is replaced, and not the link
    refuse_no_folder(file)
    draft = file.with_name(f"{_draft_of(file)}{secrets.token_hex(4)}{_DRAFT}")
    try:
        with draft.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def refuse_no_folder(file: Path) -> None:
    """Raise a FileNotFoundError if the folder that a file is to be written to is not there."""
    if not file.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {file.parent} to write {file.name} to: make it first")


def remove_drafts(file: Path) -> int:
    """Take away what kills have left of writings of this file, which nobody may be writing now; gives how many there were."""
    file = file.resolve()
    drafts = [path for path in file.parent.glob(f"*{_DRAFT}") if path.name.startswith(_draft_of(file))]
    for draft in drafts:
        draft.unlink(missing_ok=True)
    return len(drafts)


def _draft_of(file: Path) -> str:
    return f".{file.name}."
