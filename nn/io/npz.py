"""`.npz` files of arrays, without pickle, and checked when they are read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from autograd.support.lazy_numpy import NDArray, np
from nn._validation import Array
from nn.data.on_disk import NPY_HEADER, npy_header

State = dict[str, Array]

#: Name of an array that NumPy 2.0 and 2.1 added to a `.npz`: the argument allow_pickle=False of `savez`.
_STRAY = "allow_pickle"
#: Names without a form in files: with NUL or half of a surrogate pair, or that of the metadata of a `.safetensors`.
_NOT_A_NAME, _LONGEST_NAME = re.compile("[\0\ud800-\udfff]|^__metadata__$"), 10_000


class UnreadableFileError(Exception):
    """Error of a file that is damaged, forged, of another format, or from another model."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read: {why}")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Context of a reader, whose errors become UnreadableFileError: a forged file can raise anything.

    Errors of the system, lack of memory and a missing package are not damage.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, ImportError | MemoryError) or (isinstance(error, OSError) and error.errno is not None):
            error.add_note(f"while {path} was read")
            raise
        kind = _other_format(path)
        why = f"{error}" or type(error).__name__
        raise UnreadableFileError(path, why + f"; it seems to be {kind}" * bool(kind)) from None


#: First bytes of formats that are not those of models, and their names.
_FORMATS = {
    b"\x93NUMPY": "an .npy file of one array: read it by np.load", b"\x89HDF": "an HDF5 file, such as Keras writes",
    b"\x1f\x8b": "a file compressed by gzip: decompress it first",
    b"version https://git-lfs": "a Git LFS pointer: run git lfs pull",
    b"<": "a web page, not the file that it offers", b"{": "a JSON file", b"\x89PNG": "a PNG image", b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip file, such as .npz, or that of torch.save: nn.load_from_torch reads the latter",
}  # fmt: skip


def _other_format(path: Path) -> str:
    """Name of the format of a file by its first bytes, and the cure; "" for the one of its suffix, or an unknown one."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        return "an empty file"
    if start[:1] == b"\x80" and start[1:2] in b"\2\3\4\5" and start[2:3] != b"\0":
        return "a pickle: nn.load_from_torch reads those of torch.save"
    is_zip = path.suffix != ".safetensors"  # the magic number is that of the format itself
    known = [text for magic, text in _FORMATS.items() if start.startswith(magic) and not (is_zip and magic[:2] == b"PK")]
    is_text = not known and all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start)
    return known[0] if known else "a text file" * is_text


def check_names(state: State) -> State:
    """Return a state; raise ValueError if no file can have one of its names."""
    for name in state:
        if _NOT_A_NAME.search(name) or len(name) > _LONGEST_NAME:
            raise ValueError(f"no file can have numbers called {name!r:.60}: rename the attribute or the key of a dict")
    return state


def write_npz(out: BinaryIO, state: State) -> None:
    """Write arrays to a `.npz` file one by one, without a second copy in memory.

    `savez` of NumPy takes names as keywords, so that no array could have the name `file`.
    """
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asanyarray(array), allow_pickle=False)


def read_npz(content: bytes, most_bytes: Callable[[str], int | None], in_all: int | None = None) -> State:
    """Return the arrays of a `.npz`.

    Args:
        most_bytes: Function from the name of an array to its maximum of bytes; None for an unknown name
        in_all: Maximum of bytes of all arrays together
    """
    state: State = {}
    left = in_all
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in state:
                raise ValueError(f"{name} is there twice")
            if (most := most_bytes(name)) is None:
                if name == _STRAY and member.file_size < NPY_HEADER and not _read_member(archive, member).any():
                    continue
                raise ValueError(f"{name} is unknown")
            if member.file_size > most + NPY_HEADER:
                raise ValueError(f"{name} must have {most} bytes, has {member.file_size}")
            if left is not None and (left := left - member.file_size) < 0:
                raise ValueError(f"its arrays must have at most {in_all} bytes together")
            state[name] = _read_member(archive, member)
    return state


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others may need gigabytes
        raise ValueError(f"{member.filename!r:.60} is compressed by method {member.compress_type}, which NumPy does not write")
    with archive.open(member) as part:  # limited to the stated size: compressed bytes may hold far more
        data = part.read(member.file_size)
    npy_header(data[:NPY_HEADER], len(data))  # the memory for the array must not be that of a forged header
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False, max_header_size=NPY_HEADER)


def widen_bfloat16(data: bytes | bytearray, sign: str = "<") -> NDArray[np.float32]:
    """Convert bfloat16, which NumPy does not have, to float32; `sign` is the byte order."""
    return (np.frombuffer(data, f"{sign}u2").astype(np.uint32) << 16).view(np.float32)
