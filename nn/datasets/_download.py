"""Idx files, in which image collections such as MNIST come: fetched once, kept in the user's cache, read as arrays."""

import gzip
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from subprocess import SubprocessError
from typing import IO
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from autograd.support.atomic_write import atomic_write

Files = dict[str, bytes]
#: A function that gives the files of these names, or raises.
Source = Callable[[Sequence[str]], Files]

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


def download(url: str) -> bytes:
    """The content of a file on the network."""
    with urlopen(url, timeout=SOCKET_TIMEOUT) as response:
        content: bytes = response.read(MOST_BYTES)
    return content


def load_or_fetch(
    what: str, folder: Path, names: Sequence[str], read: Callable[[Path], bytes], sources: Mapping[str, Source], advice: str
) -> Files:
    """The files of a collection: from the cache folder, as `read` gives them, or else from the first source that has them.

    Raises:
        ConnectionError: If no source has them; names each and its reason, and gives the advice
    """
    files: Files = {}
    for name in names:
        with suppress(OSError, ValueError):  # missing or damaged: it is fetched below
            files[name] = read(folder / name)
    if missing := [name for name in names if name not in files]:
        fetched = _fetch(what, missing, sources, advice)
        try:
            store(fetched, folder)
        except OSError as error:
            warnings.warn(f"{what} could not be kept for the next time: {error}", stacklevel=3)
        files |= fetched
    return files


def _fetch(what: str, names: Sequence[str], sources: Mapping[str, Source], advice: str) -> Files:
    reasons = []
    for title, source in sources.items():
        try:
            return source(names)
        except (OSError, ValueError, HTTPException, SubprocessError) as error:
            reasons.append(f"  {title}: {error}")
    raise ConnectionError("\n".join([f"{what} is not cached and no source gave it:", *reasons, advice]))


def store(files: Files, folder: Path) -> None:
    """Write each file whole or not at all, so that no other process, and no later one, sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        with atomic_write(folder / name) as out:
            out.write(data)
