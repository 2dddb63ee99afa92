"""`.safetensors`: arrays in a form that others read too, with a check sum of our own where the form has none."""

import json
from hashlib import sha256
from typing import Any

import numpy as np

from nn.files import State

#: Where in the free text of the header the check sum stands.
_SUM = "sha256"


def safetensors_bytes(state: State) -> bytes:
    """The content of a `.safetensors` file with these arrays.

    Raises  ImportError  if safetensors is not installed; names the command
    """
    # What is not contiguous would be saved in another order of its entries.
    whole = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in state.items()}
    return _library().save(whole, metadata={_SUM: _sum(whole)})


def read_safetensors(content: bytes) -> State:
    """The arrays of a `.safetensors` file; what has our check sum is held against it.

    Raises  ValueError   if an array is there twice, or the check sum is that of other numbers; what safetensors raises, if the
                         file is damaged otherwise
            ImportError  as `safetensors_bytes`
    """
    state: State = dict(_library().load(content))
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size], object_pairs_hook=_once)
    if (stated := header.get("__metadata__", {}).get(_SUM)) is not None and stated != _sum(state):
        raise ValueError("its numbers are not those that were saved: the check sum is another")
    return state


def _sum(state: State) -> str:
    """Of names, types, shapes and numbers."""
    seen = sha256()
    for name, array in sorted(state.items()):
        seen.update(f"{name} {array.dtype} {array.shape}\n".encode())
        seen.update(array.tobytes())
    return seen.hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of these pairs, or an error if a key is there twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} is there twice")
        found[key] = value
    return found


def _library() -> Any:
    try:
        import safetensors.numpy as library
    except ImportError:
        raise ImportError("a .safetensors file needs safetensors: pip install 'glassgrad[safetensors]'") from None
    return library
