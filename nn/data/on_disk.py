"""Arrays of rows that stay on the disk: more of them than fit in memory, in one `.npy` file or in a folder of them.

What is asked for is read when it is asked for, and nothing else. Rows are read rather than mapped into memory: a page that is
not there yet costs a map more than the whole row costs a read, and a file that was cut short is an error, not a crash.
"""

import itertools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.support.atomic_write import atomic_write
from nn._validation import Array


class OnDisk:
    """The rows of a `.npy` file, or of all `.npy` files of a folder, one after the other in the order of their names.

    It stands where `Loader`, `Dataset`, `fit` and `predict` take an array; an index of the first axis reads these rows, and no
    others. For `fit` on several hosts the folder is where each of them sees it, and each reads the rows of its own devices.

    Attributes:
        shape, dtype: As of an array

    Shapes:
        an index i gives (…), a slice or an array of indices (m, …), read-only
    Raises:
        FileNotFoundError: If there is no such file or folder, or no `.npy` file in it
        ValueError: If a file holds no array of rows of numbers, or other rows than the first; names it
        IndexError: If there is no such row

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
            raise FileNotFoundError(f"there is no .npy file in {self.path}: save_rows writes them")
        self.parts = [_Part(file) for file in files]
        first = self.parts[0]
        for part in self.parts:
            if (part.shape[1:], part.dtype) != (first.shape[1:], first.dtype):
                raise ValueError(
                    f"{part.file} has rows of shape {part.shape[1:]} and type {part.dtype}, and {first.file} of "
                    f"{first.shape[1:]} and {first.dtype}: the files of a folder hold rows of one kind"
                )
        #: The number of rows before each file, and of all.
        self.starts = np.cumsum([0, *[part.shape[0] for part in self.parts]])
        self.shape: tuple[int, ...] = (int(self.starts[-1]), *first.shape[1:])
        self.dtype: np.dtype[Any] = first.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __len__(self) -> int:
        """The number of rows."""
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        if isinstance(rows, tuple):
            raise IndexError(f"an index tells rows alone, and {rows!r:.60} is of several axes: index the rows that are read")
        numbers = np.asarray(rows)
        if numbers.dtype.kind not in "iu" and numbers.size:
            raise IndexError(f"rows are told by whole numbers (of a mask, np.flatnonzero gives them), got {rows!r:.60}")
        if (strays := numbers[(numbers < -len(self)) | (numbers >= len(self))]).size:
            raise IndexError(f"there is no row {strays.flat[0]} among {len(self)} of {self.path}")
        found = np.empty((numbers.size, *self.shape[1:]), self.dtype)
        wanted = numbers.reshape(-1).astype(np.int64) % max(len(self), 1)
        order = np.argsort(wanted, kind="stable")  # the disk is read from front to back
        ends = np.searchsorted(wanted[order], self.starts)
        for part, start, a, b in zip(self.parts, self.starts, ends, ends[1:], strict=False):
            if a < b:
                found[order[a:b]] = part.read(wanted[order[a:b]] - start)
        found.flags.writeable = False
        return found.reshape(*numbers.shape, *self.shape[1:])[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError(f"{self!r} is on the disk: an array of it is a copy")
        return self[:].astype(self.dtype if dtype is None else dtype, copy=False)

    def __repr__(self) -> str:
        return f"OnDisk({str(self.path)!r}): {self.shape} {self.dtype} in {len(self.parts)} files"


class Picked:
    """Some rows of something with rows, read when they are asked for, and only those: a batch of which each host has a part.

    >>> batch = Picked(np.arange(10), np.array([4, 2, 9]))
    >>> batch.shape, batch[(slice(1, 3),)].tolist()
    ((3,), [2, 9])
    """

    def __init__(self, source: Any, rows: NDArray[np.int64]) -> None:
        self.source, self.rows = source, rows
        self.shape: tuple[int, ...] = (len(rows), *source.shape[1:])
        self.dtype: np.dtype[Any] = source.dtype

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __getitem__(self, index: tuple[Any, ...]) -> Array:
        found: Array = self.source[self.rows[index[0]]]
        return found[(slice(None), *index[1:])]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.source[self.rows], dtype)


def save_rows(folder: str | os.PathLike[str], parts: Iterable[ArrayLike]) -> Path:
    """Write arrays of rows, one after the other, as the files 00000000.npy, 00000001.npy, … of a new folder; gives its path.

    They come one at a time, from a generator for instance, so that all of them need not fit in memory.

    Shapes:
        each (m, …) with the same …
    Raises:
        FileExistsError: If there is a folder of that name
        ValueError: If there is no part, or one is no array of rows of numbers, or has other rows than the first; the files
            before it are there then
    """
    path, first = Path(folder), None
    path.mkdir(parents=True)
    for i, part in enumerate(parts):
        array = _check_rows(np.asarray(part), f"part {i}")
        first = array if first is None else first
        if (array.shape[1:], array.dtype) != (first.shape[1:], first.dtype):
            raise ValueError(
                f"part {i} has rows of shape {array.shape[1:]} and type {array.dtype}, in place of {first.shape[1:]} and "
                f"{first.dtype}"
            )
        with atomic_write(path / f"{i:08}.npy") as out:
            np.save(out, array)
    if first is None:
        raise ValueError(f"there is no part to write into {path}")
    return path


class _Part:
    """One file: what kind of rows it has, and where."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            raise FileNotFoundError(f"there is no file or folder {str(file)!r}")
        try:
            array = np.load(file, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{file} is no whole .npy file of numbers: {error}") from None
        _check_rows(array, str(file))
        if not array.flags.c_contiguous:
            raise ValueError(f"{file} holds its columns one after the other, not its rows: save np.ascontiguousarray(x)")
        self.file, self.shape, self.dtype, self.offset = file, array.shape, array.dtype, array.offset

    def read(self, rows: NDArray[np.int64]) -> Array:
        """The rows with these numbers, which do not fall; those in one run with one read."""
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
                        raise OSError(f"{self.file} has become shorter: its rows from {different[a]} on cannot be read")
                    whole = whole[count:]
        return found[places]


def _check_rows(array: Any, name: str) -> Array:
    if not isinstance(array, np.ndarray) or not array.ndim or array.dtype.kind not in "fiub":
        what = f"shape {array.shape} and type {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(f"{name} holds no array of rows of real numbers: it has {what}")
    return array
