"""Put a file in place at once: a reader finds the older one or the new one, and never a part."""

import os
import secrets
import uuid
from pathlib import Path

#: What the name of a file ends with while it is written.
_DRAFT = ".draft"


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


def write_at_once(file: Path, content: bytes) -> None:
    """Write beside the file, and put it in place when it is whole and on the disk: a kill leaves the old file or the new.

    Raises  FileNotFoundError  if there is no such folder; names it
    """
    file = file.resolve()  # what a link leads to is replaced, and not the link
    refuse_no_folder(file)
    draft = file.with_name(f"{_draft_of(file)}{secrets.token_hex(4)}{_DRAFT}")
    try:
        with draft.open("xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def refuse_no_folder(file: Path) -> None:
    """Raise a FileNotFoundError if the folder that a file is to be written to is not there."""
    if not file.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {file.parent} to write {file.name} to: make it first")


def remove_drafts(file: Path) -> int:
    """Take away what kills have left of writings of this file, which nobody may be writing now; gives how many there were."""
    file = file.resolve()
    drafts = [path for path in file.parent.glob(f"*{_DRAFT}") if path.name.startswith(_draft_of(file))]
    for draft in drafts:
        draft.unlink(missing_ok=True)
    return len(drafts)


def _draft_of(file: Path) -> str:
    return f".{file.name}."
