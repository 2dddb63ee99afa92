"""Download, cache and reader of idx files, the format of MNIST."""

from __future__ import annotations

import gzip
import hashlib
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from subprocess import SubprocessError
from typing import IO
from urllib.request import urlopen

from autograd.support.atomic_write import atomic_write
from autograd.support.lazy_numpy import NDArray, np

Files = dict[str, bytes]
#: A function that returns the files with some names, or raises.
Source = Callable[[Sequence[str]], Files]

#: Limit of reading: the largest file has 47,040,016 bytes, and a longer one fails its checksum.
MOST_BYTES = 64 * 2**20
SOCKET_TIMEOUT = 5.0  # seconds without data until a mirror counts as unreachable


def images(data: bytes) -> NDArray[np.float32]:
    """Return images as rows of numbers from 0 to 1: (n, height · width), read-only."""
    pixels = _idx(data)
    numbers = np.divide(pixels.reshape(len(pixels), -1), 255, dtype=np.float32)
    numbers.flags.writeable = False
    return numbers


def labels(data: bytes) -> NDArray[np.int64]:
    """Return labels as integers: (n,), read-only."""
    numbers = _idx(data).astype(np.int64)
    numbers.flags.writeable = False
    return numbers


def _idx(data: bytes) -> NDArray[np.uint8]:
    """Return the array in an idx file: two zeros, 8 for bytes, the rank, the big-endian shape, the elements."""
    rank = data[3]
    shape = np.frombuffer(data, ">u4", count=rank, offset=4).tolist()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def gunzip(stream: IO[bytes], where: object) -> bytes:
    """Return the content of a gzip stream; raise ValueError, with its origin, if it is damaged."""
    try:
        with gzip.open(stream) as plain:
            return plain.read(MOST_BYTES)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{where} is damaged: {error}") from error


def verify(data: bytes, algorithm: str, published: str, where: object) -> bytes:
    """Return a file; raise ValueError, with its origin, unless it has the published checksum."""
    if (found := hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()) != published:
        raise ValueError(f"{where} is damaged: its {algorithm} is {found}, the published one is {published}")
    return data


def download(url: str) -> bytes:
    """Return the content of a URL."""
    with urlopen(url, timeout=SOCKET_TIMEOUT) as response:
        content: bytes = response.read(MOST_BYTES)
    return content


def load_or_fetch(
    what: str, folder: Path, names: Sequence[str], read: Callable[[Path], bytes], sources: Mapping[str, Source], advice: str
) -> Files:
    """Return the files of a dataset: from the cache folder, by `read`, else from the first source that has them.

    Raises:
        ConnectionError: If no source has them; names each with its error, and the advice
    """
    files: Files = {}
    for name in names:
        with suppress(OSError, ValueError):  # missing or damaged files are fetched below
            files[name] = read(folder / name)
    if missing := [name for name in names if name not in files]:
        fetched = _fetch(what, missing, sources, advice)
        try:
            store(fetched, folder)
        except OSError as error:
            warnings.warn(f"{what} cannot be cached: {error}", stacklevel=3)
        files |= fetched
    return files


def _fetch(what: str, names: Sequence[str], sources: Mapping[str, Source], advice: str) -> Files:
    reasons = []
    for title, source in sources.items():
        try:
            return source(names)
        except (OSError, ValueError, HTTPException, SubprocessError) as error:
            reasons.append(f"  {title}: {error}")
    raise ConnectionError("\n".join([f"{what} is not cached, and no source has it:", *reasons, advice]))


def store(files: Files, folder: Path) -> None:
    """Write files to the cache folder, each atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        with atomic_write(folder / name) as out:
            out.write(data)
