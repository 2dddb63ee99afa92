"""Cache folder of the user for files that persist between runs."""

import os
import sys
from pathlib import Path


def cache_folder(name: str) -> Path:
    """Subfolder of the user's cache; an environment variable without an absolute path is ignored.

    Source:
        XDG Base Directory Specification
    """
    windows = sys.platform == "win32"
    variable, default = ("LOCALAPPDATA", "~/AppData/Local") if windows else ("XDG_CACHE_HOME", "~/.cache")
    folder = Path(os.environ.get(variable, ""))
    return (folder if folder.is_absolute() else Path(default).expanduser()) / "glassgrad" / name
