"""Folders for files that are kept from one run to the next."""

import os
import sys
from pathlib import Path


def cache_folder(name: str) -> Path:
    """The folder for one kind of files in the user's cache; a variable that holds no absolute path is ignored.

    Source:
        XDG Base Directory Specification
    """
    windows = sys.platform == "win32"
    variable, default = ("LOCALAPPDATA", "~/AppData/Local") if windows else ("XDG_CACHE_HOME", "~/.cache")
    folder = Path(os.environ.get(variable, ""))
    return (folder if folder.is_absolute() else Path(default).expanduser()) / "glassgrad" / name
