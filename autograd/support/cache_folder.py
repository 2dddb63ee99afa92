"""The folder in which files are kept for the next time."""

import os
import sys
from pathlib import Path


def cache_folder(name: str) -> Path:
    """Where files of a collection are kept on this machine."""
    windows = sys.platform == "win32"
    variable, default = ("LOCALAPPDATA", "~/AppData/Local") if windows else ("XDG_CACHE_HOME", "~/.cache")
    return Path(os.environ.get(variable) or default).expanduser() / "glassgrad" / name
