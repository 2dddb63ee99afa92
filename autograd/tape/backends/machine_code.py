"""Functions of the interpreter as machine code, which numba stores in the user's cache folder.

Source and machine code in the cache are trusted if they belong to the user and no other user can write to them: who can
write there could also change the user's programs. What is damaged is made again: the source is run from memory, and machine
code is loaded if its checksums are those of the process that stored it. Two processes may store at the same time: the last
one writes the checksums of what lies there. Where the folder cannot be used, machine code is not stored.
"""

import json
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from autograd.support.atomic_write import atomic_write
from autograd.support.cache_folder import is_private, private_folder
from autograd.support.locks import leaf_lock
from autograd.support.optional import require
from autograd.tape.backends.interpreter import text

#: Types of the arguments of `run(words, memory)` and `run_many(words, memory, lanes)`.
_SIGNATURES = {"run": "(int32[::1], float64[::1])", "run_many": "(int32[::1], float64[:, ::1], int64)"}


def interpreter(name: str) -> Any:
    """Compiled function `run` or `run_many`.

    Raises:
        ImportError: If numba is not installed; names the command
    """
    with _lock:
        if name not in _compiled:
            _compiled[name] = _load(name)
        return _compiled[name]


_compiled: dict[str, Any] = {}
_lock = leaf_lock()  # two threads must not load a function at once


def _load(name: str) -> Any:
    require("numba", "the back end 'numba'")
    folder = private_folder("numba")
    if folder is not None:
        with suppress(OSError, RuntimeError):  # a full disk, or no folder that suits numba
            return _stored(name, folder)
    return _compile(name, text(cached=False))


def _stored(name: str, folder: Path) -> Any:
    """Function with machine code in the cache, loaded or stored there."""
    source = text().encode()
    file = folder / f"glassgrad_interpreter_{sha256(source).hexdigest()[:16]}.py"
    if not file.exists() or file.read_bytes() != source:  # numba compares its date with that of the machine code
        _write(file, source)
    function = _run(source, file)[name]
    checksums, machine_code = file.with_suffix(f".{name}.json"), Path(function.stats.cache_path)
    pattern = f"{file.stem}.{name}-*.nb?"
    machine_code.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_private(machine_code):
        raise OSError(f"other users can write to {machine_code}")
    stored = _stored_checksums(checksums)
    for part in machine_code.glob(pattern) if _checksums(machine_code, pattern) != stored else ():
        part.unlink(missing_ok=True)
    function.compile(_SIGNATURES[name])
    if (found := _checksums(machine_code, pattern)) != stored:  # also if numba had to compile for another processor
        _write(checksums, json.dumps(found).encode())
    return function


def _stored_checksums(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _checksums(folder: Path, pattern: str) -> dict[str, str]:
    return {part.name: sha256(part.read_bytes()).hexdigest() for part in sorted(folder.glob(pattern))}


def _write(file: Path, content: bytes) -> None:
    with atomic_write(file) as out:
        out.write(content)


def _compile(name: str, source: str) -> Any:
    function = _run(source.encode(), Path("<glassgrad interpreter>"))[name]
    function.compile(_SIGNATURES[name])
    return function


def _run(source: bytes, file: Path) -> dict[str, Any]:
    """Namespace of the module; its source is run from memory, whatever is in the file."""
    module = sys.modules[file.stem] = ModuleType(file.stem)
    exec(compile(source, file, "exec"), vars(module))
    return vars(module)
