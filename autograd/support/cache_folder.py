"""Cache folder of the user for files that persist between runs."""

import os
import stat
import sys
import tempfile
from pathlib import Path


def cache_folder(name: str) -> Path:
    """Subfolder of the user's cache; an environment variable without an absolute path is ignored.

    A user without a home folder has the cache in the folder for temporary files.

    Source:
        XDG Base Directory Specification
    """
    windows = sys.platform == "win32"
    variable, default = ("LOCALAPPDATA", "~/AppData/Local") if windows else ("XDG_CACHE_HOME", "~/.cache")
    folder = Path(os.environ.get(variable, ""))
    if not folder.is_absolute():
        try:
            folder = Path(default).expanduser()
        except RuntimeError:
            folder = Path(tempfile.gettempdir())
    return folder / "glassgrad" / name


def private_folder(name: str) -> Path | None:
    """Subfolder of the user's cache that only the user can write to, made if it does not exist; None if that is impossible."""
    folder = cache_folder(name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if is_private(folder) and os.access(folder, os.W_OK | os.X_OK) else None
    except OSError:
        return None


def is_private(path: Path) -> bool:
    """True for a file or folder, not a link, that belongs to the user, and that no other user can write to."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return False
    return os.name != "posix" or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
