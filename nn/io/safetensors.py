"""`.safetensors` files, with a checksum in the metadata."""

import json
from hashlib import sha256
from typing import Any, BinaryIO

from autograd.support.lazy_numpy import np
from autograd.support.optional import require
from nn.io.npz import State, widen_bfloat16

#: Key of the checksum in the metadata of the header.
_SUM = "sha256"
#: Types of the format and of NumPy, little-endian.
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def write_safetensors(out: BinaryIO, state: State) -> None:
    """Write arrays to a `.safetensors` file."""
    for name, array in state.items():
        if array.dtype.newbyteorder("<") not in map(np.dtype, _TYPES.values()):
            raise ValueError(f"{name} has type {array.dtype}, which a .safetensors cannot hold: save to a .npz")
    # Arrays that are not contiguous would be saved in another order of their entries.
    whole = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in state.items()}
    out.write(_library().save(whole, metadata={_SUM: _checksum(whole)}))


def read_safetensors(content: bytes, *, ours: bool = False, widen: bool = False) -> State:
    """Return the arrays of a `.safetensors` file; a checksum in its metadata is verified.

    With `ours`, the checksum must be there: otherwise damage to its name would go unnoticed. With `widen`, bfloat16, which
    NumPy does not have, is converted to float32.

    Raises:
        ValueError: If a name occurs twice, a type is not in NumPy, or the checksum is wrong or missing
        Exception: An error of safetensors, if the file is damaged otherwise
        ImportError: As `write_safetensors`
    """
    state: State = {}
    for name, entry in _library().deserialize(content):
        kind, data = entry["dtype"], entry["data"]
        if kind not in _TYPES and not (widen and kind == "BF16"):
            raise ValueError(f"{name} has type {kind}, which NumPy does not have")
        numbers = np.frombuffer(data, _TYPES[kind]) if kind in _TYPES else widen_bfloat16(data)
        state[name] = numbers.reshape(entry["shape"])
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size], object_pairs_hook=_unique_keys)
    metadata = header.get("__metadata__", {})
    if (stated := metadata.get(_SUM)) is None and ours:
        raise ValueError(
            "it has no checksum, so that it is damaged, or not written by nn.save: for a file of others write "
            "model.load_state_dict(safetensors.numpy.load_file(path))"
        )
    similar = any(len(key) == len(_SUM) and sum(map(str.__ne__, key, _SUM)) < 3 for key in metadata)
    if similar and stated != _checksum(state):
        raise ValueError("its numbers are not those that were saved: the checksum differs")
    return state


def _checksum(state: State) -> str:
    """Return the checksum of names, types, shapes and numbers."""
    seen = sha256()
    for name, array in sorted(state.items()):
        seen.update(f"{name} {array.dtype} {array.shape}\n".encode())
        seen.update(array.tobytes())
    return seen.hexdigest()


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a dict of pairs; raise if a key occurs twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} is there twice")
        found[key] = value
    return found


def _library() -> Any:
    return require("safetensors.numpy", "a .safetensors file")
