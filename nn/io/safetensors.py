"""`.safetensors`: arrays in a form that others read too, with a check sum of our own where the form has none."""

import json
from hashlib import sha256
from typing import Any, BinaryIO

import numpy as np

from autograd.support.optional import require
from nn.io.npz import State, widen_bfloat16

#: Where in the free text of the header the check sum stands.
_SUM = "sha256"
#: The types of the form, and NumPy's; the bytes are in the order of little ends.
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def write_safetensors(out: BinaryIO, state: State) -> None:
    """Write arrays to a `.safetensors` file.

    Raises:
        ImportError: If safetensors is not installed; names the command
    """
    # What is not contiguous would be saved in another order of its entries.
    whole = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in state.items()}
    out.write(_library().save(whole, metadata={_SUM: _checksum(whole)}))


def read_safetensors(content: bytes, *, widen: bool = False) -> State:
    """The arrays of a `.safetensors` file; what has our check sum is held against it.

    NumPy has no bfloat16: with `widen`, such numbers come as float32.

    Raises:
        ValueError: If an array is there twice, is of a type that NumPy does not have, or the check sum is that of other
            numbers; what safetensors raises, if the file is damaged otherwise
        ImportError: As `write_safetensors`
    """
    state: State = {}
    for name, entry in _library().deserialize(content):
        kind, data = entry["dtype"], entry["data"]
        if kind not in _TYPES and not (widen and kind == "BF16"):
            raise ValueError(f"{name} is of type {kind}, which NumPy does not have")
        numbers = np.frombuffer(data, _TYPES[kind]) if kind in _TYPES else widen_bfloat16(data)
        state[name] = numbers.reshape(entry["shape"])
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size], object_pairs_hook=_unique_keys)
    if (stated := header.get("__metadata__", {}).get(_SUM)) is not None and stated != _checksum(state):
        raise ValueError("its numbers are not those that were saved: the check sum is another")
    return state


def _checksum(state: State) -> str:
    """Of names, types, shapes and numbers."""
    seen = sha256()
    for name, array in sorted(state.items()):
        seen.update(f"{name} {array.dtype} {array.shape}\n".encode())
        seen.update(array.tobytes())
    return seen.hexdigest()


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of these pairs, or an error if a key is there twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} is there twice")
        found[key] = value
    return found


def _library() -> Any:
    return require("safetensors.numpy", "a .safetensors file")
