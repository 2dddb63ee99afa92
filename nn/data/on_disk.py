"""Arrays on disk that may be larger than memory, in one `.npy` file or in a folder of them.

Only the indexed rows are read. They are read rather than memory-mapped: a page fault costs more than a read of a row, and a
truncated file raises an error instead of a crash.
"""

from __future__ import annotations

import io
import itertools
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograd.support.atomic_write import atomic_write
from autograd.support.lazy_numpy import ArrayLike, NDArray, np
from nn._validation import Array

#: Maximum of bytes of the header of a `.npy` file.
NPY_HEADER = 10_000


class OnDisk:
    """Rows of a `.npy` file, or of all `.npy` files of a folder, concatenated in the order of their names.

    `Loader`, `Dataset`, `fit` and `predict` take it as an array; an index of the first axis reads only these rows. For `fit` on
    several hosts the folder must be shared, and each host reads the rows of its devices.

    Attributes:
        shape, dtype: As those of an array
    Shapes:
        an index i -> (…), a slice or an array of indices -> (m, …), read-only
    Raises:
        FileNotFoundError: If the file or folder does not exist, or has no `.npy` file
        ValueError: If a file does not hold rows of numbers, or other rows than the first; names it
        IndexError: If a row does not exist

    >>> import tempfile
    >>> folder = save_rows(tempfile.mkdtemp() + "/x", [np.zeros((2, 3)), np.ones((1, 3))])
    >>> x = OnDisk(folder)
    >>> x.shape, x[np.array([2, 0])].tolist()
    ((3, 3), [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        files = sorted(self.path.glob("*.npy")) if self.path.is_dir() else [self.path]
        if not files:
            raise FileNotFoundError(f"there is no .npy file in {self.path}: write them with save_rows")
        self.parts = [_Part(file) for file in files]
        first = self.parts[0]
        for part in self.parts:
            if (part.shape[1:], part.dtype) != (first.shape[1:], first.dtype):
                raise ValueError(
                    f"{part.file} has rows of shape {part.shape[1:]} and type {part.dtype}, {first.file} of "
                    f"{first.shape[1:]} and {first.dtype}: all files of a folder must have one shape and type of rows"
                )
        #: Number of rows before each file, and of all files.
        self.starts = np.cumsum([0, *[part.shape[0] for part in self.parts]])
        self.shape: tuple[int, ...] = (int(self.starts[-1]), *first.shape[1:])
        self.dtype: np.dtype[Any] = first.dtype

    @property
    def ndim(self) -> int:
        """Return the number of axes."""
        return len(self.shape)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        if isinstance(rows, tuple):
            raise IndexError(f"an index must be of the first axis only, got {rows!r:.60}: index the rows first")
        numbers = np.asarray(rows)
        if numbers.dtype.kind not in "iu" and numbers.size:
            raise IndexError(f"an index must hold integers, got {rows!r:.60}: for a mask use np.flatnonzero(mask)")
        if (strays := numbers[(numbers < -len(self)) | (numbers >= len(self))]).size:
            raise IndexError(f"row {strays.flat[0]} does not exist: {self.path} has {len(self)} rows")
        found = np.empty((numbers.size, *self.shape[1:]), self.dtype)
        wanted = numbers.reshape(-1).astype(np.int64) % max(len(self), 1)
        order = np.argsort(wanted, kind="stable")  # reads the disk in order
        ends = np.searchsorted(wanted[order], self.starts)
        for part, start, a, b in zip(self.parts, self.starts, ends, ends[1:], strict=False):
            if a < b:
                found[order[a:b]] = part.read(wanted[order[a:b]] - start)
        found.flags.writeable = False
        return found.reshape(*numbers.shape, *self.shape[1:])[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError(f"{self!r} is on disk: an array of it must be a copy")
        return self[:].astype(self.dtype if dtype is None else dtype, copy=False)

    def __repr__(self) -> str:
        return f"OnDisk({str(self.path)!r}): {self.shape} {self.dtype} in {len(self.parts)} files"


class Picked:
    """Rows of an array that are read when they are indexed: a batch of which each host reads its part.

    >>> batch = Picked(np.arange(10), np.array([4, 2, 9]))
    >>> batch.shape, batch[(slice(1, 3),)].tolist()
    ((3,), [2, 9])
    """

    def __init__(self, source: Any, rows: NDArray[np.int64]) -> None:
        self.source, self.rows = source, rows
        self.shape: tuple[int, ...] = (len(rows), *source.shape[1:])
        self.dtype: np.dtype[Any] = source.dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __getitem__(self, index: tuple[Any, ...]) -> Array:
        found: Array = self.source[self.rows[index[0]]]
        return found[(slice(None), *index[1:])]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.source[self.rows], dtype)


def save_rows(folder: str | os.PathLike[str], parts: Iterable[ArrayLike]) -> Path:
    """Write arrays of rows as the files 00000000.npy, 00000001.npy, … of a new folder, and return its path.

    `parts` may be a generator, so that not all of them must fit in memory.

    Shapes:
        each (m, …) with the same …
    Raises:
        FileExistsError: If the folder exists
        ValueError: If no part is passed, or one does not hold rows of numbers, or has other rows than the first; the parts
            before it are written then
    """
    path, first = Path(folder), None
    path.mkdir(parents=True)
    for i, part in enumerate(parts):
        array = _check_rows(np.asarray(part), f"part {i}")
        first = array if first is None else first
        if (array.shape[1:], array.dtype) != (first.shape[1:], first.dtype):
            raise ValueError(
                f"part {i} must have rows of shape {first.shape[1:]} and type {first.dtype}, "
                f"got {array.shape[1:]} and {array.dtype}"
            )
        with atomic_write(path / f"{i:08}.npy") as out:
            np.save(out, array)
    if first is None:
        raise ValueError(f"save_rows needs at least one part to write to {path}, got none")
    return path


class _Part:
    """One file: shape, type and offset of its rows."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            raise FileNotFoundError(f"file or folder {str(file)!r} does not exist")
        with file.open("rb") as content:
            start, size = content.read(NPY_HEADER), os.fstat(content.fileno()).st_size
        try:
            self.shape, self.dtype, columns, self.offset = npy_header(start, size)
        except ValueError as error:
            raise ValueError(f"{file} is not a complete .npy file of numbers: {error}") from None
        _check_rows(self, str(file))
        if columns:
            raise ValueError(f"{file} is in column order, and must be in row order: save np.ascontiguousarray(x)")
        self.file = file

    def read(self, rows: NDArray[np.int64]) -> Array:
        """Read rows by ascending numbers; consecutive rows by one read."""
        different, places = np.unique(rows, return_inverse=True)
        found = np.empty((len(different), *self.shape[1:]), self.dtype)
        content, size = found.reshape(-1).view(np.uint8).data, found[:1].nbytes
        runs = np.flatnonzero(np.diff(different, prepend=-2, append=-2) != 1)
        with self.file.open("rb", buffering=0) as file:
            for a, b in itertools.pairwise(runs.tolist()):
                file.seek(self.offset + int(different[a]) * size)
                whole = content[a * size : b * size]
                while whole:
                    count = file.readinto(whole)
                    if not count:
                        raise ValueError(f"{self.file} is truncated: its rows from {different[a]} on cannot be read")
                    whole = whole[count:]
        return found[places]


def npy_header(start: bytes, size: int) -> tuple[tuple[int, ...], np.dtype[Any], bool, int]:
    """Return shape, type, True for column order, and the offset of the numbers of a `.npy` file that `start` begins."""
    file = io.BytesIO(start)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        shape, columns, dtype = readers[np.lib.format.read_magic(file)](file, max_header_size=NPY_HEADER)
    except KeyError as error:
        raise ValueError(f"version {error} of the format is not for numbers, which need (1, 0) or (2, 0)") from None
    except Exception as error:  # NumPy parses the header as Python source
        raise ValueError(f"its header is damaged: {str(error) or type(error).__name__}") from None
    if dtype.hasobject or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"it has shape {shape} and type {dtype}")
    if size - file.tell() != (needed := math.prod(shape) * dtype.itemsize):
        raise ValueError(f"it must have {needed} bytes of numbers of shape {shape} and type {dtype}, has {size - file.tell()}")
    return shape, dtype, columns and len(shape) > 1, file.tell()


def _check_rows(array: Any, name: str) -> Any:
    """Return an object with the shape and type of an array; raise unless it has rows of real numbers."""
    if not array.shape or array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold an array of rows of real numbers, got shape {array.shape} and type {array.dtype}")
    return array
