"""Idx files, in which image collections such as MNIST come: read as arrays, kept in the user's cache."""

import gzip
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from autograd.support.atomic_write import atomic_write

Files = dict[str, bytes]

#: The largest file holds 47,040,016 bytes. Reading stops here, and what was longer then fails its checksum.
MOST_BYTES = 64 * 2**20
SOCKET_TIMEOUT = 5.0  # seconds without a byte before a mirror counts as unreachable


def images(data: bytes) -> NDArray[np.float32]:
    """Images as rows of numbers from 0 to 1: (n, height · width), read-only."""
    pixels = _idx(data)
    numbers = np.divide(pixels.reshape(len(pixels), -1), 255, dtype=np.float32)
    numbers.flags.writeable = False
    return numbers


def labels(data: bytes) -> NDArray[np.int64]:
    """Labels as integers: (n,), read-only."""
    numbers = _idx(data).astype(np.int64)
    numbers.flags.writeable = False
    return numbers


def _idx(data: bytes) -> NDArray[np.uint8]:
    """The array in an idx file: two zeros, 8 for bytes, the rank, the big-endian shape, the elements."""
    rank = data[3]
    shape = np.frombuffer(data, ">u4", count=rank, offset=4).tolist()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def gunzip(stream: IO[bytes], where: object) -> bytes:
    """What a gzip stream holds, or a ValueError that names where it is from."""
    try:
        with gzip.open(stream) as plain:
            return plain.read(MOST_BYTES)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{where} is damaged: {error}") from error


def store(files: Files, folder: Path) -> None:
    """Write each file whole or not at all, so that no other process, and no later one, sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        with atomic_write(folder / name) as out:
            out.write(data)
