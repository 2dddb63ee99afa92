"""Cache folder of the user for files that persist between runs."""

import os
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
