"""Atomic file writes: readers find the old file or the new one, never a part."""

import glob
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Binary file to write to; it replaces the file at `path` when the block ends without an error.

    After a kill, an error or a full disk, the old file is unchanged. After the block, the new one is synced to the disk. It has
    the owner and the mode of the old one. The target of a symbolic link is replaced, not the link. Devices, FIFOs and the
    standard streams are written to directly.

    Raises:
        FileNotFoundError: If the folder does not exist; names it
    """
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old is not None and _is_stream(old):
        with open(path, "wb") as out:
            yield out
        return
    file = Path(path).resolve()
    check_folder(file)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.draft")
    mode = 0o666 if old is None else stat.S_IMODE(old.st_mode)
    try:
        # The draft of a private file must be private from its creation.
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as out:
            if old is not None:
                _set_owner_and_mode(draft, old)
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def output_path(path: str | os.PathLike[str], suffixes: str) -> Path:
    """Path of a file to write, after a check of its suffix and its folder."""
    target = Path(path)
    if target.suffix.lower() not in suffixes.split():
        *others, last = suffixes.split()
        known = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"the path must end in {known}, not {target.suffix!r}, got {str(target)!r}")
    check_folder(target)
    return target


def check_folder(file: Path) -> None:
    """Raise FileNotFoundError if the folder of a file to write does not exist."""
    file = file.resolve()
    if not file.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {file.parent} to write {file.name} to: make it first")


def remove_drafts(file: Path) -> None:
    """Remove drafts of a file that killed processes left; no process may be writing the file."""
    file = file.resolve()
    for draft in file.parent.glob(f"{glob.escape(f'.{file.name}.')}{'[0-9a-f]' * 8}.draft"):
        draft.unlink(missing_ok=True)


def _is_stream(status: os.stat_result) -> bool:
    """True for a device, a FIFO, a socket, a folder (an error of `open`), and the file of a standard stream."""
    if not stat.S_ISREG(status.st_mode):
        return True
    with suppress(OSError):  # a standard stream may be closed
        return any(os.path.samestat(status, os.fstat(stream)) for stream in (1, 2))
    return False


def _set_owner_and_mode(file: Path, status: os.stat_result) -> None:
    """Set both, where user and file system permit; the owner first, since a change of owner resets mode bits."""
    with suppress(OSError, AttributeError):  # Windows has no owners
        os.chown(file, status.st_uid, status.st_gid)
    with suppress(OSError):
        os.chmod(file, stat.S_IMODE(status.st_mode))


def _sync_folder(folder: Path) -> None:
    """Sync the entries of a folder to the disk, on platforms that support it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
