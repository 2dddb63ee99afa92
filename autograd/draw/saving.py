"""Put a file in place at once: a reader finds the older one or the new one, and never a part."""

import os
import uuid
from pathlib import Path


def target_of(path: str | os.PathLike[str], suffixes: str) -> Path:
    """The path of a file to be written, which has one of the suffixes and whose folder is there.

    Raises  ValueError         if the suffix names no known form
            FileNotFoundError  if the folder does not exist
    """
    target = Path(path)
    if target.suffix.lower() not in suffixes.split():
        known = ", ".join(suffixes.split()[:-1]) + f" or {suffixes.split()[-1]}"
        raise ValueError(f"this is saved as {known}, not {target.suffix!r} ({str(target)!r}): give a path that ends so")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to save {target.name!r} in: make it first")
    return target


def put_in_place(target: Path, content: bytes) -> None:
    """Write a file whole; an older one stays as it is until then."""
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
